"""The text host's scene at a time that tests set, with short ways to schedule jobs, to let a minute pass, and to read notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from qb_plugin.forms.by_itself.by_itself import ByItself
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.services.parts import Parts
from tests.addin.forms.changes.conftest import Linked
from tests.addin.forms.test_text_host import AMY, DIEGO, SWIFT, TODAY, Scene, connect
from tests.support.hosts.text_host import TextHost
from tests.support.hurried_clock import HurriedClock
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeClient, FakeRecorded
from tests.support.simulator.simulator_calls import Books

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REFUSED = Decimal("13.13")


class SetClock(HurriedClock):
    """A clock whose time of day a test sets; it moves by the waits, and not by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NINE

    def now(self) -> datetime:
        """The time that was set."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let the time pass without waiting."""
        super().sleep(seconds)
        self.at += timedelta(seconds=seconds)


class Desk(Linked):
    """A workstation with the add-in: its jobs are called as a host calls them, its window's notes are read as a host reads them."""

    @property
    def clock(self) -> Any:
        """The clock of this workstation."""
        return self.scene.addin.runtime().parts.clock

    def schedule(self, job: str, often: str = "hourly", **more: str) -> Any:
        """Save the settings of a job."""
        form = self.scene.form("settings")
        return form.act("save", {**form.open({})["answer"], f"by_itself_often:{job}": often, **more}, [], {})

    def at(self, moment: datetime) -> Desk:
        """Set the clock, and let the host call the job as it does every minute."""
        self.clock.at = moment
        runtime = self.scene.addin.runtime()
        runtime.as_program(ByItself(runtime, UTC).run)()
        return self

    def notes(self) -> list[dict[str, Any]]:
        """The notes in the window, newest first."""
        return list(self.scene.form("connection").open({})["notes"])

    def said(self) -> list[str]:
        """What the notes say."""
        return [note["text"] for note in self.notes()]

    def reads(self) -> int:
        """Calls so far that QuickBooks meters: those to the company that read."""
        paths = [entry.path for entry in self.scene.simulator.core.log.entries]
        return sum("/v3/company/" in path and not path.endswith("/batch") for path in paths)

    def calls(self) -> int:
        """Calls to QuickBooks so far."""
        return self.scene.simulator.core.log.count

    def runs(self) -> list[tuple[str, str]]:
        """Who ran what, newest first, without the settling of lost answers."""
        rows = self.scene.form("history").rows(self.scene.opened("history", answer={"from": "", "to": ""}), None)
        found = [(row["cells"]["who"], row["cells"]["what"]) for row in rows.page(0, rows.count)]
        return [each for each in found if each[1] != "Settle what was open"]


@contextmanager
def desk_at(folder: Path, simulator: RunningSimulator, books: FakeLedger) -> Iterator[Desk]:
    """A workstation of the firm: several share its database and its ledger."""
    keys = simulator.credentials()
    options = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
    host = TextHost(books, f"sqlite:///{folder / 'park.db'}", options, TODAY)
    addin = QuickBooksAddIn(Parts(clock=SetClock(), limits=SWIFT))
    manager = host.load(addin)
    yield Desk(Scene(host, addin, simulator))
    manager.hook.workspace_stop()


class StrictLedger(FakeLedger):
    """A ledger that refuses one amount, and that may be away."""

    is_away = False

    def record_payments(self, payments: Sequence[Mapping[str, Any]]) -> Sequence[FakeRecorded]:
        """Record each payment, once; OSError while the ledger is away."""
        if self.is_away:
            raise OSError("the ledger is away")
        return super().record_payments(payments)

    def record(self, payment: Mapping[str, Any]) -> FakeRecorded:
        """Record one payment, or say why not."""
        if payment["amount"] == REFUSED:
            return FakeRecorded(payment["external_key"], "refused", None, "That month is closed.")
        return super().record(payment)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """One workstation of a firm with one client, connected to a company that has him as its only customer."""
    people = [FakeClient("1", AMY), FakeClient("2", DIEGO)]
    with running_simulator("empty", today=TODAY) as simulator:
        Books(simulator.core).post("Customer", {"DisplayName": DIEGO})
        Books(simulator.core).post("Customer", {"DisplayName": "Somebody Else"})
        with desk_at(tmp_path, simulator, StrictLedger(people, [], [])) as made:
            connect(made.scene, company="Empty Company")
            made.scene.form("match-clients").act("accept_all", {}, [], {})
            yield made


@pytest.fixture
def other(desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A second workstation of the same firm."""
    with desk_at(tmp_path, desk.scene.simulator, desk.scene.host.ledger) as made:
        yield made
