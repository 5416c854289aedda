"""The host's marks of a run's rows: which they are, set in groups while it goes on, and again later when the host cannot now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from qb_plugin.errors import AddInError
from qb_plugin.forms.services import FormServices
from qb_plugin.host import MarkChange
from qb_plugin.model import Kind, Outcome, Ref, RowResult, RunInfo, Side, side_of
from qb_plugin.sync.ports import Links

MARKED = frozenset({Kind.PAYMENT, Kind.CREDIT_MEMO})  # a client has no mark
SYNCHRONIZED, NOT_CONFIRMED, NO_MARK = "synchronized", "not_confirmed", ""
#: Marks that no link makes others: a linked record with something in doubt would be hidden as one that is done with.
SURE = frozenset({SYNCHRONIZED, NOT_CONFIRMED})

#: Of what is settled on either side: that it was refused, and why, is no matter of the export's.
SETTLED: Mapping[Outcome, str] = {
    Outcome.SYNCHRONIZED: SYNCHRONIZED,
    Outcome.CHANGED: SYNCHRONIZED,
    Outcome.NOT_CONFIRMED: NOT_CONFIRMED,
    Outcome.UNDONE: NO_MARK,
}
#: Of what is sent as new.
SENT: Mapping[Outcome, str] = {**SETTLED, Outcome.FAILED: "failed", Outcome.REMOVED: "failed"}
#: By the first word of a run's action, the mark that each end of a row sets; an end or a run that is not named leaves the mark
#: as it is. Above all of them: what is linked is *synchronized*, however its row ended, unless that is in doubt (`follow_links`).
#: Matching sets none; linking and unlinking by hand, and the job that settles lost answers, set them by the links alone.
MARKS: Mapping[str, Mapping[Outcome, str]] = {
    "export": SENT,
    "withdraw": {**SENT, Outcome.READY: NO_MARK, Outcome.NEEDS_DECISION: NO_MARK},
    "import": SETTLED,
    "undo": SETTLED,
    "take": SETTLED,
    "send": SETTLED,
    "leave": SETTLED,
    "create": {},
}

GROUP = 500  # marks are set as soon as so many wait
SECONDS = 1.0  # and wait for others at most so long
LONGEST_PAUSE = 60.0  # seconds between two tries while the host's database is away
LAST_WAITS = (1.0, 1.0, 2.0, 4.0)  # seconds between the tries at the end of a run


class RunMarks:
    """Marks rows as they end. A host that cannot be written to is tried again; nothing of that reaches the run."""

    def __init__(self, services: FormServices, run: RunInfo) -> None:
        self._queue, self._clock, self._links, self._run = services.mark_queue, services.run_ports.clock, services.links, run
        self._unsure: dict[str, MarkChange] = {}  # by record: marks that a link would make others
        self._pause = SECONDS
        self._due = self._clock.monotonic() + SECONDS

    def add(self, result: RowResult) -> None:
        """Let the mark of a row that ended so wait for its group, if it sets one."""
        change = change_of(self._run, result)
        if change is None:
            return
        self._unsure.pop(change["ref"], None)
        if change.get("state") in SURE:
            self._queue.add(change)
        else:
            self._unsure[change["ref"]] = change

    def write_if_due(self) -> None:
        """Set the marks that wait, once they are many or old; after a failure only time makes them due."""
        many = len(self._queue) + len(self._unsure) >= GROUP and self._pause == SECONDS
        if many or self._clock.monotonic() >= self._due:
            self._write()

    def write_last(self) -> str:
        """Set what waits, with some more tries; the name of the last failure, or nothing when all are set."""
        failure = self._write()
        for seconds in LAST_WAITS if failure else ():
            self._clock.sleep(seconds)
            failure = self._write()
            if not failure:
                break
        return failure

    def _write(self) -> str:
        failure = ""
        self._queue_unsure()
        try:
            self._queue.write()
        except Exception as error:  # the host's own trouble: its text may hold client data, its name does not
            failure = type(error).__name__
        self._pause = min(2 * self._pause, LONGEST_PAUSE) if failure else SECONDS
        self._due = self._clock.monotonic() + self._pause
        return failure

    def _queue_unsure(self) -> None:
        """Queue what the links decide; where they cannot be read, as the rows ended: the settle job sets it right by them later."""
        changes: Sequence[MarkChange] = list(self._unsure.values())
        self._unsure.clear()
        with suppress(AddInError):
            changes = follow_links(self._links, self._run.realm, changes)
        for change in changes:
            self._queue.add(change)


def marks_of(links: Links, run: RunInfo, results: Iterable[RowResult]) -> list[MarkChange]:
    """The changes of marks that these ends of a run's rows make."""
    changes = (change_of(run, result) for result in results)
    return follow_links(links, run.realm, [change for change in changes if change])


def follow_links(links: Links, realm: str, changes: Sequence[MarkChange]) -> list[MarkChange]:
    """The changes, but what is linked is *synchronized*: it is in QuickBooks, whatever was refused of it. Doubt stays doubt."""
    unsure = [Ref.parse(change["ref"]) for change in changes if change.get("state") not in SURE]
    linked = {str(ref): link.quickbooks_id for ref, link in links.by_source(realm, unsure).items()} if unsure else {}
    return [mark_change(ref, SYNCHRONIZED, linked[ref], realm) if (ref := each["ref"]) in linked else each for each in changes]


def change_of(run: RunInfo, result: RowResult) -> MarkChange | None:
    """The change of a mark by a row's end as the table has it; None where it sets none."""
    mark, record = MARKS.get(run.action.partition("-")[0], {}).get(result.outcome), marked_record(result)
    return mark_change(record, mark, result.quickbooks_id, run.realm) if mark is not None and record else None


def marked_record(result: RowResult) -> str | None:
    """The WorkSpace record to mark: an export's row is one; an import's row names the one it became, if it did."""
    if result.outcome is Outcome.UNDONE and side_of(result.id) is Side.QUICKBOOKS:
        return None  # the record is gone, and its mark with it
    if result.source:
        return str(result.source)
    return result.id if result.id.partition(":")[0] in MARKED else None


def mark_change(ref: str, state: str, quickbooks_id: str | None, realm: str) -> MarkChange:
    """The change of a record's mark for a company, with what the record is called there where that is known."""
    change: MarkChange = {"ref": ref, "state": state, "scope": realm}
    if not state:
        change["external_id"] = ""
    elif quickbooks_id:
        change["external_id"] = quickbooks_id
    return change
