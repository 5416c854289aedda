"""What only QuickBooks can mend: the row says so, and turns ready by itself once it is mended there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer

Json = dict[str, Any]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong in QuickBooks, what the row says, and how it is mended there."""

    begins: Callable[[BothSides], object]
    ends: Callable[[BothSides], object]
    says: tuple[str, str]  # what is wrong, and what to do there
    currency: str = "USD"
    method: str = ""
    kind: str = "payment"


def change(name: str, **body: object) -> Callable[[BothSides], object]:
    """A record of a list, changed over HTTP."""
    return lambda sides: sides.build({"update": f"${name}", "body": {**body}})


def prefer(group: str, **values: object) -> Callable[[BothSides], object]:
    """Preferences of the company, changed over HTTP."""
    return lambda sides: sides.build(preferences={group: values})


def use_euros(sides: BothSides) -> None:
    """Turn on Multicurrency, with a customer in euros."""
    sides.build(
        {"create": "CompanyCurrency", "body": {"Code": "EUR"}},
        customer("Ada EUR", "euro", CurrencyRef={"value": "EUR"}),
        preferences={"CurrencyPrefs": {"MultiCurrencyEnabled": True}},
    )
    sides.form("match-clients").open({})
    there = next(each["Id"] for each in sides.query("Customer") if each["DisplayName"] == "Ada EUR")
    sides.form("match-clients").act("link", {}, ["client:1"], {"client:1": {"customer": there}})


CASES = {
    "inactive customer": Trouble(
        change("Customer:Ada", Active=False),
        change("Customer:Ada (deleted)", Active=True),
        ("has been made inactive or deleted", "Open Ada"),
    ),
    "closed books": Trouble(
        prefer("AccountingInfoPrefs", BookCloseDate="2026-11-10"),
        prefer("AccountingInfoPrefs", BookCloseDate="2026-09-30"),
        ("Your books are closed up to 2026-11-10", "ask an admin to reopen the books"),
    ),
    "no Multicurrency": Trouble(
        lambda _: None, use_euros, ("is billed in EUR", "Turn on Multicurrency in QuickBooks"), currency="EUR"
    ),
    "inactive method": Trouble(
        change("PaymentMethod:Visa", Name="Visa", Active=False),
        change("PaymentMethod:Visa (deleted)", Name="Visa", Active=True),
        ("The payment method Visa was made inactive", "Choose another one for Visa"),
        method="Visa",
    ),
}


@pytest.mark.parametrize("after_a_run", [False, True], ids=["before a run", "after a run"])
@pytest.mark.parametrize("name", CASES)
def test_a_row_turns_ready_by_itself_once_it_is_mended_in_quickbooks(sides: BothSides, name: str, after_a_run: bool) -> None:
    case = CASES[name]
    sides.build(customer("Ada", "ada"))
    record = sides.record(sides.client("Ada", case.currency), "40.00", case.kind, method=case.method, day=date(2026, 11, 5))
    sides.match()
    sides.choose()
    case.begins(sides)
    if after_a_run:
        assert sides.export(record)[record.ref]["outcome"] == "failed"
    row = sides.grid(record)[record.ref]
    assert row["outcome"] == ("failed" if after_a_run else "not_ready")
    assert all(words in row["message"] for words in case.says), row["message"]
    case.ends(sides)
    ready = sides.grid(record)[record.ref]
    assert (ready["outcome"], ready["message"]) == ("ready", "")
    assert sides.export(record)[record.ref]["outcome"] == "synchronized"
    assert len(sides.query("Payment")) == 1
