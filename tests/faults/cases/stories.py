"""Stories with more than one actor: a row withdrawn and edited, a queue longer than the lease, a database that goes away, and
a firm that changes its company."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from qb_plugin.model import SourceRecord
from tests.faults.cases.case import World
from tests.faults.cases.person import Person
from tests.faults.cases.run_case import Play, company, options_of
from tests.faults.cases.scenarios import CLIENTS, SCENARIOS, Scenario
from tests.faults.cases.verdict import read_truth
from tests.faults.harness.points import AWAY, Outage, Points
from tests.faults.harness.process import Desk, Ended, match
from tests.faults.harness.server import OTHER_REALM, REALM, SERVERS, fill

LATE = 118.0  # seconds until a call is carried out, within QuickBooks' limit
VERY_LATE = 3000.0  # beyond any limit: here only the request id protects
BLIND = "replay+longlag"  # no look sees anything in time, so an edited record, which has another request id, is unprotected
FORGETFUL = frozenset({"forgets", "forgets+lag"})
FIRST = "payment-1]"


class Withdrawn(Play):
    """The first payment arrives late and its re-sends fail; a hasty person withdraws it, perhaps edits it, and exports it again."""

    def scenario_of(self, world: World) -> Scenario:
        return SCENARIOS["payments"]

    def arrange(self) -> None:
        self.person = Person(hasty=True)
        self.site = replace(self.site, clocks=("right",))
        late = VERY_LATE if self.case.world.scenario == "unchanged" else LATE
        match = {"path": "batch", "text": FIRST}
        self.core.add_trouble(kind=self.case.world.trouble, seconds=late, times=1, match=match)
        self.core.add_trouble(kind="status_500_before", nth=2, times=int(self.case.world.strike), match=match)

    def between(self) -> None:
        given_up = {intent.source for intent in self.desk.store.journal.withdrawn(REALM)}
        if self.case.world.scenario != "edited" or not given_up:
            return
        records = [edit(each) if each.ref in given_up and each.version == "0" else each for each in self.scenario.records]
        self.scenario = replace(self.scenario, records=tuple(records))


def edit(record: SourceRecord) -> SourceRecord:
    """Somebody corrects its amount."""
    return replace(record, amount=record.amount + Decimal("1.00"), version="1")


class Queue(Play):
    """The first batch waits for its turn longer than the lease lasts; another desk takes the lease, and does the same work."""

    def scenario_of(self, world: World) -> Scenario:
        return SCENARIOS["payments"]

    def arrange(self) -> None:
        super().arrange()
        self.time.at(30, lambda: self.desk.quickbooks.rate_limiter.throttled(200.0))
        self.time.at(100, self._press_elsewhere)

    def _press_elsewhere(self) -> None:
        other = Desk(self.site, 50)
        other.press(self.scenario.records, options_of(self.scenario))
        self.before = read_truth(self.core)


class Away(Play):
    """The database goes away for six seconds at every point in turn, and nobody dies."""

    def scenario_of(self, world: World) -> Scenario:
        return SCENARIOS["memos" if world.strike == "2" else "payments"]

    def points(self, at: int | None) -> Points:
        return Outage(at, self.time.monotonic)

    def judge(self, ended: Ended) -> None:
        """Nobody can look into a database that is away."""
        self.time.sleep(AWAY)
        super().judge(ended)


class OtherCompany(Play):
    """After the first press, however it ended, the firm is connected to another company, exports there, and comes back."""

    def scenario_of(self, world: World) -> Scenario:
        return SCENARIOS["memos" if world.strike == "2" else "payments"]

    def work(self) -> None:
        self.press()
        told, self.said, self.person = (self.said, self.person), {}, Person()
        self._connect(OTHER_REALM)
        self.press_to_the_end()
        self.said, self.person = told
        self._connect(REALM)
        self.press_to_the_end()

    def _connect(self, realm: str) -> None:
        """Sign in to a company, and match its customers, though the process may die of it."""
        if realm not in self.core.realms:
            fill(self.core.open_realm(realm), company().core.company)
        self.core.realm = realm
        while self.desk.store.tokens.connection().realm != realm:
            self.sign_in()
        ids = {each["DisplayName"]: each["Id"] for each in self.core.company.all("Customer")}
        match(self.desk, {client: ids[name] for client, name in CLIENTS.items()})


STORIES: Mapping[str, type[Play]] = {
    "edited": Withdrawn,
    "unchanged": Withdrawn,
    "queue": Queue,
    "away": Away,
    "company": OtherCompany,
}


def story_worlds(database: str) -> Iterator[World]:
    """The worlds of all stories."""
    for server in SERVERS:
        for mode in ("batch", "single"):
            for fails in ("2", "3", "6"):
                if server != BLIND:
                    yield World(database, "edited", mode, "late_commit", fails, server)
                if server not in FORGETFUL:
                    yield World(database, "unchanged", mode, "late_commit", fails, server)
            yield World(database, "queue", mode, "throttled", "1", server)
            yield from (
                World(database, "away", mode, trouble, "1", server) for trouble in ("none", "answer_lost_after", "throttled")
            )
            yield from (World(database, "away", mode, trouble, "2", server) for trouble in ("reset_after", "late_commit"))
            for trouble in ("none", "answer_lost_after", "status_500_after", "late_commit", "batch_half", "token_expired"):
                yield from (World(database, "company", mode, trouble, strike, server) for strike in ("1", "2"))
