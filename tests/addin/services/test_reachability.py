"""The light tells the truth: connected, ending, waiting, out of reach, signed out, never connected."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hostsim.qbo_simulator.server.server import running_simulator
from qb_plugin.forms.connecting.light import LEVELS, WORDS, present_light
from qb_plugin.messages import load_sentences
from qb_plugin.model import Connection, ConnectionState, Message, Reach
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.services.status.reachability import QUIET, SHORTEST, Reachability
from qb_plugin.sync.context import SyncContext
from tests.addin.forms.test_text_host import SWIFT, TODAY, Scene, connect, ledger
from tests.addin.services.conftest import CONNECTED
from tests.support.hosts.text_host import TextHost
from tests.support.hurried_clock import HurriedClock
from tests.support.virtual_clock import VirtualClock


def light_of(runtime: Runtime, connection: Connection = CONNECTED) -> tuple[str, str]:
    """Level and label of the light now."""
    found = present_light(load_sentences(), connection, runtime.reach(), runtime.parts.clock.now())
    return found["level"], found["label"]


NAME = "Alder & Finch (simulator)"
HEARD = [
    ([], "good", NAME),
    ([Message("quickbooks_slow_down", {"seconds": 59})], "waiting", f"{NAME} · waiting"),
    ([Message("pace_own_calls", {"seconds": 7, "n": 500})], "waiting", f"{NAME} · waiting"),
    ([Message("pace_other_calls", {"seconds": 7, "n": 500})], "waiting", f"{NAME} · waiting"),
    ([Message("pace_places", {"n": 10})], "waiting", f"{NAME} · waiting"),
    ([Message("pace_database")], "waiting", f"{NAME} · waiting"),
    ([Message("quickbooks_no_connection", {"seconds": 4})], "waiting", f"{NAME} · not reachable"),
    ([Message("quickbooks_unreachable")], "waiting", f"{NAME} · not reachable"),
    ([Message("quickbooks_unreachable"), None], "good", NAME),
    ([Message("quickbooks_slow_down", {"seconds": 59}), None], "good", NAME),
    ([Message("checking_doubt", {"n": 3})], "good", NAME),
]


@pytest.mark.parametrize(("heard", "level", "label"), HEARD)
def test_the_light_follows_what_is_heard(runtime: Runtime, heard: list[Message | None], level: str, label: str) -> None:
    for message in heard:
        runtime.reachability.hear(message) if message else runtime.reachability.answered()
    assert light_of(runtime) == (level, label)


def test_a_wait_that_is_over_is_none(runtime: Runtime, clock: VirtualClock) -> None:
    runtime.reachability.hear(Message("quickbooks_slow_down", {"seconds": 59}))
    clock.sleep(58)
    assert runtime.reach() is Reach.WAITS
    clock.sleep(1)
    assert runtime.reach() is Reach.ANSWERS
    runtime.reachability.hear(Message("pace_places", {"n": 10}))
    clock.sleep(SHORTEST)
    assert runtime.reach() is Reach.ANSWERS


STATES = [
    (Connection(ConnectionState.NONE), "off", "not connected"),
    (replace(CONNECTED, state=ConnectionState.RECONNECT), "bad", f"{NAME} · signed out"),
    (replace(CONNECTED, environment="production"), "good", "Alder & Finch"),
]


@pytest.mark.parametrize(("connection", "level", "label"), STATES)
def test_the_light_names_the_company_and_its_state(runtime: Runtime, connection: Connection, level: str, label: str) -> None:
    assert light_of(runtime, connection) == (level, label)


@pytest.mark.parametrize(("days", "level"), [(13.9, "waiting"), (14.1, "good"), (0.0, "waiting"), (-1.0, "waiting")])
def test_a_sign_in_that_ends_in_two_weeks_is_amber(runtime: Runtime, days: float, level: str) -> None:
    ends = runtime.parts.clock.now() + timedelta(days=days)
    assert light_of(runtime, replace(CONNECTED, ends=ends))[0] == level


@pytest.mark.parametrize("reach", Reach)
def test_who_is_signed_out_is_told_that_first(reach: Reach) -> None:
    gone = replace(CONNECTED, state=ConnectionState.RECONNECT)
    assert present_light(load_sentences(), gone, reach, VirtualClock().now())["level"] == "bad"


def test_every_state_has_a_level_and_words() -> None:
    assert set(LEVELS) == set(WORDS)


def test_the_job_finds_that_quickbooks_is_gone_and_looks_again_while_it_is(tmp_path: Path) -> None:
    with ExitStack() as stack:
        simulator = stack.enter_context(running_simulator("demo", today=TODAY))
        keys = simulator.credentials()
        options = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        host, clock = TextHost(ledger(), f"sqlite:///{tmp_path}/park.db", options, TODAY), HurriedClock()
        addin = QuickBooksAddIn(Parts(clock=clock, limits=SWIFT))
        manager = host.load(addin)
        connect(Scene(host, addin, simulator))
        calls = Calls(addin.runtime())
        host.jobs["look"]()
        host.jobs["look"]()
        assert (calls.count, label_of(host)) == (1, NAME)  # it has answered just now
        stack.close()
        host.jobs["look"]()
        assert (calls.count, label_of(host)) == (1, NAME)
        clock.sleep(QUIET)
        for looks in (2, 3):  # while it is away it is looked for each time
            host.jobs["look"]()
            assert (calls.count, label_of(host)) == (looks, f"{NAME} · not reachable")
        manager.hook.workspace_stop()


class Calls:
    """Counts how often the light's job asks QuickBooks."""

    def __init__(self, runtime: Runtime) -> None:
        self.count, self._runtime = 0, runtime
        runtime.reachability = Reachability(self.open, runtime.parts.clock)

    def open(self, connection: Connection) -> SyncContext:
        """Open the company, and count."""
        self.count += 1
        return self._runtime.context(connection)


def label_of(host: TextHost) -> str:
    """What the light says."""
    return str(host.forms["connection"].open({})["light"]["label"])
