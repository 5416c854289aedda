"""Form sessions: what each open form was opened with, for the newest few."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

from qb_plugin.errors import Fatal
from qb_plugin.forms.descriptions import Answer
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message

Value = TypeVar("Value")
KEPT = 64
_COMPANY = "~"  # stands in a token before the company that its form was opened in


class FormSessions(Generic[Value]):
    """Values by opaque tokens; thread-safe. A form whose value was dropped falls back to its default."""

    def __init__(self, kept: int = KEPT) -> None:
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._kept, self._lock = kept, Lock()

    def keep(self, value: Value, realm: str = "") -> str:
        """A new token for the value, of a form that is opened while this company is connected."""
        token = new_token(realm)
        self.put(token, value)
        return token

    def put(self, token: str, value: Value) -> None:
        """The value from now on; the oldest is dropped when there are too many."""
        with self._lock:
            self._values[token] = value
            while len(self._values) > self._kept:
                self._values.popitem(last=False)

    def get(self, token: object, default: Value) -> Value:
        """The value, or the default for an unknown token."""
        with self._lock:
            return self._values.get(token, default) if isinstance(token, str) else default


def new_token(realm: str) -> str:
    """The token of a form that opens while this company is connected: it tells the company, however many forms open later."""
    return f"{secrets.token_urlsafe(9)}{_COMPANY}{realm}"


def check_company(services: FormServices, seen: str, realm: str) -> None:
    """Refuse what was pressed in a list of one company while another one is connected; "" is no company."""
    if seen and realm and seen != realm:
        raise Fatal(Message("company_changed", {"was": services.company_name(seen), "now": services.company_name(realm)}))


class SeenCompanies:
    """The company whose records each open form showed last, by its realm. What a person presses there is meant for that company."""

    def __init__(self, services: FormServices) -> None:
        # A token tells the company that its form was opened in; kept is which one was loaded into it since.
        self._services, self._loaded = services, FormSessions[str]()

    def see(self, answer: Answer, realm: str) -> None:
        """Note that the form of this answer shows this company now."""
        token = answer.get("token")
        if isinstance(token, str) and realm != self.of(answer):
            self._loaded.put(token, realm)

    def of(self, answer: Answer) -> str:
        """The company that the form of this answer showed last; "" for a form without one."""
        token = answer.get("token")
        return self._loaded.get(token, token.partition(_COMPANY)[2] if isinstance(token, str) else "")

    def check(self, answer: Answer, realm: str) -> None:
        """Refuse what was pressed in a form that shows another company than this one."""
        check_company(self._services, self.of(answer), realm)
