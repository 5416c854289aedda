"""The two jobs that only look: the check for changes, and Reconcile."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from qb_plugin.forms.by_itself.finding import Finding, holding_lease
from qb_plugin.forms.by_itself.job_task import JobTask
from qb_plugin.forms.changes.asked import KINDS
from qb_plugin.forms.presentation import spell_count
from qb_plugin.forms.reconcile.asked import GROUPS
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message
from qb_plugin.sync.changes.pairs import ChangedPair, ChangeKind
from qb_plugin.sync.reconcile.items import Group, Period, build_items
from qb_plugin.sync.reconcile.totals import Summary, summarize
from qb_plugin.sync.scheduling.timetable import Job, JobState

MEASURES = ("received", "applied", "unapplied", "credits")


def check_by_itself(services: FormServices, task: JobTask, state: JobState) -> Finding:  # noqa: ARG001 - as all jobs are called
    """Whether linked pairs are not the same any more; nothing is settled."""
    connection = services.connection()
    services.use_saved_pace(connection.realm)
    with holding_lease(services, task, Job.CHANGES):
        pairs = services.change_check.check(connection)
    if not pairs:
        return Finding(lines=(Message("by_itself_unchanged"),))
    changed = [pair for pair in pairs if pair.kind is not ChangeKind.WAITING]
    return Finding(
        lines=tuple(say_pairs(changed, len(pairs) - len(changed))),
        seen=" ".join(sorted(f"{pair.key}={pair.kind}" for pair in pairs)),
        warns=bool(changed),
    )


def say_pairs(changed: Sequence[ChangedPair], waiting: int) -> Iterator[Message]:
    """What a person settles, and what the next import applies by itself once it can."""
    if changed:
        counts = Counter(pair.kind for pair in changed)
        what = ", ".join(f"{label} {counts[kind]}" for kind, label in KINDS.items() if counts[kind])
        yield Message("by_itself_changed", {"records": spell_count(len(changed), "linked record"), "what": what})
    if waiting:
        yield Message("by_itself_waiting", {"payments": spell_count(waiting, "payment")})


def reconcile_by_itself(services: FormServices, task: JobTask, state: JobState) -> Finding:  # noqa: ARG001 - as all jobs are called
    """Whether both sides agree for this month and the one before."""
    connection, period = services.connection(), two_months(services.host.today())
    services.use_saved_pace(connection.realm)
    with holding_lease(services, task, Job.RECONCILE):
        ledgers = services.ledger_readings.read(connection, period, fresh=True)
    summaries = summarize(build_items(ledgers, period))
    days = {"from": f"{period.start}", "to": f"{period.end}"}
    lines = tuple(say_currency(currency, summary, days) for currency, summary in summaries.items())
    differ = any(differences(summary) for summary in summaries.values())
    return Finding(
        lines=lines or (Message("by_itself_no_money", days),),
        seen=repr([(line.key, sorted(line.values.items(), key=str)) for line in lines]),
        warns=differ,
        opens=days,
    )


def two_months(today: date) -> Period:
    """The month of a day and the one before, whole."""
    before = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return Period(before, today.replace(day=monthrange(today.year, today.month)[1]))


def differences(summary: Summary) -> Mapping[Group, int]:
    """How many items of each group keep the sides from being equal."""
    return {group: totals.items for group, totals in summary.groups.items() if totals.items and group is not Group.EQUAL}


def say_currency(currency: str, summary: Summary, days: Mapping[str, str]) -> Message:
    """Whether the sides agree in one currency, and if not by how much and why."""
    groups = differences(summary)
    if not groups:
        return Message("by_itself_agrees", {"currency": currency, "records": spell_count(summary.whole.items, "record"), **days})
    why = ", ".join(f"{GROUPS[group]} {number}" for group, number in groups.items())
    measures = {name: getattr(summary.whole.difference, name) for name in MEASURES}
    return Message("by_itself_differs", {"currency": currency, "why": why, **measures, **days})
