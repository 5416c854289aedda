"""The add-in in a text host, connected by hand: nothing here calls QuickBooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from qb_plugin.forms.run_task import RunTask
from qb_plugin.runtime import Runtime
from tests.support.addin.reported_rows import connected
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.virtual_clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that moves only when somebody waits."""
    return VirtualClock()


@pytest.fixture
def host(tmp_path: Path) -> TextHost:
    """A host with a database of the add-in's own, that shows a run as lines of text."""
    options = {"quickbooks": "http://127.0.0.1:8401", "client_id": "started", "client_secret": "with"}
    return TextHost(FakeLedger([], [], []), f"sqlite:///{tmp_path / 'addin.db'}", options, date(2026, 11, 20))


@pytest.fixture
def runtime(host: TextHost, clock: VirtualClock) -> Iterator[Runtime]:
    """The add-in beside a host that works."""
    with connected(host, clock) as found:
        yield found


@pytest.fixture
def task(runtime: Runtime, host: TextHost) -> RunTask:
    """One press of the button."""
    return RunTask(runtime, host)
