"""Credit memos are applied in a later call than their own, and a run that is cut short in between is finished by the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.errors import ReconnectNeeded
from qb_plugin.model import (
    Application,
    Entity,
    Message,
    Operation,
    Outcome,
    QboCreditMemo,
    QboPayment,
    SourceRecord,
    UnreadableRecord,
)
from tests.support.addin.scripted_sends import LOST, UNSENT, Step, refuses
from tests.support.addin.sync_firm import DAY, Firm, firm_in, invoice, memo, part

CM = memo(1)
SIGNED_OUT = ReconnectNeeded(Message("quickbooks_signed_out"))


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def remaining(firm: Firm) -> Decimal:
    [found] = [book for book in firm.quickbooks.saved.values() if isinstance(book, QboCreditMemo)]
    return found.remaining


def applications(firm: Firm) -> list[QboPayment]:
    return firm.quickbooks.payments_saved()


def break_off_when_saved(firm: Firm, record: SourceRecord = CM) -> None:
    """The process dies after the memo's own call, before its application is written down."""
    firm.break_off(record, auto_apply=True, when=lambda ended: bool(ended.notices) or ended.said(record) == "memo_to_apply")


def test_a_memo_is_saved_and_then_applied_by_a_payment_of_nothing(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00", number="INV-1001"), invoice("2", 1, "80.00", day=2))
    ended = firm.export(CM, auto_apply=True)
    [book] = applications(firm)
    assert (book.total, book.unapplied, book.note, book.date) == (Decimal("0.00"), Decimal("0.00"), "[WS AF-apply-1]", DAY)
    assert [(x.type, x.id, str(x.amount)) for x in book.lines] == [
        ("Invoice", "1", "50.00"),
        ("Invoice", "2", "25.00"),
        ("CreditMemo", "1001", "75.00"),
    ]
    result = ended.rows[str(CM.ref)]
    assert result.applied == (Application("1", "INV-1001", Decimal("50.00")), part(2, "25.00"))
    told = Message("auto_applied", {"id": "1001", "invoices": "INV-1001 50.00, INV-2 25.00"})
    assert (result.outcome, result.message, result.quickbooks_id) == (Outcome.SYNCHRONIZED, told, "1001")
    assert ended.story(CM)[-1] is Outcome.SYNCHRONIZED
    assert set(ended.story(CM)[:-1]) == {Outcome.RUNNING}
    assert [intent.operation for intent in firm.standing(CM)] == [Operation.CREATE, Operation.APPLY]


def test_without_auto_apply_a_memo_is_only_saved(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    assert firm.export(CM).said(CM) is None
    assert applications(firm) == []


def test_several_memos_of_a_customer_never_spend_the_same_balance_twice(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 1
    firm.open(invoice("1", 1, "100.00"))
    ended = firm.export(memo(1), memo(2), auto_apply=True)
    spent = [[str(part.amount) for part in ended.rows[str(memo(n).ref)].applied] for n in (1, 2)]
    assert spent == [["75.00"], ["25.00"]]
    assert firm.quickbooks.shared_customers == ["51"]  # the memos themselves touch no invoice and may go out together


def test_with_no_open_invoice_the_memo_is_unapplied(firm: Firm) -> None:
    ended = firm.export(CM, auto_apply=True)
    assert (ended.outcome(CM), ended.said(CM)) == (Outcome.SYNCHRONIZED, "memo_unapplied")
    assert firm.export(CM, auto_apply=True).said(CM) == "already_synchronized"


def test_a_memo_that_quickbooks_gave_another_total_is_changed_and_not_applied(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, Step(change={"total": Decimal("81.00"), "remaining": Decimal("81.00")}))
    ended = firm.export(CM, auto_apply=True)
    assert ended.outcome(CM) is Outcome.CHANGED
    assert ended.rows[str(CM.ref)].message == Message(
        "memo_total_differs", {"meant": Decimal("75.00"), "found": Decimal("81.00"), "id": "1001"}
    )
    assert applications(firm) == []
    assert firm.export(CM, auto_apply=True).outcome(CM) is Outcome.CHANGED
    assert firm.export(CM, auto_apply=True).outcome(CM) is Outcome.CHANGED
    assert applications(firm) == []


def test_a_memo_whose_total_changed_before_its_application_is_not_applied(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.after_batch = lambda: tax_added(firm)
    assert firm.export(CM, auto_apply=True).outcome(CM) is Outcome.CHANGED
    assert applications(firm) == []


def tax_added(firm: Firm) -> None:
    firm.quickbooks.saved = {identity: replace(book, total=Decimal("81.00")) for identity, book in firm.quickbooks.saved.items()}


def test_a_credit_that_quickbooks_spent_itself_is_not_spent_again(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, Step(change={"remaining": Decimal("0.00")}))
    ended = firm.export(CM, auto_apply=True)
    assert (ended.outcome(CM), ended.said(CM)) == (Outcome.SYNCHRONIZED, "memo_spent")
    assert applications(firm) == []


def test_only_what_quickbooks_left_of_a_credit_is_applied(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, Step(change={"remaining": Decimal("20.00")}))
    ended = firm.export(CM, auto_apply=True)
    assert ended.rows[str(CM.ref)].applied == (part(1, "20.00"),)


def test_a_memo_deleted_before_it_is_applied_is_removed(firm: Firm) -> None:
    firm.quickbooks.after_batch = firm.quickbooks.saved.clear
    firm.open(invoice("1", 1, "50.00"))
    ended = firm.export(CM, auto_apply=True)
    assert (ended.outcome(CM), ended.said(CM)) == (Outcome.REMOVED, "removed_in_quickbooks")


def test_an_application_refused_leaves_the_memo_saved_with_the_reason_and_pressing_again_applies_it(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, refuses("610"), operation="apply")
    ended = firm.export(CM, auto_apply=True)
    reason = Message("quickbooks_said", {"code": "610"}, "no")
    assert ended.rows[str(CM.ref)].message == Message("memo_not_applied", {"reason": reason})
    assert ended.outcome(CM) is Outcome.SYNCHRONIZED
    again = firm.export(CM, auto_apply=True)
    assert again.rows[str(CM.ref)].applied == (part(1, "50.00"),)
    assert remaining(firm) == Decimal("25.00")


def test_an_application_over_moved_balances_is_planned_once_more(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"), invoice("2", 1, "30.00", day=2))
    firm.quickbooks.after_batch = spend_once(firm, "1")
    ended = firm.export(CM, auto_apply=True)
    assert ended.rows[str(CM.ref)].applied == (part(2, "30.00"),)


def test_an_application_that_finds_nothing_open_any_more_says_so(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.after_batch = spend_once(firm, "1")
    ended = firm.export(CM, auto_apply=True)
    assert ended.rows[str(CM.ref)].message == Message(
        "memo_not_applied", {"reason": Message("nothing_open", {"customer": "Customer 1"})}
    )


def spend_once(firm: Firm, identity: str) -> Callable[[], None]:
    def spend() -> None:
        firm.quickbooks.spend(identity, firm.quickbooks.invoices_[identity].balance)

    return spend


def test_a_memo_that_cannot_be_understood_any_more_is_not_applied(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    odd = UnreadableRecord(id="1001", entity=Entity.CREDIT_MEMO, problem="TotalAmt")

    def spoil() -> None:
        firm.quickbooks.saved.clear()
        firm.quickbooks.unreadable.append(odd)

    firm.quickbooks.after_batch = spoil
    ended = firm.export(CM, auto_apply=True)
    assert ended.rows[str(CM.ref)].message == Message("application_unreadable", {"what": "TotalAmt"})
    assert (ended.outcome(CM), applications(firm)) == (Outcome.CHANGED, [])


def test_an_application_in_doubt_is_looked_up_by_its_own_marker(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, LOST, operation="apply")
    ended = firm.export(CM, auto_apply=True)
    assert (ended.outcome(CM), ended.said(CM)) == (Outcome.SYNCHRONIZED, "found_in_quickbooks")
    assert len(applications(firm)) == 1


def test_an_application_that_stays_in_doubt_is_not_confirmed_and_finished_by_looking_again(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, UNSENT, UNSENT, operation="apply")
    ended = firm.export(CM, auto_apply=True)
    assert (ended.outcome(CM), ended.said(CM)) == (Outcome.NOT_CONFIRMED, "application_doubt_settled")
    again = firm.export(CM, auto_apply=True, look_again=frozenset({CM.ref}))
    result = again.rows[str(CM.ref)]
    assert (result.outcome, result.quickbooks_id) == (Outcome.SYNCHRONIZED, "1001")
    assert result.applied == (part(1, "50.00"),)
    assert len(applications(firm)) == 1


def test_an_earlier_runs_application_that_is_refused_in_the_end_is_tried_anew_only_by_pressing_once_more(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, UNSENT, UNSENT, UNSENT, refuses("610"), operation="apply")
    firm.export(CM, auto_apply=True)
    firm.export(CM, auto_apply=True, look_again=frozenset({CM.ref}))
    ended = firm.export(CM, auto_apply=True, look_again=frozenset({CM.ref}))
    assert (ended.outcome(CM), ended.said(CM)) == (Outcome.SYNCHRONIZED, "memo_not_applied")
    assert applications(firm) == []
    assert firm.export(CM, auto_apply=True).rows[str(CM.ref)].applied == (part(1, "50.00"),)


def test_a_memo_in_doubt_is_applied_once_it_is_found(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, LOST)
    ended = firm.export(CM, auto_apply=True)
    assert (ended.outcome(CM), ended.said(CM)) == (Outcome.SYNCHRONIZED, "found_in_quickbooks")
    assert remaining(firm) == Decimal("25.00")
