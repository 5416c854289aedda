"""A short soak: a fifth of the answers go wrong, the process dies, and every row comes to a true end."""

from __future__ import annotations

from tests.faults.soak import ROWS_A_CLIENT, UNKNOWN_METHOD, is_true_refusal, make_bills, make_records, soak


def test_every_row_of_a_troubled_export_is_confirmed_or_refused_for_a_true_reason() -> None:
    soaked = soak(7, 800)
    assert soaked.bad == []
    assert soaked.deaths > 0
    assert sum(soaked.calls.values()) - soaked.calls["fine"] > 0.1 * sum(soaked.calls.values())
    refused = [ref for ref, result in soaked.last.items() if result.outcome == "failed"]
    assert len(refused) == 8


def test_a_seed_plays_the_same_again() -> None:
    first, second = soak(3, 120), soak(3, 120)
    assert (first.presses, first.deaths, first.calls, first.hours) == (second.presses, second.deaths, second.calls, second.hours)
    assert first.last == second.last


def test_the_rows_of_a_soak_have_invoices_and_some_are_bound_to_be_refused() -> None:
    records = make_records(100)
    assert len({record.client_id for record in records}) == 100 // ROWS_A_CLIENT
    assert [record.method for record in records].count(UNKNOWN_METHOD) == 1
    assert len(make_bills(records)) == 33
    assert not is_true_refusal(records[0], next(iter(soak(1, 1).last.values())))
