"""Intuit's own OAuth client with its gaps closed: timeouts, no environment, no redirects, and only the keys we expect.

`intuitlib` fetches the discovery document in its constructor, sets every key of a reply as an attribute of itself, and puts
raw bodies into its exceptions; so each request passes through here, and none of its exceptions leaves this module.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from requests.adapters import BaseAdapter

from qb_plugin.errors import AddInError, Fatal, ReconnectNeeded, Unreachable
from qb_plugin.model import Message
from qb_plugin.quickbooks.environment import Environment
from qb_plugin.quickbooks.http.call_deadline import CallDeadline
from qb_plugin.quickbooks.http.connections import DeadlineAdapter
from qb_plugin.quickbooks.http.redaction import redact
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.schemas.text import BadReplyError, read_json, write_json
from qb_plugin.schemas.tokens import TOKEN_REPLY_KEYS, NewTokens, read_oauth_error, read_token_reply

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "revocation_endpoint")

# Asks the token endpoint when the grant ends for good, five years after consent, however often it is refreshed.
_TELL_HARD_END = "x-include-refresh-token-hard-expires-in"


class App:
    """The client id and secret that Intuit gave the firm's app; never shown."""

    __slots__ = ("client_id", "secret")

    def __init__(self, client_id: str, secret: str) -> None:
        self.client_id = client_id
        self.secret = secret


class GrantRefused(ReconnectNeeded):
    """invalid_grant: the refresh token or code is used up, revoked, or another app's."""


class _Client(AuthClient):  # type: ignore[misc]  # intuitlib has no types
    """AuthClient, asked politely."""

    def __init__(self, app: App, redirect: str, environment: Environment, limits: Limits, adapter: BaseAdapter | None) -> None:
        self._environment = environment
        self._adapter = adapter or DeadlineAdapter(limits)
        self._timeout = (limits.connect_timeout, limits.sign_in_timeout)
        self._deadline = limits.sign_in_deadline
        super().__init__(app.client_id, app.secret, redirect, environment.discovery)

    def get_adapter(self, url: str) -> Any:  # noqa: ARG002
        return self._adapter

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        # requests.Session turns this on in its constructor: a .netrc would then replace our Authorization.
        self.trust_env = False
        options |= {"timeout": self._timeout, "allow_redirects": False}
        if url == getattr(self, "token_endpoint", None):
            options["headers"] = {**options["headers"], _TELL_HARD_END: "true"}
        with CallDeadline(self._deadline, monotonic) as deadline:
            response: requests.Response = super().request(method, url, **options)
        if deadline.passed:  # the body may have been cut off anywhere
            raise requests.ReadTimeout
        if response.status_code == 200:
            response._content = self._narrowed(url, response.content)
        return response

    def _narrowed(self, url: str, body: bytes) -> bytes:
        if not hasattr(self, "token_endpoint"):
            return self._checked_discovery(body)
        if url != self.token_endpoint:
            return b""
        found = read_json(body)
        if not isinstance(found, dict):
            raise BadReplyError("the token answer is not an object")
        return write_json({key: value for key, value in found.items() if key in TOKEN_REPLY_KEYS}).encode()

    def _checked_discovery(self, body: bytes) -> bytes:
        found = read_json(body)
        addresses = [found.get(name) for name in _ENDPOINTS] if isinstance(found, dict) else [None]
        if not all(isinstance(address, str) and self._environment.trusts(address) for address in addresses):
            raise BadReplyError("the discovery document names addresses that are not Intuit's")
        return body


class OAuth:
    """The sign-in service: where to send a person, and how codes and refresh tokens become token pairs."""

    def __init__(
        self, app: App, redirect: str, environment: Environment, limits: Limits, adapter: BaseAdapter | None = None
    ) -> None:
        self._make: Callable[[], Any] = lambda: _Client(app, redirect, environment, limits, adapter)
        self._client: Any = None

    def authorize_url(self, state: str) -> str:
        """Where a person grants access."""
        return str(self._ask(lambda client: client.get_authorization_url([Scopes.ACCOUNTING], state_token=state)))

    def exchange_code(self, code: str) -> NewTokens:
        """The pair for a code; a code is good for one exchange."""
        return self._pair(lambda client: client.get_bearer_token(code))

    def refresh(self, token: str) -> NewTokens:
        """The next pair; GrantRefused when the token is no longer good."""
        return self._pair(lambda client: client.refresh(refresh_token=token))

    def revoke(self, token: str) -> None:
        """Take the access back."""
        self._ask(lambda client: client.revoke(token=token))

    def _pair(self, ask: Callable[[Any], object]) -> NewTokens:
        def answer(client: Any) -> NewTokens:
            for key in TOKEN_REPLY_KEYS:
                setattr(client, key, None)
            ask(client)
            return read_token_reply({key: getattr(client, key) for key in TOKEN_REPLY_KEYS})

        found: NewTokens = self._ask(answer)
        return found

    def _ask(self, ask: Callable[[Any], Any]) -> Any:
        try:
            self._client = self._client or self._make()
            return ask(self._client)
        except AuthClientError as problem:
            failure = _refusal(problem.status_code, problem.content, problem.intuit_tid)
        except requests.RequestException as problem:
            failure = Unreachable(Message("quickbooks_sign_in_unreachable", details=type(problem).__name__))
        except BadReplyError as problem:
            failure = Unreachable(Message("quickbooks_sign_in_unreadable", details=str(problem)))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            failure = Unreachable(Message("quickbooks_sign_in_unreadable", details=type(problem).__name__))
        # Raised out here, so that no exception of the library, with bodies and headers in it, hangs on to ours.
        raise failure


def _refusal(status: int, body: bytes, tid: str | None) -> AddInError:
    code = read_oauth_error(body)
    details = f"HTTP {status} {code} {redact(tid or '')}".strip()
    if code == "invalid_grant":
        return GrantRefused(Message("quickbooks_signed_out", details=details))
    if code in {"invalid_client", "unauthorized_client"} or status == 401:
        return ReconnectNeeded(Message("quickbooks_app_refused", details=details))
    if status == 429 or status >= 500:
        return Unreachable(Message("quickbooks_sign_in_unreachable", details=details))
    return Fatal(Message("quickbooks_sign_in_failed", details=details))
