"""Auto Apply by QuickBooks' default process: an equal balance first, else the oldest, and no balance is spent twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_plugin.model import Application, Customer, Line, QboInvoice
from qb_plugin.sync.exporting.allocation import OpenBalances, total_of
from qb_plugin.sync.families import PayingFamilies
from tests.support.addin.sync_firm import invoice

Spent = list[tuple[str, Decimal]]


def spent(lines: Sequence[Line]) -> Spent:
    return [(found.id, found.amount) for found in lines]


def pairs(*parts: tuple[str, str]) -> Spent:
    return [(identity, Decimal(amount)) for identity, amount in parts]


def allocate(balances: OpenBalances, amount: str, customer: str = "51") -> Spent:
    return spent(balances.allocate(customer, Decimal(amount)))


def test_an_invoice_of_the_same_balance_takes_all_of_it_though_an_older_one_is_open() -> None:
    balances = OpenBalances([invoice("1", 1, "500.00", day=1), invoice("2", 1, "100.00", day=2)])
    assert allocate(balances, "100.00") == pairs(("2", "100.00"))


def test_of_several_equal_invoices_the_oldest_takes_it() -> None:
    balances = OpenBalances([invoice("1", 1, "100.00", day=9), invoice("2", 1, "100.00", day=3), invoice("3", 1, "100.00", day=5)])
    assert allocate(balances, "100.00") == pairs(("2", "100.00"))


def test_without_an_equal_one_the_oldest_are_used_up_first() -> None:
    balances = OpenBalances([invoice("3", 1, "90.00", day=3), invoice("1", 1, "50.00", day=1), invoice("2", 1, "40.00", day=2)])
    assert allocate(balances, "100.00") == pairs(("1", "50.00"), ("2", "40.00"), ("3", "10.00"))


def test_of_the_same_day_the_lower_id_comes_first_and_ids_are_numbers() -> None:
    balances = OpenBalances([invoice("10", 1, "30.00"), invoice("9", 1, "40.00")])
    assert allocate(balances, "60.00") == pairs(("9", "40.00"), ("10", "20.00"))


def test_an_id_that_is_no_number_comes_before_the_numbers() -> None:
    balances = OpenBalances([invoice("1", 1, "30.00"), invoice("x", 1, "40.00")])
    assert allocate(balances, "60.00") == pairs(("x", "40.00"), ("1", "20.00"))


def test_what_is_left_when_all_is_paid_stays_unapplied() -> None:
    balances = OpenBalances([invoice("1", 1, "30.00")])
    assert allocate(balances, "100.00") == pairs(("1", "30.00"))
    assert allocate(balances, "5.00") == []


def test_a_payment_of_nothing_goes_to_no_invoice_though_one_has_just_nothing_left() -> None:
    balances = OpenBalances([invoice("1", 1, "30.00")])
    assert allocate(balances, "30.00") == pairs(("1", "30.00"))
    assert allocate(balances, "0.00") == []


def test_no_lines_come_to_nothing_in_cents() -> None:
    assert str(total_of(())) == "0.00"


def test_payments_of_one_customer_never_spend_the_same_balance_twice() -> None:
    balances = OpenBalances([invoice("1", 1, "100.00", day=1), invoice("2", 1, "100.00", day=2)])
    assert [allocate(balances, "100.00") for _ in range(3)] == [pairs(("1", "100.00")), pairs(("2", "100.00")), []]


def test_a_balance_that_has_become_equal_takes_all_of_it() -> None:
    balances = OpenBalances([invoice("1", 1, "100.00", day=1), invoice("2", 1, "70.00", day=2)])
    assert allocate(balances, "60.00") == pairs(("1", "60.00"))
    assert allocate(balances, "70.00") == pairs(("2", "70.00"))
    assert allocate(balances, "40.00") == pairs(("1", "40.00"))


def test_what_is_given_back_is_open_again_in_its_old_place() -> None:
    balances = OpenBalances([invoice("1", 1, "50.00", day=1), invoice("2", 1, "40.00", day=2), invoice("3", 1, "90.00", day=3)])
    lines = balances.allocate("51", Decimal("70.00"))
    assert spent(lines) == pairs(("1", "50.00"), ("2", "20.00"))
    balances.give_back("51", lines)
    assert allocate(balances, "40.00") == pairs(("2", "40.00"))
    assert allocate(balances, "20.00") == pairs(("1", "20.00"))
    assert allocate(balances, "30.00") == pairs(("1", "30.00"))
    assert allocate(balances, "90.00") == pairs(("3", "90.00"))


def test_a_balance_of_less_than_one_is_spent_once_too() -> None:
    balances = OpenBalances([invoice("1", 1, "0.50")])
    assert allocate(balances, "0.50") == pairs(("1", "0.50"))
    assert allocate(balances, "0.50") == []


def test_nothing_is_given_back_for_nothing() -> None:
    balances = OpenBalances([])
    balances.give_back("51", ())
    assert allocate(balances, "1.00") == []


def test_another_customers_invoices_are_left_alone() -> None:
    balances = OpenBalances([invoice("1", 2, "100.00"), invoice("2", 1, "40.00")])
    assert allocate(balances, "100.00") == pairs(("2", "40.00"))
    assert allocate(balances, "100.00", customer="99") == []


def test_an_invoice_that_was_read_twice_is_spent_once() -> None:
    balances = OpenBalances([invoice("1", 1, "30.00"), invoice("1", 1, "30.00")])
    assert allocate(balances, "100.00") == pairs(("1", "30.00"))


def test_an_invoice_without_a_balance_takes_nothing() -> None:
    balances = OpenBalances([invoice("1", 1, "0.00"), invoice("2", 1, "-5.00"), invoice("3", 1, "30.00", day=2)])
    assert allocate(balances, "0.00") == []
    assert allocate(balances, "20.00") == pairs(("3", "20.00"))
    assert wanted(balances, "20.00", ("1", "5.00"), ("2", "5.00")) == []


def test_the_lines_name_the_invoices_number() -> None:
    balances = OpenBalances([invoice("1", 1, "100.00", number="INV-1001")])
    assert balances.allocate("51", Decimal("100.00")) == (Line("Invoice", "1", Decimal("100.00"), "INV-1001"),)


def wanted(balances: OpenBalances, amount: str, *parts: tuple[str, str], customer: str = "51") -> Spent:
    return spent(balances.allocate_as_wanted(customer, Decimal(amount), [Application(i, "", Decimal(a)) for i, a in parts]))


def test_as_in_workspace_each_invoice_gets_its_part_at_most_what_is_open_there() -> None:
    balances = OpenBalances([invoice("1", 1, "30.00"), invoice("2", 1, "100.00")])
    assert wanted(balances, "100.00", ("1", "60.00"), ("2", "40.00")) == pairs(("1", "30.00"), ("2", "40.00"))


def test_as_in_workspace_a_cent_is_a_part_too() -> None:
    assert wanted(OpenBalances([invoice("1", 1, "30.00")]), "0.01", ("1", "0.01")) == pairs(("1", "0.01"))


def test_as_in_workspace_never_more_than_the_payment_is_applied() -> None:
    balances = OpenBalances([invoice("1", 1, "100.00"), invoice("2", 1, "100.00"), invoice("3", 1, "100.00")])
    parts = (("1", "60.00"), ("2", "60.00"), ("3", "60.00"))
    assert wanted(balances, "100.00", *parts) == pairs(("1", "60.00"), ("2", "40.00"))


def test_as_in_workspace_another_customers_or_unknown_invoice_gets_nothing() -> None:
    balances = OpenBalances([invoice("1", 2, "100.00")])
    assert wanted(balances, "100.00", ("1", "60.00"), ("404", "40.00")) == []


@pytest.mark.parametrize(("payer", "paid"), [("51", True), ("52", True), ("53", False), ("54", False)])
def test_as_in_workspace_an_invoice_is_paid_by_its_own_customer_or_one_that_it_is_billed_to(payer: str, paid: bool) -> None:
    job = Customer(id="52", name="Job", full_name="Job", parent_id="51", bills_with_parent=True)
    families = PayingFamilies({"52": job, "53": replace(job, id="53")})
    balances = OpenBalances([invoice("1", 2, "30.00")], families)
    lines = balances.allocate_as_wanted(payer, Decimal("20.00"), [Application("1", "", Decimal("20.00"))])
    assert spent(lines) == (pairs(("1", "20.00")) if paid else [])
    # What is left, by the default process: a part of it, and then just the balance.
    assert allocate(balances, "5.00", payer) == (pairs(("1", "5.00")) if paid else [])
    rest = "5.00" if paid else "30.00"
    assert allocate(balances, rest, payer) == (pairs(("1", rest)) if paid else [])


@pytest.mark.parametrize(("payer", "found"), [("51", ["1", "2", "4"]), ("52", ["2", "4"]), ("53", ["4"])])
def test_an_invoice_that_cannot_be_understood_is_named_to_who_may_pay_it_and_gets_nothing(payer: str, found: list[str]) -> None:
    job = Customer(id="52", name="Job", full_name="Job", parent_id="51", bills_with_parent=True)
    odd = [replace(invoice(identity, client, "30.00"), problem="no date") for identity, client in (("1", 1), ("2", 2))]
    of_nobody = replace(odd[0], id="4", customer_id="")
    balances = OpenBalances([*odd, invoice("3", 1, "40.00"), of_nobody], PayingFamilies({"52": job}))
    assert [each.id for each in balances.unreadable(payer)] == found
    assert allocate(balances, "30.00", payer) == (pairs(("3", "30.00")) if payer == "51" else [])


def test_as_in_workspace_two_payments_never_spend_the_same_balance_twice() -> None:
    balances = OpenBalances([invoice("1", 1, "100.00")])
    assert wanted(balances, "80.00", ("1", "80.00")) == pairs(("1", "80.00"))
    assert wanted(balances, "80.00", ("1", "80.00")) == pairs(("1", "20.00"))


cents = st.integers(1, 30_000).map(lambda number: Decimal(number) / 100)
few = st.sampled_from([Decimal("10.00"), Decimal("20.00"), Decimal("30.00"), Decimal("60.00")])
money = st.one_of(few, cents)
some_invoices = st.lists(st.tuples(st.sampled_from(["51", "52"]), st.integers(1, 5), money), max_size=12)
some_payments = st.lists(st.tuples(st.sampled_from(["51", "52"]), money), max_size=14)


def invoices_from(drawn: Sequence[tuple[str, int, Decimal]]) -> list[QboInvoice]:
    return [
        QboInvoice(
            id=str(number), number=f"INV-{number}", customer_id=customer, date=date(2026, 10, day), total=balance, balance=balance
        )
        for number, (customer, day, balance) in enumerate(drawn, 5)
    ]


class PlainRule:
    """The default process (docs/architecture.md rule M2) in the plainest words: what the quick one is compared with."""

    def __init__(self, invoices: Sequence[QboInvoice]) -> None:
        self.invoices = sorted(invoices, key=lambda found: (found.date, int(found.id)))
        self.left = {found.id: found.balance for found in invoices}

    def allocate(self, customer: str, amount: Decimal) -> Spent:
        mine = [found for found in self.invoices if found.customer_id == customer and self.left[found.id] > 0]
        equal = [found for found in mine if self.left[found.id] == amount]
        lines: Spent = []
        for found in equal[:1] or mine:
            part = min(amount, self.left[found.id])
            if part:
                lines.append((found.id, part))
                self.left[found.id] -= part
                amount -= part
        return lines


@given(some_invoices, some_payments)
def test_any_run_follows_the_rule_and_spends_no_balance_twice(
    drawn: list[tuple[str, int, Decimal]], payments: list[tuple[str, Decimal]]
) -> None:
    invoices = invoices_from(drawn)
    balances, rule = OpenBalances(invoices), PlainRule(invoices)
    total: dict[str, Decimal] = defaultdict(Decimal)
    for customer, amount in payments:
        lines = spent(balances.allocate(customer, amount))
        assert lines == rule.allocate(customer, amount)
        assert sum(part for _, part in lines) <= amount
        assert all(part > 0 for _, part in lines)
        for identity, part in lines:
            total[identity] += part
    assert all(total[found.id] <= found.balance for found in invoices)


@given(some_invoices, st.lists(st.tuples(money, st.lists(st.tuples(st.integers(4, 17).map(str), money), max_size=4)), max_size=8))
def test_any_run_as_in_workspace_spends_no_balance_twice(
    drawn: list[tuple[str, int, Decimal]], payments: list[tuple[Decimal, list[tuple[str, Decimal]]]]
) -> None:
    invoices = invoices_from(drawn)
    balances = OpenBalances(invoices)
    total: dict[str, Decimal] = defaultdict(Decimal)
    for amount, parts in payments:
        lines = spent(balances.allocate_as_wanted("51", amount, [Application(i, "", a) for i, a in parts]))
        assert sum(part for _, part in lines) <= amount
        for identity, part in lines:
            total[identity] += part
    mine = {found.id: found.balance for found in invoices if found.customer_id == "51"}
    assert all(part <= mine.get(identity, 0) for identity, part in total.items())


class Counted(Decimal):
    """A balance that counts how often anybody compares it."""

    looks = 0

    def __eq__(self, other: object) -> bool:
        Counted.looks += 1
        return super().__eq__(other)

    def __gt__(self, other: Any) -> bool:
        Counted.looks += 1
        return super().__gt__(other)

    def __le__(self, other: Any) -> bool:
        Counted.looks += 1
        return super().__le__(other)

    def __lt__(self, other: Any) -> bool:
        Counted.looks += 1
        return super().__lt__(other)

    def __add__(self, other: Any) -> Counted:  # what is left of a balance is counted as the balance was
        return Counted(super().__add__(other))

    def __hash__(self) -> int:
        return super().__hash__()


def counted_balances(balances: Sequence[int]) -> OpenBalances:
    """Open invoices 1, 2, 3, … of one customer and one day; the count of looks begins anew."""
    invoices = [invoice(str(number), 1, "1.00") for number in range(1, len(balances) + 1)]
    open_ones = OpenBalances([replace(found, balance=Counted(left)) for found, left in zip(invoices, balances, strict=True)])
    Counted.looks = 0
    return open_ones


def test_a_thousand_payments_of_one_customer_do_not_look_at_each_invoice_a_thousand_times() -> None:
    balances = counted_balances(range(1, 1001))
    lines = [balances.allocate("51", Decimal(number)) for number in range(1000, 0, -1)]
    assert [found[0].id for found in lines] == [str(number) for number in range(1000, 0, -1)]
    assert 1000 <= Counted.looks < 20_000


def test_a_thousand_payments_that_use_up_the_oldest_do_not_look_at_those_before_and_after_a_thousand_times() -> None:
    balances = counted_balances([2] * 1000)
    lines = [line for _ in range(1000) for line in balances.allocate("51", Decimal("1.50"))]
    assert sum(line.amount for line in lines) == 1500
    assert [line.id for line in lines[:4]] == ["1", "1", "2", "2"]
    assert 1000 <= Counted.looks < 20_000


@pytest.mark.parametrize(
    ("kept_in", "invoiced_in", "is_paid"),
    [
        ("USD", "USD", True),
        ("EUR", "EUR", True),
        ("USD", "EUR", False),
        ("EUR", "USD", False),
        ("EUR", None, True),
        ("EUR", "", True),
        (None, "EUR", True),
        ("", "EUR", True),
        (None, None, True),
        ("", "", True),
    ],
)
def test_an_invoice_in_another_currency_than_its_customers_is_left_out(
    kept_in: str | None, invoiced_in: str | None, is_paid: bool
) -> None:
    customers = {"51": Customer(id="51", name="Cool Cars", full_name="Cool Cars", currency=kept_in)}
    found = replace(invoice("1", 1, "100.00", day=1), currency=invoiced_in)
    balances = OpenBalances([found], PayingFamilies(customers))
    assert allocate(balances, "100.00") == (pairs(("1", "100.00")) if is_paid else [])


def test_the_currency_is_that_of_the_invoices_own_customer() -> None:
    customers = {
        "51": Customer(id="51", name="Cool Cars", full_name="Cool Cars", currency="USD"),
        "52": Customer(id="52", name="Wagen", full_name="Wagen", currency="EUR"),
    }
    found = [replace(invoice(str(n), n, "100.00", day=n), currency="EUR") for n in (1, 2)]
    balances = OpenBalances(found, PayingFamilies(customers))
    assert allocate(balances, "100.00") == []
    assert allocate(balances, "100.00", "52") == pairs(("2", "100.00"))
