"""The import that runs by itself: it records what needs no decision, and counts what waits for a person."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from qb_plugin.errors import RunInProgress
from qb_plugin.forms.by_itself.finding import Finding
from qb_plugin.forms.by_itself.job_task import JobTask
from qb_plugin.forms.importing.form import DAYS
from qb_plugin.forms.importing.rows import name_methods, summarize_rows
from qb_plugin.forms.importing.waiting import apply_waiting, find_waiting, ids_of
from qb_plugin.forms.presentation import spell_count
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Connection, Entity, Message, Outcome, SourceRecord
from qb_plugin.money import ZERO, show_amount
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.compact_rows import CompactRows, read_compact_rows, unpack
from qb_plugin.sync.importing.late_matching import LateMatch
from qb_plugin.sync.importing.row import ImportRow, Listing, row_id
from qb_plugin.sync.importing.run_import import ImportOptions, import_payments
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.scheduling.timetable import Job, JobState
from qb_plugin.sync.sources import ClientCurrencies, read_sources

DONE = frozenset({Outcome.SYNCHRONIZED.value, Outcome.CHANGED.value})
#: How rows that wait for a person are counted in a note.
WAITS: Mapping[str, tuple[str, str]] = {
    Outcome.NEEDS_DECISION: ("needs a decision", "need a decision"),
    Outcome.NOT_READY: ("is not matched to a client", "are not matched to a client"),
    Outcome.REMOVED: ("was removed on one side", "were removed on one side"),
    Outcome.FAILED: ("could not be imported", "could not be imported"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What was read: the rows that need no decision, those that wait for a person with their outcomes, and payments imported before
    that can be applied now."""

    connection: Connection
    context: SyncContext
    kept: CompactRows
    days: Mapping[str, str]
    ready: Sequence[str] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    late: Sequence[LateMatch] = ()


def import_by_itself(services: FormServices, task: JobTask, state: JobState) -> Finding:
    """Record what is ready, and say what came in and what waits. Raises what reading QuickBooks raises."""
    with services.calls_of_run(lambda: task.cancelled, lambda: False):
        plan = read_plan(services, first_day(services, state))
    if not plan.ready and not plan.late:
        return find_out(services, plan, task, "")
    run = RunTask(services, task)
    summary = run.run(
        Job.IMPORT.value,
        [*plan.ready, *ids_of(plan.late)],
        partial(record_ready, services, plan),
        filters={"From": plan.days["from"], "To": plan.days["to"]},
        summarize=partial(summarize_rows, plan.kept),
    )
    if isinstance(run.failure, RunInProgress):
        raise run.failure
    found = find_out(services, plan, task, summary["run"])
    return found if run.failure is None else as_stopped(found, run)


def as_stopped(found: Finding, run: RunTask) -> Finding:
    """What was found before the run ended early."""
    return Finding(
        lines=found.lines, seen=found.seen, news=found.news, warns=True, opens=found.opens, unfinished=True, failure=run.failure
    )


def first_day(services: FormServices, state: JobState) -> date:
    """Thirty days before today, or before the last import, if that is longer ago: a host that stood still misses nothing."""
    today = services.host.today()
    last = state.slot.date() if state.slot else today
    return min(today, last) - timedelta(days=DAYS)


def read_plan(services: FormServices, start: date) -> ImportPlan:
    """QuickBooks' payments of the dates, sorted into what comes in and what waits."""
    connection, today = services.connection(), services.host.today()
    services.use_saved_pace(connection.realm)
    context = services.context(connection)
    kept = read_compact_rows(context, services.host.ledger, start, today)
    rows = [row for row in map(unpack, kept.rows.values()) if row.listing is Listing.LISTED]
    ready = [row.id for row in rows if row.outcome is Outcome.READY]
    return ImportPlan(
        connection=connection,
        context=context,
        kept=kept,
        days={"from": start.isoformat(), "to": today.isoformat()},
        ready=ready,
        left={row.id: row.outcome.value for row in rows if waits(row)},
        late=find_waiting(services, context, kept, set(ready)),
    )


def waits(row: ImportRow) -> bool:
    """Whether the row waits for a person."""
    return row.outcome.value in WAITS


def record_ready(services: FormServices, plan: ImportPlan, run: LeasedRun) -> None:
    """Record the rows that are ready; what has come to need a decision since stays out. Then apply what waited for an invoice."""
    methods = name_methods(services, plan.connection, plan.kept.rows.values())
    options = ImportOptions(methods=methods, user=services.user_name)
    import_payments(plan.context, run, services.host.ledger, plan.kept, plan.ready, options=options)
    if plan.late and not run.stop():
        apply_waiting(services, plan.context, run, plan.late)


def find_out(services: FormServices, plan: ImportPlan, task: JobTask, run_id: str) -> Finding:
    """The claims: each from how the rows ended, and from what stands here now."""
    ends = {identity: row.get("outcome", "") for identity, row in task.rows.items()}
    came = read_recorded(services, plan, [identity for identity in plan.ready if ends.get(identity) in DONE])
    late = [each for each in ids_of(plan.late) if ends.get(each) in DONE and task.rows[each].get("applied")]
    left = {**plan.left, **{each: end for each in plan.ready if (end := ends.get(each, "")) in WAITS}}
    lines = tuple(say(came, len(late), left))
    told = "\n".join(f"{identity} {end}" for identity, end in sorted(left.items()))
    return Finding(
        lines=lines or (Message("by_itself_nothing_new", plan.days),),
        seen=hashlib.sha256(told.encode()).hexdigest() if left else "",
        news=bool(came or late),
        warns=bool(left),
        opens={**plan.days, "run": run_id},
        unfinished=any(ends.get(each) == Outcome.NOT_TRIED.value for each in plan.ready),
    )


def read_recorded(services: FormServices, plan: ImportPlan, rows: Sequence[str]) -> list[SourceRecord]:
    """The payments here that rows have become: amounts in the note are those that were recorded."""
    ids = [identity.removeprefix(row_id("")) for identity in rows]
    links = services.links.by_quickbooks(plan.context.realm, Entity.PAYMENT, ids)
    ledger = services.host.ledger
    return read_sources(ledger, [link.source for link in links.values()], ClientCurrencies(ledger))


def say(came: Sequence[SourceRecord], late: int, left: Mapping[str, str]) -> Iterator[Message]:
    """What came in with how much of it unapplied, what was applied late, and what waits for a person."""
    if came:
        yield Message("by_itself_imported", {"payments": spell_count(len(came), "payment"), "amount": add_up(came)})
    loose = sum(1 for record in came if sum((part.amount for part in record.applications), ZERO) < record.amount)
    if loose:
        yield Message("by_itself_loose", {"payments": spell_count(loose, "payment")})
    if late:
        yield Message("by_itself_late", {"payments": spell_count(late, "payment")})
    if left:
        counts = Counter(left.values())
        parts = [f"{number} {WAITS[end][number != 1]}" for end in WAITS if (number := counts[end])]
        yield Message("by_itself_left", {"what": ", ".join(parts)})


def add_up(records: Sequence[SourceRecord]) -> str:
    """`1,650.00 USD`, of each currency for itself."""
    sums: Counter[str] = Counter()
    amounts: dict[str, Decimal] = {}
    for record in records:
        sums[record.currency] += 1
        amounts[record.currency] = amounts.get(record.currency, ZERO) + record.amount
    return " and ".join(f"{show_amount(amounts[each])} {each}".rstrip() for each in sorted(sums))
