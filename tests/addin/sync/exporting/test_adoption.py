"""After a restored backup markers are evidence: nothing is linked crosswise or sent twice, and other money goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import Entity, Link, LinkOrigin, Message, Outcome, QboPayment, SourceRecord, UnreadableRecord
from qb_plugin.sync.exporting.snapshot import ExportOptions, read_snapshot
from tests.support.addin.scripted_sends import LOST
from tests.support.addin.sync_firm import DAY, REALM, Ended, Firm, book_payment, firm_in, payment

NEXT_MONTH = DAY + timedelta(days=30)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def saved(firm: Firm, number: int, birth: str, **parts: object) -> QboPayment:
    """What an export of this record left in QuickBooks; no birth for one of an older version."""
    note = f"[WS AF-payment-{number}{'~' if birth else ''}{birth}]"
    book = book_payment(str(300 + number), note=note, **parts)  # type: ignore[arg-type]
    firm.quickbooks.put(book)
    return book


def ends(ended: Ended, *records: SourceRecord) -> list[tuple[str, str | None, str | None]]:
    """Outcome, sentence and QuickBooks id of each row."""
    return [(ended.outcome(r).value, ended.said(r), ended.rows[str(r.ref)].quickbooks_id) for r in records]


def linked(firm: Firm, *records: SourceRecord) -> list[str]:
    return [link.quickbooks_id if (link := firm.link(record)) else "" for record in records]


# --- numbers used twice -------------------------------------------------------------------------------


@pytest.mark.parametrize("births", [("b1", "b2"), ("", "")])
def test_two_payments_entered_again_in_the_other_order_are_not_linked_crosswise(firm: Firm, births: tuple[str, str]) -> None:
    saved(firm, 538, births[0], amount="120.00")
    saved(firm, 539, births[1], client=2, amount="333.30")
    again = [payment(538, 2, "333.30", birth="c1"), payment(539, 1, "120.00", birth="c2")]
    ended = firm.export(*again)
    assert ends(ended, *again) == [("needs_decision", "twin_payment", "839"), ("needs_decision", "twin_payment", "838")]
    assert (linked(firm, *again), firm.quickbooks.batches) == (["", ""], [])


def test_other_money_under_numbers_used_before_goes(firm: Firm) -> None:
    old = [saved(firm, 538, "b1", amount="120.00"), saved(firm, 539, "b2", client=2, amount="80.00")]
    again = [payment(538, 2, "333.30", birth="c1"), payment(539, 1, "44.00", birth="c2")]
    ended = firm.export(*again)
    assert [ended.outcome(record) for record in again] == [Outcome.SYNCHRONIZED] * 2
    assert not {found.id for found in old} & set(linked(firm, *again))
    assert sorted(found.total for found in firm.quickbooks.payments_saved())[-1] == Decimal("333.30")


def test_other_money_under_a_number_of_the_old_form_is_asked_about_and_goes_as_new(firm: Firm) -> None:
    saved(firm, 538, "", amount="120.00", reference="77")
    again = payment(538, 2, "333.30", birth="c1")
    ended = firm.export(again)
    values = {"id": "838", "number": "P-538", "what": "customer, amount, reference"}
    assert ended.rows["payment:538"].message == Message("number_used_twice", values)
    assert ends(ended, again) == [("needs_decision", "number_used_twice", "838")]
    ended = firm.export(again, force=frozenset({again.ref}))
    assert ended.outcome(again) is Outcome.SYNCHRONIZED
    assert linked(firm, again) not in ([""], ["838"])


def test_the_one_under_the_number_can_be_linked_by_a_person(firm: Firm) -> None:
    old = saved(firm, 538, "", amount="120.00")
    again = payment(538, 1, "121.00", birth="c1")
    assert read_snapshot(firm.context, [again], ExportOptions()).linkable(again) == old
    other = payment(539, 1, "121.00")
    assert read_snapshot(firm.context, [other], ExportOptions()).linkable(other) is None


@pytest.mark.parametrize("births", [("b1", "b2"), ("", "")])
def test_a_monthly_retainer_entered_in_the_other_order_is_asked_about_month_by_month(firm: Firm, births: tuple[str, str]) -> None:
    saved(firm, 538, births[0])
    saved(firm, 539, births[1], date=NEXT_MONTH)
    again = [payment(538, birth="c1", date=NEXT_MONTH), payment(539, birth="c2")]
    ended = firm.export(*again)
    assert ends(ended, *again) == [("needs_decision", "twin_payment", "839"), ("needs_decision", "twin_payment", "838")]


# --- ours ---------------------------------------------------------------------------------------------


def test_a_copy_of_the_firms_database_links_what_the_original_sent_and_asks_about_nothing_else(firm: Firm) -> None:
    before = [payment(1, birth="b1", reference="1"), payment(2, birth="b2", reference="2")]
    firm.export(*before)
    sent = linked(firm, *before)
    copy_folder = Path(firm.url.removeprefix("sqlite:///")).parent / "copy"
    copy_folder.mkdir()
    with firm_in(copy_folder) as copy:
        copy.quickbooks, copy.ids = firm.quickbooks, firm.ids
        entered_there = payment(3, amount="9.00", birth="copy3")
        assert copy.export(entered_there).outcome(entered_there) is Outcome.SYNCHRONIZED
        ended = copy.export(*before)
        assert [ended.said(record) for record in before] == ["found_in_quickbooks"] * 2
        assert linked(copy, *before) == sent
    entered_here = payment(3, 2, "7.00", birth="here3")
    assert firm.export(entered_here).outcome(entered_here) is Outcome.SYNCHRONIZED
    assert len(firm.quickbooks.payments_saved()) == 4


def test_identical_payments_each_find_their_own(firm: Firm) -> None:
    for number in (1, 2):
        saved(firm, number, f"b{number}")
    records = [payment(1, birth="b1"), payment(2, birth="b2")]
    firm.export(*records)
    assert linked(firm, *records) == ["301", "302"]


def test_an_equal_birth_is_ours_though_it_was_changed_there(firm: Firm) -> None:
    saved(firm, 1, "b1", amount="90.00")
    ended = firm.export(payment(1, birth="b1"))
    assert ends(ended, payment(1)) == [("changed", "saved_but_differs", "301")]


@pytest.mark.parametrize("birth", ["b1", ""])
def test_a_customer_merged_since_agrees(firm: Firm, birth: str) -> None:
    firm.know(1, active=False)
    saved(firm, 1, birth, client=2)
    ended = firm.export(payment(1, birth="b1"))
    assert ends(ended, payment(1)) == [("synchronized", "found_in_quickbooks", "301")]


# --- not ours -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("birth", "asked"), [("b1", True), ("", True), ("b0", False)])
def test_a_voided_one_is_not_adopted(firm: Firm, birth: str, asked: bool) -> None:
    saved(firm, 1, birth, amount="0.00", voided=True)
    record = payment(1, birth="b1")
    ended = firm.export(record)
    assert (ended.said(record) == "marked_voided") is asked
    assert ended.outcome(record) is (Outcome.NEEDS_DECISION if asked else Outcome.SYNCHRONIZED)
    assert firm.export(record, force=frozenset({record.ref})).outcome(record) is Outcome.SYNCHRONIZED


def test_one_linked_to_another_record_is_not_adopted(firm: Firm) -> None:
    book = saved(firm, 1, "b1")
    firm.store.links.add(
        [Link(realm=REALM, source=payment(9).ref, entity=Entity.PAYMENT, quickbooks_id=book.id, origin=LinkOrigin.MATCHED)]
    )
    record = payment(1, birth="b1")
    firm.export(record)
    assert linked(firm, record) not in ([""], [book.id])


def test_a_copy_made_in_quickbooks_takes_the_marker_along_and_counts_as_unmarked(firm: Firm) -> None:
    first = payment(1, birth="b1")
    firm.export(first)
    [book] = firm.quickbooks.payments_saved()
    firm.quickbooks.put(replace(book, id="950", reference="88"))
    other = payment(2, birth="b2", reference="88")
    assert ends(firm.export(first, other), first, other) == [
        ("synchronized", "already_synchronized", book.id),
        ("needs_decision", "twin_payment", "950"),
    ]


@pytest.mark.parametrize("note", ["[WS BX-payment-1~b1]", "[WS AF-credit_memo-1~b1]"])
def test_another_firms_marker_or_one_of_another_kind_proves_nothing(firm: Firm, note: str) -> None:
    firm.quickbooks.put(book_payment("900", note=note, reference="other"))
    record = payment(1, birth="b1")
    firm.export(record)
    assert linked(firm, record) not in ([""], ["900"])


# --- upgrade ------------------------------------------------------------------------------------------


def test_an_intent_open_under_the_old_marker_is_found_by_it(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, LOST)
    firm.break_off(payment(1), when=lambda _: bool(firm.open_intents()))
    upgraded = payment(1, birth="b1")
    assert ends(firm.export(upgraded), upgraded) == [("synchronized", "found_in_quickbooks", linked(firm, upgraded)[0])]
    assert [found.note for found in firm.quickbooks.payments_saved()] == ["[WS AF-payment-1]"]


def test_what_an_open_intent_may_have_sent_is_no_other_records_duplicate(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, LOST)
    firm.break_off(payment(1, birth="b1"), when=lambda _: bool(firm.open_intents()))
    other = payment(2, birth="b2")
    assert read_snapshot(firm.context, [other], ExportOptions()).duplicates == {}


# --- what a person decided ----------------------------------------------------------------------------


def test_a_row_that_is_not_for_now_is_skipped_once(firm: Firm) -> None:
    record = payment(1)
    assert ends(firm.export(record, skip=frozenset({record.ref})), record) == [("skipped", "not_now", None)]
    assert firm.export(record).outcome(record) is Outcome.SYNCHRONIZED


def test_a_record_is_linked_to_the_transaction_that_a_person_names(firm: Firm) -> None:
    saved(firm, 538, "b1", amount="120.00")
    record, alike = payment(540, amount="121.00", birth="c1"), payment(541, amount="120.00", birth="c2")
    ended = firm.export(record, alike, link={record.ref: "838"})
    assert ends(ended, record) == [("changed", "saved_but_differs", "838")]
    link = firm.link(record)
    assert link is not None
    assert (link.quickbooks_id, link.origin) == ("838", LinkOrigin.MATCHED)
    assert ended.outcome(alike) is Outcome.SYNCHRONIZED  # the one that looks like it is taken


def test_what_a_person_links_is_not_adopted_by_its_own_number(firm: Firm) -> None:
    saved(firm, 1, "b1")
    first, other = payment(1, birth="b1", reference="5"), payment(2, birth="b2")
    firm.export(first, other, link={other.ref: "301"})
    assert linked(firm, other) == ["301"]
    assert linked(firm, first) not in ([""], ["301"])


@pytest.mark.parametrize("named", ["nothing", "voided", "linked", "unreadable", "twice"])
def test_what_cannot_be_linked_is_said_and_nothing_is_sent(firm: Firm, named: str) -> None:
    record, other = payment(2), payment(9, 3)
    if named in {"voided", "linked", "twice"}:
        firm.quickbooks.put(book_payment("900", amount="0.00" if named == "voided" else "100.00"))
    if named == "linked":
        firm.export(other, link={other.ref: "900"})
    if named == "unreadable":
        firm.quickbooks.unreadable = [UnreadableRecord(id="900", entity=Entity.PAYMENT, problem="odd", note="", customer_id="59")]
    rows = [payment(1), record] if named == "twice" else [record]
    ended = firm.export(*rows, link={row.ref: "900" for row in rows})
    assert ends(ended, record) == [("needs_decision", "cannot_link", None)]
    assert firm.quickbooks.batches == []
