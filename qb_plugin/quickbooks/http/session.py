"""The HTTP session to QuickBooks: pooled, taking nothing from the environment, and honest about what was never sent."""

from __future__ import annotations

import re
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLCertVerificationError
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from qb_plugin.quickbooks.http.connections import DeadlineAdapter
from qb_plugin.quickbooks.limits import Limits

_TRACE = re.compile(r"\A[0-9A-Za-z-]{1,64}\Z")


def open_session(address: str, limits: Limits, adapter: BaseAdapter | None = None) -> requests.Session:
    """A session that keeps connections, and takes nothing from the environment: no proxy, no .netrc, no cookies."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = "workspace-quickbooks"
    session.mount(address, adapter or DeadlineAdapter(limits))
    return session


def never_taken(problem: Any) -> bool:
    """Whether the connection never came about, so that QuickBooks cannot have seen the call."""
    cause = problem.args[0] if getattr(problem, "args", None) else problem
    reason = getattr(cause, "reason", cause)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return True
    inner = reason.args[0] if getattr(reason, "args", None) else None
    return isinstance(inner, SSLCertVerificationError)


def trace_of(response: requests.Response) -> str:
    """Intuit's trace id, if it looks like one; it is shown and kept."""
    found = response.headers.get("intuit_tid", "")
    return found if _TRACE.match(found) else ""


def retry_after_of(response: requests.Response) -> float | None:
    """How many seconds to wait, if the answer says so as a number (RFC 9110, 10.2.3)."""
    found = response.headers.get("Retry-After", "").strip()
    return float(found) if found.isascii() and found.isdigit() and len(found) < 7 else None
