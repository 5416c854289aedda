"""Builds the QuickBooks side: the sign-in, and the API of the company that is connected."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from math import ceil
from threading import Lock

from requests.adapters import BaseAdapter

from qb_plugin.clock import Clock
from qb_plugin.errors import NotConnected
from qb_plugin.model import Connection, ConnectionState, Message
from qb_plugin.quickbooks.adapter import QuickBooksAdapter
from qb_plugin.quickbooks.auth.oauth import App, OAuth
from qb_plugin.quickbooks.auth.oauth_state import States
from qb_plugin.quickbooks.auth.sign_in import Candidate, SignIn
from qb_plugin.quickbooks.auth.token_store import Tokens
from qb_plugin.quickbooks.environment import Environment, find_environment
from qb_plugin.quickbooks.http.call_ledger import CallLedger
from qb_plugin.quickbooks.http.client import ApiClient, Bearers
from qb_plugin.quickbooks.http.pace_rules import PaceReason, PaceWait
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.http.session import open_session
from qb_plugin.quickbooks.limits import Limits

# Calls are numbered, and limiters of one process (a sign-in that goes on has one of its own) must not share numbers.
_LIMITERS, _NUMBERS = 1_000_000, 1_000_000


class QuickBooks:
    """One app in one environment: its sign-in, and an adapter for each company, opened at its first use.

    `pace` is the share of QuickBooks' limits to use; a change holds from the next call on.
    """

    def __init__(
        self,
        *,
        sign_in: SignIn,
        environment: Environment,
        limits: Limits,
        clock: Clock,
        publish: Callable[[Message], None],
        adapter: BaseAdapter | None,
        ledger: CallLedger | None,
        process: str,
        jitter: Callable[[], float],
    ) -> None:
        self.sign_in = sign_in
        self.environment = environment
        self._limits = limits
        self._clock = clock
        self._publish = publish
        self.pace = 1.0
        self._lock = Lock()
        self.rate_limiter = RateLimiter(
            limits,
            clock.monotonic,
            clock.sleep,
            self._tell_wait,
            lambda: self.pace,
            ledger=ledger,
            process=process,
            number_from=secrets.randbelow(_LIMITERS) * _NUMBERS,
            jitter=jitter,
        )
        self._session = open_session(environment.api, limits, adapter)
        self._adapters: dict[str, QuickBooksAdapter] = {}

    def seconds_until_sent(self, rows: int) -> float:
        """Seconds until the last of so many rows more may leave, by what is known now."""
        return self.rate_limiter.seconds_until_sent(ceil(rows / self._limits.batch_items))

    def close(self) -> None:
        """Call QuickBooks no more."""
        self.rate_limiter.leave()

    def connection(self) -> Connection:
        """The sign-in as a person sees it."""
        return self.sign_in.connection()

    def adapter(self) -> QuickBooksAdapter:
        """`open_company` for the company that is connected at this moment."""
        return self.open_company(self.connection())

    def open_company(self, connection: Connection) -> QuickBooksAdapter:
        """The API of this company, opened at the first call; NotConnected without one, or when it is in another environment."""
        if connection.state is ConnectionState.NONE:
            raise NotConnected(Message("quickbooks_not_connected"))
        if connection.environment != self.environment.name:
            raise NotConnected(Message("quickbooks_other_environment", {"environment": connection.environment}))
        with self._lock:
            if connection.realm not in self._adapters:
                self._adapters[connection.realm] = self._open(connection.realm, self.sign_in)
            return self._adapters[connection.realm]

    def finish(self, values: Mapping[str, str]) -> Connection:
        """Take the callback's query values; the connection with the company's name."""
        return self._connect(self.sign_in.finish(values))

    def finish_pasted(self, text: str, realm: str = "") -> Connection:
        """Take a pasted redirect address, or a code with its realm."""
        return self._connect(self.sign_in.finish_pasted(text, realm))

    def accept_refresh_token(self, realm: str, token: str) -> Connection:
        """Connect with a refresh token that was handed over."""
        return self._connect(self.sign_in.try_refresh_token(realm, token))

    def _connect(self, candidate: Candidate) -> Connection:
        """Ask QuickBooks for the company's name first: a sign-in that fails half-way leaves the present connection as it is."""
        books = self._open(candidate.realm, candidate)
        connection = self.sign_in.accept(candidate, books.company().name)
        with self._lock:
            self._adapters[candidate.realm] = books
        return connection

    def _open(self, realm: str, bearers: Bearers) -> QuickBooksAdapter:
        clock, limits = self._clock, self._limits
        client = ApiClient(
            environment=self.environment,
            realm=realm,
            session=self._session,
            sign_in=bearers,
            rate_limiter=self.rate_limiter,
            limits=limits,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
            publish=self._publish,
        )
        return QuickBooksAdapter(client, limits)

    def _tell_wait(self, wait: PaceWait) -> None:
        self._publish(wait_message(wait, self._limits))


def wait_message(wait: PaceWait, limits: Limits) -> Message:
    """What a person reads about a wait."""
    values = {"seconds": ceil(wait.seconds), "n": limits.at_once if wait.reason is PaceReason.PLACES else limits.per_minute}
    return Message(_WAITS[wait.reason], values)


_WAITS: Mapping[PaceReason, str] = {
    PaceReason.SILENCE: "quickbooks_slow_down",
    PaceReason.OWN_CALLS: "pace_own_calls",
    PaceReason.OTHER_CALLS: "pace_other_calls",
    PaceReason.PLACES: "pace_places",
    PaceReason.DATABASE: "pace_database",
}


def build_quickbooks(
    *,
    environment: str,
    app: App,
    redirect_uri: str,
    tokens: Tokens,
    data_key: Callable[[], bytes],
    clock: Clock,
    publish: Callable[[Message], None],
    limits: Limits | None = None,
    adapter: BaseAdapter | None = None,
    ledger: CallLedger | None = None,
    process: str = "",
    jitter: Callable[[], float] = lambda: secrets.randbelow(5001) / 1000,
    make_state: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> QuickBooks:
    """The QuickBooks side for one app; nothing is sent yet.

    `environment`: `production`, `sandbox` or a simulator's address. `redirect_uri`: the host's fixed callback address. `publish`
    is called with notices of waits, from any thread. `adapter` replaces the network (tests).
    `ledger` is where the processes of the firm share one count of calls; without one this process counts by itself. `process` is
    its name there, the same for all that it builds. `jitter` gives 0 to 5 seconds.
    """
    chosen = limits or Limits()
    servers = find_environment(environment)
    oauth = OAuth(app, redirect_uri, servers, chosen, adapter)
    states = States(tokens, make_state)
    sign_in = SignIn(
        oauth=oauth,
        environment=servers,
        tokens=tokens,
        states=states,
        data_key=data_key,
        now=clock.now,
        sleep=clock.sleep,
        second_try=chosen.refused_grant_wait,
        random_bytes=random_bytes,
    )
    return QuickBooks(
        sign_in=sign_in,
        environment=servers,
        limits=chosen,
        clock=clock,
        publish=publish,
        adapter=adapter,
        ledger=ledger,
        process=process or secrets.token_hex(4),
        jitter=jitter,
    )
