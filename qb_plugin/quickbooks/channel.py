"""One pooled HTTP session to one company: paced, bounded, and patient where nothing can have been done yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLCertVerificationError
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from qb_plugin.errors import UnknownOutcome, Unreachable
from qb_plugin.model import Message
from qb_plugin.quickbooks.environment import Environment
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.quickbooks.pacing import Pacer
from qb_plugin.quickbooks.sign_in import SignIn
from qb_plugin.schemas.envelopes import read_time
from qb_plugin.schemas.faults import is_throttle
from qb_plugin.schemas.text import read_json

_MINOR_VERSION = "minorversion=75"
_PORTION = 1 << 16
_REFRESHES = 2


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: `path` follows the company, `query` is already encoded."""

    method: str
    path: str
    query: str = ""
    body: bytes | None = field(default=None, repr=False)
    kind: str = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; `tid` is Intuit's trace id."""

    status: int
    body: bytes = field(repr=False)
    tid: str = ""


def open_session(address: str, limits: Limits, adapter: BaseAdapter | None = None) -> requests.Session:
    """A session that keeps connections, and takes nothing from the environment: no proxy, no .netrc, no cookies."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = "workspace-quickbooks"
    session.mount(address, adapter or HTTPAdapter(pool_connections=1, pool_maxsize=limits.at_once, max_retries=0))
    return session


class Channel:
    """Calls to one company. Thread-safe. `tell` hears what a person should know about a wait."""

    def __init__(
        self,
        *,
        environment: Environment,
        realm: str,
        session: requests.Session,
        sign_in: SignIn,
        pacer: Pacer,
        limits: Limits,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        tell: Callable[[Message], None],
    ) -> None:
        self.realm = realm
        self._address = f"{environment.api}/v3/company/{realm}/"
        self._session = session
        self._sign_in = sign_in
        self._pacer = pacer
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        self._tell = tell
        self.time: datetime | None = None

    def exchange(self, ask: Ask, waits: Sequence[float], batch: bool = False) -> Reply:
        """The answer. A 429 is waited out, a 401 refreshed, a connection that never came about tried again after `waits`:
        in each the same bytes go again, because nothing can have been done. UnknownOutcome when no answer came,
        Unreachable when QuickBooks never took the call, ReconnectNeeded when the sign-in is gone."""
        refreshes = throttles = 0
        while True:
            bearer = self._sign_in.bearer(self.realm)
            reply = self._taken(ask, bearer, waits, batch)
            if is_throttle(reply.status, reply.body) and throttles < self._limits.throttled_at_most:
                throttles += 1
                self._pacer.throttled()
            elif reply.status == 401 and refreshes < _REFRESHES:
                refreshes += 1
                self._sign_in.renew(self.realm, bearer)
            else:
                return reply

    def read(self, reply: Reply) -> object:
        """The JSON of an answer; QuickBooks' clock is taken from it. BadReplyError when it is none."""
        found = read_json(reply.body)
        self.time = (read_time(found) if isinstance(found, dict) else None) or self.time
        return found

    def _taken(self, ask: Ask, bearer: str, waits: Sequence[float], batch: bool) -> Reply:
        """One answer, however often the connection must be tried."""
        for wait in waits:
            reply = self._once(ask, bearer, batch)
            if reply is not None:
                return reply
            self._tell(Message("quickbooks_no_connection", {"seconds": round(wait)}))
            self._sleep(wait)
        reply = self._once(ask, bearer, batch)
        if reply is None:
            raise Unreachable(Message("quickbooks_unreachable"))
        return reply

    def _once(self, ask: Ask, bearer: str, batch: bool) -> Reply | None:
        """One answer; None when the call was never taken. UnknownOutcome when it may have been."""
        with self._pacer.turn(batch):
            try:
                return self._send(ask, bearer)
            except (requests.RequestException, HTTPError, OSError) as problem:
                trouble: Exception = problem
        # Looked at out here, so that the library's exception, with our headers in it, does not hang on to ours.
        if _never_taken(trouble):
            return None
        raise UnknownOutcome(Message("quickbooks_no_answer", details=type(trouble).__name__))

    def _send(self, ask: Ask, bearer: str) -> Reply:
        separator = "&" if ask.query else ""
        response = self._session.request(
            ask.method,
            f"{self._address}{ask.path}?{ask.query}{separator}{_MINOR_VERSION}",
            data=ask.body,
            headers={"Authorization": f"Bearer {bearer}", "Accept": "application/json", "Content-Type": ask.kind},
            timeout=(self._limits.connect_timeout, self._limits.read_timeout),
            allow_redirects=False,
            stream=True,
        )
        with response:
            return Reply(response.status_code, self._body(response), response.headers.get("intuit_tid", "")[:100])

    def _body(self, response: requests.Response) -> bytes:
        """The whole body, unless it is larger than any answer or drips longer than any call."""
        end = self._monotonic() + self._limits.read_timeout
        parts: list[bytes] = []
        size = 0
        for part in response.iter_content(_PORTION):
            parts.append(part)
            size += len(part)
            if size > self._limits.largest_reply or self._monotonic() > end:
                raise requests.exceptions.ChunkedEncodingError
        return b"".join(parts)


def _never_taken(problem: Any) -> bool:
    """Whether the connection never came about, so that QuickBooks cannot have seen the call."""
    cause = problem.args[0] if getattr(problem, "args", None) else problem
    reason = getattr(cause, "reason", cause)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return True
    inner = reason.args[0] if getattr(reason, "args", None) else None
    return isinstance(inner, SSLCertVerificationError)
