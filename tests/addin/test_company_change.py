"""Another company is connected while the host runs: browser and terminal offer every row at once, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from hostsim.addins.form_protocol import Form
from hostsim.practice.database import open_practice
from hostsim.qbo_simulator.companies import BUILDERS, DEFAULT_REALMS
from hostsim.qbo_simulator.companies.start import make
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from hostsim.secrets.simulator_credentials import ask
from hostsim.terminal.run_command import drive
from hostsim.testing import RunningHost, Session, running_host, source_of
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.services.parts import Parts
from tests.bench.subjects.addin import FREE
from tests.bench.subjects.firm import Shape, client_name, make_practice
from tests.support.paths import ROOT

TODAY = date(2026, 11, 20)
ROWS, CLIENTS = 120, 4
REAL = "4620816365000002"


@dataclass(slots=True)
class Office:
    """The running host with one browser, and the simulator with a trial company and a real one."""

    host: RunningHost
    session: Session
    simulator: RunningSimulator

    def form(self, name: str) -> Form:
        found = self.host.workspace.form(name)
        assert found is not None
        return found

    def connect(self, realm: str) -> None:
        """Give consent to this company, as a browser would."""
        url = self.form("connection").act("connect", {}, [], {})["open_url"]
        query = str(ask(self.simulator.base_url, "consent", {"url": url, "realm": realm})["redirect"])
        told = self.session.get(f"/addins/callback?{query.partition('?')[2]}")
        assert "Connected to" in told.text, told.text
        self.form("match-clients").act("accept_all", {}, [], {})

    def offered(self) -> int:
        """How many rows the browser's Export Payments offers."""
        opened = self.session.post("/api/forms/export-payments/open").json()
        answer = {**opened["answer"], "token": opened["token"], "from": (TODAY - timedelta(days=60)).isoformat()}
        found = self.session.post("/api/forms/export-payments/rows", {"answer": answer, "columns": opened["columns"]}).json()
        return int(found["count"])

    def in_terminal(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
        """What `hostsim run export-payments --json` prints."""
        capsys.readouterr()
        start = (TODAY - timedelta(days=60)).isoformat()
        drive(self.host.workspace, "export-payments", ["--json", "--from", start, *arguments])
        printed: dict[str, Any] = json.loads(capsys.readouterr().out)
        return printed


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    shape = Shape(CLIENTS, ROWS)
    make_practice(database_url, shape, TODAY)
    with running_simulator("empty", today=TODAY) as simulator:
        core, trial = simulator.core, DEFAULT_REALMS["empty"]
        BUILDERS["empty"](core.open_realm(REAL), TODAY, core.clock.now())
        for realm in (trial, REAL):
            for client in range(1, CLIENTS + 1):
                make(core.realms[realm], "Customer", {"DisplayName": client_name(client)}, core.clock.now())
        source = source_of(lambda: QuickBooksAddIn(Parts(limits=FREE)), ROOT / "manifest.toml", "qb_plugin.plugin:create")
        keys = simulator.credentials()
        values = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        with running_host(open_practice(database_url), [source], database=database_url, values=values, today=TODAY) as host:
            yield Office(host, host.session(), simulator)


def payments_in(office: Office, realm: str) -> int:
    return len(office.simulator.core.realms[realm].all("Payment"))


def test_all_rows_are_offered_at_once_after_another_company_is_connected(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    trial = DEFAULT_REALMS["empty"]
    office.connect(trial)
    assert office.offered() == ROWS
    assert office.in_terminal(capsys, "--all")["counts"]["done"] == ROWS
    assert (office.offered(), payments_in(office, trial)) == (0, ROWS)
    office.connect(REAL)
    assert office.offered() == ROWS
    planned = office.in_terminal(capsys, "--all", "--dry-run")
    assert (len(planned["rows"]), {row["outcome"] for row in planned["rows"]}) == (ROWS, {"ready"})
    assert office.in_terminal(capsys, "--all")["counts"]["done"] == ROWS
    assert (office.offered(), payments_in(office, REAL), payments_in(office, trial)) == (0, ROWS, ROWS)
    office.connect(trial)
    assert office.offered() == 0
