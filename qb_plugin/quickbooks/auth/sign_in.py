"""Signing in, staying signed in and signing out: one refresh for all processes, and a new pair kept before it is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import parse_qsl, urlsplit

from qb_plugin.errors import AddInError, Fatal, NotConnected, ReconnectNeeded
from qb_plugin.model import Connection, ConnectionState, Message
from qb_plugin.quickbooks.auth.oauth import GrantRefused, OAuth
from qb_plugin.quickbooks.auth.oauth_state import States
from qb_plugin.quickbooks.auth.sealing import NONCE_BYTES, SealBrokenError, seal, unseal
from qb_plugin.quickbooks.auth.token_store import Tokens
from qb_plugin.quickbooks.environment import Environment
from qb_plugin.schemas.text import BadReplyError
from qb_plugin.schemas.tokens import NewTokens, TokenPair, read_pair, write_pair

# A token that ends within this time is renewed first: the longest call must not outlive it.
_MARGIN = timedelta(seconds=180)
_SAME_END = timedelta(hours=1)
_CODE = re.compile(r"\A[A-Za-z0-9._~-]{1,512}\Z")
_REALM = re.compile(r"\A[0-9]{1,20}\Z")


class Candidate:
    """A company that has granted access, and is not connected yet: nothing of it is kept before QuickBooks has answered with it.
    Once it is connected its tokens are those of the sign-in."""

    def __init__(self, realm: str, pair: TokenPair) -> None:
        self.realm = realm
        self.pair = pair
        self.sign_in: SignIn | None = None

    def bearer(self, realm: str) -> str:
        """The access token: a new one, or one of the sign-in's."""
        return self.sign_in.bearer(realm) if self.sign_in else self.pair.access

    def renew(self, realm: str, stale: str | None) -> str:
        """Another one; a new token that QuickBooks does not take is not renewed."""
        if self.sign_in:
            return self.sign_in.renew(realm, stale)
        raise ReconnectNeeded(Message("quickbooks_sign_in_failed"))


class SignIn:
    """The sign-in of one app in one environment.

    `data_key` gives the firm's 32 bytes, `now` this machine's clock with its zone, `random_bytes` n random bytes. `second_try`:
    seconds after which a refresh token that was refused is tried once more.
    """

    def __init__(
        self,
        *,
        oauth: OAuth,
        environment: Environment,
        tokens: Tokens,
        states: States,
        data_key: Callable[[], bytes],
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        second_try: float,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._oauth = oauth
        self._environment = environment
        self._tokens = tokens
        self._states = states
        self._data_key = data_key
        self._now = now
        self._sleep, self._second_try = sleep, second_try
        self._random_bytes = random_bytes
        self._one_at_a_time = Lock()
        self._pair: dict[str, TokenPair] = {}

    def connection(self) -> Connection:
        """The sign-in as a person sees it."""
        return self._tokens.connection()

    def authorize_url(self) -> str:
        """Where a person grants access; good for one sign-in within ten minutes."""
        return self._oauth.authorize_url(self._states.issue())

    def finish(self, values: Mapping[str, str]) -> Candidate:
        """Take the query values of the callback, or of a pasted redirect address, and give the company that granted access.

        ReconnectNeeded tells of a refusal, of a state that is not ours, or of an incomplete answer.
        """
        if not self._states.take(values.get("state", "")):
            raise ReconnectNeeded(Message("quickbooks_sign_in_expired"))
        return self._exchange(values)

    def finish_pasted(self, text: str, realm: str = "") -> Candidate:
        """Take what a person pasted: the whole redirect address, or the code alone with the company's realm.

        Production forbids redirects to this machine. An address carries its state; a code alone counts only while a
        sign-in that we began is under way.
        """
        values = dict(parse_qsl(urlsplit(text.strip()).query))
        if values:
            return self.finish(values)
        if not _CODE.match(text.strip()):
            raise ReconnectNeeded(Message("quickbooks_sign_in_incomplete"))
        if not self._states.take_any():
            raise ReconnectNeeded(Message("quickbooks_sign_in_expired"))
        return self._exchange({"code": text.strip(), "realmId": realm.strip()})

    def try_refresh_token(self, realm: str, token: str) -> Candidate:
        """Take a refresh token that was handed over (a simulator's credentials, another tool of the firm)."""
        _check_realm(realm)
        return Candidate(realm, self._pair_of(self._oauth.refresh(token)))

    def accept(self, candidate: Candidate, company: str = "") -> Connection:
        """Connect the company, in the place of the one before: its tokens first, so that a process that dies between leaves the
        former connection as it was."""
        realm = candidate.realm
        with self._one_at_a_time, self._tokens.lock():
            self._keep(realm, candidate.pair)
        before = self.connection()
        name = company or (before.company if before.realm == realm else "")
        found = Connection(ConnectionState.CONNECTED, realm, name, self._environment.name, candidate.pair.hard_ends)
        self._tokens.save_connection(found)
        candidate.sign_in = self
        return found

    def accept_refresh_token(self, realm: str, token: str) -> str:
        """Connect with a refresh token that was handed over, without asking QuickBooks for the company."""
        self.accept(self.try_refresh_token(realm, token))
        return realm

    def bearer(self, realm: str) -> str:
        """An access token that outlives the longest call."""
        pair = self._pair.get(realm)
        if pair and self._lasts(pair):
            return pair.access
        return self.renew(realm, None)  # one that does not last is renewed anyway

    def renew(self, realm: str, stale: str | None) -> str:
        """An access token other than `stale`: the one another process got meanwhile, or a new one."""
        with self._one_at_a_time:
            known = self._pair.get(realm)
            if known and known.access != stale and self._lasts(known):
                return known.access
            with self._tokens.lock():
                pair = self._load(realm)
                if pair.access == stale or not self._lasts(pair):
                    pair = self._refreshed(realm, pair)
            self._pair[realm] = pair
            return pair.access

    def disconnect(self) -> None:
        """Take the access back at Intuit and forget the tokens; forgotten here even when Intuit cannot be reached."""
        realm = self.connection().realm
        if realm:
            with self._one_at_a_time, self._tokens.lock():
                with suppress(AddInError):
                    self._oauth.revoke(self._load(realm).refresh)
                self._tokens.delete(realm)
                self._pair.pop(realm, None)
        self._tokens.save_connection(Connection(ConnectionState.NONE))

    def _exchange(self, values: Mapping[str, str]) -> Candidate:
        if values.get("error"):
            raise ReconnectNeeded(Message("quickbooks_sign_in_refused"))
        code, realm = values.get("code", ""), values.get("realmId", "")
        if not code:
            raise ReconnectNeeded(Message("quickbooks_sign_in_incomplete"))
        _check_realm(realm)
        return Candidate(realm, self._pair_of(self._oauth.exchange_code(code)))

    def _refreshed(self, realm: str, pair: TokenPair) -> TokenPair:
        """A new pair, kept before it is used.

        Intuit has been seen to refuse a token once that it takes seconds later: what is kept is read again (another process may
        have refreshed it), then it is tried once more; only then must a person sign in.
        """
        with suppress(GrantRefused):
            return self._renewed(realm, pair)
        again = self._load(realm)
        if again.refresh == pair.refresh:
            self._sleep(self._second_try)
            again = self._load(realm)
        if again.refresh != pair.refresh and self._lasts(again):
            return again
        try:
            return self._renewed(realm, again)
        except GrantRefused as problem:
            refused = problem
        self._tokens.save_connection(replace(self.connection(), state=ConnectionState.RECONNECT))
        raise ReconnectNeeded(refused.message)

    def _renewed(self, realm: str, pair: TokenPair) -> TokenPair:
        new = self._keep(realm, self._pair_of(self._oauth.refresh(pair.refresh)))
        known = self.connection()
        # Counted in seconds from now, the end moves a little with every answer.
        if new.hard_ends and (known.ends is None or abs(new.hard_ends - known.ends) > _SAME_END):
            self._tokens.save_connection(replace(known, ends=new.hard_ends))
        return new

    def _pair_of(self, found: NewTokens) -> TokenPair:
        now, hard = self._now(), found["hard_expires_in"]
        return TokenPair(
            found["access"],
            found["refresh"],
            now + timedelta(seconds=found["expires_in"]),
            now + timedelta(seconds=found["refresh_expires_in"]),
            None if hard is None else now + timedelta(seconds=hard),
        )

    def _keep(self, realm: str, pair: TokenPair) -> TokenPair:
        self._tokens.save(realm, seal(self._data_key(), realm, write_pair(pair), self._random_bytes(NONCE_BYTES)))
        self._pair[realm] = pair
        return pair

    def _load(self, realm: str) -> TokenPair:
        connection = self.connection()
        if connection.realm == realm and connection.state is ConnectionState.RECONNECT:
            raise ReconnectNeeded(Message("quickbooks_signed_out"))
        sealed = self._tokens.load(realm)
        if sealed is None:
            raise NotConnected(Message("quickbooks_not_connected"))
        try:
            return read_pair(unseal(self._data_key(), realm, sealed))
        except (SealBrokenError, BadReplyError):
            pass
        raise ReconnectNeeded(Message("quickbooks_seal_broken"))

    def _lasts(self, pair: TokenPair) -> bool:
        return pair.access_ends - self._now() > _MARGIN


def _check_realm(realm: str) -> None:
    if not _REALM.match(realm):
        raise Fatal(Message("quickbooks_sign_in_incomplete"))
