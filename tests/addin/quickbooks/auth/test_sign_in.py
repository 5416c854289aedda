"""Signing in, one refresh for all, and the ways a sign-in ends, against the simulator and against scripted answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from hostsim.qbo_simulator.server.inprocess import InProcessAdapter
from hostsim.qbo_simulator.server.server import new_quickbooks, running_simulator
from hostsim.qbo_simulator.simulator import QuickBooks as Simulator
from qb_plugin.errors import Fatal, NotConnected, ReconnectNeeded, Unreachable
from qb_plugin.model import Connection, ConnectionState
from qb_plugin.quickbooks.auth.oauth import App
from tests.support.addin.quickbooks_fakes import (
    ADDRESS,
    COMPANY,
    DISCOVERY,
    NO_NETWORK,
    REALM,
    REDIRECT,
    TODAY,
    MemoryTokens,
    Scripted,
    ScriptedAdapter,
    Side,
    connect,
    simulated,
    token_answer,
)


def unconnected() -> tuple[Side, Simulator]:
    core = new_quickbooks("sample", today=TODAY)
    core.change_settings(any_redirect=True)
    given = core.credentials(NO_NETWORK)
    return connect(NO_NETWORK, InProcessAdapter(core), app=App(given["client_id"], given["client_secret"])), core


def consent(core: Simulator, url: str) -> dict[str, str]:
    """What the callback carries after a person said yes on the consent page."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    back = core.signin.approve(core.signin.consent(asked), REALM, core.clock.now().timestamp())
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def tokens_scripted(*answers: Scripted) -> tuple[Side, ScriptedAdapter]:
    """A sign-in service with these answers in turn, the last one for ever; not connected yet."""
    left = list(answers)

    def script(request: requests.PreparedRequest) -> Scripted:
        if "/.well-known/" in str(request.url):
            return Scripted(DISCOVERY)
        return left.pop(0) if len(left) > 1 else left[0]

    adapter = ScriptedAdapter(script)
    return connect(ADDRESS, adapter), adapter


GOOD = Scripted(token_answer())
NEXT = Scripted(token_answer("ACCESS-2", "REFRESH-2"))
INVALID_GRANT = Scripted(b'{"error":"invalid_grant"}', 400)


def test_a_person_signs_in_and_the_company_is_named() -> None:
    side, core = unconnected()
    assert side.quickbooks.connection().state is ConnectionState.NONE
    url = side.quickbooks.sign_in.authorize_url()
    asked = parse_qs(urlsplit(url).query)
    assert asked["scope"] == ["com.intuit.quickbooks.accounting"]
    assert asked["redirect_uri"] == [REDIRECT]
    found = side.quickbooks.finish(consent(core, url))
    assert replace(found, ends=None) == Connection(ConnectionState.CONNECTED, REALM, COMPANY, "simulator")
    assert side.quickbooks.adapter().company().name == COMPANY


def test_the_state_is_good_once_and_for_ten_minutes() -> None:
    side, core = unconnected()
    values = consent(core, side.quickbooks.sign_in.authorize_url())
    side.quickbooks.finish(values)
    with pytest.raises(ReconnectNeeded) as caught:
        side.quickbooks.finish(values)
    assert caught.value.message.key == "quickbooks_sign_in_expired"
    late = consent(core, side.quickbooks.sign_in.authorize_url())
    side.clock.sleep(600)
    with pytest.raises(ReconnectNeeded):
        side.quickbooks.finish(late)


@pytest.mark.parametrize("state", ["", "guessed", "é", "x" * 100_000])
def test_a_callback_that_we_did_not_begin_is_refused_before_its_code_is_used(state: str) -> None:
    side, adapter = tokens_scripted(GOOD)
    side.quickbooks.sign_in.authorize_url()
    with pytest.raises(ReconnectNeeded) as caught:
        side.quickbooks.finish({"state": state, "code": "C", "realmId": REALM})
    assert caught.value.message.key == "quickbooks_sign_in_expired"
    assert adapter.bodies("/token") == []


def test_a_refusal_on_the_consent_page_is_said_and_uses_the_state_up() -> None:
    side, core = unconnected()
    state = consent(core, side.quickbooks.sign_in.authorize_url())["state"]
    with pytest.raises(ReconnectNeeded) as caught:
        side.quickbooks.finish({"error": "access_denied", "state": state})
    assert caught.value.message.key == "quickbooks_sign_in_refused"
    with pytest.raises(ReconnectNeeded) as caught:
        side.quickbooks.finish({"code": "C", "realmId": REALM, "state": state})
    assert caught.value.message.key == "quickbooks_sign_in_expired"


@pytest.mark.parametrize(
    "values", [{"realmId": REALM}, {"code": "C"}, {"code": "C", "realmId": "../1"}, {"code": "C", "realmId": "1 or 1"}]
)
def test_an_incomplete_callback_is_refused(values: dict[str, str]) -> None:
    side, adapter = tokens_scripted(GOOD)
    url = side.quickbooks.sign_in.authorize_url()
    state = parse_qs(urlsplit(url).query)["state"][0]
    with pytest.raises(Fatal) as caught:
        side.quickbooks.finish({**values, "state": state})
    assert caught.value.message.key == "quickbooks_sign_in_incomplete"
    assert adapter.bodies("/token") == []


def test_a_pasted_redirect_address_works_like_the_callback() -> None:
    side, core = unconnected()
    values = consent(core, side.quickbooks.sign_in.authorize_url())
    query = "&".join(f"{name}={value}" for name, value in values.items())
    found = side.quickbooks.finish_pasted(f"  https://firm.example/redirect?{query}\n")
    assert found.company == COMPANY


def test_a_pasted_code_works_only_while_a_sign_in_of_ours_is_under_way() -> None:
    side, core = unconnected()
    values = consent(core, side.quickbooks.sign_in.authorize_url())
    assert side.quickbooks.finish_pasted(values["code"], REALM).realm == REALM
    with pytest.raises(ReconnectNeeded) as caught:
        side.quickbooks.finish_pasted(values["code"], REALM)
    assert caught.value.message.key == "quickbooks_sign_in_expired"


@pytest.mark.parametrize("text", ["", "https://firm.example/redirect", "two words", "x" * 513, "a/../b"])
def test_pasted_text_that_is_no_code_leaves_the_sign_in_under_way(text: str) -> None:
    side, core = unconnected()
    values = consent(core, side.quickbooks.sign_in.authorize_url())
    with pytest.raises(ReconnectNeeded) as caught:
        side.quickbooks.finish_pasted(text, REALM)
    assert caught.value.message.key == "quickbooks_sign_in_incomplete"
    assert side.quickbooks.finish_pasted(values["code"], REALM).realm == REALM


def test_a_token_is_refreshed_before_it_can_end_within_a_call() -> None:
    side, core = simulated()
    sign_in = side.quickbooks.sign_in
    first = sign_in.bearer(REALM)
    side.clock.sleep(3600 - 181)
    assert sign_in.bearer(REALM) == first
    side.clock.sleep(2)
    core.clock.advance(3600)
    assert sign_in.bearer(REALM) != first


def test_a_new_pair_is_kept_before_it_is_used() -> None:
    side, adapter = tokens_scripted(GOOD, NEXT)
    sign_in = side.quickbooks.sign_in
    sign_in.accept_refresh_token(REALM, "REFRESH-0")
    side.tokens.save_fails = True
    with pytest.raises(OSError, match="disk full"):
        sign_in.renew(REALM, "ACCESS-1")
    assert sign_in.bearer(REALM) == "ACCESS-1"
    assert len(adapter.bodies("/token")) == 2


def test_nine_threads_that_meet_a_401_refresh_once() -> None:
    side, adapter = tokens_scripted(GOOD, NEXT)
    sign_in = side.quickbooks.sign_in
    sign_in.accept_refresh_token(REALM, "REFRESH-0")
    with ThreadPoolExecutor(9) as pool:
        found = [done.result() for done in [pool.submit(sign_in.renew, REALM, "ACCESS-1") for _ in range(9)]]
    assert found == ["ACCESS-2"] * 9
    assert len(adapter.bodies("/token")) == 2


def test_two_processes_share_one_refresh() -> None:
    core = new_quickbooks("sample", today=TODAY)
    given = core.credentials(NO_NETWORK)
    app, tokens = App(given["client_id"], given["client_secret"]), MemoryTokens()
    one = connect(NO_NETWORK, InProcessAdapter(core), app=app, tokens=tokens)
    two = connect(NO_NETWORK, InProcessAdapter(core), app=app, tokens=tokens)
    one.quickbooks.accept_refresh_token(REALM, given["refresh_token"])
    stale = one.quickbooks.sign_in.bearer(REALM)
    assert two.quickbooks.sign_in.bearer(REALM) == stale
    fresh = one.quickbooks.sign_in.renew(REALM, stale)
    kept = tokens.saves
    assert two.quickbooks.sign_in.renew(REALM, stale) == fresh
    assert tokens.saves == kept


def test_a_pair_that_somebody_else_kept_meanwhile_is_taken_after_invalid_grant() -> None:
    side, adapter = tokens_scripted(GOOD, INVALID_GRANT)
    sign_in = side.quickbooks.sign_in
    sign_in.accept_refresh_token(REALM, "REFRESH-0")
    old = side.tokens.sealed[REALM]
    other, _ = tokens_scripted(NEXT)
    other.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    side.tokens.loads = [old, other.tokens.sealed[REALM]]
    assert sign_in.renew(REALM, "ACCESS-1") == "ACCESS-2"
    assert len(adapter.bodies("/token")) == 2


def test_invalid_grant_is_a_state_and_never_a_loop() -> None:
    side, adapter = tokens_scripted(GOOD, INVALID_GRANT)
    sign_in = side.quickbooks.sign_in
    sign_in.accept_refresh_token(REALM, "REFRESH-0")
    for _ in range(5):
        with pytest.raises(ReconnectNeeded) as caught:
            sign_in.renew(REALM, "ACCESS-1")
        assert caught.value.message.key == "quickbooks_signed_out"
    assert len(adapter.bodies("/token")) == 3
    assert side.clock.slept == [5.0]
    assert side.quickbooks.connection().state is ConnectionState.RECONNECT


def test_one_spurious_invalid_grant_signs_nobody_out() -> None:
    side, adapter = tokens_scripted(GOOD, INVALID_GRANT, NEXT)
    sign_in = side.quickbooks.sign_in
    sign_in.accept_refresh_token(REALM, "REFRESH-0")
    assert sign_in.renew(REALM, "ACCESS-1") == "ACCESS-2"
    assert [b"refresh_token=REFRESH-1" in body for body in adapter.bodies("/token")] == [False, True, True]
    assert side.clock.slept == [5.0]
    assert side.quickbooks.connection().state is ConnectionState.CONNECTED


def test_a_pair_kept_by_somebody_else_during_the_wait_is_taken_without_another_try() -> None:
    side, adapter = tokens_scripted(GOOD, INVALID_GRANT)
    sign_in = side.quickbooks.sign_in
    sign_in.accept_refresh_token(REALM, "REFRESH-0")
    old = side.tokens.sealed[REALM]
    other, _ = tokens_scripted(NEXT)
    other.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    side.tokens.loads = [old, old, other.tokens.sealed[REALM]]
    assert sign_in.renew(REALM, "ACCESS-1") == "ACCESS-2"
    assert len(adapter.bodies("/token")) == 2


def test_a_sign_in_that_fails_half_way_leaves_the_connection_as_it_was() -> None:
    side, core = simulated()
    core.change_settings(any_redirect=True)
    before, sealed = side.quickbooks.connection(), dict(side.tokens.sealed)
    core.add_trouble(kind="status_503_before", times=50, match={"path": "companyinfo"})
    with pytest.raises(Unreachable):
        side.quickbooks.finish(consent(core, side.quickbooks.sign_in.authorize_url()))
    assert side.quickbooks.connection() == before
    assert side.tokens.sealed == sealed
    assert side.quickbooks.adapter().methods()


def test_a_new_token_that_quickbooks_does_not_take_is_refused_and_not_refreshed() -> None:
    def script(request: requests.PreparedRequest) -> Scripted:
        url = str(request.url)
        if "/.well-known/" in url:
            return Scripted(DISCOVERY)
        return GOOD if url.endswith("/token") else Scripted(b"", 401)

    adapter = ScriptedAdapter(script)
    side = connect(ADDRESS, adapter)
    with pytest.raises(ReconnectNeeded) as caught:
        side.quickbooks.accept_refresh_token(REALM, "REFRESH-0")
    assert caught.value.message.key == "quickbooks_sign_in_failed"
    assert len(adapter.bodies("/token")) == 1
    assert side.quickbooks.connection().state is ConnectionState.NONE


def test_the_end_after_five_years_is_known_and_does_not_move_with_the_refreshes() -> None:
    side, core = simulated()
    five_years = side.quickbooks.connection().ends
    assert five_years is not None
    assert timedelta(days=1824) < five_years - side.clock.now() < timedelta(days=1826)
    side.clock.sleep(86400)
    core.clock.advance(86400)
    side.quickbooks.sign_in.renew(REALM, None)
    assert side.quickbooks.connection().ends == five_years


def test_a_connection_made_before_the_end_was_asked_for_learns_it_at_the_next_refresh() -> None:
    side, _ = simulated()
    side.tokens.save_connection(replace(side.quickbooks.connection(), ends=None))
    side.quickbooks.sign_in.renew(REALM, side.quickbooks.sign_in.bearer(REALM))
    assert side.quickbooks.connection().ends is not None


def test_connecting_again_ends_the_reconnect_state_and_keeps_the_company() -> None:
    side, core = simulated()
    core.add_trouble(kind="token_revoked", match={"path": "query"})
    with pytest.raises(ReconnectNeeded):
        side.quickbooks.adapter().methods()
    found = side.quickbooks.connection()
    assert replace(found, ends=None) == Connection(ConnectionState.RECONNECT, REALM, COMPANY, "simulator")
    core.change_settings(any_redirect=True)
    side.quickbooks.finish(consent(core, side.quickbooks.sign_in.authorize_url()))
    assert side.quickbooks.connection().state is ConnectionState.CONNECTED
    assert side.quickbooks.adapter().methods()


@pytest.mark.parametrize(
    ("answer", "failure", "key"),
    [
        (Scripted(b'{"error":"invalid_client"}', 401), ReconnectNeeded, "quickbooks_app_refused"),
        (Scripted(b'{"error":"unsupported_grant_type"}', 400), Fatal, "quickbooks_sign_in_failed"),
        (Scripted(b"<html>down</html>", 503), Unreachable, "quickbooks_sign_in_unreachable"),
        (Scripted(b"", 429), Unreachable, "quickbooks_sign_in_unreachable"),
        (Scripted(problem=requests.ReadTimeout("slow")), Unreachable, "quickbooks_sign_in_unreachable"),
        (Scripted(b"<html>hello</html>"), Unreachable, "quickbooks_sign_in_unreadable"),
        (Scripted(b"[]"), Unreachable, "quickbooks_sign_in_unreadable"),
        (Scripted(b'{"access_token":"A"}'), Unreachable, "quickbooks_sign_in_unreadable"),
        (Scripted(token_answer(access="has blank")), Unreachable, "quickbooks_sign_in_unreadable"),
        (Scripted(token_answer().replace(b"3600", b'"3600"')), Unreachable, "quickbooks_sign_in_unreadable"),
    ],
)
def test_what_the_sign_in_service_may_answer_instead(answer: Scripted, failure: type[Fatal], key: str) -> None:
    side, _ = tokens_scripted(answer)
    with pytest.raises(failure) as caught:
        side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    assert caught.value.message.key == key
    assert side.quickbooks.connection().state is ConnectionState.NONE


def test_disconnecting_revokes_and_forgets() -> None:
    side, core = simulated()
    refresh = core.credentials(NO_NETWORK)["refresh_token"]
    side.quickbooks.sign_in.disconnect()
    assert side.quickbooks.connection() == Connection(ConnectionState.NONE)
    assert side.tokens.sealed == {}
    assert core.credentials(NO_NETWORK)["refresh_token"] != refresh
    with pytest.raises(NotConnected):
        side.quickbooks.adapter()


def test_disconnecting_forgets_even_when_intuit_cannot_be_reached() -> None:
    side, _ = tokens_scripted(GOOD, Scripted(problem=requests.ConnectionError("down")))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    side.quickbooks.sign_in.disconnect()
    assert side.tokens.sealed == {}
    side.quickbooks.sign_in.disconnect()


def test_tokens_sealed_with_another_key_ask_for_a_new_sign_in() -> None:
    side, _ = tokens_scripted(GOOD)
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    fresh, _ = tokens_scripted(GOOD)
    fresh.tokens.sealed[REALM] = side.tokens.sealed[REALM][:-1] + b"\x00"
    with pytest.raises(ReconnectNeeded) as caught:
        fresh.quickbooks.sign_in.bearer(REALM)
    assert caught.value.message.key == "quickbooks_seal_broken"


def test_a_company_of_another_environment_is_not_spoken_to() -> None:
    side, _ = tokens_scripted(GOOD)
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    side.tokens.save_connection(replace(side.quickbooks.connection(), environment="production"))
    with pytest.raises(NotConnected) as caught:
        side.quickbooks.adapter()
    assert caught.value.message.key == "quickbooks_other_environment"


def test_the_whole_sign_in_works_over_http() -> None:
    with running_simulator("sample", today=TODAY) as simulator:
        simulator.core.change_settings(any_redirect=True)
        given = simulator.credentials()
        side = connect(simulator.base_url, None, app=App(given["client_id"], given["client_secret"]))
        found = side.quickbooks.finish(consent(simulator.core, side.quickbooks.sign_in.authorize_url()))
        assert found.company == COMPANY
        side.quickbooks.sign_in.disconnect()
