"""`hostsim connect`: against a simulator nobody needs to do anything; what hinders it is a plain sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hostsim.addins.host_services import Options
from hostsim.cli import main
from hostsim.commands.connect import connect, read_query
from hostsim.commands.startup import CannotRun, option_values
from hostsim.loopback import listen
from hostsim.practice.database import open_practice
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from hostsim.secrets.simulator_credentials import SimulatorKeys, SimulatorSilent, ask, is_simulator
from hostsim.testing import KEY, demo_practice
from hostsim.workspace import Workspace, open_workspace

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    """A QuickBooks of our own."""
    with running_simulator("demo", today=DAY) as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path, simulator: RunningSimulator) -> dict[str, str]:
    """The demo firm, and where QuickBooks is."""
    practice, _ = demo_practice(tmp_path, DAY)
    practice.close()
    return {
        "HOSTSIM_DATABASE": str(tmp_path / "firm.db"),
        "HOSTSIM_QUICKBOOKS": simulator.base_url,
        "HOSTSIM_KEY_FILE": str(tmp_path / "firm.key"),
    }


@pytest.fixture
def hostsim(environment: dict[str, str]) -> Callable[..., Any]:
    """The command, as from a terminal."""
    return lambda *arguments, **other: CliRunner().invoke(main, list(arguments), env={**environment, **other})


def test_connecting_matching_and_exporting_need_no_person(hostsim: Callable[..., Any]) -> None:
    done = hostsim("connect")
    assert (done.exit_code, done.stdout) == (0, "Connected to Alder & Finch (simulator).\n")
    done = hostsim("run", "match-clients", "--accept-all")
    assert done.exit_code == 0
    assert "linked" in done.stdout
    done = hostsim("run", "export-payments", "--today", "2026-11-22", "--select", "P-1497", "--auto-apply")
    assert done.exit_code == 0
    assert done.stdout == "done 1 · failed 0\n"


def test_running_without_a_connection_says_so(hostsim: Callable[..., Any]) -> None:
    done = hostsim("run", "export-payments", "--all", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["run"], told["rows"], told["problem"]) == (2, None, [], "No QuickBooks company is connected.")
    assert done.stderr.strip().endswith(".")


def test_a_silent_simulator_is_said_with_what_to_start(hostsim: Callable[..., Any]) -> None:
    with listen(0) as free:
        port = free.getsockname()[1]
    done = hostsim("connect", HOSTSIM_QUICKBOOKS=f"http://127.0.0.1:{port}")
    assert done.exit_code == 2
    assert "Start it with: hostsim quickbooks" in done.stderr


def test_a_database_that_cannot_be_opened_is_a_sentence(tmp_path: Path, hostsim: Callable[..., Any]) -> None:
    done = hostsim("connect", "--database", str(tmp_path))
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr


def test_without_an_addin_there_is_nothing_to_connect(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    workspace: Workspace = open_workspace(open_practice(url), [], Options(url), lambda _: KEY)
    with pytest.raises(CannotRun, match="No add-in with a connection is loaded"):
        connect(workspace, "")
    workspace.close()


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("http://127.0.0.1:8401", True),
        ("http://localhost:8401", True),
        ("https://quickbooks.api.intuit.com", False),
        ("http://192.168.1.5:8401", False),
        ("http://127.0.0.1.evil.example", False),
        ("sandbox", False),
        ("", False),
    ],
)
def test_only_an_address_on_this_machine_is_asked_for_keys(address: str, ours: bool) -> None:
    assert is_simulator(address) is ours


def test_keys_come_from_the_running_simulator(simulator: RunningSimulator) -> None:
    keys = SimulatorKeys(simulator.base_url)
    assert keys.get("client_id") == simulator.credentials()["client_id"]
    assert keys.get("refresh_token") is None
    assert SimulatorKeys("production").get("client_id") is None
    with pytest.raises(SimulatorSilent):
        ask(simulator.base_url, "nothing-like-it")


def test_options_come_from_the_environment_by_name() -> None:
    assert option_values({"HOSTSIM_CLIENT_ID": "a", "HOSTSIM_EMPTY": "", "HOME": "/"}) == {"client_id": "a"}


def test_the_answer_of_a_consent_is_read_from_its_address() -> None:
    assert read_query("http://localhost:1/addins/callback?code=a%20b&state=s") == {"code": "a b", "state": "s"}
