"""An export, from the rows picked to each row's outcome: settle what is open, plan, send, settle doubt, plan once more."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from qb_plugin.errors import AddInError, Fatal
from qb_plugin.model import (
    Book,
    Company,
    Kind,
    Link,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    Ref,
    RowResult,
    SourceRecord,
)
from qb_plugin.sync.allocation import OpenBalances
from qb_plugin.sync.application import plan_applications, with_application
from qb_plugin.sync.delivery import Delivery
from qb_plugin.sync.export_plan import ENTITY, PlannedRow, Planner
from qb_plugin.sync.known import ExportOptions, read_known
from qb_plugin.sync.outcomes import applied, find_differences
from qb_plugin.sync.recovery import Recovery
from qb_plugin.sync.workplace import Workplace

Event = RowResult | Message
Events = Iterator[Event]


@dataclass(frozen=True, slots=True)
class ExportRun:
    """One press of the button: its id, the lease's fence, how it exports, and whether a person has cancelled."""

    id: str
    fence: int
    options: ExportOptions
    stop: Callable[[], bool]


def export(place: Workplace, run: ExportRun, records: Sequence[SourceRecord]) -> Events:
    """Export the records: rows' results as they come to be, and notices (Message) about the whole run.

    A row may have several results while it is in doubt; its last one counts. Fatal failures are raised before anything is
    sent; later ones leave the remaining rows *not tried*.
    """
    settled: set[str] = set()
    for event in settle_open(place, run.stop):
        if isinstance(event, RowResult):
            settled.add(event.id)
        yield event
    known = read_known(place, records, run.options)
    yield from warnings_of(known.company, run.options, records)
    planner = Planner(place, known, run.options)
    plan = planner.plan([record for record in records if str(record.ref) not in settled])
    yield from plan.decided
    yield from adopt(place, plan.adopted)
    yield from Rounds(place, run, planner).send(plan.rows)


def settle_open(place: Workplace, stop: Callable[[], bool]) -> Events:
    """Settle the intents that a lost answer or a killed process left open (design section 7, rule 6)."""
    intents = place.journal.open_intents(place.realm)
    if intents:
        yield Message("settling_open", {"n": len(intents)})
        yield from Recovery(place, stop).settle(intents)


def warnings_of(company: Company, options: ExportOptions, records: Sequence[SourceRecord]) -> Events:
    """What to say once a run about the company's own settings."""
    credits_used = options.auto_apply or any(record.ref.kind is Kind.CREDIT_MEMO for record in records)
    if company.auto_apply_credit and credits_used:
        yield Message("auto_apply_credit_on")


def adopt(place: Workplace, found: Sequence[tuple[SourceRecord, Book]]) -> Events:
    """Link records whose marker is in QuickBooks already, as after an older backup was restored."""
    links = [Link(place.realm, r.ref, ENTITY[r.ref.kind], b.id, "adopted", b.sync_token, r.version) for r, b in found]
    place.links.add(links)
    for record, book in found:
        customer = place.links.by_source(place.realm, [client := _client(record)]).get(client)
        meant = PaymentDraft(customer.quickbooks_id if customer else "", record.date, record.amount)
        what = find_differences(meant, book)
        outcome = Outcome.CHANGED if what else Outcome.SYNCHRONIZED
        said = Message("saved_but_differs", {"what": ", ".join(what)}) if what else Message("found_in_quickbooks")
        yield RowResult(str(record.ref), outcome, said, book.id, applied(book))


class Rounds:
    """Sends planned rows until each has come to an end: a first round, doubt settled, then what must be planned once more."""

    def __init__(self, place: Workplace, run: ExportRun, planner: Planner) -> None:
        self._place, self._run, self._planner = place, run, planner
        self._saved: list[tuple[PlannedRow, RowResult]] = []

    def send(self, rows: Sequence[PlannedRow]) -> Events:
        """Send rows, then the applications of the memos among them."""
        yield from self._rounds(rows)
        if self._saved:
            yield from self._apply_memos()

    def _rounds(self, rows: Sequence[PlannedRow]) -> Events:
        while rows:
            delivery = Delivery(self._place, self._run.id, self._run.fence, self._run.stop)
            yield from self._keep(delivery.send(rows))
            blocked = yield from self._settle(delivery)
            rest = [*delivery.again, *delivery.left]
            if delivery.fatal or self._run.stop():
                yield from (not_tried(row, delivery.fatal) for row in rest)
                return
            yield from (not_tried(row, None, "waits_for_doubt") for row in rest if row.customer.id in blocked)
            rows = yield from self._plan_again([row for row in rest if row.customer.id not in blocked])

    def _keep(self, results: Iterator[tuple[PlannedRow, RowResult]]) -> Events:
        """Pass results on; a memo that was saved is remembered, to be applied later."""
        for row, result in results:
            if self._to_apply(row, result):
                self._saved.append((row, result))
                yield replace(result, outcome=Outcome.RUNNING, message=Message("memo_to_apply"))
            else:
                yield result

    def _to_apply(self, row: PlannedRow, result: RowResult) -> bool:
        memo = row.record.ref.kind is Kind.CREDIT_MEMO and row.operation is Operation.CREATE
        return memo and self._run.options.auto_apply and result.outcome is Outcome.SYNCHRONIZED

    def _settle(self, delivery: Delivery) -> Generator[Event, None, set[str]]:
        """Settle the round's doubt; the customers of rows still in doubt are the generator's value."""
        rows = {row.id: row for _, row in delivery.doubtful.values()}
        recovery = Recovery(self._place, self._run.stop)
        if not rows or delivery.fatal:
            return {row.customer.id for row in rows.values()}
        yield Message("checking_doubt", {"n": len(rows)})
        try:
            for event in recovery.settle([intent for intent, _ in delivery.doubtful.values()]):
                if isinstance(event, RowResult) and event.id in rows:
                    yield from self._keep(iter([(rows[event.id], event)]))
                else:
                    yield event
        except Fatal as failure:  # the rows stay not confirmed; the next run, or the next start, goes on from there
            delivery.fatal = failure
        return {intent.customer_id for intent in recovery.undecided}

    def _plan_again(self, rows: Sequence[PlannedRow]) -> Generator[Event, None, list[PlannedRow]]:
        """Read these customers' invoices again and allocate anew what applies to invoices."""
        if not any(row.lines for row in rows):
            return list(rows)
        customers = sorted({row.customer.id for row in rows})
        self._planner.use_balances(OpenBalances(self._place.books.open_invoices(customers)))
        planned = [self._planner.plan_again(row) for row in rows]
        idle = [row for row in planned if row.operation is Operation.APPLY and not row.lines]
        yield from (RowResult(row.id, Outcome.FAILED, Message("nothing_open")) for row in idle)
        return [row for row in planned if row not in idle]

    def _apply_memos(self) -> Events:
        """Spend the saved memos; each row ends with both halves told."""
        saved, self._saved = self._saved, []
        ends = {row.id: result for row, result in saved}
        if self._run.stop():
            yield from (replace(result, message=Message("memo_unapplied")) for result in ends.values())
            return
        planned = list(plan_applications(self._place, self._planner, saved))
        yield from (result for row, result in planned if row is None)
        for event in self._rounds([row for row, _ in planned if row]):
            yield with_application(ends[event.id], event) if isinstance(event, RowResult) else event


def not_tried(row: PlannedRow, fatal: AddInError | None, key: str = "cancelled_row") -> RowResult:
    """A row that was not sent, and why."""
    return RowResult(row.id, Outcome.NOT_TRIED, fatal.message if fatal else Message(key))


def _client(record: SourceRecord) -> Ref:
    return Ref(Kind.CLIENT, record.client_id)
