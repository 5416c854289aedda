"""Plays one case: press, die, start again, press again, until every row has come to its end; then judge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

from qb_plugin.model import ConnectionState, Ref
from qb_plugin.sync.exporting.snapshot import ExportOptions
from tests.faults.cases.case import Case, World
from tests.faults.cases.controls import PLAIN, Control
from tests.faults.cases.scenarios import BILLS, CLIENTS, SCENARIOS, Scenario
from tests.faults.cases.verdict import Truth, is_told_done, judge_end, judge_rows, key_of, read_truth
from tests.faults.harness.databases import Databases
from tests.faults.harness.points import Killed, Points
from tests.faults.harness.process import Desk, Ended, Site, settle_in
from tests.faults.harness.server import ADDRESS, NETWORK, REALM, Template, add_strike, make_template, new_server
from tests.faults.harness.shared_time import SharedTime

# Seconds between later presses: a person who was refused, or told that something is open, comes back after a while.
LATER = (40.0, 400.0, 4000.0, 4000.0, 4000.0, 4000.0, 4000.0)
SETTLED = 4000.0  # seconds after which nothing is under way any more and queries show everything
NAME = "export"


@dataclass(slots=True)
class Played:
    """What came of a case: what was wrong, how many points each life of the process passed, and how many the first press."""

    bad: list[str] = field(default_factory=list)
    lives: list[int] = field(default_factory=list)
    first: int = 0


class Play:
    """One case under way."""

    def __init__(self, case: Case, databases: Databases, control: Control = PLAIN) -> None:
        self.case, self.scenario = case, SCENARIOS[case.world.scenario]
        self.time = SharedTime()
        prepare(databases)  # first, as it signs in at the template: servers made before would not know that sign-in
        self.core = new_server(company(), self.time, case.world.server)
        self.site = Site(databases.fresh(NAME), self.core, self.time, case.world.mode, control, refused_calls(case.world))
        add_strike(self.core, case.world.trouble, case.world.strike)
        self.played = Played()
        self.said: dict[str, set[str]] = {}
        self._kills = [case.first, case.second]
        self._offered: frozenset[Ref] = frozenset()  # the rows at which the person presses Look again next
        self._desk = self._open()

    def run(self) -> Played:
        """Play it to the end."""
        for pause in (self.case.pause, *LATER):
            if self._is_done(self._press()):
                break
            self.time.sleep(pause)
        else:
            self.played.bad.append("rows do not come to an end")
        self._end()
        return self.played

    def _open(self) -> Desk:
        kill_at = self._kills.pop(0) if self._kills else None
        return Desk(self.site, len(self.played.lives) + 1, Points(kill_at))

    def _press(self) -> Ended | None:
        """Press once; None when the process died of it."""
        desk, before = self._desk, read_truth(self.core)
        try:
            ended = desk.press(self.scenario.records, replace(options_of(self.scenario), look_again=self._offered))
        except Killed:
            desk.close()
            self.played.lives.append(len(desk.points.passed))
            self._desk = self._open()
            return None
        self._offered = offered(ended)
        self.played.first = self.played.first or len(desk.points.passed)
        self._judge(ended, before)
        if desk.store.tokens.connection().state is ConnectionState.RECONNECT:
            self._sign_in()
        return ended

    def _sign_in(self) -> None:
        """A person signs in again; the process may die of that too."""
        try:
            self._desk.connect(self.core.credentials(ADDRESS)["refresh_token"])
        except Killed:
            self._desk.close()
            self.played.lives.append(len(self._desk.points.passed))
            self._desk = self._open()

    def _judge(self, ended: Ended, before: Truth) -> None:
        self.played.bad += judge_rows(self.scenario, before, self.core, self._desk.store, ended.rows)
        for row, result in ended.rows.items():
            self.said.setdefault(row, set()).add(f"{result.outcome}:{key_of(result)}")

    def _is_done(self, ended: Ended | None) -> bool:
        """Whether there is nothing to press for: every row is told done, every credit memo applied."""
        told = ended is not None and all(is_told_done(result) for result in ended.rows.values())
        return told and not self._desk.store.journal.to_apply(REALM)

    def _end(self) -> None:
        self.played.lives.append(len(self._desk.points.passed))
        self.time.sleep(SETTLED)
        self.core.settle()
        trouble = self.case.world.trouble
        self.played.bad += judge_end(self.scenario, self.core, self._desk.store, trouble, self.said)
        self._desk.close()


@cache
def company() -> Template:
    """The company of all cases, made once a process."""
    return make_template(tuple(CLIENTS.values()), BILLS)


def options_of(scenario: Scenario) -> ExportOptions:
    """How the scenario is exported."""
    return ExportOptions(auto_apply=scenario.auto_apply, item_id="1")


def refused_calls(world: World) -> frozenset[int]:
    """Which writing calls find no connection."""
    if world.trouble != NETWORK:
        return frozenset()
    return frozenset(int(digit) for digit in world.strike)


def prepare(databases: Databases) -> None:
    """The tables as they are before the first press: signed in, clients matched."""

    def set_up(url: str) -> None:
        core = company().core
        desk = Desk(Site(url, core, SharedTime()))
        ids = {record["DisplayName"]: record["Id"] for record in core.company.all("Customer")}
        settle_in(desk, {here: ids[name] for here, name in CLIENTS.items()}, core.credentials(ADDRESS)["refresh_token"])
        desk.close()

    databases.prepare(NAME, set_up)


def offered(ended: Ended) -> frozenset[Ref]:
    """The rows that offer Look again."""
    keys = {"doubt_settled", "application_doubt_settled"}
    return frozenset(Ref.parse(identity) for identity, row in ended.rows.items() if row.message and row.message.key in keys)
