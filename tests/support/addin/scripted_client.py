"""One client to scripted answers, on a clock that moves only when somebody waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError

from qb_plugin.errors import Unreachable
from qb_plugin.model import Message
from qb_plugin.quickbooks.environment import find_environment
from qb_plugin.quickbooks.http.call_scope import CallPurpose, never
from qb_plugin.quickbooks.http.client import ApiClient
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.http.session import open_session
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.quickbooks_fakes import ADDRESS, REALM, Scripted, ScriptedAdapter, one_after_another
from tests.support.virtual_clock import VirtualClock

SIGN_IN_AWAY = Unreachable(Message("quickbooks_sign_in_unreachable"))


def refused() -> Scripted:
    """A connection that never came about."""
    reason = NewConnectionError(HTTPConnection("quickbooks.test"), "refused")
    return Scripted(problem=requests.ConnectionError(MaxRetryError(HTTPConnection("quickbooks.test"), "/", reason)))  # type: ignore[arg-type]


@dataclass(slots=True)
class Tokens:
    """Access tokens one after the other; `away` is raised so many times first."""

    away: int = 0
    number: int = 1
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def bearer(self, realm: str) -> str:
        self.asked.append(("bearer", realm))
        self._fail()
        return f"ACCESS-{self.number}"

    def renew(self, realm: str, stale: str | None) -> str:
        self.asked.append(("renew", realm, str(stale)))
        self._fail()
        self.number += 1
        return f"ACCESS-{self.number}"

    def _fail(self) -> None:
        if self.away:
            self.away -= 1
            raise SIGN_IN_AWAY


class WatchedLimiter(RateLimiter):
    """A rate limiter that notes for whom each place was asked."""

    purposes: list[tuple[bool, CallPurpose]]

    def slot(self, batch: bool = False, stop: Callable[[], bool] = never, purpose: CallPurpose = CallPurpose.FORM) -> Any:
        """Note it, and give the place."""
        self.purposes.append((batch, purpose))
        return super().slot(batch, stop, purpose)


class ScriptedClient:
    """A client whose QuickBooks answers as scripted, on a clock that moves only when somebody waits."""

    def __init__(self, *answers: Scripted, limits: Limits | None = None, tokens: Tokens | None = None) -> None:
        self.clock, self.told, self.tokens = VirtualClock(), list[Message](), tokens or Tokens()
        self.before: Callable[[], object] = lambda: None
        script = one_after_another(*answers)

        def answer(request: requests.PreparedRequest) -> Scripted:
            self.before()
            return script(request)

        self.adapter, limits = ScriptedAdapter(answer), limits or Limits()
        self.limiter = WatchedLimiter(limits, self.clock.monotonic, self.clock.sleep, lambda _: None)
        self.limiter.purposes = []
        self.client = ApiClient(
            environment=find_environment(ADDRESS),
            realm=REALM,
            session=open_session(ADDRESS, limits, self.adapter),
            sign_in=self.tokens,
            rate_limiter=self.limiter,
            limits=limits,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            publish=self.told.append,
        )

    @property
    def asked(self) -> list[requests.PreparedRequest]:
        """What has left."""
        return self.adapter.asked
