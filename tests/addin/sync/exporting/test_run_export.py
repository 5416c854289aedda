"""A whole export, from the rows picked to each row's outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.errors import ReconnectNeeded, Unreachable
from qb_plugin.model import Application, Batch, Company, Entity, IntentState, Kind, Line, Link, LinkOrigin, Message, Outcome, Ref
from qb_plugin.sync.exporting.run_export import still_open
from qb_plugin.sync.exporting.snapshot import ExportOptions, read_snapshot
from tests.support.addin.scripted_sends import LOST, UNSENT, Step, refuses
from tests.support.addin.sync_firm import DAY, REALM, Firm, book_payment, firm_in, invoice, memo, part, payment

SIGNED_OUT = ReconnectNeeded(Message("quickbooks_signed_out"))


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def test_a_payment_is_saved_linked_and_confirmed(firm: Firm) -> None:
    row = payment(1, reference="10432")
    ended = firm.export(row)
    [saved] = firm.quickbooks.payments_saved()
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert (saved.total, saved.customer_id, saved.reference) == (Decimal("100.00"), "51", "10432")
    assert saved.note == "[WS AF-payment-1]"
    link = firm.link(row)
    assert link is not None
    assert link.quickbooks_id == saved.id
    assert firm.intent_of(row).state is IntentState.CONFIRMED


def test_pressing_the_button_again_sends_nothing_twice(firm: Firm) -> None:
    row = payment(1)
    firm.export(row)
    ended = firm.export(row)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.SYNCHRONIZED, "already_synchronized")
    assert len(firm.quickbooks.saved) == 1


def test_every_row_has_an_end_whatever_becomes_of_it(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 2
    rows = [payment(1), payment(2, client=9), payment(3, amount="0.00"), payment(4, 2), payment(5, 3), payment(6, 4)]
    firm.quickbooks.script(rows[3].ref, refuses("610"))
    firm.quickbooks.script(rows[4].ref, LOST)
    firm.quickbooks.script(rows[5].ref, UNSENT, UNSENT, UNSENT)
    ended = firm.export(*rows)
    assert [ended.outcome(row).value for row in rows] == [
        "synchronized",
        "failed",
        "failed",
        "failed",
        "synchronized",
        "not_confirmed",
    ]


def test_auto_apply_says_where_the_money_went_and_what_stayed(firm: Firm) -> None:
    firm.open(invoice("1", 1, "60.00", number="INV-1001"))
    row = payment(1)
    ended = firm.export(row, auto_apply=True)
    result = ended.rows[str(row.ref)]
    assert result.applied == (Application("1", "INV-1001", Decimal("60.00")),)
    values = {"a": Decimal("60.00"), "b": Decimal("100.00"), "c": Decimal("40.00"), "id": "1001", "invoices": "INV-1001 60.00"}
    reason = Message("nothing_more_open", {"customer": "Customer 1"})
    assert result.message == Message("auto_applied_partly", {**values, "reason": reason})


def test_without_auto_apply_nothing_is_applied(firm: Firm) -> None:
    firm.open(invoice("1", 1, "60.00"))
    ended = firm.export(payment(1))
    assert ended.rows["payment:1"].applied == ()
    assert firm.quickbooks.invoices_["1"].balance == Decimal("60.00")


def test_what_quickbooks_applied_differently_is_said_on_the_row(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"))
    row = payment(1)
    firm.quickbooks.script(row.ref, Step(change={"lines": (Line("Invoice", "1", Decimal("70.00"), "INV-1"),)}))
    ended = firm.export(row, auto_apply=True)
    assert ended.rows[str(row.ref)].message == Message(
        "applied_differently", {"meant": Decimal("100.00"), "found": Decimal("70.00")}
    )
    assert ended.outcome(row) is Outcome.SYNCHRONIZED


def test_what_quickbooks_saved_otherwise_is_changed(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, Step(change={"date": DAY + timedelta(days=1)}))
    ended = firm.export(row)
    assert ended.outcome(row) is Outcome.CHANGED
    assert ended.rows[str(row.ref)].message == Message("saved_but_differs", {"what": "date"})


# --- planned once more --------------------------------------------------------------------------------


def moved(firm: Firm, *invoices: str) -> None:
    """Somebody pays these invoices between our reading and our sending."""

    def pay(batch: Batch) -> None:
        for identity in invoices:
            firm.quickbooks.spend(identity, firm.quickbooks.invoices_[identity].balance)

    firm.quickbooks.on_submit.append(pay)


def test_after_moved_balances_the_row_is_planned_once_more_and_saved(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"), invoice("2", 1, "80.00", day=2))
    moved(firm, "1")
    row = payment(1)
    ended = firm.export(row, auto_apply=True)
    assert ended.story(row) == [Outcome.RUNNING, Outcome.WAITING, Outcome.RUNNING, Outcome.SYNCHRONIZED]
    assert ended.rows[str(row.ref)].applied == (part(2, "80.00"),)
    assert len(firm.quickbooks.saved) == 1


def test_a_row_that_can_be_applied_to_nothing_any_more_is_saved_unapplied(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"))
    moved(firm, "1")
    ended = firm.export(payment(1), auto_apply=True)
    assert ended.outcome(payment(1)) is Outcome.SYNCHRONIZED
    assert firm.quickbooks.payments_saved()[0].unapplied == Decimal("100.00")


def test_a_second_refusal_is_reported(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"))
    row = payment(1)
    firm.quickbooks.script(row.ref, refuses("620"), refuses("620"))
    ended = firm.export(row, auto_apply=True)
    assert ended.outcome(row) is Outcome.FAILED
    assert firm.quickbooks.saved == {}


def test_the_customers_rows_that_waited_go_on_over_the_newer_balances(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 1
    firm.open(invoice("1", 1, "100.00"), invoice("2", 1, "150.00", day=2))
    moved(firm, "1")
    rows = [payment(1), payment(2)]
    ended = firm.export(*rows, auto_apply=True)
    assert [ended.outcome(row) for row in rows] == [Outcome.SYNCHRONIZED, Outcome.SYNCHRONIZED]
    assert firm.quickbooks.invoices_["2"].balance == Decimal("0.00")
    assert sorted(found.unapplied for found in firm.quickbooks.payments_saved()) == [Decimal("0.00"), Decimal("50.00")]


def test_quickbooks_lost_between_two_rounds_leaves_the_row_waiting(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"))
    row = payment(1)
    firm.quickbooks.script(row.ref, refuses("620"))
    gone = Unreachable(Message("quickbooks_unreachable"))
    firm.quickbooks.after_batch = lambda: firm.quickbooks.unreachable.update(open_invoices=gone)
    ended = firm.export(row, auto_apply=True)
    assert ended.failure is gone
    assert ended.story(row) == [Outcome.RUNNING, Outcome.WAITING]
    assert firm.standing(row) == []


# --- doubt --------------------------------------------------------------------------------------------


def test_the_customers_other_rows_go_on_once_its_doubt_is_settled(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 1
    firm.quickbooks.script(payment(1).ref, LOST)
    ended = firm.export(payment(1), payment(2))
    assert [ended.outcome(payment(n)) for n in (1, 2)] == [Outcome.SYNCHRONIZED, Outcome.SYNCHRONIZED]


def make_twice(firm: Firm) -> None:
    """The answer to payment 1 is lost, and somebody copies it in QuickBooks before it is looked up."""
    firm.quickbooks.script(payment(1).ref, LOST)

    def copy() -> None:
        for found in [each for each in firm.quickbooks.payments_saved() if each.id == "1001"]:
            firm.quickbooks.put(replace(found, id="900"))

    firm.quickbooks.after_batch = copy


def test_the_customers_other_rows_are_not_tried_while_its_doubt_lasts(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 1
    make_twice(firm)
    ended = firm.export(payment(1), payment(2), payment(3, client=2))
    assert ended.outcome(payment(1)) is Outcome.NOT_CONFIRMED
    assert (ended.outcome(payment(2)), ended.said(payment(2))) == (Outcome.NOT_TRIED, "waits_for_doubt")
    assert ended.outcome(payment(3)) is Outcome.SYNCHRONIZED


def test_a_later_runs_rows_of_a_customer_still_in_doubt_wait_too(firm: Firm) -> None:
    make_twice(firm)
    firm.export(payment(1))
    ended = firm.export(payment(2), payment(3, client=2))
    assert (ended.outcome(payment(2)), ended.said(payment(2))) == (Outcome.NOT_TRIED, "waits_for_doubt")
    assert ended.outcome(payment(3)) is Outcome.SYNCHRONIZED


def test_quickbooks_out_of_reach_while_doubt_is_settled_leaves_the_row_not_confirmed(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 1
    firm.quickbooks.script(payment(1).ref, LOST)
    gone = Unreachable(Message("quickbooks_unreachable"))
    firm.quickbooks.unreachable["created_since"] = gone
    ended = firm.export(payment(1), payment(2))
    assert ended.failure is None
    assert ended.outcome(payment(1)) is Outcome.NOT_CONFIRMED
    assert ended.rows["payment:2"].message == gone.message
    assert ended.outcome(payment(2)) is Outcome.NOT_TRIED


def test_a_fatal_answer_leaves_the_rest_not_tried_and_its_doubt_for_the_next_run(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 1
    rows = [payment(1), payment(2, 2), payment(3, 3)]
    firm.quickbooks.script(rows[0].ref, LOST)
    firm.quickbooks.script(rows[1].ref, Step(fatal=SIGNED_OUT))
    ended = firm.export(*rows)
    assert [ended.outcome(row) for row in rows] == [Outcome.NOT_CONFIRMED, Outcome.NOT_TRIED, Outcome.NOT_TRIED]
    assert {ended.said(row) for row in rows[1:]} == {"quickbooks_signed_out"}
    again = firm.export(*rows)
    assert [again.outcome(row) for row in rows] == [Outcome.SYNCHRONIZED] * 3
    assert len(firm.quickbooks.saved) == 3


def test_cancel_leaves_the_rest_not_tried(firm: Firm) -> None:
    ended = firm.export(payment(1), payment(2), stop=lambda: True)
    assert [ended.said(payment(n)) for n in (1, 2)] == ["cancelled_row", "cancelled_row"]
    assert firm.quickbooks.batches == []


# --- what an earlier run left -------------------------------------------------------------------------


def lose(firm: Firm, row: object, *steps: Step) -> None:
    firm.quickbooks.script(row.ref, *(steps or (LOST,)))  # type: ignore[attr-defined]
    firm.break_off(row, when=lambda _: bool(firm.open_intents()))  # type: ignore[arg-type]


def test_a_row_that_nobody_can_look_up_is_not_confirmed(firm: Firm) -> None:
    assert list(still_open(firm.context)) == []
    lose(firm, payment(1))
    [told] = still_open(firm.context)
    assert (told.id, told.outcome, told.message and told.message.key) == ("payment:1", Outcome.NOT_CONFIRMED, "not_confirmed")


def test_a_row_settled_first_is_not_planned_again(firm: Firm) -> None:
    lose(firm, payment(1))
    ended = firm.export(payment(1), payment(2, 2))
    assert [ended.said(payment(n)) for n in (1, 2)] == ["found_in_quickbooks", None]
    assert len(firm.quickbooks.saved) == 2


@pytest.mark.parametrize(("edit", "what"), [({"amount": Decimal("90.00")}, "amount"), ({"date": DAY - timedelta(days=1)}, "date")])
def test_a_record_edited_since_it_was_sent_is_changed_not_sent_again(firm: Firm, edit: dict[str, object], what: str) -> None:
    lose(firm, payment(1))
    edited = replace(payment(1), version="8", **edit)  # type: ignore[arg-type]
    ended = firm.export(edited)
    assert ended.rows["payment:1"].message == Message("saved_but_differs", {"what": what})
    assert ended.outcome(edited) is Outcome.CHANGED
    link = firm.link(edited)
    assert link is not None
    assert link.source_version == "7"
    assert len(firm.quickbooks.saved) == 1


def test_an_edited_credit_memo_is_changed_too(firm: Firm) -> None:
    lose(firm, memo(1))
    assert firm.export(replace(memo(1), amount=Decimal("70.00"))).outcome(memo(1)) is Outcome.CHANGED


def test_an_edited_record_whose_send_never_arrived_still_is_sent_as_it_was_and_told(firm: Firm) -> None:
    lose(firm, payment(1), UNSENT)
    ended = firm.export(replace(payment(1), amount=Decimal("90.00")))
    assert ended.outcome(payment(1)) is Outcome.CHANGED
    assert firm.quickbooks.payments_saved()[0].total == Decimal("100.00")


def test_a_refusal_of_an_edited_record_stays_a_refusal(firm: Firm) -> None:
    lose(firm, payment(1), UNSENT, refuses("610"))
    assert firm.export(replace(payment(1), amount=Decimal("90.00"))).outcome(payment(1)) is Outcome.FAILED


def test_a_restored_backup_adopts_what_it_had_sent_and_sends_nothing_twice(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900", note="[WS AF-payment-1]"))
    firm.quickbooks.put(book_payment("901", client=2, amount="40.00", note="[WS AF-payment-2~b2]"))
    firm.quickbooks.put(book_payment("902", note="[WS AF-payment-9~b9]"))
    rows = [payment(1), payment(2, client=2, birth="b2"), payment(9, client=9, birth="b9")]
    ended = firm.export(*rows)
    assert [(ended.outcome(row), ended.said(row)) for row in rows] == [
        (Outcome.SYNCHRONIZED, "found_in_quickbooks"),
        (Outcome.CHANGED, "saved_but_differs"),
        (Outcome.CHANGED, "saved_but_differs"),
    ]
    assert ended.rows["payment:2"].message == Message("saved_but_differs", {"what": "amount"})
    assert firm.quickbooks.batches == []
    link = firm.link(rows[0])
    assert link is not None
    assert (link.origin, link.quickbooks_id, link.source_version) == ("adopted", "900", "7")


def test_a_company_that_spends_credits_by_itself_is_told_once(firm: Firm) -> None:
    firm.quickbooks.company_ = Company(realm="realm", name="Alder & Finch", auto_apply_credit=True)
    assert firm.export(payment(1), payment(2), auto_apply=True).notices == ["auto_apply_credit_on"]
    assert firm.export(payment(3)).notices == []
    assert firm.export(memo(1)).notices == ["auto_apply_credit_on"]


# --- look-alikes --------------------------------------------------------------------------------------


def test_a_look_alike_is_found_for_a_matched_client_only(firm: Firm) -> None:
    book = firm.quickbooks.put(book_payment("900"))
    for record, found in ((payment(1), book), (payment(1, client=9), None), (payment(1, amount="99.00"), None)):
        assert read_snapshot(firm.context, [record], ExportOptions()).linkable(record) == found


def test_a_client_matched_while_it_ran_is_sent_next_time(firm: Firm) -> None:
    row = payment(1, client=9)
    assert firm.export(row).outcome(row) is Outcome.FAILED
    firm.know(9)
    firm.store.links.add(
        [Link(realm=REALM, source=Ref(Kind.CLIENT, "9"), entity=Entity.CUSTOMER, quickbooks_id="59", origin=LinkOrigin.MATCHED)]
    )
    assert firm.export(row).outcome(row) is Outcome.SYNCHRONIZED


def test_a_failure_while_reading_is_raised_before_anything_is_sent(firm: Firm) -> None:
    firm.quickbooks.unreachable["payments"] = SIGNED_OUT
    ended = firm.export(payment(1))
    assert (ended.failure, ended.events, firm.quickbooks.batches) == (SIGNED_OUT, [], [])
    assert firm.export().failure is None
