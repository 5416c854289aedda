"""Turns the rules' values into the plain data a host draws: rows, messages, fixes, notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qb_plugin.errors import AddInError, AnswerRejected, NotConnected, ReconnectNeeded
from qb_plugin.messages import Sentences
from qb_plugin.model import (
    Application,
    Connection,
    Message,
    RowResult,
)
from qb_plugin.money import plain_amount, show_amount

FIXES: Mapping[str, Mapping[str, Any]] = {
    "match_client": {"label": "Match client…", "form": "match-clients"},
    "settings": {"label": "Settings…", "form": "settings"},
    "connect": {"label": "Reconnect…", "form": "connection"},
    "link_possible_duplicate": {"label": "Same one: link them", "act": "link_possible_duplicate"},
    "force_export": {"label": "Send anyway", "run": "export", "edit": {"force": True}},
    "force_import": {"label": "Import anyway", "run": "import", "edit": {"force": True}},
}


def present_message(sentences: Sentences, message: Message | None) -> dict[str, Any]:
    """A row's `message`, `details` and `fixes`."""
    if message is None:
        return {"message": "", "details": "", "fixes": []}
    fixes = [{**FIXES[name], **request_of(name, message)} for name in sentences.fix(message).split()]
    return {"message": sentences.text(message), "details": message.details or "", "fixes": fixes}


def request_of(fix: str, message: Message) -> dict[str, Any]:
    """What leads a fix to the very thing: Match Clients opens on the client that the message names."""
    name = next((str(message.values[key]) for key in ("client", "name", "customer") if key in message.values), "")
    return {"request": {"answer": {"search": name}}} if fix == "match_client" and name else {}


def present_result(sentences: Sentences, result: RowResult) -> dict[str, Any]:
    """What has become of a row, as the host takes it while a run goes on."""
    return {
        "id": result.id,
        "outcome": result.outcome.value,
        **present_message(sentences, result.message),
        "quickbooks_id": result.quickbooks_id,
        "applied": [{"invoice": each.invoice_number, "amount": plain_amount(each.amount)} for each in result.applied],
    }


def present_applications(applications: Sequence[Application]) -> str:
    """`INV-1001 450.00, INV-1002 12.50`."""
    return ", ".join(f"{each.invoice_number} {show_amount(each.amount)}" for each in applications)


def title_of(name: str, connection: Connection) -> str:
    """`Alder & Finch (simulator)`, or what the form is called without a company."""
    if not connection.company:
        return name
    return connection.company + (f" ({connection.environment})" if connection.environment != "production" else "")


def unavailable(sentences: Sentences, failure: AddInError) -> dict[str, Any]:
    """Why a form cannot do its work now, and where to go."""
    link = {"label": "Connect…", "form": "connection"} if isinstance(failure, NotConnected | ReconnectNeeded) else None
    return {"text": sentences.text(failure.message), "link": link}


def present_rejection(sentences: Sentences, rejection: AnswerRejected) -> dict[str, Any]:
    """Each field that does not fit, and why."""
    return {"rejected": {name: sentences.text(message) for name, message in rejection.fields.items()}}


def answering(sentences: Sentences, work: Callable[[], Any]) -> Any:
    """Do the work; a rejected answer or a failure becomes data, so that the host sees no exception of ours."""
    try:
        return work()
    except AnswerRejected as rejection:
        return present_rejection(sentences, rejection)
    except AddInError as failure:
        return {"notice": sentences.text(failure.message), "level": "warning"}


@dataclass(frozen=True, slots=True)
class NoRows:
    """A grid without rows that says why there are none."""

    text: str
    problem: str | None = None  # why the list could not be read; None where there truly is nothing
    count: int = 0
    total: str = ""
    notice: None = None

    @property
    def empty(self) -> dict[str, Any]:
        """What the grid says in the place of rows."""
        return {"text": self.text, "link": {"label": "Try again", "answer": {}} if self.problem else None}

    def ids(self, start: int, stop: int) -> list[str]:
        """None."""
        return []

    def page(self, start: int, stop: int) -> list[dict[str, Any]]:
        """None."""
        return []

    def total_of(self, ids: Sequence[str]) -> str:
        """Nothing."""
        return ""


def rows_or_reason(sentences: Sentences, work: Callable[[], Any]) -> Any:
    """Rows; a rejected answer as data, and a failure as a grid that says it: the form itself says where to go."""
    try:
        return work()
    except AnswerRejected as rejection:
        return present_rejection(sentences, rejection)
    except AddInError as failure:
        reason = sentences.text(failure.message)
        return NoRows(sentences.text(Message("list_unreadable", {"reason": reason})), problem=reason)
