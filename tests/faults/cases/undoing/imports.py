"""The cases of the undo of an import: payments are removed from the host's ledger, a death at every commit, the host's or ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hostsim.practice.ledger import PracticeLedger
from hostsim.practice.model import ChangeOutcome, Record, RecordChange, RecordingStatus
from hostsim.practice.sql.connection import PracticeUnavailable
from qb_plugin.host import Ledger
from qb_plugin.model import QUICKBOOKS_PAYMENT, Entity, Link, LinkOrigin, Outcome, RowResult
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.undoing import here
from qb_plugin.sync.undoing.created import rows_of
from qb_plugin.sync.undoing.planning import PlannedUndo
from qb_plugin.sync.undoing.run_undo import UndoOptions, undo
from tests.faults.cases.case import MODES, Case, World
from tests.faults.cases.controls import PLAIN, Control, patched
from tests.faults.cases.imports import ImportPlay
from tests.faults.cases.run_case import LATER, Played
from tests.faults.cases.verdict import key_of
from tests.faults.harness.databases import Databases
from tests.faults.harness.points import Killed, Points
from tests.faults.harness.process import Desk, Ended
from tests.faults.harness.server import REALM

NAME = "undo-import"
EDITED, REMOVED, LOST_BEFORE, LOST_AFTER = "edited_here", "removed_here", "host_lost_before", "host_lost_after"
TROUBLES = ("none", EDITED, REMOVED, LOST_BEFORE, LOST_AFTER)
STRIKES = ("1", "2", "4")  # which of the host's removals it strikes
GROUPS = {"batch": here.GROUP, "single": 1}  # removals a commit of the host's
STAYS = frozenset({Outcome.FAILED, Outcome.CHANGED})
BY_HAND, NEWEST = "by hand", -1


class StruckLedger:
    """The host's ledger, whose nth removal meets trouble; `edited` counts what somebody edited meanwhile."""

    def __init__(self, behind: PracticeLedger, trouble: str, strike: int) -> None:
        self._behind, self._trouble, self._left = behind, trouble, strike
        self.edited = 0

    def remove(self, changes: Sequence[RecordChange]) -> Sequence[ChangeOutcome]:
        """Remove; trouble comes before or after."""
        self._left -= 1
        trouble = "none" if self._left else self._trouble
        if trouble == LOST_BEFORE:
            raise PracticeUnavailable("The database is away.")
        if trouble == EDITED:
            self._edit(changes[-1])
        if trouble == REMOVED:
            self._behind.remove([{**changes[-1], "key": BY_HAND}])
        made = self._behind.remove([self._newest(change) for change in changes])
        if trouble == LOST_AFTER:
            raise PracticeUnavailable("The database went away with the answer.")
        return made

    def _edit(self, change: RecordChange) -> None:
        """Somebody gives the record another memo."""
        record = self._behind.records([change["ref"]])[0]
        made = self._behind.update([{"key": BY_HAND, "ref": change["ref"], "version": record.version, "memo": BY_HAND}])
        self.edited += made[0].status is RecordingStatus.RECORDED

    def _newest(self, change: RecordChange) -> RecordChange:
        """The change; one that names no version gets the one that stands."""
        records = self._behind.records([change["ref"]]) if change["version"] == NEWEST else ()
        return {**change, "version": records[0].version} if records else change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)


class UndoImportPlay:
    """The payments are imported in peace; then every press is one of Undo Selected."""

    def __init__(self, case: Case, databases: Databases, control: Control = PLAIN) -> None:
        self._case, self._control = case, control
        self._peace = ImportPlay(Case(World(case.world.database, "import", "batch", "none", "1", "replay")), databases)
        self._practice = self._peace.host.practice
        self._before, self._there = self._balances(), self._versions()
        self._practice.close()
        self.played = Played(bad=list(self._peace.run().bad))
        self._ledger = StruckLedger(self._practice.ledger, case.world.trouble, int(case.world.strike))
        self._kills = [case.first, case.second]
        self._desk = self._open()
        self._sources = {link.quickbooks_id: link.source for link in self._links()}
        self._rows = [f"{QUICKBOOKS_PAYMENT}:{identity}" for identity in self._sources]

    def run(self) -> Played:
        """Play it to the end, in the way of the control."""
        with patched([(here, "GROUP", GROUPS[self._case.world.mode]), *self._control.patches]):
            for pause in (self._case.pause, *LATER):
                if self._is_done(self._press()):
                    break
                self._peace.time.sleep(pause)
            else:
                self.played.bad.append("rows do not come to an end")
        self.played.bad += self._judge_end()
        is_empty = not self._standing()
        self._close()
        if is_empty:
            self.played.bad += [f"imported again: {problem}" for problem in self._peace.run().bad]
        return self.played

    def _open(self) -> Desk:
        kill_at = self._kills.pop(0) if self._kills else None
        desk = Desk(self._peace.site, len(self.played.lives) + 100, Points(kill_at))
        self._peace.host.watch.points = desk.points
        return desk

    def _close(self) -> None:
        self.played.lives.append(len(self._desk.points.passed))
        self._desk.close()
        self._peace.host.watch.points = Points()
        self._practice.close()

    def _press(self) -> Ended | None:
        """Press once; None when the process died of it, or the host's database went away."""
        try:
            ended = self._desk.carry("undo", self._rows, partial(self._undo, self._desk.context()))
        except Killed:
            self._close()
            self._desk = self._open()
            return None
        except PracticeUnavailable:
            return None
        finally:
            self.played.first = self.played.first or len(self._desk.points.passed)
        self.played.bad += self._judge_rows(ended.rows)
        return ended

    def _undo(self, context: SyncContext, run: LeasedRun) -> None:
        undo(context, run, self._ledger, lambda: rows_of(context, self._rows), UndoOptions(self._rows))

    def _is_done(self, ended: Ended | None) -> bool:
        """Whether nothing stands but what somebody changed; what somebody removed is unlinked by the next press."""
        standing = self._standing()
        return ended is not None and all(
            is_gone(each) or (each.outcome in STAYS and row.partition(":")[2] in standing) for row, each in ended.rows.items()
        )

    def _judge_rows(self, rows: Mapping[str, RowResult]) -> Iterator[str]:
        """Told that nothing stands: not recorded, not linked. Told anything else: linked, and recorded unless removed by hand."""
        standing, linked = self._standing(), self._linked()
        for row, result in rows.items():
            identity = row.partition(":")[2]
            is_here, is_linked = identity in standing, identity in linked
            stays = is_linked and (is_here or self._case.world.trouble == REMOVED)
            if (is_here or is_linked) if is_gone(result) else not stays:
                yield f"{row} told {result.outcome}, but recorded: {is_here}, linked: {is_linked}"

    def _judge_end(self) -> Iterator[str]:
        """Nothing of the import is here but what somebody edited; invoices are open as before; QuickBooks was not touched."""
        standing, linked = self._standing(), self._linked()
        if set(standing) != linked:
            yield f"recorded are {sorted(standing)}, linked {sorted(linked)}"
        edited = [identity for identity, record in standing.items() if record.memo == BY_HAND]
        if len(edited) != len(standing) or len(edited) != self._ledger.edited:
            yield f"{sorted(standing)} stand, {self._ledger.edited} were edited"
        if not standing and self._balances() != self._before:
            yield f"invoices have open {self._balances()}, not {self._before}"
        if self._versions() != self._there:
            yield "QuickBooks was touched"

    def _links(self) -> list[Link]:
        return [each for each in self._desk.store.links.all_of(REALM, Entity.PAYMENT) if each.origin is LinkOrigin.IMPORTED]

    def _linked(self) -> set[str]:
        return {link.quickbooks_id for link in self._links()}

    def _standing(self) -> Mapping[str, Record]:
        """The records that stand of the import, by QuickBooks' id."""
        ids = {str(source): identity for identity, source in self._sources.items()}
        return {ids[record.ref]: record for record in self._practice.ledger.records(list(ids))}

    def _balances(self) -> Mapping[str, str]:
        return {invoice.number: str(invoice.balance) for invoice in self._practice.ledger.all_invoices()}

    def _versions(self) -> Mapping[str, str]:
        return {payment["Id"]: payment["SyncToken"] for payment in self._peace.core.company.all("Payment")}


def is_gone(result: RowResult) -> bool:
    """Whether the row says that nothing stands of it any more."""
    return result.outcome is Outcome.UNDONE or key_of(result) == "undo_nothing"


def undo_import_worlds(database: str) -> Iterator[World]:
    """All worlds of undos of imports."""
    for mode in MODES:
        for trouble in TROUBLES:
            for strike in ("1",) if trouble == "none" or mode == "batch" else STRIKES:
                yield World(database, NAME, mode, trouble, strike, "replay")


def unlink_first(context: SyncContext, run: LeasedRun, ledger: Ledger, plans: Sequence[PlannedUndo]) -> None:
    """A removal whose links are taken back before the host has removed anything."""
    context.links.remove(context.realm, [plan.row.source for plan in plans])
    PLAIN_GROUP(context, run, ledger, plans)


def whatever_version(context: SyncContext, plan: PlannedUndo) -> RecordChange:
    """A removal of whatever stands there now."""
    change = PLAIN_CHANGE(context, plan)
    return {**change, "version": NEWEST}


PLAIN_GROUP, PLAIN_CHANGE = here.remove_group, here.change_of
UNDO_IMPORT_CONTROLS: Mapping[str, Control] = {
    "unlinked before removed": Control(
        "links taken back before the removal", lambda context: context, ((here, "remove_group", unlink_first),)
    ),
    "removed whatever stands": Control(
        "a removal that does not look at the version", lambda context: context, ((here, "change_of", whatever_version),)
    ),
}
