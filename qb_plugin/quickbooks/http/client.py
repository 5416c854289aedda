"""One pooled HTTP session to one company: paced, bounded, and patient where nothing can have been done yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from math import ceil
from typing import Protocol

import requests
from urllib3.exceptions import HTTPError

from qb_plugin.errors import CallCancelled, UnknownOutcome, Unreachable
from qb_plugin.model import Message
from qb_plugin.quickbooks.environment import Environment
from qb_plugin.quickbooks.http.call_deadline import CallDeadline, OpenCalls
from qb_plugin.quickbooks.http.call_scope import CallPurpose, always, current_scope, never
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter, Slot
from qb_plugin.quickbooks.http.session import never_taken, retry_after_of, trace_of
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.schemas.envelopes import read_time
from qb_plugin.schemas.faults import is_throttle

_MINOR_VERSION = "minorversion=75"
_PORTION = 1 << 16
_REFRESHES = 2
_STEP = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One call: `path` follows the company, `query` is already encoded.

    `stop` calls it back while it waits, `may_leave` is asked when its turn has come and nothing is left but to send it; called
    back, it was not acted upon. `open_calls` counts it in while it is under way.
    """

    method: str
    path: str
    query: str = ""
    body: bytes | None = field(default=None, repr=False)
    kind: str = "application/json"
    stop: Callable[[], bool] = field(default=never, repr=False, compare=False)
    may_leave: Callable[[], bool] = field(default=always, repr=False, compare=False)
    purpose: CallPurpose = CallPurpose.FORM
    open_calls: OpenCalls = field(default_factory=OpenCalls, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """What came back; `tid` is Intuit's trace id. `seconds` it took since the call left: its turn may have been long in coming.
    `retry_after`: for how many seconds QuickBooks wants to be left alone, if it says so."""

    status: int
    body: bytes = field(repr=False)
    tid: str = ""
    seconds: float = 0.0
    retry_after: float | None = None


class Bearers(Protocol):
    """Where access tokens come from."""

    def bearer(self, realm: str) -> str: ...
    def renew(self, realm: str, stale: str | None) -> str:
        """Another token than the stale one."""
        ...


class ApiClient:
    """Calls to one company. Thread-safe. `tell` hears what a person should know about a wait."""

    def __init__(
        self,
        *,
        environment: Environment,
        realm: str,
        session: requests.Session,
        sign_in: Bearers,
        rate_limiter: RateLimiter,
        limits: Limits,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        publish: Callable[[Message], None],
    ) -> None:
        self.realm = realm
        self._address = f"{environment.api}/v3/company/{realm}/"
        self._session = session
        self._sign_in = sign_in
        self._rate_limiter = rate_limiter
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        self._publish = publish
        self._blank = session.prepare_request(requests.Request("GET", self._address, headers={"Accept": "application/json"}))
        self.time: datetime | None = None

    @property
    def at_once(self) -> int:
        """How many calls a run should have under way."""
        return self._rate_limiter.at_once

    def exchange(self, request: ApiRequest, waits: Sequence[float], batch: bool = False) -> ApiResponse:
        """The answer. A 429 is waited out, a 401 refreshed, a connection that never came about tried again after `waits`:
        in each the same bytes go again, because nothing can have been done. UnknownOutcome when no answer came,
        Unreachable when QuickBooks never took the call, ReconnectNeeded when the sign-in is gone, CallCancelled when `ask.stop`
        called it back before it left.

        Without a `stop` of its own the call is made for what its thread does: a form, or a run (`calls_of_run`)."""
        if request.stop is never:
            scope = current_scope()
            request = replace(request, stop=scope.stop, purpose=scope.purpose)
        refreshes = throttles = 0
        while True:
            bearer = self._signed_in(partial(self._sign_in.bearer, self.realm), waits, request.stop)
            reply = self._taken(request, bearer, waits, batch)
            if is_throttle(reply.status, reply.body) and throttles < self._limits.throttled_at_most:
                throttles += 1
                self._rate_limiter.throttled(reply.retry_after)
            elif reply.status == 401 and refreshes < _REFRESHES:
                refreshes += 1
                self._signed_in(partial(self._sign_in.renew, self.realm, bearer), waits, request.stop)
            else:
                return reply

    def publish(self, message: Message) -> None:
        """Let a person know."""
        self._publish(message)

    def note_time(self, envelope: object) -> None:
        """Take QuickBooks' clock from a good answer."""
        self.time = (read_time(envelope) if isinstance(envelope, dict) else None) or self.time

    def _signed_in(self, request: Callable[[], str], waits: Sequence[float], stop: Callable[[], bool]) -> str:
        """A token, asked for again after each of the waits while the sign-in service cannot be reached."""
        for wait in waits:
            try:
                return request()
            except Unreachable:
                self.pause(wait, stop)
        return request()

    def _taken(self, request: ApiRequest, bearer: str, waits: Sequence[float], batch: bool) -> ApiResponse:
        """One answer, however often the connection must be tried."""
        for wait in waits:
            reply = self._once(request, bearer, batch)
            if reply is not None:
                return reply
            self.pause(wait, request.stop)
        reply = self._once(request, bearer, batch)
        if reply is None:
            raise Unreachable(Message("quickbooks_unreachable"))
        return reply

    def pause(self, seconds: float, stop: Callable[[], bool] = never) -> None:
        """Let QuickBooks come back, and say so; CallCancelled as soon as `stop` says so."""
        self._publish(Message("quickbooks_no_connection", {"seconds": ceil(seconds)}))
        if stop is never:
            self._sleep(seconds)
            return
        end = self._monotonic() + seconds
        while (left := end - self._monotonic()) > 0:
            if stop():
                raise CallCancelled(Message("cancelled_row"))
            self._sleep(min(left, _STEP))

    def _once(self, request: ApiRequest, bearer: str, batch: bool) -> ApiResponse | None:
        """One answer; None when the call was never taken. UnknownOutcome when it may have been."""
        with self._rate_limiter.slot(batch, request.stop, request.purpose) as slot:
            try:
                return self._send(request, bearer, slot)
            except (requests.RequestException, HTTPError, OSError) as problem:
                trouble: Exception = problem
        # Looked at out here, so that the library's exception, with our headers in it, does not hang on to ours.
        if never_taken(trouble):
            return None
        raise UnknownOutcome(Message("quickbooks_no_answer", details=type(trouble).__name__))

    def _send(self, request: ApiRequest, bearer: str, slot: Slot) -> ApiResponse:
        prepared = self._prepared(request, bearer)
        patience = (self._limits.connect_timeout, self._limits.read_timeout)
        deadline = CallDeadline(self._limits.call_deadline, self._monotonic)
        with request.open_calls.holding(deadline), deadline:
            if request.stop():
                raise CallCancelled(Message("cancelled_row"))
            if not request.may_leave():
                raise CallCancelled(Message("lease_unproved"))
            slot.leaves()
            response = self._session.send(prepared, timeout=patience, allow_redirects=False, stream=True)
            with response:
                body = self._body(response, deadline)
                seconds = self._monotonic() - slot.at
                return ApiResponse(response.status_code, body, trace_of(response), seconds, retry_after_of(response))

    def _prepared(self, request: ApiRequest, bearer: str) -> requests.PreparedRequest:
        """The request, out of one that was prepared for all: preparing each costs as much as planning ten payments."""
        prepared = self._blank.copy()
        prepared.method = request.method
        separator = "&" if request.query else ""
        prepared.url = f"{self._address}{request.path}?{request.query}{separator}{_MINOR_VERSION}"
        prepared.headers["Authorization"], prepared.headers["Content-Type"] = f"Bearer {bearer}", request.kind
        prepared.body = request.body
        prepared.prepare_content_length(request.body)
        return prepared

    def _body(self, response: requests.Response, deadline: CallDeadline) -> bytes:
        """The whole body, unless it is larger than any answer or the call is over: then it may have been cut off anywhere."""
        parts: list[bytes] = []
        size = 0
        for part in response.iter_content(_PORTION):
            parts.append(part)
            size += len(part)
            if size > self._limits.largest_reply or deadline.passed:
                raise requests.exceptions.ChunkedEncodingError
        if deadline.passed:
            raise requests.exceptions.ReadTimeout
        return b"".join(parts)
