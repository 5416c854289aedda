"""One process of the add-in: the real tables, the real QuickBooks client, and a person who presses the button."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count

import requests
from sqlalchemy import Engine
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from hostsim.qbo_simulator.server.inprocess import InProcessAdapter, Timeout
from qb_plugin.errors import AddInError
from qb_plugin.model import Entity, Kind, Link, LinkOrigin, Message, Outcome, Ref, RowResult, RunInfo, SourceRecord
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.factory import build_quickbooks
from qb_plugin.quickbooks.fault_messages import message_for
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.journal import Journal
from qb_plugin.store.leasing.claims import Claims
from qb_plugin.store.leasing.leases import BY_ITSELF, Leases
from qb_plugin.store.leasing.process import Process
from qb_plugin.store.links import Links
from qb_plugin.store.runs import Runs
from qb_plugin.store.settings import Settings
from qb_plugin.store.tokens import Tokens
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.run_export import export
from qb_plugin.sync.exporting.snapshot import ExportOptions
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import Reporter
from qb_plugin.sync.run import RunPorts, RunProgress, run_under_lease
from tests.faults.cases.controls import PLAIN, Control
from tests.faults.harness.points import Points, WatchedDatabase
from tests.faults.harness.server import ADDRESS, FaultyQuickBooks
from tests.faults.harness.shared_time import DeskClock, SharedTime

PATIENCE = 7200.0  # seconds after which a person cancels: no run may need so long
KEY = bytes(range(32))
LIMITS = {"batch": Limits(in_flight=1), "single": Limits(in_flight=1, batch_items=1)}


@dataclass(frozen=True, slots=True)
class Site:
    """Where the desks of one case stand: the database, QuickBooks, the time."""

    url: str
    core: FaultyQuickBooks
    time: SharedTime
    mode: str = "batch"
    control: Control = PLAIN
    refused: frozenset[int] = frozenset()  # which writing calls find no connection
    clocks: Sequence[str] = ("right",)  # of its processes, one after the other


@cache
def kept_engine(url: str) -> Engine:
    """The engine for an address: the add-in's own, as `open_store` makes it; it outlives many processes."""
    return open_store(url).database.engine


def store_over(engine: Engine, time: SharedTime, number: int, points: Points) -> Store:
    """The add-in's store as `open_store` puts it together; every other process counts as dead.

    Its time is the shared one, as that of a database server is: no machine's time of day is compared with another's.
    """
    database = WatchedDatabase(engine, time, points)
    process = Process("desk", number, str(number))
    claims = Claims(database, process, lambda other, here: other.pid != here.pid)
    return Store(
        database=database,
        journal=Journal(database),
        links=Links(database),
        runs=Runs(database),
        leases=Leases(database, claims),
        turns=Leases(database, claims, BY_ITSELF),
        settings=Settings(database),
        tokens=Tokens(database, claims),
    )


class FrailAdapter(InProcessAdapter):
    """The network of a process that may die on either side of a send."""

    def __init__(self, site: Site, points: Points) -> None:
        super().__init__(site.core)
        self._points, self._refused = points, site.refused
        self._writes = count(1)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Timeout = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Answer, or die, or find nobody there."""
        self._points.check()
        if not changes_something(request):
            return super().send(request, stream, timeout, verify, cert, proxies)
        self._points.reach("before the send")
        if sends_records(request) and next(self._writes) in self._refused:
            raise requests.ConnectionError(NewConnectionError(HTTPConnection("localhost"), "refused"), request=request)
        try:
            return super().send(request, stream, timeout, verify, cert, proxies)
        finally:
            self._points.reach("after the send")


def changes_something(request: requests.PreparedRequest) -> bool:
    """Whether the call writes, or turns a token."""
    return sends_records(request) or "/tokens/" in str(request.url)


def sends_records(request: requests.PreparedRequest) -> bool:
    """Whether the call is a batch, or a void, which goes alone."""
    return "/batch" in str(request.url) or "include=void" in str(request.url)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a press of the button ended: each row's last result, and the failure that ended it early."""

    rows: Mapping[str, RowResult]
    failure: AddInError | None = None


class Desk:
    """Opened anew for each life of the process; `number` tells its lives apart."""

    def __init__(self, site: Site, number: int = 1, points: Points | None = None) -> None:
        self.site, self.number = site, number
        self.points = points or Points()
        self.clock = DeskClock(site.time, site.clocks[number % len(site.clocks)])
        self.store = store_over(kept_engine(site.url), site.time, number, self.points)
        self.quickbooks = build_quickbooks(
            environment=ADDRESS,
            app=App(*app_keys(site.core)),
            redirect_uri="http://127.0.0.1:8400/callback",
            tokens=self.store.tokens,
            data_key=lambda: KEY,
            clock=self.clock,
            publish=lambda _: None,
            limits=LIMITS[site.mode],
            jitter=lambda: 0.0,
            adapter=FrailAdapter(site, self.points),
        )
        self._runs = count(1)
        self._ids = count(number * 1000)

    def close(self) -> None:
        """The process is gone, and its connections with it."""
        self.store.close()

    def requestid(self) -> str:
        """32 hexadecimal digits."""
        return f"{next(self._ids):031x}f"  # read backwards it is another one

    def context(self) -> SyncContext:
        """The ports of the connected company."""
        control, store = self.site.control, self.store
        context = SyncContext(
            realm=self.site.core.realm,
            firm_id="AF",
            quickbooks=self.quickbooks.adapter(),
            journal=store.journal,
            links=store.links,
            clock=self.clock,
            ids=self,
            fault_message=message_for,
        )
        return control.change(context)

    def press(self, records: Sequence[SourceRecord], options: ExportOptions) -> Ended:
        """Press Export Selected; rows that never came to an end are ended as the form ends them."""
        rows = [str(record.ref) for record in records]
        return self.carry("export-payments", rows, lambda run: self._export(run, records, options))

    def _export(self, run: LeasedRun, records: Sequence[SourceRecord], options: ExportOptions) -> None:
        export(self.context(), run, options, records)

    def carry(self, action: str, rows: Sequence[str], work: Callable[[LeasedRun], None]) -> Ended:
        """Do the work of a run under the lease."""
        progress = RunProgress(rows)
        now = self.clock.now()
        run = RunInfo(
            id=f"run-{self.number}-{next(self._runs)}",
            realm=self.site.core.realm,
            action=action,
            user="Maria Ortiz",
            started=now,
            total=len(rows),
        )
        failure, last = None, dict[str, RowResult]()

        def take(result: RowResult) -> None:
            if result.id in progress:
                last[result.id] = result

        try:
            ports, listener = RunPorts(self.store.leases, self.store.runs, self.clock), Reporter(take, lambda _: None)
            begun, time = self.site.time.monotonic(), self.site.time
            run_under_lease(
                ports, run, work, progress=progress, listener=listener, stop=lambda: time.monotonic() > begun + PATIENCE
            )
        except AddInError as error:
            failure = error
        return Ended({row: ended(row, last.get(row), failure) for row in progress.ids}, failure)

    def connect(self, refresh_token: str) -> None:
        """A person signs in."""
        self.quickbooks.accept_refresh_token(self.site.core.realm, refresh_token)


def ended(row: str, last: RowResult | None, failure: AddInError | None) -> RowResult:
    """The row's end, as forms/run_task.py reports it."""
    message = failure.message if failure else Message("cancelled_row")
    if last is None:
        return RowResult(id=row, outcome=Outcome.NOT_TRIED, message=message)
    return replace(last, outcome=Outcome.SYNCHRONIZED, message=message) if last.outcome is Outcome.RUNNING else last


def app_keys(core: FaultyQuickBooks) -> tuple[str, str]:
    """Client id and secret of the simulator's app."""
    app = next(iter(core.signin.apps.values()))
    return app.client_id, app.client_secret


def settle_in(desk: Desk, clients: Mapping[str, str], refresh_token: str) -> None:
    """Sign in and match the clients: client n is customer `clients[n]`."""
    desk.connect(refresh_token)
    match(desk, clients)


def match(desk: Desk, clients: Mapping[str, str]) -> None:
    """Match the clients in the company that is connected; those that are matched there already stay so."""
    realm = desk.site.core.realm
    desk.store.links.add(
        [
            Link(realm=realm, source=Ref(Kind.CLIENT, here), entity=Entity.CUSTOMER, quickbooks_id=there, origin=LinkOrigin.MATCHED)
            for here, there in clients.items()
        ]
    )
