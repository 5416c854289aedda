"""A run that is cut short between a credit memo and its application is finished by pressing the button again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from qb_plugin.errors import ReconnectNeeded, Unreachable
from qb_plugin.model import Message, Operation, Outcome, QboCreditMemo, QboPayment, SourceRecord
from qb_plugin.sync.exporting.run_export import settle_open
from tests.support.addin.scripted_sends import LOST, UNSENT, Step
from tests.support.addin.sync_firm import DAY, Ended, Firm, collect, firm_in, invoice, memo, part

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


# --- cut short in between -----------------------------------------------------------------------------


def test_killed_between_the_memo_and_its_application_pressing_again_finishes_the_job(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    break_off_when_saved(firm)
    assert applications(firm) == []
    ended = firm.export(CM, auto_apply=True)
    result = ended.rows[str(CM.ref)]
    assert (result.outcome, result.applied, result.quickbooks_id) == (
        Outcome.SYNCHRONIZED,
        (part(1, "50.00"),),
        "1001",
    )
    assert len(applications(firm)) == 1
    assert firm.export(CM, auto_apply=True).said(CM) == "already_synchronized"


def test_killed_in_between_and_pressed_again_without_auto_apply_nothing_is_applied(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    break_off_when_saved(firm)
    assert firm.export(CM).said(CM) == "already_synchronized"
    assert applications(firm) == []


def test_a_memo_exported_without_auto_apply_is_not_applied_by_a_later_run(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.export(CM)
    assert firm.export(CM, auto_apply=True).said(CM) == "already_synchronized"
    assert applications(firm) == []


def test_killed_before_the_memos_answer_both_halves_are_finished(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, LOST)
    firm.break_off(CM, auto_apply=True, when=lambda _: bool(firm.open_intents()))
    ended = firm.export(CM, auto_apply=True)
    assert ended.rows[str(CM.ref)].applied == (part(1, "50.00"),)
    assert len(applications(firm)) == 1


def test_killed_with_the_application_in_flight_it_is_settled_at_start_as_the_memos_row(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, LOST, operation="apply")
    firm.break_off(CM, auto_apply=True, when=lambda _: any(i.operation is Operation.APPLY for i in firm.open_intents()))
    ended: Ended = collect(partial(settle_open, firm.context))
    result = ended.rows[str(CM.ref)]
    assert (result.outcome, result.quickbooks_id) == (Outcome.SYNCHRONIZED, "1001")
    assert result.applied == (part(1, "50.00"),)


def test_an_application_whose_memo_was_unlinked_since_still_comes_to_its_end(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, UNSENT, UNSENT, operation="apply")
    firm.export(CM, auto_apply=True)
    firm.store.links.remove(firm.context.realm, [CM.ref])
    ended = collect(partial(settle_open, firm.context, look_again={CM.ref}))
    assert ended.rows[str(CM.ref)].applied == (part(1, "50.00"),)


def test_cancel_between_memo_and_application_says_so_and_pressing_again_finishes(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    stopped: list[bool] = []
    firm.quickbooks.after_batch = lambda: stopped.append(True)
    ended = firm.export(CM, auto_apply=True, stop=lambda: bool(stopped))
    assert ended.rows[str(CM.ref)].message == Message("memo_not_applied", {"reason": Message("cancelled_row")})
    assert firm.export(CM, auto_apply=True).rows[str(CM.ref)].applied == (part(1, "50.00"),)


def test_signed_out_between_memo_and_application_says_so_and_pressing_again_finishes(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 1
    firm.quickbooks.script(memo(2, 2).ref, Step(fatal=SIGNED_OUT))
    ended = firm.export(CM, memo(2, 2), auto_apply=True)
    assert ended.rows[str(CM.ref)].message == Message("memo_not_applied", {"reason": SIGNED_OUT.message})
    assert ended.outcome(memo(2, 2)) is Outcome.NOT_TRIED
    again = firm.export(CM, memo(2, 2), auto_apply=True)
    assert again.rows[str(CM.ref)].applied == (part(1, "50.00"),)


def test_signed_out_at_the_application_itself_says_so(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.script(CM.ref, Step(fatal=SIGNED_OUT), operation="apply")
    ended = firm.export(CM, auto_apply=True)
    assert ended.rows[str(CM.ref)].message == Message("memo_not_applied", {"reason": SIGNED_OUT.message})
    assert firm.open_intents() == []


def test_quickbooks_lost_before_the_application_leaves_the_row_running_for_the_run_to_end(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    firm.quickbooks.unreachable["read"] = Unreachable(Message("quickbooks_unreachable"))
    ended = firm.export(CM, auto_apply=True)
    assert isinstance(ended.failure, Unreachable)
    assert (ended.outcome(CM), ended.said(CM)) == (Outcome.RUNNING, "memo_to_apply")


def test_a_restored_backup_adopts_the_memo_and_applies_what_is_left_of_it(firm: Firm) -> None:
    firm.open(invoice("1", 1, "50.00"))
    book = QboCreditMemo(
        id="900",
        sync_token="0",
        customer_id="51",
        customer_name="",
        date=DAY,
        total=Decimal("75.00"),
        remaining=Decimal("75.00"),
        number="CM-1",
        note="[WS AF-credit_memo-1]",
    )
    firm.quickbooks.put(book)
    ended = firm.export(CM, auto_apply=True)
    result = ended.rows[str(CM.ref)]
    assert (result.outcome, result.applied) == (Outcome.SYNCHRONIZED, (part(1, "50.00"),))
    assert remaining(firm) == Decimal("25.00")


@pytest.mark.parametrize("change", [{"remaining": Decimal("0.00")}, {"customer_id": "58"}])
def test_a_restored_backup_applies_no_memo_that_is_spent_or_changed(firm: Firm, change: dict[str, object]) -> None:
    firm.open(invoice("1", 1, "50.00"))
    book = QboCreditMemo(
        id="900",
        sync_token="0",
        customer_id="51",
        customer_name="",
        date=DAY,
        total=Decimal("75.00"),
        remaining=Decimal("75.00"),
        number="CM-1",
        note="[WS AF-credit_memo-1]",
    )
    firm.quickbooks.put(replace(book, **change))  # type: ignore[arg-type]
    firm.export(CM, auto_apply=True)
    assert applications(firm) == []
