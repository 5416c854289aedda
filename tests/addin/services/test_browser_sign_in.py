"""A sign-in through the browser: begun by one process and finished by another, and one that fails changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hostsim.qbo_simulator.server.inprocess import InProcessAdapter
from hostsim.qbo_simulator.server.server import new_quickbooks
from hostsim.qbo_simulator.simulator import QuickBooks as Simulator
from qb_plugin.model import ConnectionState
from qb_plugin.quickbooks.factory import build_quickbooks
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from tests.support.addin.quickbooks_fakes import COMPANY, NO_NETWORK, NOON, REALM, TODAY
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.virtual_clock import VirtualClock


class Desks:
    """Two processes of one firm beside one QuickBooks, all on one clock."""

    def __init__(self, folder: Path) -> None:
        self.core = new_quickbooks("sample", today=TODAY)
        self.core.change_settings(any_redirect=True)
        self.given = self.core.credentials(NO_NETWORK)
        self._url, self._clock = f"sqlite:///{folder / 'firm.db'}", VirtualClock(NOON)

    def open(self) -> Runtime:
        options = {"quickbooks": NO_NETWORK, "client_id": self.given["client_id"], "client_secret": self.given["client_secret"]}
        connect = partial(build_quickbooks, adapter=InProcessAdapter(self.core))
        host = TextHost(FakeLedger([], [], []), self._url, options, date(2026, 11, 20))
        return Runtime(host, Parts(clock=self._clock, connect=connect))


def consent(core: Simulator, url: str) -> dict[str, str]:
    """What the callback carries after a person said yes on the consent page."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    back = core.signin.approve(core.signin.consent(asked), REALM, core.clock.now().timestamp())
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(tmp_path)


@pytest.fixture
def desk(desks: Desks) -> Iterator[Runtime]:
    with closing(desks.open()) as opened:
        yield opened


def test_a_sign_in_begun_by_one_process_is_finished_by_another(desks: Desks, desk: Runtime) -> None:
    values = consent(desks.core, desk.sign_in.begin("", "", ""))
    with closing(desks.open()) as other:
        assert other.sign_in.receive_callback(values)["ok"]
    assert desk.connection().company == COMPANY
    assert desk.context(desk.connection()).quickbooks.company().name == COMPANY
    assert not desk.sign_in.receive_callback(values)["ok"]


def test_a_sign_in_with_other_keys_that_is_not_finished_leaves_the_good_connection(desks: Desks, desk: Runtime) -> None:
    desk.sign_in.receive_callback(consent(desks.core, desk.sign_in.begin("", "", "")))
    url = desk.sign_in.begin("another app", "its secret", "")
    assert parse_qs(urlsplit(url).query)["client_id"] == ["another app"]
    state = parse_qs(urlsplit(url).query)["state"][0]
    refused = desk.sign_in.receive_callback({"state": state, "code": "C", "realmId": REALM})
    assert not refused["ok"]
    assert desk.connection().state is ConnectionState.CONNECTED
    assert desk.app_keys.read()[1].client_id == desks.given["client_id"]
    sign_in = desk.company.open_quickbooks().sign_in
    stale = sign_in.bearer(REALM)
    assert sign_in.renew(REALM, stale) != stale
