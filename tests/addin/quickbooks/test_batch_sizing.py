"""How much goes out at once."""

from __future__ import annotations

from qb_plugin.quickbooks.batch_sizing import BatchSizer


def test_thirty_items_in_twelve_seconds_are_not_slow() -> None:
    batch_sizer = BatchSizer(9, 30, 1.0)
    for _ in range(100):
        batch_sizer.answered(30, 12.0)
    assert (batch_sizer.batches, batch_sizer.items) == (9, 30)


def test_slow_answers_for_their_size_take_batches_out_of_flight_down_to_two() -> None:
    batch_sizer = BatchSizer(9, 30, 1.0)
    batch_sizer.answered(5, 12.0)
    assert batch_sizer.batches == 8
    for _ in range(50):
        batch_sizer.answered(30, 100.0)
    assert batch_sizer.batches == 2


def test_good_answers_bring_them_back_one_by_one() -> None:
    batch_sizer = BatchSizer(9, 30, 1.0)
    batch_sizer.answered(30, 100.0)
    batch_sizer.answered(30, 100.0)
    for _ in range(8):
        batch_sizer.answered(30, 12.0)
    assert batch_sizer.batches == 8


def test_a_lost_answer_halves_the_items_down_to_one() -> None:
    batch_sizer = BatchSizer(9, 30, 1.0)
    sizes = []
    for _ in range(7):
        batch_sizer.lost()
        sizes.append(batch_sizer.items)
    assert sizes == [15, 7, 3, 1, 1, 1, 1]
    for _ in range(40):
        batch_sizer.answered(1, 1.0)
    assert batch_sizer.items == 30


def test_one_batch_at_a_time_stays_one() -> None:
    batch_sizer = BatchSizer(1, 30, 1.0)
    batch_sizer.answered(30, 100.0)
    assert batch_sizer.batches == 1
