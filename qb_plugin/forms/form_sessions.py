"""Form sessions: what each open form was opened with, for the newest few."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from qb_plugin.errors import Fatal
from qb_plugin.forms.descriptions import Answer
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message

Value = TypeVar("Value")
KEPT = 64


class FormSessions(Generic[Value]):
    """Values by opaque tokens; thread-safe. A form whose value was dropped falls back to its default."""

    def __init__(self, kept: int = KEPT) -> None:
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._kept, self._lock = kept, Lock()

    def keep(self, value: Value) -> str:
        """A new token for the value; the oldest value is dropped when there are too many."""
        token = secrets.token_urlsafe(9)
        with self._lock:
            self._values[token] = value
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
        return token

    def get(self, token: object, default: Value) -> Value:
        """The value, or the default for an unknown token."""
        with self._lock:
            return self._values.get(token, default) if isinstance(token, str) else default


@dataclass(slots=True)
class SeenCompany:
    """The company whose records an open form showed last, by its realm; "" before it showed any. What a person presses there is
    meant for that company."""

    realm: str = ""


def check_company(services: FormServices, seen: str, realm: str) -> None:
    """Refuse what was pressed in a list of one company while another one is connected; "" is no company."""
    if seen and realm and seen != realm:
        raise Fatal(Message("company_changed", {"was": services.company_name(seen), "now": services.company_name(realm)}))


class SeenCompanies:
    """By the token of each open form the company that it showed last."""

    def __init__(self, services: FormServices) -> None:
        self._services, self._sessions = services, FormSessions[SeenCompany]()

    def begin(self, realm: str) -> str:
        """The token of a form that opens and shows this company."""
        return self._sessions.keep(SeenCompany(realm))

    def see(self, answer: Answer, realm: str) -> None:
        """Note that the form of this answer shows this company now."""
        self._sessions.get(answer.get("token"), SeenCompany()).realm = realm

    def of(self, answer: Answer) -> str:
        """The company that the form of this answer showed last; "" for a form that is not known."""
        return self._sessions.get(answer.get("token"), SeenCompany()).realm

    def check(self, answer: Answer, realm: str) -> None:
        """Refuse what was pressed in a form that shows another company than this one."""
        check_company(self._services, self.of(answer), realm)
