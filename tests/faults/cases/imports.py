"""The cases of an import: the host's ledger and the add-in's tables in one database, a death at every commit of either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from hostsim.practice.database import Practice, open_practice
from hostsim.practice.ledger import PracticeLedger
from hostsim.practice.model import RecordedPayment
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.companies.start import make
from qb_plugin.errors import AddInError
from qb_plugin.host import PaymentToRecord
from qb_plugin.model import ConnectionState, Entity, Outcome, RowResult, RunInfo
from qb_plugin.sync.importing.compact_rows import read_compact_rows
from qb_plugin.sync.importing.run_import import ImportOptions, import_payments
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import Reporter
from qb_plugin.sync.run import RunPorts, RunProgress, run_under_lease
from tests.faults.cases.case import Case, World
from tests.faults.cases.run_case import LATER, Played
from tests.faults.harness.databases import Databases
from tests.faults.harness.points import Killed, Points, Watch
from tests.faults.harness.process import Desk, Ended, Site, settle_in
from tests.faults.harness.server import ADDRESS, REALM, Bill, Template, add_strike, make_template, new_server
from tests.faults.harness.shared_time import NOON, SharedTime
from tests.support.hosts.practice_samples import CLIENTS, small_practice

NAME = "import"
AMY, HERNANDEZ = CLIENTS[:2]
TROUBLES = (
    "none",
    "answer_lost_before",
    "answer_lost_after",
    "reset_before",
    "reset_after",
    "status_500_before",
    "status_502_after",
    "status_503_before",
    "throttled",
    "token_expired",
    "token_revoked",
    "slow",
    "truncated",
    "html",
)
STRIKES = ("1", "3", "5", "7", "changes")  # which of the questions goes wrong; the last asks what changed since the list was read
CUSTOMERS = CLIENTS[:2]
BILLS = (Bill(AMY, "INV-1", 1, "100.00"), Bill(AMY, "INV-2", 2, "50.00"), Bill(HERNANDEZ, "INV-3", 3, "80.00"))


@dataclass(frozen=True, slots=True)
class Received:
    """A payment that stands in QuickBooks, and the parts of it that go to invoices, on both sides."""

    customer: str
    day: int
    amount: str
    parts: tuple[tuple[str, str], ...] = ()


RECEIVED = (
    Received(AMY, 3, "100.00", (("INV-1", "100.00"),)),
    Received(AMY, 4, "70.00", (("INV-2", "50.00"),)),
    Received(HERNANDEZ, 5, "80.00", (("INV-3", "80.00"),)),
    Received(AMY, 6, "30.00"),
)


@cache
def company() -> Template:
    """QuickBooks with payments to import."""
    made = make_template(CUSTOMERS, BILLS)
    books = made.core.company
    customers = {record["DisplayName"]: record["Id"] for record in books.all("Customer")}
    invoices = {record["DocNumber"]: record["Id"] for record in books.all("Invoice")}
    for received in RECEIVED:
        make(books, "Payment", payment_body(received, customers, invoices), NOON)
    return made


def payment_body(received: Received, customers: Mapping[str, str], invoices: Mapping[str, str]) -> Record:
    """What is sent to make the payment."""
    lines = [
        {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": invoices[number], "TxnType": "Invoice"}]}
        for number, amount in received.parts
    ]
    return {
        "CustomerRef": {"value": customers[received.customer]},
        "TotalAmt": Decimal(received.amount),
        "TxnDate": f"2026-11-{received.day:02}",
        "PaymentRefNum": f"Q{received.day}",
        "Line": lines,
    }


@dataclass(frozen=True, slots=True)
class KeptPractice:
    """The host's ledger, and the watch over its commits."""

    practice: Practice
    watch: Watch


@cache
def kept_practice(url: str) -> KeptPractice:
    """The practice at an address, opened once; its connections are new after each `close`."""
    practice = open_practice(url)
    return KeptPractice(practice, Watch(practice.database.engine, "practice_write"))


class FreshKeys:
    """A way known to be wrong: what is recorded gets another key at every press of the button."""

    def __init__(self, behind: PracticeLedger, press: int) -> None:
        self._behind, self._press = behind, press

    def record_payments(self, payments: Sequence[PaymentToRecord]) -> Sequence[RecordedPayment]:
        return self._behind.record_payments(
            [{**payment, "external_key": f"{payment['external_key']}#{self._press}"} for payment in payments]
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)


class ImportPlay:
    """One case under way."""

    def __init__(self, case: Case, databases: Databases, fresh_keys: bool = False) -> None:
        self._case, self._fresh_keys = case, fresh_keys
        self.time = SharedTime()
        databases.prepare(NAME, set_up)  # first, as it signs in at the template: servers made before would not know that sign-in
        self.core = new_server(company(), self.time, case.world.server)
        self.site = Site(databases.fresh(NAME), self.core, self.time)
        self.host = kept_practice(self.site.url)
        path, strike = ("cdc", "1") if case.world.strike == "changes" else ("query", case.world.strike)
        add_strike(self.core, case.world.trouble, strike, {"path": path})
        self.played = Played()
        self._kills = [case.first, case.second]
        self._presses = 0

    def run(self) -> Played:
        """Play it to the end; called once more, what is not here is imported again."""
        self._desk = self._open()
        for pause in (self._case.pause, *LATER):
            if self._is_done(self._press()):
                break
            self.time.sleep(pause)
        else:
            self.played.bad.append("rows do not come to an end")
        self.played.bad += self._judge_end()
        self._close()
        return self.played

    def _open(self) -> Desk:
        kill_at = self._kills.pop(0) if self._kills else None
        desk = Desk(self.site, len(self.played.lives) + 1, Points(kill_at))
        self.host.watch.points = desk.points
        return desk

    def _close(self) -> None:
        self.played.lives.append(len(self._desk.points.passed))
        self._desk.close()
        self.host.watch.points = Points()
        self.host.practice.close()

    def _press(self) -> Ended | None:
        """Read, pick everything, import; None when the process died of it."""
        self._presses += 1
        try:
            ended = self._import()
            if self._desk.store.tokens.connection().state is ConnectionState.RECONNECT:
                self._desk.connect(self.core.credentials(ADDRESS)["refresh_token"])
        except Killed:
            self._close()
            self._desk = self._open()
            return None
        self.played.first = self.played.first or len(self._desk.points.passed)
        self.played.bad += self._judge_rows(ended)
        return ended

    def _ledger(self) -> Any:
        ledger = self.host.practice.ledger
        return FreshKeys(ledger, self._presses) if self._fresh_keys else ledger

    def _import(self) -> Ended:
        ledger, context = self._ledger(), self._desk.context()
        try:
            kept = read_compact_rows(context, ledger, None, None)
        except AddInError as failure:
            return Ended({}, failure)
        progress, last = RunProgress([row.id for row in kept.rows.values()]), dict[str, RowResult]()
        run = RunInfo(
            id=f"run-{self._presses}",
            realm=REALM,
            action="import-payments",
            user="Maria Ortiz",
            started=self.time.now(),
            total=len(progress.ids),
        )

        def work(leased: LeasedRun) -> None:
            import_payments(context, leased, ledger, kept, progress.ids, options=ImportOptions({}))

        def take(result: RowResult) -> None:
            if result.id in progress:
                last[result.id] = result

        ports = RunPorts(self._desk.store.leases, self._desk.store.runs, self.time)
        try:
            run_under_lease(ports, run, work, progress=progress, listener=Reporter(take, lambda _: None))
        except AddInError as failure:
            return Ended(last, failure)
        return Ended(last)

    def _is_done(self, ended: Ended | None) -> bool:
        done = {Outcome.SYNCHRONIZED}
        return bool(ended and len(ended.rows) == len(RECEIVED) and all(r.outcome in done for r in ended.rows.values()))

    def _judge_rows(self, ended: Ended) -> list[str]:
        """Told that it is here: recorded once, and linked. Told that it failed or was not tried: not recorded."""
        here = self._recorded()
        links = self._desk.store.links.by_quickbooks(REALM, Entity.PAYMENT, list(here))
        wrong = []
        for row, result in ended.rows.items():
            payment = row.partition(":")[2]
            link, found = links.get(payment), here[payment]
            if is_told_here(result) and found != ([link.source.id] if link else None):
                wrong.append(f"{row} told {result.outcome}, but it is recorded as {found} and linked as {link}")
            if result.outcome in {Outcome.FAILED, Outcome.NOT_TRIED} and found and not link:
                wrong.append(f"{row} told {result.outcome}, but it is recorded as {found}")
        return wrong

    def _recorded(self) -> Mapping[str, Sequence[str]]:
        """QuickBooks' payments by id, and the records here that have their reference."""
        ledger = self.host.practice.ledger
        snapshot = ledger.snapshot({"kinds": ["payment"]})
        by_reference: dict[str, list[str]] = {}
        for record in ledger.records(snapshot.refs(0, snapshot.count)):
            by_reference.setdefault(record.reference, []).append(record.id)
        return {book["Id"]: by_reference.get(book["PaymentRefNum"], []) for book in self.core.company.all("Payment")}

    def _judge_end(self) -> list[str]:
        """Every payment is here once, with its client, amount, date and invoices; invoices have what is left."""
        ledger = self.host.practice.ledger
        snapshot = ledger.snapshot({"kinds": ["payment"], "sort": "date"})
        records = ledger.records(snapshot.refs(0, snapshot.count))
        found = sorted(
            (r.client_name, r.date.day, str(r.amount), tuple((a.invoice_number, str(a.amount)) for a in r.applications))
            for r in records
        )
        wanted = sorted((r.customer, r.day, r.amount, r.parts) for r in RECEIVED)
        links = self._desk.store.links.all_of(REALM, Entity.PAYMENT)
        wrong = [] if found == wanted else [f"recorded are {found}, not {wanted}"]
        if sorted(link.source.id for link in links) != sorted(record.id for record in records):
            wrong.append(f"linked are {[link.source.id for link in links]}")
        balances = {invoice.number: str(invoice.balance) for invoice in ledger.all_invoices()}
        if balances != {"INV-1": "0.00", "INV-2": "0.00", "INV-3": "0.00", "INV-4": "0.30"}:
            wrong.append(f"invoices have open {balances}")
        return wrong


def is_told_here(result: RowResult) -> bool:
    """Whether the row says that the payment is here."""
    return result.outcome is Outcome.SYNCHRONIZED


def set_up(url: str) -> None:
    """A practice with two clients and their invoices, matched to QuickBooks' customers; nothing paid."""
    core = company().core
    with small_practice(url):
        desk = Desk(Site(url, core, SharedTime()))
        ids = {record["DisplayName"]: record["Id"] for record in core.company.all("Customer")}
        settle_in(desk, {"1": ids[AMY], "2": ids[HERNANDEZ]}, core.credentials(ADDRESS)["refresh_token"])
        desk.close()


def import_worlds(database: str) -> Iterator[World]:
    """All worlds of imports."""
    for trouble in TROUBLES:
        for strike in ("1",) if trouble == "none" else STRIKES:
            yield World(database, "import", "batch", trouble, strike, "replay")
