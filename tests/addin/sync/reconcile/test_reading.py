"""Both ledgers are read whole: what is linked across the period's edge, gone, void, unreadable or refunded is told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import Customer, Entity, Kind, Link, LinkOrigin, Pair, PairAnswer, QboCreditMemo, Ref, UnreadableRecord
from qb_plugin.sync.reconcile.items import Group, Item, Period, build_items
from qb_plugin.sync.reconcile.parties import build_parties
from qb_plugin.sync.reconcile.reading import LedgerReader, MethodNames
from tests.support.addin.sync_firm import DAY, REALM, Firm, book_payment, client_link, customer_id, firm_in, line
from tests.support.ledgers.fake_ledger_values import FakeApplication, FakeClient
from tests.support.ledgers.sync_ledger import ImportLedger

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
OCTOBER_DAY = date(2026, 10, 31)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


@pytest.fixture
def ledger() -> ImportLedger:
    return ImportLedger()


def read(firm: Firm, ledger: ImportLedger, period: Period = NOVEMBER, methods: MethodNames | None = None) -> list[Item]:
    reader = LedgerReader(firm.context, ledger, ledger.marks, firm.quickbooks.customers(), methods or MethodNames())
    return build_items(reader.read(period), period)


def link(firm: Firm, number: int, identity: str) -> None:
    source = Ref(Kind.PAYMENT, str(number))
    made = Link(realm=REALM, source=source, entity=Entity.PAYMENT, quickbooks_id=identity, origin=LinkOrigin.MATCHED)
    assert firm.store.links.add([made])


def only(items: list[Item]) -> Item:
    [item] = items
    return item


def test_a_linked_pair_is_one_item(firm: Firm, ledger: ImportLedger) -> None:
    ledger.has(1, 1, "100.00")
    firm.quickbooks.put(book_payment("698"))
    link(firm, 1, "698")
    item = only(read(firm, ledger))
    assert (item.group, item.linked, item.counts_here, item.counts_there) == (Group.EQUAL, True, True, True)


@pytest.mark.parametrize("outside", ["here", "there"])
def test_a_partner_outside_the_period_is_read_as_well(firm: Firm, ledger: ImportLedger, outside: str) -> None:
    entry = ledger.has(1, 1, "100.00")
    if outside == "here":
        ledger.entries[0] = replace(entry, date=OCTOBER_DAY)
    firm.quickbooks.put(book_payment("698", date=OCTOBER_DAY if outside == "there" else DAY))
    link(firm, 1, "698")
    item = only(read(firm, ledger))
    assert (item.group, item.counts_here, item.counts_there) == (Group.DATE_DIFFERS, outside == "there", outside == "here")


@pytest.mark.parametrize(
    ("happened", "key"),
    [("deleted", "reconcile_gone_there"), ("void", "reconcile_void_there"), ("removed", "reconcile_gone_here")],
)
def test_a_partner_that_is_gone_is_named(firm: Firm, ledger: ImportLedger, happened: str, key: str) -> None:
    ledger.has(1, 1, "100.00")
    firm.quickbooks.put(book_payment("698", amount="0.00" if happened == "void" else "100.00"))
    link(firm, 1, "698")
    if happened == "deleted":
        firm.quickbooks.delete("698")
    if happened == "removed":
        ledger.entries.clear()
    item = only(read(firm, ledger))
    assert item.group is (Group.ONLY_THERE if happened == "removed" else Group.ONLY_HERE)
    assert item.reason is not None
    assert item.reason.key == key


def test_look_alikes_are_one_item_unless_a_person_said_that_they_are_two(firm: Firm, ledger: ImportLedger) -> None:
    ledger.has(1, 1, "100.00", "CHK 4411")
    firm.quickbooks.put(book_payment("698", reference="4411"))
    item = only(read(firm, ledger))
    assert (item.group, item.linked) == (Group.NEEDS_DECISION, False)
    pair = Pair(Ref(Kind.PAYMENT, "1"), Entity.PAYMENT, "698")
    firm.store.links.answer(REALM, [pair], PairAnswer.DIFFERENT, "Maria Ortiz")
    assert [each.group for each in read(firm, ledger)] == [Group.ONLY_HERE, Group.ONLY_THERE]


def test_what_is_applied_is_measured_alike(firm: Firm, ledger: ImportLedger) -> None:
    entry = ledger.has(1, 1, "100.00")
    ledger.entries[0] = replace(entry, applications=(FakeApplication("7", "INV-7", Decimal("60.00")),))
    firm.quickbooks.put(book_payment("698", lines=(line("7", "60.00"),)))
    link(firm, 1, "698")
    assert only(read(firm, ledger)).group is Group.EQUAL


def test_credit_memos_are_read_with_what_is_used_up(firm: Firm, ledger: ImportLedger) -> None:
    memo = QboCreditMemo(
        id="31",
        sync_token="0",
        customer_id=customer_id(1),
        customer_name="Customer 1",
        date=DAY,
        total=Decimal("75.00"),
        remaining=Decimal("15.00"),
        number="CM-1",
    )
    firm.quickbooks.put(memo)
    entry = only(read(firm, ledger)).theirs
    assert entry is not None
    assert (entry.key, entry.amount, entry.applied, entry.reference) == (
        "CreditMemo:31",
        Decimal("75.00"),
        Decimal("60.00"),
        "CM-1",
    )


def test_a_credit_memo_that_was_removed_here_is_not_told_to_be_imported(firm: Firm, ledger: ImportLedger) -> None:
    memo = QboCreditMemo(
        id="31",
        sync_token="0",
        customer_id=customer_id(1),
        customer_name="Customer 1",
        date=DAY,
        total=Decimal("75.00"),
        remaining=Decimal("75.00"),
        number="CM-1",
    )
    firm.quickbooks.put(memo)
    gone = Ref(Kind.CREDIT_MEMO, "9")
    made = Link(realm=REALM, source=gone, entity=Entity.CREDIT_MEMO, quickbooks_id="31", origin=LinkOrigin.MATCHED)
    assert firm.store.links.add([made])
    item = only(read(firm, ledger))
    assert (item.group, item.reason and item.reason.key) == (Group.ONLY_THERE, "reconcile_memo_gone_here")


def test_money_that_went_back_and_what_cannot_be_read_need_a_decision(firm: Firm, ledger: ImportLedger) -> None:
    firm.quickbooks.put(book_payment("698", lines=(line("9", "30.00", type="RefundReceipt"),)))
    firm.quickbooks.unreadable.append(UnreadableRecord(id="700", entity=Entity.PAYMENT, problem="TotalAmt is odd"))
    found = {item.key: item for item in read(firm, ledger)}
    assert {key: item.group for key, item in found.items()} == dict.fromkeys(("Payment:698", "Payment:700"), Group.NEEDS_DECISION)
    reasons = [item.reason.key for item in found.values() if item.reason]
    assert sorted(reasons) == ["reconcile_returned", "reconcile_unreadable"]


@pytest.mark.parametrize(
    ("lines", "returned"),
    [
        ([("Invoice", "50.00"), ("Check", "30.00"), ("CreditMemo", "30.00")], "0.00"),
        ([("Check", "30.00"), ("Invoice", "50.00"), ("CreditMemo", "30.00")], "30.00"),
        ([("Invoice", "40.00"), ("Check", "30.00"), ("CreditMemo", "20.00")], "10.00"),
    ],
)
def test_what_went_back_is_what_no_credit_paid(
    firm: Firm, ledger: ImportLedger, lines: list[tuple[str, str]], returned: str
) -> None:
    found = tuple(line(str(number), amount, type=kind) for number, (kind, amount) in enumerate(lines, 9))
    firm.quickbooks.put(book_payment("698", amount="50.00", lines=found))
    theirs = only(read(firm, ledger)).theirs
    assert theirs
    assert theirs.returned == Decimal(returned)


def test_fractions_of_a_cent_are_in_no_total(firm: Firm, ledger: ImportLedger) -> None:
    ledger.has(1, 1, "10.005")
    firm.quickbooks.put(book_payment("698", amount="10.01"))
    link(firm, 1, "698")
    ledger.has(2, 1, "20.005")
    items = {item.key: item for item in read(firm, ledger)}
    assert [item.group for item in items.values()] == [Group.NEEDS_DECISION, Group.NEEDS_DECISION]
    assert {item.ours.amount for item in items.values() if item.ours} == {Decimal("0.00")}
    assert {item.reason.key for item in items.values() if item.reason} == {"reconcile_fractions"}


def test_methods_have_one_name_on_both_sides(firm: Firm, ledger: ImportLedger) -> None:
    ledger.entries.append(replace(ledger.has(1, 1, "100.00"), id="2", number="P-2", method="Visa"))
    firm.quickbooks.put(book_payment("698", amount="1.00", method_id="4"))
    items = read(firm, ledger, methods=MethodNames(ours={"Visa": "Credit card"}, theirs={"4": "Credit card"}))
    names = {entry.key: entry.method for item in items for entry in (item.ours, item.theirs) if entry}
    assert names == {"payment:1": "", "payment:2": "Credit card", "Payment:698": "Credit card"}


def test_hidden_records_are_read_and_flagged(firm: Firm, ledger: ImportLedger) -> None:
    ledger.has(1, 1, "100.00")
    ledger.marks.put([{"ref": "payment:1", "hidden": True}])
    assert only(read(firm, ledger)).hidden


def test_a_client_matched_to_a_parent_stands_for_its_sub_customers() -> None:
    parent, child = Customer(id="51", name="P", full_name="P"), Customer(id="52", name="C", full_name="P:C", currency="EUR")
    stranger = Customer(id="53", name="S", full_name="S:T")
    parties = build_parties([FakeClient("1", "P")], [parent, child, stranger], {"1": "51"}, "USD")
    assert parties.owners == {"51": "51", "52": "51", "53": ""}
    assert parties.same_currency_there("52", "USD")
    assert not parties.same_currency_there("52", "EUR")
    assert parties.same_currency_there("53", "EUR")
    assert parties.same_currency_here("1")
    assert parties.same_currency_here("2")
    assert not build_parties([FakeClient("1", "C")], [child], {"1": "52"}, "USD").same_currency_here("1")


def test_the_whole_of_time_is_a_period_too(firm: Firm, ledger: ImportLedger) -> None:
    ledger.has(1, 1, "100.00")
    firm.quickbooks.unreadable.append(UnreadableRecord(id="700", entity=Entity.PAYMENT, problem="odd"))
    assert len(read(firm, ledger, Period())) == 2
    assert client_link(1).quickbooks_id == customer_id(1)
