"""A small firm at work: records, clients matched to customers, the real tables, and exports that end with a result a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from qb_plugin.model import (
    CREDIT_TYPES,
    Application,
    Customer,
    Entity,
    Fault,
    Intent,
    Kind,
    Line,
    Link,
    LinkOrigin,
    Message,
    Operation,
    Outcome,
    QboInvoice,
    QboPayment,
    Ref,
    RowResult,
    RunInfo,
    SourceRecord,
)
from qb_plugin.store.database import Store, open_store
from qb_plugin.sync.context import SyncContext, Waits
from qb_plugin.sync.exporting.planning import Plan, Planner
from qb_plugin.sync.exporting.run_export import export
from qb_plugin.sync.exporting.snapshot import ExportOptions, read_snapshot
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import SILENT, Reporter, RunAborted
from tests.support.addin.quickbooks_memory import FakeBooks
from tests.support.virtual_clock import NOON, CountingIds, VirtualClock

REALM = "9130347798120106"
FIRM = "AF"
DAY = date(2026, 11, 10)


def payment(number: int | str = 1, client: int = 1, amount: str = "100.00", **more: object) -> SourceRecord:
    """Payment `number` of client `client`."""
    return _record(Kind.PAYMENT, f"P-{number}", number, client, amount, more)


def memo(number: int | str = 1, client: int = 1, amount: str = "75.00", **more: object) -> SourceRecord:
    """Credit memo `number` of client `client`."""
    return _record(Kind.CREDIT_MEMO, f"CM-{number}", number, client, amount, more)


def _record(kind: Kind, name: str, number: int | str, client: int, amount: str, more: dict[str, object]) -> SourceRecord:
    record = SourceRecord(
        ref=Ref(kind, str(number)),
        number=name,
        client_id=str(client),
        client_name=f"Client {client}",
        date=DAY,
        amount=Decimal(amount),
        version="7",
    )
    return replace(record, **more)  # type: ignore[arg-type]


def part(invoice: int, amount: str) -> Application:
    return Application(str(invoice), f"INV-{invoice}", Decimal(amount))


def invoice(identity: str, client: int, balance: str, day: int = 1, number: str | None = None) -> QboInvoice:
    """An open QuickBooks invoice of the customer of client `client`."""
    amount = Decimal(balance)
    return QboInvoice(
        id=identity,
        number=number or f"INV-{identity}",
        customer_id=customer_id(client),
        date=date(2026, 10, day),
        total=amount,
        balance=amount,
    )


def book_payment(identity: str, client: int = 1, amount: str = "100.00", **more: object) -> QboPayment:
    """A payment that stands in QuickBooks; what its lines leave of it is unapplied, unless `more` says otherwise."""
    total = Decimal(amount)
    book = QboPayment(
        id=identity,
        sync_token="0",
        customer_id=customer_id(client),
        customer_name=f"Customer {client}",
        date=DAY,
        total=total,
        unapplied=total,
        currency="USD",
    )
    made: QboPayment = replace(book, **more)  # type: ignore[arg-type]
    return made if "unapplied" in more else settled(made)


def settled(payment: QboPayment, **more: object) -> QboPayment:
    """The payment with these changes; what its lines leave of it is unapplied."""
    made: QboPayment = replace(payment, **more)  # type: ignore[arg-type]
    used = sum((-each.amount if each.type in CREDIT_TYPES else each.amount for each in made.lines), Decimal("0.00"))
    return replace(made, unapplied=made.total - used)


def line(identity: str, amount: str, number: str | None = None, type: str = "Invoice") -> Line:
    return Line(type, identity, Decimal(amount), number)


def customer_id(client: int) -> str:
    return str(50 + client)


def client_link(client: int) -> Link:
    return Link(
        realm=REALM,
        source=Ref(Kind.CLIENT, str(client)),
        entity=Entity.CUSTOMER,
        quickbooks_id=customer_id(client),
        origin=LinkOrigin.MATCHED,
    )


def fault_sentence(fault: Fault, context: object) -> Message:
    return Message("quickbooks_said", {"code": fault.code}, fault.text)


def never() -> bool:
    return False


def always() -> bool:
    return True


def sure() -> None:
    """The lease is ours."""


def leased(
    stop: Callable[[], bool] = never,
    fence: int = 0,
    run_id: str = "run",
    *,
    check: Callable[[], None] = sure,
    may_leave: Callable[[], bool] = always,
    reporter: Reporter = SILENT,
) -> LeasedRun:
    """A run whose lease is sure, unless `check` or `may_leave` says otherwise."""
    return LeasedRun(
        id=run_id, fence=fence, stop=stop, check_lease=check, may_leave=may_leave, reporter=reporter, user="Maria Ortiz"
    )


@dataclass(slots=True)
class Ended:
    """What a run told: every event, and each row's last result."""

    events: list[RowResult | Message] = field(default_factory=list)
    rows: dict[str, RowResult] = field(default_factory=dict)
    failure: Exception | None = None

    def take(self, event: RowResult | Message) -> None:
        self.events.append(event)
        if isinstance(event, RowResult):
            self.rows[event.id] = event

    @property
    def reporter(self) -> Reporter:
        return Reporter(self.take, self.take)

    @property
    def notices(self) -> list[str]:
        return [event.key for event in self.events if isinstance(event, Message)]

    def outcome(self, record: SourceRecord) -> Outcome:
        return self.rows[str(record.ref)].outcome

    def said(self, record: SourceRecord) -> str | None:
        message = self.rows[str(record.ref)].message
        return message.key if message else None

    def story(self, record: SourceRecord) -> list[Outcome]:
        """The row's outcomes one after the other."""
        return [event.outcome for event in self.events if isinstance(event, RowResult) and event.id == str(record.ref)]


class Killed(BaseException):
    """The process dies here."""


class Firm:
    """Clients 1 to 5, matched; the add-in's tables in a file."""

    def __init__(self, folder: Path, clock: VirtualClock | None = None) -> None:
        self.url = f"sqlite:///{folder / 'firm.db'}"
        self.clock = clock or VirtualClock()
        self.quickbooks = FakeBooks(self.clock)
        self.store: Store = open_store(self.url, clock=self.clock)
        self.ids = CountingIds()
        self.runs = 0
        self.waits = Waits()
        for client in range(1, 6):
            self.know(client)
        self.store.links.add([client_link(client) for client in range(1, 6)])

    def know(self, client: int, **more: object) -> None:
        """QuickBooks' customer of client `client`, as it is now."""
        name = f"Customer {client}"
        self.quickbooks.customers_ = [c for c in self.quickbooks.customers_ if c.id != customer_id(client)]
        self.quickbooks.customers_.append(replace(Customer(id=customer_id(client), name=name, full_name=name), **more))  # type: ignore[arg-type]

    def open(self, *invoices: QboInvoice) -> None:
        """Invoices stand open in QuickBooks."""
        self.quickbooks.invoices_.update({found.id: found for found in invoices})

    @property
    def context(self) -> SyncContext:
        return SyncContext(
            realm=REALM,
            firm_id=FIRM,
            quickbooks=self.quickbooks,
            journal=self.store.journal,
            links=self.store.links,
            clock=self.clock,
            ids=self.ids,
            fault_message=fault_sentence,
            waits=self.waits,
        )

    def export(self, *records: SourceRecord, stop: Callable[[], bool] = never, fence: int = 0, **options: object) -> Ended:
        """Press the button; a failure that ends the run is kept in `failure`."""
        ended = Ended()
        self._export(ended, leased(stop, fence, self._next_run(), reporter=ended.reporter), records, options)
        return ended

    def break_off(self, *records: SourceRecord, when: Callable[[Ended], bool], **options: object) -> Ended:
        """Press the button; nobody listens any more from the first event on at which `when` holds."""
        ended = Ended()

        def take(event: RowResult | Message) -> None:
            ended.take(event)
            if when(ended):
                raise RunAborted(KeyboardInterrupt())

        with suppress(RunAborted):
            self._export(ended, leased(run_id=self._next_run(), reporter=Reporter(take, take)), records, options)
        return ended

    def _next_run(self) -> str:
        self.runs += 1
        return f"run-{self.runs}"

    def _export(self, ended: Ended, run: LeasedRun, records: Sequence[SourceRecord], options: dict[str, object]) -> None:
        chosen = ExportOptions(**{"item_id": "9", **options})  # type: ignore[arg-type]
        try:
            export(self.context, run, chosen, records)
        except Exception as failure:
            ended.failure = failure

    def plan(self, *records: SourceRecord, **options: object) -> Plan:
        """Decide every row, and send nothing."""
        chosen = ExportOptions(**options)  # type: ignore[arg-type]
        return Planner(self.context, read_snapshot(self.context, records, chosen), chosen).plan(records)

    def link(self, record: SourceRecord) -> Link | None:
        return self.store.links.by_source(REALM, [record.ref]).get(record.ref)

    def link_invoice(self, here: int, there: str) -> None:
        self.store.links.add(
            [
                Link(
                    realm=REALM,
                    source=Ref(Kind.INVOICE, str(here)),
                    entity=Entity.INVOICE,
                    quickbooks_id=there,
                    origin=LinkOrigin.MATCHED,
                )
            ]
        )

    def standing(self, record: SourceRecord) -> list[Intent]:
        return list(self.store.journal.standing(REALM, [record.ref]))

    def open_intents(self) -> list[Intent]:
        return list(self.store.journal.open_intents(REALM))

    def intent_of(self, record: SourceRecord, operation: Operation = Operation.CREATE) -> Intent:
        return next(intent for intent in self.standing(record) if intent.operation is operation)

    def run_info(self, total: int = 1) -> RunInfo:
        return RunInfo(id=f"run-{self.runs}", realm=REALM, action="export-payments", user="Maria Ortiz", started=NOON, total=total)


def collect(work: Callable[[LeasedRun], object], stop: Callable[[], bool] = never, check: Callable[[], None] = sure) -> Ended:
    """All that some work of a run reports, and the failure that ended it."""
    ended = Ended()
    try:
        work(leased(stop, check=check, reporter=ended.reporter))
    except Exception as failure:
        ended.failure = failure
    return ended


@contextmanager
def firm_in(folder: Path) -> Iterator[Firm]:
    """A firm whose tables are closed at the end."""
    firm = Firm(folder)
    try:
        yield firm
    finally:
        firm.store.close()


def amounts(records: Sequence[QboPayment]) -> list[Decimal]:
    return sorted(record.total for record in records)
