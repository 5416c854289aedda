"""Totals of the forms that hold records of both sides: a firm with clients of two currencies, whose money is never added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer
from tests.support.hosts.undo_steps import change

MULTI = {"CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}}}


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    """A client of dollars and one of euros, each with a payment that was exported."""
    with both_sides(tmp_path) as made:
        dora, emil = made.client("Dora"), made.client("Emil", "EUR")
        made.build({"create": "CompanyCurrency", "body": {"Code": "EUR"}}, preferences=MULTI)
        made.build(customer("Dora", "d"), customer("Emil", "e", CurrencyRef={"value": "EUR"}))
        made.match()
        sent = made.export(made.record(dora, "70.00"), made.record(emil, "50.00"))
        assert {row["outcome"] for row in sent.values()} == {"synchronized"}, sent
        yield made


def totals(sides: BothSides, form: str, **answer: Any) -> tuple[str, str]:
    """The total of all rows of a form, and of those selected when all are."""
    rows = sides.form(form).rows({**sides.opened(form), **answer}, None)
    assert not isinstance(rows, dict), rows
    assert rows.problem is None, rows.problem
    return rows.total, rows.total_of(rows.ids(0, rows.count))


def test_undo_tells_what_goes_in_each(sides: BothSides) -> None:
    refs = " ".join(entry.ref for entry in sides.ledger.entries)
    assert totals(sides, "undo", record=refs) == ("50.00 EUR · 70.00 USD",) * 2


def test_changes_tell_the_difference_in_each(sides: BothSides) -> None:
    for payment in sides.query("Payment"):
        change(sides, "Payment", payment["Id"], TotalAmt=40, Line=payment["Line"])
    assert totals(sides, "changes") == ("10.00 EUR · 30.00 USD",) * 2


def test_what_was_removed_here_keeps_its_currency(sides: BothSides) -> None:
    sides.ledger.entries.clear()
    assert totals(sides, "changes") == ("-50.00 EUR · -70.00 USD",) * 2


def test_reconcile_tells_the_difference_in_each(sides: BothSides) -> None:
    sides.ledger.entries[:] = [replace(entry, amount=entry.amount + 1) for entry in sides.ledger.entries]
    month = {"from": sides.ledger.entries[0].date.replace(day=1).isoformat(), "group": "amount_differs"}
    assert totals(sides, "reconcile-items", **month) == ("1.00 EUR · 1.00 USD",) * 2


def test_payments_of_customers_without_a_client_are_told_in_each(sides: BothSides) -> None:
    ids = sides.build(customer("Finn", "f"), customer("Gerd", "g", CurrencyRef={"value": "EUR"}))
    sides.entries.pay(ids["f"], 30, CurrencyRef={"value": "USD"})
    sides.entries.pay(ids["g"], 20, CurrencyRef={"value": "EUR"})
    assert totals(sides, "match-customers") == ("20.00 EUR · 30.00 USD",) * 2
