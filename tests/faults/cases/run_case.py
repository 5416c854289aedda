"""Plays one case: press, die, start again, press again, until every row has come to its end; then judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from zlib import crc32

from qb_plugin.model import ConnectionState, Ref, RowResult
from qb_plugin.sync.exporting.snapshot import ExportOptions
from tests.faults.cases.case import Case, World
from tests.faults.cases.controls import PLAIN, Control, patched
from tests.faults.cases.person import Person
from tests.faults.cases.scenarios import BILLS, CLIENTS, SCENARIOS, Scenario
from tests.faults.cases.verdict import is_told_done, judge_end, judge_rows, key_of, read_truth
from tests.faults.harness.databases import Databases
from tests.faults.harness.points import Killed, Points
from tests.faults.harness.process import Desk, Ended, Site, settle_in
from tests.faults.harness.server import ADDRESS, KEPT, LASTING, NETWORK, Template, add_strike, make_template, new_server
from tests.faults.harness.shared_time import CLOCKS, SharedTime

# Seconds between later presses: a person who was refused, or told that something is open, comes back after a while.
LATER = (40.0, 400.0, *[4000.0] * 12)
SETTLED = 4000.0  # seconds after which nothing is under way any more and queries show everything
NAME = "export"
BAD = "2"  # the number of the record that lasting trouble concerns


@dataclass(slots=True)
class Played:
    """What came of a case: what was wrong, how many points each life of the process passed, and how many the first press."""

    bad: list[str] = field(default_factory=list)
    lives: list[int] = field(default_factory=list)
    first: int = 0


class Play:
    """One case under way."""

    def __init__(self, case: Case, databases: Databases, control: Control = PLAIN) -> None:
        self.case, self.scenario = case, self.scenario_of(case.world)
        self.time = SharedTime()
        prepare(databases)  # first, as it signs in at the template: servers made before would not know that sign-in
        world = case.world
        self.core = new_server(company(), self.time, world.server, world.trouble == KEPT)
        url = databases.fresh(NAME)
        self.site = Site(url, self.core, self.time, world.mode, control, refused_calls(world), clocks_of(world))
        self.control, self.person = control, Person()
        self.before = read_truth(self.core)  # how things stood at the last press, but for what others sent since
        self.arrange()
        self.lasting = lasting_rows(world, self.scenario)
        self.played = Played()
        self.said: dict[str, set[str]] = {}
        self._kills = [case.first, case.second]
        self.desk = self._open()

    def scenario_of(self, world: World) -> Scenario:
        """What is exported."""
        return SCENARIOS[world.scenario]

    def arrange(self) -> None:
        """Let trouble strike."""
        world = self.case.world
        add_strike(self.core, world.trouble, world.strike, text=f"{self.scenario.kind}-{BAD}]")

    def points(self, at: int | None) -> Points:
        """The points of the next process, and what happens at the one chosen."""
        return Points(at)

    def between(self) -> None:
        """What happens before the next press."""

    def run(self) -> Played:
        """Play it to the end, in the way of the control."""
        with patched(self.control.patches):
            self.work()
            self.played.lives.append(len(self.desk.points.passed))
            self.desk.close()
            return self.played

    def work(self) -> None:
        """What people do: press until it is done."""
        self.press_to_the_end()

    def press_to_the_end(self) -> None:
        """Press until every row has come to its end, and judge that."""
        for pause in (self.case.pause, *LATER):
            if self._is_done(self.press()):
                break
            self.time.sleep(pause)
            self.between()
        else:
            self.played.bad.append("rows do not come to an end")
        self._end()

    def _open(self) -> Desk:
        kill_at = self._kills.pop(0) if self._kills else None
        return Desk(self.site, len(self.played.lives) + 1, self.points(kill_at))

    def press(self) -> Ended | None:
        """Press once; None when the process died of it."""
        desk, self.before = self.desk, read_truth(self.core)
        try:
            ended = desk.press(self.scenario.records, self.choose())
        except Killed:
            desk.close()
            self.played.lives.append(len(desk.points.passed))
            self.desk = self._open()
            return None
        self.person.read(ended.rows)
        self.played.first = self.played.first or len(desk.points.passed)
        self.judge(ended)
        if desk.store.tokens.connection().state is ConnectionState.RECONNECT:
            self.sign_in()
        return ended

    def choose(self) -> ExportOptions:
        """What the person chooses for this press."""
        return self.person.choose(options_of(self.scenario))

    def sign_in(self) -> None:
        """A person signs in again; the process may die of that too."""
        self.survives(lambda desk: desk.connect(self.core.credentials(ADDRESS, self.core.realm)["refresh_token"]))

    def survives(self, act: Callable[[Desk], object]) -> bool:
        """Whether the process lived to do it; else another one takes its place."""
        try:
            act(self.desk)
        except Killed:
            self.desk.close()
            self.played.lives.append(len(self.desk.points.passed))
            self.desk = self._open()
            return False
        return True

    def judge(self, ended: Ended) -> None:
        """Hold what the rows were told against what is so."""
        self.played.bad += judge_rows(self.scenario, self.before, self.core, self.desk.store, ended.rows, self.person.renewed)
        for row, result in ended.rows.items():
            self.said.setdefault(row, set()).add(f"{result.outcome}:{key_of(result)}")

    def _is_done(self, ended: Ended | None) -> bool:
        """Whether there is nothing to press for: every row is told done, every credit memo applied."""
        if ended is None or self.desk.store.journal.to_apply(self.core.realm):
            return False
        rows = ended.rows.values()
        return all(is_told_done(each) or self._is_given_up(each) or self._is_told_twice(each) for each in rows)

    def _is_told_twice(self, result: RowResult) -> bool:
        """Whether it is a row that a person had sent under a new number, and that is now said to stand there twice."""
        return Ref.parse(result.id) in self.person.renewed and key_of(result) == "twice_in_quickbooks"

    def _told_twice(self) -> Mapping[Ref, frozenset[str]]:
        """What a last press tells of rows that went under a new number: the ids in QuickBooks of those that stand there twice."""
        if not self.person.renewed:
            return {}
        self.desk.close()
        self._kills.clear()
        self.desk = self._open()  # that nothing dies of this press: a death would tell nothing
        ended = self.desk.press(self.scenario.records, options_of(self.scenario))
        return {
            Ref.parse(result.id): frozenset(str(result.message.values[key]) for key in ("id1", "id2"))
            for result in ended.rows.values()
            if self._is_told_twice(result) and result.message
        }

    def _is_given_up(self, result: RowResult) -> bool:
        """Whether it is a row that QuickBooks never takes, withdrawn for the second time."""
        return Ref.parse(result.id) in self.lasting and key_of(result) == "doubt_withdrawn_again"

    def _end(self) -> None:
        self.time.sleep(SETTLED)
        self.core.settle()
        self.twice = self._told_twice()
        trouble = self.case.world.trouble
        self.played.bad += judge_end(self.scenario, self.core, self.desk.store, trouble, self.said, self.lasting, self.twice)


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


def clocks_of(world: World) -> Sequence[str]:
    """The clocks of its processes, beginning with another one in each world."""
    first = crc32(str(world).encode()) % len(CLOCKS)
    return (*CLOCKS[first:], *CLOCKS[:first])


def lasting_rows(world: World, scenario: Scenario) -> frozenset[Ref]:
    """The rows that QuickBooks never takes."""
    return frozenset({Ref(scenario.kind, BAD)}) if world.trouble in LASTING else frozenset()


def prepare(databases: Databases) -> None:
    """The tables as they are before the first press: signed in, clients matched."""

    def set_up(url: str) -> None:
        core = company().core
        desk = Desk(Site(url, core, SharedTime()))
        ids = {record["DisplayName"]: record["Id"] for record in core.company.all("Customer")}
        settle_in(desk, {here: ids[name] for here, name in CLIENTS.items()}, core.credentials(ADDRESS)["refresh_token"])
        desk.close()

    databases.prepare(NAME, set_up)
