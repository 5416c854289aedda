"""`python -m tests.faults.soak --seed 7 --rows 10000`: one long export while a fifth of QuickBooks' answers go wrong.

One batch is in flight at a time and time is virtual, so that a seed plays the same to the byte. The process dies a few times.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

from hostsim.qbo_simulator.base.http import LostAnswer, Request, Response
from hostsim.qbo_simulator.fault_injection.trouble import read_trouble
from qb_plugin.model import ConnectionState, Kind, Outcome, Ref, RowResult, SourceRecord
from qb_plugin.sync.exporting.snapshot import ExportOptions
from tests.faults.cases.person import Person
from tests.faults.cases.verdict import is_told_done, key_of, read_truth
from tests.faults.harness.databases import MEMORY
from tests.faults.harness.points import Killed, Points
from tests.faults.harness.process import Desk, Ended, Site, settle_in
from tests.faults.harness.server import ADDRESS, LAG, REALM, SECONDS, Bill, FaultyQuickBooks, make_template, stand_as
from tests.faults.harness.shared_time import ServerClock, SharedTime

ROWS_A_CLIENT = 25
SHARE = 0.2
DEATHS = 3
PRESSES = 60
UNKNOWN_METHOD = "Barter"  # mapped to a payment method that QuickBooks does not have: these rows are refused for a true reason
READING = ("answer_lost_after", "reset_before", "status_500_before", "status_503_before", "throttled", "truncated", "html", "slow")
WRITING = (
    "answer_lost_before",
    "answer_lost_after",
    "reset_before",
    "reset_after",
    "status_500_before",
    "status_500_after",
    "status_502_after",
    "status_503_before",
    "throttled",
    "token_expired",
    "late_commit",
    "slow",
    "truncated",
    "html",
    "batch_half",
    "batch_item_missing",
    "batch_item_repeated",
    "batch_shuffled",
)
MEMORIES = ("requestid_forgotten", "replay_6000")


class TroubledQuickBooks(FaultyQuickBooks):
    """A fifth of all answers go wrong, drawn from a seed; three in ten repeated request ids are forgotten or answered 6000."""

    def __init__(self, clock: ServerClock, seed: int) -> None:
        super().__init__(clock, {})
        self._draw = Random(seed)
        self.calls: Counter[str] = Counter()

    def handle(self, request: Request) -> Response | LostAnswer:
        """Draw what happens to this call, then answer it."""
        if "/v3/company/" in request.path:
            self._draw_trouble(request.path.endswith("/batch"))
        return super().handle(request)

    def _draw_trouble(self, writes: bool) -> None:
        kinds = []
        if self._draw.random() < SHARE:
            kinds.append(self._draw.choice(WRITING if writes else READING))
        self.calls.update(kinds or ["fine"])
        if writes:
            kinds += ["query_lag", *([self._draw.choice(MEMORIES)] if self._draw.random() < 0.3 else [])]
        seconds = {**SECONDS, "query_lag": LAG}
        self.troubles = [read_trouble({"kind": kind, "seconds": seconds.get(kind, 0.0)}) for kind in kinds]


@dataclass(slots=True)
class Soaked:
    """How a soak ended."""

    bad: list[str] = field(default_factory=list)
    presses: int = 0
    deaths: int = 0
    last: dict[str, RowResult] = field(default_factory=dict)
    calls: Mapping[str, int] = field(default_factory=dict)
    hours: float = 0.0

    @property
    def answers(self) -> int:
        """How many calls were answered, or were not."""
        return sum(self.calls.values())

    @property
    def troubled(self) -> int:
        """How many of them went wrong."""
        return self.answers - self.calls["fine"]


class Soak:
    """A firm of many clients, and one person who presses and takes what a row offers until all have come to an end."""

    def __init__(self, seed: int, rows: int, folder: Path) -> None:
        self.soaked, self._person = Soaked(), Person()
        self._records = {str(record.ref): record for record in make_records(rows)}
        self._time, self._draw = SharedTime(), Random(seed + 1)
        clients = {record.client_id: record.client_name for record in self._records.values()}
        self._core = TroubledQuickBooks(ServerClock(self._time), seed)
        stand_as(self._core, make_template(list(clients.values()), make_bills(list(self._records.values()))))
        self._site = Site(f"sqlite:///{folder / f'soak-{seed}.db'}", self._core, self._time)
        self._settle_in(clients)

    def run(self) -> Soaked:
        """Press until nothing is left to press for."""
        desk = self._open()
        while self.soaked.presses < PRESSES and (left := self._left()):
            self.soaked.presses += 1
            try:
                self._take(desk.press(left, self._person.choose(ExportOptions(auto_apply=True, methods={UNKNOWN_METHOD: "999"}))))
            except Killed:
                self.soaked.deaths += 1
                desk.close()
                desk = self._open()
            if desk.store.tokens.connection().state is ConnectionState.RECONNECT:
                desk.connect(self._core.credentials(ADDRESS)["refresh_token"])
            self._time.sleep(40)
        self._time.sleep(4000)
        self._core.settle()
        self._judge(desk)
        desk.close()
        return self.soaked

    def _open(self) -> Desk:
        dies = self.soaked.deaths < DEATHS
        last = max(11, 10 + len(self._records) // 10)
        return Desk(
            self._site,
            self.soaked.deaths + 2,
            Points(self._draw.randrange(10, last) if dies else None),
        )

    def _settle_in(self, clients: Mapping[str, str]) -> None:
        desk = Desk(self._site)
        ids = {record["DisplayName"]: record["Id"] for record in self._core.company.all("Customer")}
        settle_in(desk, {here: ids[name] for here, name in clients.items()}, self._core.credentials(ADDRESS)["refresh_token"])
        desk.close()

    def _left(self) -> list[SourceRecord]:
        """The rows that Hide Synchronized leaves and that were not refused for a true reason."""
        last = self.soaked.last
        return [
            r
            for ref, r in self._records.items()
            if ref not in last or not (is_told_done(last[ref]) or is_true_refusal(r, last[ref]))
        ]

    def _take(self, ended: Ended) -> None:
        """Keep each row's last end; one that was told done stays done."""
        self.soaked.last.update(ended.rows)
        self._person.read(ended.rows)

    def _judge(self, desk: Desk) -> None:
        soaked = self.soaked
        truth = read_truth(self._core)
        links = desk.store.links.by_source(REALM, [record.ref for record in self._records.values()])
        for ref, record in self._records.items():
            result, books = soaked.last[ref], truth.of(record.ref)
            if is_true_refusal(record, result):
                soaked.bad += [f"{ref} was refused, but stands in QuickBooks"] if books else []
                continue
            if not is_told_done(result) or len(books) != 1 or record.ref not in links:
                soaked.bad.append(f"{ref} told {result.outcome} ({key_of(result)}), stands {len(books)} times")
                continue
            has = (books[0]["CustomerRef"]["name"], books[0]["TotalAmt"], books[0]["TxnDate"], books[0]["Id"])
            if has != (record.client_name, record.amount, record.date.isoformat(), links[record.ref].quickbooks_id):
                soaked.bad.append(f"{ref} is {has}, linked to {links[record.ref].quickbooks_id}")
        soaked.bad += [f"{i.source} is still in doubt" for i in desk.store.journal.open_intents(REALM)]
        soaked.bad += [f"{i['DocNumber']} has {i['Balance']} open" for i in self._core.company.all("Invoice") if i["Balance"] < 0]
        soaked.calls, soaked.hours = self._core.calls, self._time.monotonic() / 3600


def make_records(rows: int) -> list[SourceRecord]:
    """Payments of several clients; every hundredth is paid in a way that QuickBooks does not know."""
    made = []
    for number in range(1, rows + 1):
        client = (number - 1) // ROWS_A_CLIENT + 1
        method = UNKNOWN_METHOD if number % 100 == 50 else "Check"
        amount = Decimal(10_00 + number % 977).scaleb(-2)
        name, day = f"Client {client}", date(2026, 11, 1 + number % 20)
        made.append(
            SourceRecord(
                ref=Ref(Kind.PAYMENT, str(number)),
                number=f"P-{number}",
                client_id=str(client),
                client_name=name,
                date=day,
                amount=amount,
                method=method,
                reference=f"R{number}",
            )
        )
    return made


def make_bills(records: Sequence[SourceRecord]) -> list[Bill]:
    """An open invoice for every third payment: half of them of its amount, half a little larger."""
    chosen = [record for record in records if int(record.ref.id) % 3 == 0]
    return [Bill(r.client_name, f"I{r.ref.id}", 1 + int(r.ref.id) % 28, str(r.amount + int(r.ref.id) % 2)) for r in chosen]


def is_true_refusal(record: SourceRecord, result: RowResult) -> bool:
    """Whether QuickBooks refused what it was bound to refuse."""
    return record.method == UNKNOWN_METHOD and result.outcome is Outcome.FAILED


def soak(seed: int, rows: int) -> Soaked:
    """Play one seed on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="soak-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return Soak(seed, rows, Path(folder)).run()


def tell(seed: int, rows: int, soaked: Soaked, seconds: float) -> None:
    """What came of it, in a few lines."""
    ends = Counter(str(result.outcome) for result in soaked.last.values())
    print(
        f"soak, seed {seed}: {rows} rows, {len(soaked.bad)} bad, {soaked.presses} presses, {soaked.deaths} deaths, {seconds:.1f} s"
    )
    print(f"  {soaked.troubled} of {soaked.answers} answers troubled; {soaked.hours:.1f} hours of virtual time; rows {dict(ends)}")
    for problem in soaked.bad[:20]:
        print(f"BAD {problem}\n    python -m tests.faults.soak --seed {seed} --rows {rows}")


def main() -> int:
    """Play the seeds asked for; 1 when a row is bad."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", default=[7])
    parser.add_argument("--rows", type=int, default=10_000)
    asked = parser.parse_args()
    bad = 0
    for seed in asked.seed:
        begun = time.monotonic()
        soaked = soak(seed, asked.rows)
        tell(seed, asked.rows, soaked, time.monotonic() - begun)
        bad += len(soaked.bad)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
