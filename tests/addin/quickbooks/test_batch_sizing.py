"""How much goes out at once."""

from __future__ import annotations

from qb_plugin.quickbooks.batch_sizing import Width


def test_thirty_items_in_twelve_seconds_are_not_slow() -> None:
    width = Width(9, 30, 1.0)
    for _ in range(100):
        width.answered(30, 12.0)
    assert (width.batches, width.items) == (9, 30)


def test_slow_answers_for_their_size_take_batches_out_of_flight_down_to_two() -> None:
    width = Width(9, 30, 1.0)
    width.answered(5, 12.0)
    assert width.batches == 8
    for _ in range(50):
        width.answered(30, 100.0)
    assert width.batches == 2


def test_good_answers_bring_them_back_one_by_one() -> None:
    width = Width(9, 30, 1.0)
    width.answered(30, 100.0)
    width.answered(30, 100.0)
    for _ in range(8):
        width.answered(30, 12.0)
    assert width.batches == 8


def test_a_lost_answer_halves_the_items_down_to_one() -> None:
    width = Width(9, 30, 1.0)
    sizes = []
    for _ in range(7):
        width.lost()
        sizes.append(width.items)
    assert sizes == [15, 7, 3, 1, 1, 1, 1]
    for _ in range(40):
        width.answered(1, 1.0)
    assert width.items == 30


def test_one_batch_at_a_time_stays_one() -> None:
    width = Width(1, 30, 1.0)
    width.answered(30, 100.0)
    assert width.batches == 1
