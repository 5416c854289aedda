"""A firm that lives on through crashes: the real practice, the real add-in, QuickBooks in memory, one clock for all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import update

from hostsim.addins.host_services import Callbacks, Options, Services, User
from hostsim.practice.amounts import to_units
from hostsim.practice.database import Practice, open_practice
from hostsim.practice.model import Kind
from hostsim.practice.sql import tables as host_tables
from qb_plugin.errors import AddInError
from qb_plugin.forms.descriptions import RowChange, RunSummary
from qb_plugin.forms.exporting.form import ExportPayments
from qb_plugin.forms.importing.form import ImportPayments
from qb_plugin.forms.matching.form import MatchClients
from qb_plugin.model import Connection
from qb_plugin.quickbooks.factory import build_quickbooks
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.store.sql.tables import leases
from qb_plugin.sync.context import SyncContext
from tests.faults.cases.controls import PLAIN, Control
from tests.faults.harness.points import Killed, Points, Watch
from tests.faults.harness.process import KEY, LIMITS, FrailAdapter, Site, app_keys
from tests.faults.harness.server import ADDRESS, REALM, Bill, FaultyQuickBooks, Template, make_template, new_server
from tests.faults.harness.shared_time import NOON, SharedTime
from tests.support.hosts.practice_samples import CLIENTS, add_records, new_record, small_practice

DAY = date(2026, 11, 20)
EVERY_DATE = {"from": "2000-01-01", "to": "2099-12-31"}
AMOUNTS = tuple(f"{number}0.00" for number in range(1, 13))
BILLS = tuple(Bill(CLIENTS[number % 2], f"INV-{number + 1}", number + 1, "25.00") for number in range(4))
NOBODY = 2**22 + 1  # the number of a process that there cannot be


@cache
def company() -> Template:
    """QuickBooks as every life finds it."""
    return make_template(CLIENTS[:2], BILLS)


def begin(url: str) -> Sequence[str]:
    """Make the database of a firm that is ready to export; the rows."""
    with small_practice(url) as practice:
        records = [new_record(Kind.PAYMENT, 1 + (n % 7) // 3, DAY, amount, reference=f"P{n}") for n, amount in enumerate(AMOUNTS)]
        memos = [new_record(Kind.CREDIT_MEMO, 1 + n, DAY, "15.00", reference=f"M{n}") for n in range(2)]
        refs = add_records(practice, *records, *memos)
    time = SharedTime()
    firm = Firm(url, new_server(company(), time, "replay"), time, list(refs))
    firm.sign_in()
    MatchClients(firm.runtime).act("accept_all", {}, [], {})
    firm.runtime.save_settings(REALM, {**firm.runtime.settings(REALM), "credit_memo_item": "1"})
    firm.close()
    return refs


class OddRuntime(Runtime):
    """The add-in, sending in a way that may be known to be wrong (tests/faults/cases/controls.py)."""

    def __init__(self, host: Services, parts: Parts, control: Control) -> None:
        super().__init__(host, parts)
        self._control = control

    def context(self, connection: Connection, signed_in: bool = True) -> SyncContext:
        """The ports of the connected company, changed as the control does."""
        return self._control.change(super().context(connection, signed_in))


class Fate(Points):
    """The points of one process after another; `turn` decides where the next one dies, `expect` what else happens."""

    def __init__(self) -> None:
        self.turn()

    def turn(self, kill_at: int | None = None) -> None:
        """Begin to count anew."""
        super().__init__(kill_at)
        self._happening: Callable[[], object] | None = None

    def expect(self, nth: int, name: str, happening: Callable[[], object]) -> None:
        """Let something happen once, when the nth point of this name is passed."""
        self._left, self._name, self._happening = nth, name, happening

    def reach(self, name: str) -> None:
        """Pass a point, or die."""
        super().reach(name)
        if self._happening and name == self._name:
            self._left -= 1
            if not self._left:
                happening, self._happening = self._happening, None
                happening()


@dataclass(slots=True)
class Listener:
    """The host's task; `patience` is after how many ended rows the person cancels."""

    patience: int | None = None
    ended: int = 0
    hasty: bool = False
    rows: dict[str, RowChange] = field(default_factory=dict)

    @property
    def cancelled(self) -> bool:
        """Whether the person has lost patience."""
        return self.patience is not None and self.ended >= self.patience

    def row(self, row: RowChange) -> None:
        """A row's outcome."""
        self.ended += row["outcome"] != "running"
        self.rows[row["id"]] = row

    def progress(self, done: int, total: int, left: int | None = None) -> None:
        """Nobody looks."""

    def notice(self, text: str) -> None:
        """Nobody looks."""


@dataclass(slots=True)
class Firm:
    """The firm; its process dies at `kill_at` of the next press, and another one begins."""

    url: str
    core: FaultyQuickBooks
    time: SharedTime
    refs: list[str]
    control: Control = PLAIN
    mode: str = "batch"
    points: Fate = field(init=False)
    practice: Practice = field(init=False)
    runtime: Runtime = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A process begins."""
        self.points = Fate()
        self.practice = open_practice(self.url)
        client_id, secret = app_keys(self.core)
        options = Options(self.url, 8400, {"quickbooks": ADDRESS, "client_id": client_id, "client_secret": secret}, NOON.date())
        host = Services("quickbooks", self.practice, User(), options, Callbacks(), lambda _: KEY, NOON.date)
        adapter = FrailAdapter(Site(self.url, self.core, self.time), self.points)
        connect = partial(build_quickbooks, adapter=adapter, jitter=lambda: 0.0)
        parts = Parts(clock=self.time, limits=LIMITS[self.mode], connect=connect)
        self.runtime = OddRuntime(host, parts, self.control)
        for engine, option in ((self.runtime.store.database.engine, "writes"), (self.practice.database.engine, "practice_write")):
            Watch(engine, option).points = self.points

    def close(self) -> None:
        """The process ends."""
        self.runtime.close()
        self.practice.close()

    def dies_at(self, point: int | None, act: Callable[[], Any]) -> Any:
        """Do something; when the process dies of it, another one begins."""
        self.points.turn(point)
        try:
            return act()
        except Killed:
            self.bury()
            return None
        finally:
            self.points.turn()

    def bury(self) -> None:
        """What a dead process held is seen to be a dead one's."""
        self.points.turn()
        with self.runtime.store.database.write() as connection:
            connection.execute(update(leases).values(pid=NOBODY, process_started="1"))
        self.close()
        self.start()
        self.runtime.settle_job.run()

    def sign_in(self) -> None:
        """A person signs in."""
        quickbooks = self.runtime.company.open_quickbooks()
        self.runtime.sign_in.prepare(quickbooks.accept_refresh_token(REALM, self.core.credentials(ADDRESS)["refresh_token"]))

    def export_answer(self, source: str, auto_apply: bool = False) -> dict[str, Any]:
        """The form's filters at their defaults, every date."""
        return {**EVERY_DATE, "source": source, "hide_synchronized": True, "show_hidden": False, "auto_apply": auto_apply}

    def left(self, source: str) -> list[str]:
        """The rows that the filters leave."""
        rows = ExportPayments(self.runtime).rows(self.export_answer(source), None)
        assert not isinstance(rows, dict)
        return list(rows.ids(0, rows.count))

    def export(self, rows: Sequence[str], auto_apply: bool = False, patience: int | None = None) -> RunSummary:
        """Press Export Selected: the run's summary, and what its rows were told last."""
        source = "payments" if rows and rows[0].startswith("payment") else "credit_memos"
        answer = self.export_answer(source, auto_apply)
        listener = Listener(patience)
        found = ExportPayments(self.runtime).run("export", answer, list(rows), {}, listener)
        return {**found, "rows": list(listener.rows.values())}

    def import_all(self, patience: int | None = None) -> RunSummary:
        """Press Import Selected for every row that is ready."""
        form = ImportPayments(self.runtime)
        answer = {**EVERY_DATE, "hide_synchronized": True, "token": form.open({})["token"]}
        rows = form.rows(answer, None)
        if isinstance(rows, dict):
            return {"rejected": rows["rejected"]}
        ready = [row["id"] for row in rows.page(0, rows.count) if row["outcome"] == "ready"]
        return form.run("import", answer, ready, {}, Listener(patience))

    def hide(self, row: str, hidden: bool) -> None:
        """Hide a row by hand, or show it again."""
        self.runtime.host.marks.put([{"ref": row, "hidden": hidden}])

    def edit(self, row: str, amount: str) -> None:
        """Somebody corrects a record's amount in WorkSpace."""
        kind, _, key = row.partition(":")
        units = to_units(Decimal(amount)) * (1 if kind == "payment" else -1)
        table = host_tables.records
        with self.practice.database.writing() as connection:
            change = {"value": units, "unapplied": abs(units), "version": table.c.version + 1}
            connection.execute(update(table).where(table.c.id == int(key)).values(change))

    def try_quietly(self, act: Callable[[], Any]) -> None:
        """Do what may fail because nobody is signed in."""
        try:
            act()
        except AddInError:
            return


def copy_of(begun: Path, name: str, refs: Sequence[str], server: str, **more: Any) -> Firm:
    """A firm that begins a life of its own, in a database beside the one that was begun."""
    own, time = begun.with_name(f"{name}.db"), SharedTime()
    shutil.copyfile(begun, own)
    return Firm(f"sqlite:///{own}", new_server(company(), time, server), time, list(refs), **more)
