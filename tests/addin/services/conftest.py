"""The add-in in a text host, its company connected by hand: nothing here calls QuickBooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from qb_plugin.model import Connection, ConnectionState
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.virtual_clock import VirtualClock

CONNECTED = Connection(ConnectionState.CONNECTED, "9130", "Alder & Finch", "simulator")


@pytest.fixture
def host(tmp_path: Path) -> TextHost:
    """A host started beside a simulator that nothing here calls."""
    options = {"quickbooks": "http://127.0.0.1:8401", "client_id": "started", "client_secret": "with"}
    return TextHost(FakeLedger([], [], []), f"sqlite:///{tmp_path / 'firm.db'}", options, date(2026, 11, 20))


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that moves only when told to."""
    return VirtualClock()


@pytest.fixture
def runtime(host: TextHost, clock: VirtualClock) -> Iterator[Runtime]:
    """The add-in, connected."""
    found = Runtime(host, Parts(clock=clock))
    found.store.tokens.save_connection(CONNECTED)
    yield found
    found.close()
