"""What each answer makes of its row, and how a pass ends: cancelled, signed out, taken over, abandoned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.errors import Fatal, LeaseLost, ReconnectNeeded
from qb_plugin.model import (
    Batch,
    Fault,
    Message,
    Outcome,
    PaymentDraft,
    RowResult,
    Settlement,
    SourceRecord,
    Verdict,
)
from qb_plugin.sync.exporting.dispatch import Dispatcher
from qb_plugin.sync.exporting.drafting.fault_context import row_context
from qb_plugin.sync.exporting.planning import PlannedRow
from qb_plugin.sync.reporting import RunAborted
from tests.support.addin.scripted_sends import LOST, Step, refuses
from tests.support.addin.sync_firm import REALM, Ended, Firm, customer_id, firm_in, invoice, leased, line, payment

SIGNED_OUT = ReconnectNeeded(Message("quickbooks_signed_out"))


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def planned(firm: Firm, record: SourceRecord, *lines: tuple[str, str], retried: bool = False) -> PlannedRow:
    customer = next(c for c in firm.quickbooks.customers_ if c.id == customer_id(int(record.client_id)))
    note = f"[WS AF-payment-{record.ref.id}]"
    parts = tuple(line(*part) for part in lines)
    draft = PaymentDraft(
        customer_id=customer.id, date=record.date, total=record.amount, reference=record.reference or None, note=note, lines=parts
    )
    entity, payload = firm.quickbooks.payload(draft)
    return PlannedRow(record=record, customer=customer, draft=draft, entity=entity, payload=payload, retried=retried)


class Pass:
    """One pass over planned rows, and what it left."""

    def __init__(self, firm: Firm, rows: list[PlannedRow], fence: int = 0, stop: bool = False) -> None:
        self.delivery = Dispatcher(firm.context, leased(lambda: stop, fence))
        self.ended = Ended()
        self.delivery.send(rows, lambda _, result: self.ended.take(result))

    def outcomes(self) -> dict[str, Outcome]:
        return {identity: result.outcome for identity, result in self.ended.rows.items()}

    @property
    def left(self) -> list[str]:
        return [row.id for row in self.delivery.left]


def rows_of(firm: Firm, *clients: int) -> list[PlannedRow]:
    return [planned(firm, payment(number, client)) for number, client in enumerate(clients, 1)]


# --- verdicts -----------------------------------------------------------------------------------------


def test_a_refusal_closes_the_intent_with_its_reason_and_a_new_one_is_possible(firm: Firm) -> None:
    rows = rows_of(firm, 1)
    firm.quickbooks.script(payment(1).ref, refuses("610"))
    first = Pass(firm, rows)
    assert first.outcomes() == {"payment:1": Outcome.FAILED}
    assert first.ended.rows["payment:1"].message == Message("quickbooks_said", {"code": "610"}, "no")
    assert firm.standing(payment(1)) == []
    assert Pass(firm, rows).outcomes() == {"payment:1": Outcome.SYNCHRONIZED}


@pytest.mark.parametrize("code", ["620", "6000"])
def test_moved_balances_are_kept_to_be_planned_once_more(firm: Firm, code: str) -> None:
    firm.open(invoice("1", 1, "100.00"))
    rows = [planned(firm, payment(1), ("1", "10.00")), planned(firm, payment(2), ("1", "10.00"))]
    firm.quickbooks.items_a_batch = 1
    firm.quickbooks.script(payment(1).ref, refuses(code))
    done = Pass(firm, rows)
    assert done.outcomes() == {"payment:1": Outcome.WAITING}
    assert [(row.id, row.retried) for row in done.delivery.again] == [("payment:1", True)]
    assert done.left == ["payment:2"]
    assert firm.standing(payment(1)) == []


def test_a_row_planned_once_more_is_not_planned_a_third_time(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"))
    firm.quickbooks.script(payment(1).ref, refuses("6000"))
    done = Pass(firm, [planned(firm, payment(1), ("1", "10.00"), retried=True)])
    assert done.outcomes() == {"payment:1": Outcome.FAILED}
    assert done.delivery.again == []


def test_a_refusal_of_a_row_without_invoices_has_nothing_to_plan_again(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, refuses("6000"))
    assert Pass(firm, rows_of(firm, 1)).outcomes() == {"payment:1": Outcome.FAILED}


def test_a_lost_answer_is_doubt_and_keeps_the_intent(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, LOST)
    done = Pass(firm, rows_of(firm, 1))
    assert done.outcomes() == {"payment:1": Outcome.NOT_CONFIRMED}
    assert [row.id for _, row in done.delivery.doubtful.values()] == ["payment:1"]
    assert len(firm.open_intents()) == 1


@pytest.mark.parametrize("lines", [(), (("1", "10.00"),)])
def test_the_other_rows_of_a_customer_in_doubt_wait(firm: Firm, lines: tuple[tuple[str, str], ...]) -> None:
    firm.open(invoice("1", 1, "500.00"))
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 2
    firm.quickbooks.script(payment(1).ref, LOST)
    rows = [planned(firm, payment(number, 1), *lines) for number in range(1, 5)]
    rows.append(planned(firm, payment(9, 2)))
    done = Pass(firm, rows)
    in_flight_with_it = [] if lines else ["payment:2"]
    assert done.outcomes()["payment:9"] is Outcome.SYNCHRONIZED
    assert done.left == [row.id for row in rows[1:4] if row.id not in in_flight_with_it]


def test_a_refusal_without_a_fault_still_gives_a_reason(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, Step(verdict=Verdict.REFUSED))
    done = Pass(firm, rows_of(firm, 1))
    assert done.ended.rows["payment:1"].message == Message("quickbooks_no_reason")


def test_what_was_not_acted_upon_is_not_tried_and_says_why(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, Step(verdict=Verdict.NOT_ACTED_UPON, fault=Fault(code="3001", text="slow")))
    done = Pass(firm, rows_of(firm, 1))
    assert done.outcomes() == {"payment:1": Outcome.NOT_TRIED}
    assert done.ended.rows["payment:1"].message == Message("quickbooks_said", {"code": "3001"}, "slow")
    assert firm.standing(payment(1)) == []


def test_a_faults_sentence_may_name_what_the_row_is_about(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00", number="INV-1001"))
    row = planned(firm, payment(1, reference="10432"), ("1", "10.00"))
    assert row_context(row, {"account:35": "Checking"}) == {
        "account": "Undeposited Funds",
        "keys": {"customer": "customer:51", "account": "account:"},
        "client": row.record.client_name,
        "customer": "Customer 1",
        "number": "10432",
        "date": row.record.date,
        "amount": Decimal("100.00"),
        "invoices": "1",
        "entity": "Payment",
    }


# --- the end of a run ---------------------------------------------------------------------------------


def test_cancel_finishes_what_is_in_flight_and_leaves_the_rest(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 2
    stopped: list[bool] = []
    rows = [planned(firm, payment(number, number - 10)) for number in range(11, 16)]
    delivery = Dispatcher(firm.context, leased(lambda: bool(stopped)))
    done: list[str] = []

    def report(_: PlannedRow | None, result: RowResult) -> None:
        if result.outcome is Outcome.SYNCHRONIZED:
            stopped.append(True)
            done.append(result.id)

    delivery.send(rows, report)
    assert done == ["payment:11", "payment:12"]
    assert [row.id for row in delivery.left] == ["payment:13", "payment:14", "payment:15"]


def test_after_a_fatal_answer_nothing_more_is_sent_and_nothing_was_saved(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 1
    firm.quickbooks.script(payment(2, 2).ref, Step(fatal=SIGNED_OUT))
    done = Pass(firm, rows_of(firm, 1, 2, 3))
    assert done.outcomes() == {"payment:1": Outcome.SYNCHRONIZED, "payment:2": Outcome.NOT_TRIED}
    assert done.ended.rows["payment:2"].message == SIGNED_OUT.message
    assert done.left == ["payment:3"]
    assert done.delivery.fatal is SIGNED_OUT
    assert firm.open_intents() == []


def test_a_lease_taken_over_stops_the_sending_and_what_is_in_flight_is_settled(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 1

    def take_over(batch: Batch) -> None:
        if len(firm.quickbooks.batches) == 1:
            lease = firm.store.leases.take(REALM, firm.run_info())
            firm.store.leases.release(lease)

    firm.quickbooks.on_submit.append(take_over)
    done = Pass(firm, rows_of(firm, 1, 2, 3))
    assert done.outcomes() == {"payment:1": Outcome.SYNCHRONIZED, "payment:2": Outcome.SYNCHRONIZED}
    assert isinstance(done.delivery.fatal, LeaseLost)
    assert done.left == ["payment:3"]


def test_nothing_is_written_down_or_sent_once_the_lease_is_lost(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 1
    checks = iter([None, LeaseLost(Message("lease_lost"))])

    def check() -> None:
        if failure := next(checks):
            raise failure

    delivery = Dispatcher(firm.context, leased(check=check))
    results: dict[str, Outcome] = {}
    delivery.send(rows_of(firm, 1, 2, 3), lambda _, result: results.update({result.id: result.outcome}))
    assert results == {"payment:1": Outcome.SYNCHRONIZED}
    assert [row.id for row in delivery.left] == ["payment:2", "payment:3"]
    assert (firm.open_intents(), len(firm.quickbooks.batches)) == ([], 1)
    assert isinstance(delivery.fatal, LeaseLost)


class BrokenJournal:
    """The journal of a database that goes away when answers are to be written down."""

    def __init__(self, firm: Firm) -> None:
        self._journal = firm.store.journal

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    def settle(self, settlements: list[Settlement], fence: int | None = None) -> None:
        raise Fatal(Message("database_lost"))


def test_answers_that_cannot_be_written_down_are_not_confirmed(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 2
    context = replace(firm.context, journal=BrokenJournal(firm))  # type: ignore[arg-type]
    delivery = Dispatcher(context, leased())
    results: dict[str, Outcome] = {}
    delivery.send(rows_of(firm, 1, 2, 3), lambda _, result: results.update({result.id: result.outcome}))
    assert results == {"payment:1": Outcome.NOT_CONFIRMED, "payment:2": Outcome.NOT_CONFIRMED}
    assert [row.id for row in delivery.left] == ["payment:3"]
    assert len(firm.open_intents()) == 2
    assert firm.export(payment(1), payment(2, 2)).outcome(payment(1)) is Outcome.SYNCHRONIZED
    assert len(firm.quickbooks.saved) == 2


def test_a_run_that_is_abandoned_still_writes_down_what_comes_back(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 3

    def report(row: PlannedRow | None, result: RowResult) -> None:
        raise RunAborted(KeyboardInterrupt())

    with pytest.raises(RunAborted):
        Dispatcher(firm.context, leased()).send(rows_of(firm, 1, 2, 3), report)
    assert len(firm.quickbooks.batches) == 3
    assert firm.open_intents() == []
    assert firm.link(payment(1)) is not None
