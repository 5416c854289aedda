"""Planned rows go out in batches: written down first, settled before anybody hears of them, a customer's one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.errors import ReconnectNeeded
from qb_plugin.model import (
    Batch,
    Intent,
    IntentState,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    RowResult,
    Settlement,
    SourceRecord,
)
from qb_plugin.store.database import open_store
from qb_plugin.sync.exporting.dispatch import AHEAD, CustomerQueue, Dispatcher
from qb_plugin.sync.exporting.planning import PlannedRow
from tests.support.addin.scripted_sends import LOST
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


# --- the queue ----------------------------------------------------------------------------------------


def paying(firm: Firm, *clients: int) -> list[PlannedRow]:
    return [planned(firm, payment(number, client), (str(number), "1.00")) for number, client in enumerate(clients, 1)]


def numbers(rows: list[PlannedRow]) -> list[str]:
    return [row.record.ref.id for row in rows]


def test_a_customer_whose_invoices_are_touched_waits_while_one_of_its_batches_is_in_flight(firm: Firm) -> None:
    queue = CustomerQueue(paying(firm, 1, 2, 1, 3))
    assert numbers(queue.take(2)) == ["1", "3"]
    assert numbers(queue.take(9)) == ["2", "4"]
    assert queue.take(9) == []


def test_a_customer_whose_rows_fill_a_batch_goes_on_when_it_is_released(firm: Firm) -> None:
    queue = CustomerQueue(paying(firm, 1, 1, 1))
    assert len(queue.take(2)) == 2
    assert queue.take(2) == []
    queue.release(customer_id(1))
    assert numbers(queue.take(2)) == ["3"]
    queue.release(customer_id(1))
    assert queue.take(2) == []
    assert queue.left() == []


def test_rows_that_touch_no_invoice_go_out_at_once_whoever_they_are_of(firm: Firm) -> None:
    queue = CustomerQueue(rows_of(firm, 1, 1, 2))
    assert numbers(queue.take(1) + queue.take(1) + queue.take(1)) == ["1", "2", "3"]


def test_a_customer_that_is_held_keeps_its_other_rows_back(firm: Firm) -> None:
    queue = CustomerQueue(rows_of(firm, 1, 1, 2))
    queue.take(1)
    queue.block(customer_id(1))
    assert numbers(queue.take(9)) == ["3"]
    assert numbers(queue.left()) == ["2"]


def test_taking_costs_the_rows_taken_not_the_rows_waiting(firm: Firm) -> None:
    [row] = rows_of(firm, 1)
    queue = CustomerQueue([row] * 100_000)
    assert sum(len(queue.take(30)) for _ in range(3334)) == 100_000


def test_rows_are_planned_only_a_little_ahead_of_what_is_taken(firm: Firm) -> None:
    rows = rows_of(firm, *[1] * 20)
    source = iter(rows)
    queue = CustomerQueue(source, ahead=5)
    assert numbers(queue.take(2)) == ["1", "2"]
    assert next(source) is rows[5]


def test_a_held_customers_rows_do_not_keep_others_from_being_planned(firm: Firm) -> None:
    queue = CustomerQueue(paying(firm, *[1] * 8, 2, 3), ahead=2)
    assert numbers(queue.take(1)) == ["1"]
    assert numbers(queue.take(2)) == ["9", "10"]
    queue.release(customer_id(1))
    assert numbers(queue.take(9)) == ["2", "3", "4", "5", "6", "7", "8"]


def test_a_customer_that_had_no_more_rows_goes_on_when_more_are_planned(firm: Firm) -> None:
    queue = CustomerQueue(rows_of(firm, 1, 2, 1), ahead=2)
    assert numbers(queue.take(2)) == ["1", "2"]
    assert numbers(queue.take(2)) == ["3"]


def test_rows_that_planning_ends_are_told_before_more_are_planned(firm: Firm) -> None:
    ends = [RowResult(id=f"payment:{number}", outcome=Outcome.FAILED, message=Message("amount_zero")) for number in range(5)]
    queue = CustomerQueue([*ends, *rows_of(firm, 1)], ahead=3)
    assert (queue.take(9), queue.decided()) == ([], ends[:3])
    assert (numbers(queue.take(9)), queue.decided(), queue.decided()) == (["1"], ends[3:], [])


def test_a_run_of_nothing_but_refused_rows_tells_them_all(firm: Firm) -> None:
    ends = [
        RowResult(id=f"payment:{number}", outcome=Outcome.FAILED, message=Message("amount_zero")) for number in range(AHEAD + 1)
    ]
    told: list[tuple[PlannedRow | None, RowResult]] = []
    Dispatcher(firm.context, leased()).send(ends, lambda row, result: told.append((row, result)))
    assert told == [(None, end) for end in ends]


# --- written down first -------------------------------------------------------------------------------


def test_intents_are_committed_before_a_byte_leaves(firm: Firm) -> None:
    seen: list[list[Intent]] = []

    def look(batch: Batch) -> None:
        with closing(open_store(firm.url)) as second:
            seen.append(list(second.journal.open_intents(REALM)))

    firm.quickbooks.on_submit.append(look)
    row = planned(firm, payment(1))
    Pass(firm, [row])
    [[intent]] = seen
    assert (intent.payload, intent.source, intent.operation) == (row.payload, row.record.ref, Operation.CREATE)
    assert (intent.state, intent.sends, intent.source_version) == (IntentState.OPEN, 1, "7")
    assert intent.quickbooks_time == firm.quickbooks.now()
    assert (len(intent.requestid), intent.bid) == (32, "1")


def test_quickbooks_own_clock_stands_on_the_intent(firm: Firm) -> None:
    firm.quickbooks.skew -= firm.clock.now() - firm.clock.now().replace(hour=9)
    firm.quickbooks.script(payment(1).ref, LOST)
    Pass(firm, rows_of(firm, 1))
    [intent] = firm.open_intents()
    assert intent.quickbooks_time.hour == 9
    assert intent.sent_at == firm.clock.now()


def test_answers_are_written_down_before_they_are_told(firm: Firm) -> None:
    row = planned(firm, payment(1))
    found: list[tuple[IntentState, bool]] = []

    def look(_: PlannedRow | None, result: RowResult) -> None:
        if result.outcome is Outcome.SYNCHRONIZED:
            found.append((firm.intent_of(row.record).state, firm.link(row.record) is not None))

    Dispatcher(firm.context, leased()).send([row], look)
    assert found == [(IntentState.CONFIRMED, True)]


def test_a_row_is_running_while_it_is_in_flight(firm: Firm) -> None:
    [row] = rows_of(firm, 1)
    assert Pass(firm, [row]).ended.story(row.record) == [Outcome.RUNNING, Outcome.SYNCHRONIZED]


def test_the_link_keeps_the_version_that_was_sent(firm: Firm) -> None:
    Pass(firm, rows_of(firm, 1))
    link = firm.link(payment(1))
    assert link is not None
    assert (link.source_version, link.sync_token, link.origin) == ("7", "0", "exported")


class CountingJournal:
    """A journal that tells how many intents each of its commits was about."""

    def __init__(self, firm: Firm) -> None:
        self._journal, self.opened, self.settled = firm.store.journal, list[int](), list[int]()

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    def open(self, wanted: Sequence[Intent], fence: int) -> Sequence[Intent | None]:
        self.opened.append(len(wanted))
        return self._journal.open(wanted, fence)

    def settle(self, settlements: Sequence[Settlement], fence: int | None = None) -> None:
        self.settled.append(len(settlements))
        self._journal.settle(settlements, fence)


@pytest.mark.parametrize(("together", "settled"), [(False, [1, 1, 1]), (True, [2, 1])])
def test_batches_that_leave_or_come_back_together_are_one_commit(firm: Firm, together: bool, settled: list[int]) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width, firm.quickbooks.all_at_once = 1, 2, together
    journal = CountingJournal(firm)
    context = replace(firm.context, journal=journal)  # type: ignore[arg-type]
    ended = Ended()
    Dispatcher(context, leased()).send(rows_of(firm, 1, 2, 3), lambda _, result: ended.take(result))
    assert {result.outcome for result in ended.rows.values()} == {Outcome.SYNCHRONIZED}
    assert (journal.opened, journal.settled) == ([2, 1], settled)
    assert len(firm.quickbooks.batches) == 3


# --- batches ------------------------------------------------------------------------------------------


def test_batches_hold_as_many_items_as_the_sender_wants_each_with_a_number_of_its_own(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 2
    Pass(firm, rows_of(firm, 1, 2, 3))
    assert [[intent.bid for intent in batch.intents] for batch in firm.quickbooks.batches] == [["1", "2"], ["1"]]
    assert len({batch.requestid for batch in firm.quickbooks.batches}) == 2


def test_no_two_batches_in_flight_share_a_customer_where_invoices_are_touched(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 1
    firm.open(invoice("1", 1, "500.00"))
    rows = [planned(firm, payment(number, 1), ("1", "10.00")) for number in range(1, 6)]
    assert set(Pass(firm, rows).outcomes().values()) == {Outcome.SYNCHRONIZED}
    assert firm.quickbooks.shared_customers == []
    assert firm.quickbooks.invoices_["1"].balance == Decimal("450.00")


def test_a_row_sent_elsewhere_does_not_let_its_customer_into_a_second_batch(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 2
    firm.open(invoice("1", 1, "500.00"))
    rows = [planned(firm, payment(number, 1), ("1", "10.00")) for number in range(1, 6)]
    Pass(firm, rows[1:2])
    Pass(firm, rows)
    assert firm.quickbooks.shared_customers == []


def test_without_invoices_a_customers_rows_are_in_flight_together(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 1
    Pass(firm, rows_of(firm, 1, 1))
    assert firm.quickbooks.shared_customers == [customer_id(1)]


# --- rows taken already -------------------------------------------------------------------------------


def test_a_row_that_was_sent_before_is_not_sent_again(firm: Firm) -> None:
    rows = rows_of(firm, 1, 2)
    Pass(firm, rows[:1])
    second = Pass(firm, rows)
    assert second.outcomes() == {"payment:1": Outcome.SYNCHRONIZED, "payment:2": Outcome.SYNCHRONIZED}
    assert second.ended.said(rows[0].record) == "already_synchronized"
    assert second.ended.rows["payment:1"].quickbooks_id == "1001"
    assert len(firm.quickbooks.saved) == 2


def test_a_row_on_its_way_from_another_workstation_is_not_confirmed(firm: Firm) -> None:
    rows = rows_of(firm, 1)
    firm.quickbooks.script(payment(1).ref, LOST)
    Pass(firm, rows)
    second = Pass(firm, rows)
    assert second.ended.said(rows[0].record) == "sent_elsewhere"
    assert second.outcomes() == {"payment:1": Outcome.NOT_CONFIRMED}
    assert len(firm.quickbooks.batches) == 1


def test_when_all_rows_were_sent_before_no_batch_goes_out_and_the_next_one_does(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 1
    rows = rows_of(firm, 1, 2)
    Pass(firm, rows[:1])
    Pass(firm, rows)
    assert [len(batch.intents) for batch in firm.quickbooks.batches] == [1, 1]
