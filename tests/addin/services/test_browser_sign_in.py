"""A sign-in through the browser: begun by one process and finished by another, and one that fails changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from hostsim.qbo_simulator.server.inprocess import InProcessAdapter
from hostsim.qbo_simulator.server.server import new_quickbooks
from hostsim.qbo_simulator.simulator import QuickBooks as Simulator
from qb_plugin.errors import AnswerRejected
from qb_plugin.model import ConnectionState, Message
from qb_plugin.quickbooks.factory import build_quickbooks
from qb_plugin.runtime import Runtime
from qb_plugin.services.company_settings import first_item
from qb_plugin.services.parts import Parts
from tests.support.addin.quickbooks_fakes import COMPANY, NO_NETWORK, NOON, REALM, TODAY
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_marks import FakeMarks
from tests.support.virtual_clock import VirtualClock


class Desks:
    """Two processes of one firm beside one QuickBooks, all on one clock."""

    def __init__(self, folder: Path) -> None:
        self.core = new_quickbooks("sample", today=TODAY)
        self.core.change_settings(any_redirect=True)
        self.given = self.core.credentials(NO_NETWORK)
        self._url, self._clock = f"sqlite:///{folder / 'firm.db'}", VirtualClock(NOON)
        self.marks = list[FakeMarks]()

    def open(self, *without: str) -> Runtime:
        given = {"quickbooks": NO_NETWORK, "client_id": self.given["client_id"], "client_secret": self.given["client_secret"]}
        options = {name: value for name, value in given.items() if name not in without}
        connect = partial(build_quickbooks, adapter=InProcessAdapter(self.core))
        host = TextHost(FakeLedger([], [], []), self._url, options, date(2026, 11, 20))
        self.marks.append(host.marks)
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
        assert other.sign_in.receive_callback(values) == {"ok": True, "text": f"Connected to {COMPANY} (simulator)."}
    assert desk.connection().company == COMPANY
    assert desk.context(desk.connection()).quickbooks.company().name == COMPANY
    expired = desk.sentences.text(Message("quickbooks_sign_in_expired"))
    assert desk.sign_in.receive_callback(values) == {"ok": False, "text": expired}


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


def test_keys_are_entered_without_blanks_and_the_consent_page_is_asked_for_that_app(desk: Runtime) -> None:
    url = desk.sign_in.begin(" entered ", "\tits secret\n", "")
    assert parse_qs(urlsplit(url).query)["client_id"] == ["entered"]
    _, app = desk.app_keys.read_proposed()
    assert (app.client_id, app.secret) == ("entered", "its secret")


@pytest.mark.parametrize(
    ("without", "entered"),
    [
        (("client_id", "client_secret"), ("", "")),
        (("client_id",), ("", "")),
        (("client_secret",), ("", "")),
        (("client_id", "client_secret"), ("entered", "")),
        (("client_id", "client_secret"), ("", "its secret")),
        (("client_id", "client_secret"), (" ", " ")),
    ],
)
def test_a_sign_in_without_both_keys_is_not_begun(desks: Desks, without: tuple[str, ...], entered: tuple[str, str]) -> None:
    with closing(desks.open("quickbooks", *without)) as desk:
        with pytest.raises(AnswerRejected) as caught:
            desk.sign_in.begin(*entered, "production")
        assert caught.value.message == Message("keys_missing")
        assert caught.value.fields == {"client_id": Message("keys_missing")}
        assert desk.app_keys.read_proposed()[0] == "production"


def test_a_pasted_redirect_address_completes_the_sign_in(desks: Desks, desk: Runtime) -> None:
    values = consent(desks.core, desk.sign_in.begin("", "", ""))
    assert desk.sign_in.finish({"url": f"https://firm.example/redirect?{urlencode(values)}"}).company == COMPANY
    assert desk.connection().company == COMPANY


def sign_in(desks: Desks, desk: Runtime) -> None:
    """Sign in as a person does."""
    assert desk.sign_in.receive_callback(consent(desks.core, desk.sign_in.begin("", "", "")))["ok"]


def test_a_new_company_gets_first_settings_and_one_that_has_settings_keeps_them(desks: Desks, desk: Runtime) -> None:
    sign_in(desks, desk)
    first = desk.settings(REALM)
    assert first["payment_method"] == {"Check": "2", "Cash": "1", "Visa": "3"}
    assert (first["auto_apply_uses"], first["pace"]) == ("quickbooks", "full")
    assert first["credit_memo_item"] == first_item(desk.lists(desk.connection(), fresh=True, settings=True).items) != ""
    desk.save_settings(REALM, {"auto_apply_uses": "workspace"})
    sign_in(desks, desk)
    assert desk.settings(REALM) == {**first, "auto_apply_uses": "workspace"}


def test_a_company_is_known_by_its_name_and_the_host_shows_its_marks_from_the_sign_in_on(desks: Desks, desk: Runtime) -> None:
    assert (desk.company_name(REALM), desks.marks[0].scope) == (REALM, "")
    sign_in(desks, desk)
    assert (desk.company_name(REALM), desks.marks[0].scope) == (COMPANY, REALM)


def test_a_sign_in_stands_though_the_lists_for_first_settings_cannot_be_read_and_the_next_one_makes_them(
    desks: Desks, desk: Runtime
) -> None:
    desks.core.add_trouble(kind="status_503_before", times=None, match={"entity": "PaymentMethod"})
    url = desk.sign_in.begin("", "", "")
    assert desk.sign_in.receive_callback(consent(desks.core, url))["ok"]
    assert desk.connection().state is ConnectionState.CONNECTED
    assert desk.settings(REALM) == {}
    desks.core.clear_trouble()
    sign_in(desks, desk)
    assert desk.settings(REALM)["payment_method"] == {"Check": "2", "Cash": "1", "Visa": "3"}


def test_first_settings_are_made_of_the_lists_as_they_are_now(desks: Desks, desk: Runtime) -> None:
    desk.company.open_quickbooks().accept_refresh_token(REALM, desks.given["refresh_token"])
    connection = desk.connection()
    assert "Check" in {entry.name for entry in desk.lists(connection).methods}
    company = desks.core.open_realm(REALM)
    for method in company.all("PaymentMethod"):
        company.store("PaymentMethod", {**method, "Name": f"Our {method['Name']}"}, NOON)
    desk.sign_in.prepare(connection)
    assert desk.settings(REALM)["payment_method"] == {}


def test_the_saved_pace_of_the_company_holds_from_the_sign_in_on(desks: Desks, desk: Runtime) -> None:
    sign_in(desks, desk)
    with closing(desks.open()) as other:
        other.save_settings(REALM, {"pace": "gentle"})
    sign_in(desks, desk)
    assert desk.company.open_quickbooks().pace == 0.5
