"""The cases of an undo: what was exported is deleted or voided again, a death at every commit and on either side of every send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from qb_plugin.model import ConnectionState, Entity, Kind, Outcome, Ref
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.undoing.created import rows_of
from qb_plugin.sync.undoing.run_undo import UndoOptions, undo
from tests.faults.cases.case import MODES, TROUBLES, World
from tests.faults.cases.run_case import Play, options_of
from tests.faults.cases.scenarios import SCENARIOS, Scenario
from tests.faults.harness.points import Killed
from tests.faults.harness.process import Desk, Ended
from tests.faults.harness.server import BATCHES, LASTING, REALM, SERVERS, VOIDS, add_strike
from tests.support.ledgers.fake_ledger import FakeLedger

VOID = "void"
UNDONE: Mapping[str, str] = {"undo": "applied", VOID: "applied", "undo-memos": "memos"}  # by scenario: what was exported before
LEFT_OUT = frozenset({"links_dropped", *LASTING})  # trouble of creates alone, or without an end for a person who only undoes again
UNDO_TROUBLES = tuple(trouble for trouble in TROUBLES if trouble not in LEFT_OUT)
KEPT_BY_OTHERS = frozenset({"changed_by_other"})  # what somebody else changed first stays, and the row says so
ENDS = frozenset({Outcome.UNDONE, Outcome.FAILED, Outcome.CHANGED})
STAYING = frozenset({Outcome.FAILED, Outcome.CHANGED})
TABLES = ("Payment", "CreditMemo")


class UndoPlay(Play):
    """The records are exported in peace; then every press is one of Undo Selected."""

    @property
    def is_void(self) -> bool:
        """Whether payments stay on file with nothing on them."""
        return self.case.world.scenario == VOID

    def scenario_of(self, world: World) -> Scenario:
        return SCENARIOS[UNDONE[world.scenario]]

    def arrange(self) -> None:
        """Export in peace; trouble strikes from then on."""
        desk = Desk(replace(self.site, refused=frozenset()), 90)
        ended = desk.press(self.scenario.records, options_of(self.scenario))
        links = desk.store.links.by_source(REALM, [record.ref for record in self.scenario.records])
        self.made = {str(ref): link.quickbooks_id for ref, link in links.items()}
        self.is_ready = all(result.outcome is Outcome.SYNCHRONIZED for result in ended.rows.values())
        desk.close()
        self.core.settle()
        if self.is_void:
            self.core.stand(VOIDS)
        add_strike(self.core, self.case.world.trouble, self.case.world.strike, VOIDS if self.is_void else BATCHES)

    def press(self) -> Ended | None:
        """Press once; None when the process died of it."""
        desk = self.desk
        try:
            ended = desk.carry("undo", list(self.made), partial(self._undo, desk))
        except Killed:
            desk.close()
            self.played.lives.append(len(desk.points.passed))
            self.desk = self._open()
            return None
        self.played.first = self.played.first or len(desk.points.passed)
        self.judge(ended)
        if desk.store.tokens.connection().state is ConnectionState.RECONNECT:
            self.sign_in()
        return ended

    def _undo(self, desk: Desk, run: LeasedRun) -> None:
        context, ids = desk.context(), list(self.made)
        undo(context, run, FakeLedger([], [], []), lambda: rows_of(context, ids), UndoOptions(ids, self.is_void))

    def judge(self, ended: Ended) -> None:
        """Told undone: it is not in QuickBooks, and not linked. Told that it stays: it is there, and linked."""
        if not self.is_ready:
            self.played.bad.append("the export before the undo did not end well")
        links = self.desk.store.links.by_source(REALM, [Ref.parse(row) for row in self.made])
        for row, result in ended.rows.items():
            is_there, is_linked = self._is_there(row), Ref.parse(row) in links
            if result.outcome is Outcome.UNDONE and (is_there or is_linked):
                self.played.bad.append(f"{row} told undone, but in QuickBooks: {is_there}, linked: {is_linked}")
            if result.outcome is Outcome.NOT_TRIED and is_there and not is_linked:
                self.played.bad.append(f"{row} told not tried, but is not linked any more")
            if result.outcome in STAYING and not (is_there and is_linked):
                self.played.bad.append(f"{row} told {result.outcome}, but in QuickBooks: {is_there}, linked: {is_linked}")

    def _is_there(self, row: str) -> bool:
        """Whether the record stands for any money."""
        table, identity = "Payment" if Ref.parse(row).kind is Kind.PAYMENT else "CreditMemo", self.made[row]
        return any(record["Id"] == identity and record["TotalAmt"] for record in self.core.company.all(table))

    def _is_done(self, ended: Ended | None) -> bool:
        ends = ENDS if self.case.world.trouble in KEPT_BY_OTHERS else {Outcome.UNDONE}
        return ended is not None and all(result.outcome in ends for result in ended.rows.values())

    def _end(self) -> None:
        """Both sides are as before the export, apart from what was kept; exported again, each record is there once and anew."""
        self.played.lives.append(len(self.desk.points.passed))
        self.desk.close()
        self.time.sleep(4000.0)
        self.core.settle()
        self.core.clear_trouble()
        self.desk = Desk(replace(self.site, refused=frozenset()), 91)
        left = [row for row in self.made if self._is_there(row)]
        if left and self.case.world.trouble not in KEPT_BY_OTHERS:
            self.played.bad.append(f"{left} were to go, and stand")
        self.played.bad += [] if left else self._judge_books()
        self.played.bad += [f"{i.operation} of {i.source} is open" for i in self.desk.store.journal.open_intents(REALM)]
        if not left:
            self._export_again()
        self.desk.close()

    def _judge_books(self) -> Iterator[str]:
        """Nothing stands of the export but what is void, and all invoices are open as they were."""
        for table in TABLES:
            left = {record["Id"] for record in self.core.company.all(table)}
            if left != (set(self.made.values()) if self.is_void and table == "Payment" else set()):
                yield f"{table} {sorted(left)} are there"
        for bill in self.core.company.all("Invoice"):
            if bill["Balance"] != bill["TotalAmt"]:
                yield f"invoice {bill['DocNumber']} has {bill['Balance']} of {bill['TotalAmt']} open"

    def _export_again(self) -> None:
        """Each record goes under a new number, once."""
        for _ in range(3):
            ended = self.desk.press(self.scenario.records, options_of(self.scenario))
            self.time.sleep(4000.0)
            if all(result.outcome is Outcome.SYNCHRONIZED for result in ended.rows.values()):
                break
        entity = Entity.PAYMENT if self.scenario.kind is Kind.PAYMENT else Entity.CREDIT_MEMO
        links = {link.quickbooks_id for link in self.desk.store.links.all_of(REALM, entity)}
        stand = {record["Id"] for record in self.core.company.all(entity) if record["TotalAmt"]}
        if links != stand or len(stand) != len(self.made) or stand & set(self.made.values()):
            self.played.bad.append(f"exported again: linked are {sorted(links)}, there stand {sorted(stand)}")


def undo_worlds(database: str) -> Iterator[World]:
    """All worlds of undos."""
    for scenario in UNDONE:
        for mode in MODES:
            for place, trouble in enumerate(UNDO_TROUBLES):
                for number, server in enumerate(SERVERS):
                    strike = "1" if trouble == "none" else ("1", "12", "2")[(place + number) % 3]
                    yield World(database, scenario, mode, trouble, strike, server)
