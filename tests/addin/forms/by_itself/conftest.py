"""The text host's scene at a time that tests set, with short ways to schedule jobs, to let a minute pass, and to read notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from qb_plugin.forms.by_itself.by_itself import ByItself
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.services.parts import Parts
from tests.addin.forms.changes.conftest import Linked
from tests.addin.forms.test_text_host import SWIFT, TODAY, HurriedClock, Scene, connect, ledger
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """One workstation, connected and with its clients matched."""
    with running_simulator("demo", today=TODAY) as simulator, desk_at(tmp_path, simulator, ledger()) as made:
        connect(made.scene)
        made.scene.form("match-clients").act("accept_all", {}, [], {})
        yield made


@pytest.fixture
def other(desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A second workstation of the same firm."""
    with desk_at(tmp_path, desk.scene.simulator, desk.scene.host.ledger) as made:
        yield made
