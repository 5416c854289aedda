"""Stories with more than one actor: a row withdrawn and edited, a queue longer than the lease, a database that goes away, and
a firm that changes its company."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from qb_plugin.model import Kind, Outcome, Ref, SourceRecord
from qb_plugin.sync.exporting.snapshot import ExportOptions
from tests.faults.cases.case import Case, World
from tests.faults.cases.controls import PLAIN, Control
from tests.faults.cases.person import Person
from tests.faults.cases.run_case import NAME, SETTLED, Play, company, options_of
from tests.faults.cases.scenarios import CLIENTS, SCENARIOS, Scenario, record
from tests.faults.cases.verdict import judge_journal, read_truth
from tests.faults.harness.databases import Databases
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
        while not self.survives(lambda desk: match(desk, {client: ids[name] for client, name in CLIENTS.items()})):
            pass


class Restored(Play):
    """After the first press, however it ended, the firm's database is put back to a backup of before. The first payment was in
    it; the others are entered anew: one that QuickBooks never had under the second number, the former second under the third.

    Strike 2: a host whose records have no birth, so that a mark names its record by the number alone.
    """

    def __init__(self, case: Case, databases: Databases, control: Control = PLAIN) -> None:
        self._databases, self._answers = databases, dict[Ref, str]()
        super().__init__(case, databases, control)

    def scenario_of(self, world: World) -> Scenario:
        return replace(SCENARIOS["payments"], records=tuple(born(each, "old", world) for each in SCENARIOS["payments"].records))

    def work(self) -> None:
        self.press()
        self.time.sleep(SETTLED)  # the bytes of before have arrived, or never will
        self.core.settle()
        self.played.lives.append(len(self.desk.points.passed))  # the next process gives ids of its own
        self.desk.close()
        self._databases.fresh(NAME)
        self.desk = self._open()
        first, second, _ = self.scenario.records
        other = born(record(Kind.PAYMENT, 2, "1", 6, "75.00"), "new", self.case.world)
        again = born(replace(second, ref=Ref(Kind.PAYMENT, "3"), number="P-3"), "new", self.case.world)
        self.scenario = replace(self.scenario, records=(first, other, again))
        self.press_to_the_end()

    def choose(self) -> ExportOptions:
        """A careful person: the same one is linked, another one is not, and is sent."""
        there = {each["Id"]: content_there(each) for each in self.core.company.all("Payment")}
        wanted = {each.ref: content(each) for each in self.scenario.records}
        same = {ref: found for ref, found in self._answers.items() if there[found] == wanted[ref]}
        options = replace(super().choose(), link=same, force=frozenset(self._answers.keys() - same.keys()))
        self._answers = {}
        return options

    def judge(self, ended: Ended) -> None:
        """No row is told done that is linked to what it is not; what is asked about names what stands there."""
        there = {each["Id"]: content_there(each) for each in self.core.company.all("Payment")}
        links = self.desk.store.links.by_source(REALM, [each.ref for each in self.scenario.records])
        for each in self.scenario.records:
            told, link = ended.rows[str(each.ref)], links.get(each.ref)
            if told.outcome is Outcome.NEEDS_DECISION and told.quickbooks_id in there:
                self._answers[each.ref] = str(told.quickbooks_id)
            if link and there.get(link.quickbooks_id) != content(each):
                self.played.bad.append(f"{each.ref} is linked to {there.get(link.quickbooks_id)}, and is {content(each)}")
            if told.outcome is Outcome.SYNCHRONIZED and not link:
                self.played.bad.append(f"{each.ref} told done, but it is not linked")

    def _end(self) -> None:
        self.time.sleep(SETTLED)
        self.core.settle()
        links = self.desk.store.links.by_source(REALM, [each.ref for each in self.scenario.records])
        there = [content_there(each) for each in self.core.company.all("Payment")]
        for each in self.scenario.records:
            if each.ref not in links or there.count(content(each)) != 1:
                self.played.bad.append(
                    f"{each.ref} is linked to {links.get(each.ref)}, and stands {there.count(content(each))} times"
                )
        known = {content(each) for each in (*self.scenario.records, *SCENARIOS["payments"].records)}
        self.played.bad += [f"{each} is nobody's" for each in there if each not in known]
        self.played.bad += judge_journal(self.desk.store, REALM, frozenset())


def born(entry: SourceRecord, time: str, world: World) -> SourceRecord:
    """The record with the birth that its host gives it, if it gives any."""
    return replace(entry, birth="" if world.strike == "2" else f"{time}{entry.ref.id}")


Content = tuple[str, str, str, str]


def content(entry: SourceRecord) -> Content:
    """What a payment is known by here: client, amount, date, reference."""
    return entry.client_name, str(entry.amount), entry.date.isoformat(), entry.reference


def content_there(payment: Mapping[str, Any]) -> Content:
    """The same of a payment in QuickBooks."""
    amount = f"{Decimal(payment['TotalAmt']):.2f}"
    return payment["CustomerRef"]["name"], amount, payment["TxnDate"], payment.get("PaymentRefNum") or ""


STORIES: Mapping[str, type[Play]] = {
    "edited": Withdrawn,
    "unchanged": Withdrawn,
    "queue": Queue,
    "away": Away,
    "company": OtherCompany,
    "restored": Restored,
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
                yield from (World(database, "restored", mode, trouble, strike, server) for strike in ("1", "2"))
