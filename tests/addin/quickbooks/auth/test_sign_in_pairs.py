"""The pair of tokens: where it is kept, how often it is read and renewed, when it lasts no more, and that it is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from qb_plugin.errors import NotConnected, ReconnectNeeded
from qb_plugin.model import Connection, ConnectionState
from qb_plugin.quickbooks.auth.sealing import unseal
from qb_plugin.schemas.text import read_json
from qb_plugin.schemas.tokens import read_pair
from tests.support.addin.quickbooks_fakes import (
    ADDRESS,
    DISCOVERY,
    KEY,
    REALM,
    MemoryTokens,
    Scripted,
    ScriptedAdapter,
    Side,
    connect,
    token_answer,
)

EMPTY = Scripted(b'{"QueryResponse":{},"time":"2026-11-22T12:00:00.000-08:00"}')
ANSWERS = {
    "/revoke": Scripted(),
    "companyinfo": Scripted(b'{"CompanyInfo":{"CompanyName":"Alder & Finch"},"time":"2026-11-22T12:00:00.000-08:00"}'),
    "preferences": Scripted(b'{"Preferences":{},"time":"2026-11-22T12:00:00.000-08:00"}'),
}
LASTS = 3600  # seconds of an access token
MARGIN = 180
PATIENCE = 5.0


class CountedTokens(MemoryTokens):
    """Tokens in memory that count how often they were read and held alone; while they are, `meanwhile` is done."""

    def __init__(self) -> None:
        super().__init__()
        self.reads, self.locks = 0, 0
        self.meanwhile: Callable[[], object] = lambda: None

    def load(self, realm: str) -> bytes | None:
        self.reads += 1
        return super().load(realm)

    @contextmanager
    def lock(self) -> Iterator[None]:
        self.locks += 1
        with super().lock():
            self.meanwhile()
            yield


def pairs(number: int, more: str = "") -> Scripted:
    """The answer of the token endpoint, with a pair of this number."""
    return Scripted(token_answer(f"ACCESS-{number}", f"REFRESH-{number}")[:-1] + more.encode() + b"}")


def hard_end(seconds: int) -> str:
    """What tells that the grant ends for good."""
    return f',"x_refresh_token_hard_expires_in":{seconds}'


def side_with(*answers: Scripted, tokens: MemoryTokens | None = None) -> tuple[Side, ScriptedAdapter, CountedTokens]:
    """A QuickBooks that answers every call, and whose sign-in service gives these pairs in turn; not connected yet."""
    left, kept = list(answers), tokens or CountedTokens()

    def script(request: requests.PreparedRequest) -> Scripted:
        url = str(request.url)
        if "/.well-known/" in url:
            return Scripted(DISCOVERY)
        if url.endswith("/token"):
            return left.pop(0)
        return next((answer for part, answer in ANSWERS.items() if part in url), EMPTY)

    adapter = ScriptedAdapter(script)
    assert isinstance(kept, CountedTokens)
    return connect(ADDRESS, adapter, tokens=kept), adapter, kept


def bearers(adapter: ScriptedAdapter) -> list[str]:
    """The tokens that calls of the company bore."""
    return [str(asked.headers["Authorization"]) for asked in adapter.asked if "/v3/company/" in str(asked.url)]


def test_a_pair_is_read_once_and_then_known() -> None:
    side, _, tokens = side_with(pairs(1))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    tokens.reads = tokens.locks = 0
    assert [side.quickbooks.sign_in.bearer(REALM) for _ in range(3)] == ["ACCESS-1"] * 3
    assert (tokens.reads, tokens.locks) == (0, 0)
    other, _, _ = side_with(tokens=tokens)
    assert [other.quickbooks.sign_in.bearer(REALM) for _ in range(3)] == ["ACCESS-1"] * 3
    assert (tokens.reads, tokens.locks) == (1, 1)


def test_of_nine_threads_that_meet_a_401_one_holds_the_tokens_of_the_firm() -> None:
    side, adapter, tokens = side_with(pairs(1), pairs(2))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    tokens.reads = tokens.locks = 0
    with ThreadPoolExecutor(9) as pool:
        found = list(pool.map(lambda _: side.quickbooks.sign_in.renew(REALM, "ACCESS-1"), range(9)))
    assert found == ["ACCESS-2"] * 9
    assert (tokens.locks, len(adapter.bodies("/token"))) == (1, 2)


def test_a_call_whose_pair_lasts_does_not_wait_for_a_renewal_that_is_under_way() -> None:
    side, _, tokens = side_with(pairs(1), pairs(2))
    sign_in, found = side.quickbooks.sign_in, list[str]()
    sign_in.accept_refresh_token(REALM, "REFRESH-0")
    with ThreadPoolExecutor(1) as pool:
        tokens.meanwhile = lambda: found.append(pool.submit(sign_in.bearer, REALM).result(PATIENCE))
        assert sign_in.renew(REALM, "ACCESS-1") == "ACCESS-2"
    assert found == ["ACCESS-1"]


@pytest.mark.parametrize(("age", "bearer"), [(LASTS - MARGIN - 1, "ACCESS-1"), (LASTS - MARGIN, "ACCESS-2"), (LASTS, "ACCESS-2")])
def test_a_pair_that_the_longest_call_could_outlive_is_renewed_first(age: int, bearer: str) -> None:
    side, _, _ = side_with(pairs(1), pairs(2))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    side.clock.sleep(age)
    assert side.quickbooks.sign_in.bearer(REALM) == bearer


@pytest.mark.parametrize("age", [LASTS - MARGIN, LASTS])
def test_a_process_that_has_just_begun_renews_a_pair_that_is_about_to_end(age: int) -> None:
    side, _, tokens = side_with(pairs(1))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    later, _, _ = side_with(pairs(2), tokens=tokens)
    later.clock.sleep(age)
    assert later.quickbooks.sign_in.bearer(REALM) == "ACCESS-2"


def test_a_known_pair_that_is_about_to_end_is_not_given_to_who_asks_for_another() -> None:
    side, _, _ = side_with(pairs(1), pairs(2))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    side.clock.sleep(LASTS - MARGIN)
    assert side.quickbooks.sign_in.renew(REALM, "ACCESS-0") == "ACCESS-2"


def test_what_is_kept_is_the_pair_with_its_three_ends() -> None:
    side, _, tokens = side_with(pairs(1, hard_end(157_680_000)))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    kept, now = read_pair(unseal(KEY, REALM, tokens.sealed[REALM])), side.clock.now()
    assert (kept.access, kept.refresh) == ("ACCESS-1", "REFRESH-1")
    assert (kept.access_ends, kept.refresh_ends) == (now + timedelta(seconds=LASTS), now + timedelta(seconds=8_726_400))
    assert kept.hard_ends == now + timedelta(seconds=157_680_000)


def test_calls_after_a_sign_in_bear_the_tokens_that_were_renewed_since() -> None:
    side, adapter, _ = side_with(pairs(1), pairs(2))
    side.quickbooks.accept_refresh_token(REALM, "REFRESH-0")
    side.clock.sleep(LASTS)
    side.quickbooks.adapter().methods()
    assert bearers(adapter) == ["Bearer ACCESS-1", "Bearer ACCESS-1", "Bearer ACCESS-2"]


def test_disconnecting_revokes_the_refresh_token_and_forgets_the_pair() -> None:
    side, adapter, tokens = side_with(pairs(1))
    sign_in = side.quickbooks.sign_in
    sign_in.accept_refresh_token(REALM, "REFRESH-0")
    sign_in.disconnect()
    assert [read_json(body) for body in adapter.bodies("/revoke")] == [{"token": "REFRESH-1"}]
    assert tokens.sealed == {}
    with pytest.raises(NotConnected) as caught:
        sign_in.bearer(REALM)
    assert caught.value.message.key == "quickbooks_not_connected"


def test_a_process_that_has_not_called_quickbooks_disconnects_too() -> None:
    side, _, tokens = side_with(pairs(1))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    other, adapter, _ = side_with(tokens=tokens)
    other.quickbooks.sign_in.disconnect()
    assert len(adapter.bodies("/revoke")) == 1
    assert other.quickbooks.connection() == Connection(ConnectionState.NONE)


@pytest.mark.parametrize("values", [{}, {"code": "C", "realmId": REALM}])
def test_a_callback_without_a_state_is_refused(values: dict[str, str]) -> None:
    side, adapter, _ = side_with()
    side.quickbooks.sign_in.authorize_url()
    with pytest.raises(ReconnectNeeded) as caught:
        side.quickbooks.finish(values)
    assert caught.value.message.key == "quickbooks_sign_in_expired"
    assert adapter.bodies("/token") == []


def test_a_pasted_code_without_its_company_is_incomplete() -> None:
    side, adapter, _ = side_with()
    assert parse_qs(urlsplit(side.quickbooks.sign_in.authorize_url()).query)["state"]
    with pytest.raises(Exception, match="quickbooks_sign_in_incomplete"):
        side.quickbooks.sign_in.finish_pasted("C")
    assert adapter.bodies("/token") == []


@pytest.mark.parametrize(("realm", "name"), [(REALM, "Alder & Finch"), ("4", "")])
def test_a_company_that_is_connected_again_keeps_its_name_and_another_has_none_yet(realm: str, name: str) -> None:
    side, _, _ = side_with(pairs(1), pairs(2))
    side.quickbooks.accept_refresh_token(REALM, "REFRESH-0")
    side.quickbooks.sign_in.accept_refresh_token(realm, "REFRESH-1")
    assert side.quickbooks.connection() == Connection(ConnectionState.CONNECTED, realm, name, "simulator")


FIVE_YEARS = 157_680_000


@pytest.mark.parametrize(
    ("told", "moved"),
    [
        (hard_end(FIVE_YEARS - 60), 0),
        (hard_end(FIVE_YEARS), 0),  # an hour later, seen from the hour after
        (hard_end(FIVE_YEARS + 1), 3601),
        (hard_end(FIVE_YEARS - 7201), -3601),
        ("", 0),
    ],
)
def test_the_end_for_good_moves_when_it_is_another_one(told: str, moved: int) -> None:
    side, _, _ = side_with(pairs(1, hard_end(FIVE_YEARS)), pairs(2, told))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    before = side.quickbooks.connection()
    assert before.ends == side.clock.now() + timedelta(seconds=FIVE_YEARS)
    side.clock.sleep(3600)
    side.quickbooks.sign_in.renew(REALM, "ACCESS-1")
    assert side.quickbooks.connection() == replace(before, ends=before.ends + timedelta(seconds=moved))


def test_an_end_for_good_that_is_told_by_a_refresh_alone_is_known_from_then_on() -> None:
    side, _, _ = side_with(pairs(1), pairs(2), pairs(3, hard_end(FIVE_YEARS)))
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    side.quickbooks.sign_in.renew(REALM, "ACCESS-1")
    assert side.quickbooks.connection().ends is None
    side.quickbooks.sign_in.renew(REALM, "ACCESS-2")
    assert side.quickbooks.connection().ends == side.clock.now() + timedelta(seconds=FIVE_YEARS)
