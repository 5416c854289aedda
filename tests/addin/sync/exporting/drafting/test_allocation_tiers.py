"""Auto Apply by tiers: what a record may go to first, what next, and to no other invoice; and what is open for a payer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from qb_plugin.model import Customer, Line
from qb_plugin.sync.exporting.allocation import OpenBalances
from qb_plugin.sync.families import PayingFamilies
from tests.support.addin.sync_firm import invoice

Spent = list[tuple[str, Decimal]]


def spent(lines: Sequence[Line]) -> Spent:
    return [(found.id, found.amount) for found in lines]


def pairs(*parts: tuple[str, str]) -> Spent:
    return [(identity, Decimal(amount)) for identity, amount in parts]


def three() -> OpenBalances:
    """Invoices 1, 2 and 3 of one customer, the oldest first."""
    return OpenBalances([invoice("1", 1, "50.00", day=1), invoice("2", 1, "40.00", day=2), invoice("3", 1, "30.00", day=3)])


@pytest.mark.parametrize(
    ("amount", "tiers", "expected"),
    [
        ("100.00", ["2", "3"], [("2", "40.00"), ("3", "30.00")]),
        ("100.00", ["3", "1"], [("3", "30.00"), ("1", "50.00")]),
        ("60.00", ["1", "2", "3"], [("1", "50.00"), ("2", "10.00")]),
        ("50.00", ["1", "2"], [("1", "50.00")]),
        ("40.00", ["1", "2"], [("1", "40.00")]),
        ("40.00", ["12", "3"], [("2", "40.00")]),
        ("100.00", ["13", "2"], [("1", "50.00"), ("3", "30.00"), ("2", "20.00")]),
        ("100.00", ["2", "2"], [("2", "40.00")]),
        ("100.00", [""], []),
        ("100.00", [], []),
        ("0.00", ["123"], []),
    ],
)
def test_a_tier_is_used_up_by_the_default_process_before_the_next_and_what_is_in_none_is_left_alone(
    amount: str, tiers: list[str], expected: list[tuple[str, str]]
) -> None:
    allowed = [lambda found, ids=ids: found.id in ids for ids in tiers]
    assert spent(three().allocate("51", Decimal(amount), allowed)) == pairs(*expected)


def test_without_tiers_every_invoice_is_one() -> None:
    assert spent(three().allocate("51", Decimal("100.00"), None)) == pairs(("1", "50.00"), ("2", "40.00"), ("3", "10.00"))


def test_a_customer_without_invoices_has_none_in_any_tier() -> None:
    assert three().allocate("99", Decimal("100.00"), [lambda _: True]) == ()


@pytest.mark.parametrize(("payer", "paid"), [("51", ["1", "2"]), ("52", ["2"]), ("53", []), ("99", [])])
def test_a_payer_pays_of_a_tier_what_it_may_pay_and_that_is_what_is_open_for_it(payer: str, paid: list[str]) -> None:
    job = Customer(id="52", name="Job", full_name="Job", parent_id="51", bills_with_parent=True)
    families = PayingFamilies({"52": job, "53": replace(job, id="53")})
    balances = OpenBalances([invoice("1", 1, "50.00"), invoice("2", 2, "40.00")], families)
    assert [found.id for found in balances.open_of(payer)] == paid
    assert [line.id for line in balances.allocate(payer, Decimal("90.00"), [lambda _: True])] == paid


def test_open_is_what_something_is_left_of() -> None:
    balances = OpenBalances(
        [invoice("1", 1, "0.00"), invoice("2", 1, "0.01"), invoice("3", 1, "-5.00"), invoice("4", 1, "7.00", day=3)]
    )
    assert [found.id for found in balances.open_of("51")] == ["2", "4"]
    balances.allocate("51", Decimal("2.00"))
    assert [found.id for found in balances.open_of("51")] == ["4"]
    balances.allocate("51", Decimal("4.01"))
    assert [found.id for found in balances.open_of("51")] == ["4"]
    balances.allocate("51", Decimal("1.00"))
    assert balances.open_of("51") == []
