"""Presentation of the rules' values as the plain data that a host draws: rows, messages, fixes, notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar, cast

from qb_plugin.errors import AddInError, AnswerRejected, NotConnected, ReconnectNeeded
from qb_plugin.forms.asks import ask_first, join_asked
from qb_plugin.forms.descriptions import (
    ActResult,
    EmptyGrid,
    Fix,
    FormLink,
    Rejected,
    Row,
    RowChange,
    RowMessage,
    RunCounts,
    RunSummary,
    Unavailable,
)
from qb_plugin.forms.protocol import Rows
from qb_plugin.host import Host
from qb_plugin.messages import Sentences
from qb_plugin.model import (
    Application,
    Connection,
    Message,
    RowResult,
)
from qb_plugin.money import plain_amount, show_amount

Result = TypeVar("Result", ActResult, RunSummary)

FIXES: Mapping[str, Fix] = {
    "match_client": {"label": "Match client…", "form": "match-clients"},
    "match_customer": {"label": "Match client…", "form": "match-customers"},
    "create_client": {"label": "Create client", "act": "create_client"},
    "create_customer": {"label": "Create customer in QuickBooks", "run": "create_customers"},
    "create_named": {"label": "Create under another name", "run": "create_customers", "edit": {"name": ""}},
    "create_without_email": {
        "label": "Create without the e-mail address",
        "run": "create_customers",
        "edit": {"without_email": True},
    },
    "settings": {"label": "Settings…", "form": "settings"},
    "connect": {"label": "Reconnect…", "form": "connection"},
    "link_possible_duplicate": {
        "label": "Same one: link them",
        "act": "link_possible_duplicate",
        "edit": {"about": "", "about_here": ""},
    },
    "look_again": {"label": "Look again", "run": "export", "edit": {"look_again": True}},
    "withdraw": {"label": "It is not in QuickBooks: withdraw", "act": "withdraw"},
    "delete_later": {"label": "Delete the later one…", "act": "delete_later"},
    "send_new_number": {"label": "Send under a new number", "run": "export", "edit": {"new_number": True}},
    "force_export": {
        "label": "Send anyway",
        "run": "export",
        "edit": {"force": True, "about": ""},
        "confirm": "Send it although QuickBooks may have it? It cannot be taken back from here.",
    },
    "send_as_new": {
        "label": "Send as new",
        "run": "export",
        "edit": {"force": True, "about": ""},
        "confirm": "Send it as a new transaction? It cannot be taken back from here.",
    },
    "send_to_company": {
        "label": "Send to this company",
        "run": "export",
        "edit": {"force": True, "about": ""},
        "confirm": "Send it to the company that is connected now? It cannot be taken back from here.",
    },
    "send_unapplied": {"label": "Send without applying it", "run": "export", "edit": {"unapplied": True}},
    "send_again": {
        "label": "Send again",
        "run": "export",
        "edit": {"send_again": True},
        "confirm": "Send it to QuickBooks once more, as a new transaction?",
    },
    "unlink": {
        "label": "Unlink",
        "act": "unlink",
        "confirm": "Unlink the two? Nothing is deleted on either side, and nothing links them again without a person.",
    },
    "compare": {"label": "Compare the two…", "form": "changes"},
    "export_now": {"label": "Export it as it is now", "run": "export"},
    "correct_reference": {"label": "Correct reference…", "act": "correct_reference"},
    "correct_amount": {"label": "Correct amount…", "act": "correct_amount"},
    "correct_date": {"label": "Correct date…", "act": "correct_date"},
    "correct_memo": {"label": "Correct memo…", "act": "correct_memo"},
    "correct_text": {"label": "Correct…", "act": "correct_memo"},  # of the field that the message names
    "hide": {"label": "Hide", "act": "hide"},
    "show": {"label": "Show again", "act": "show"},
    "open_customer": {"label": "Open customer in QuickBooks", "act": "open_customer"},
    "not_now": {"label": "Not now", "run": "export", "edit": {"skip": True}},
    "force_import": {"label": "Import anyway", "run": "import", "edit": {"force": True, "about_here": ""}},
    "import_rest": {"label": "Import what stayed", "run": "import", "edit": {"force": True, "about_here": ""}},
    "import_now": {"label": "Import it as it is now", "run": "import"},
    "not_now_import": {"label": "Not now", "run": "import", "edit": {"skip": True}},
    "choose_client": {"label": "Choose the client", "run": "import"},  # one button for each
    "apply_credits": {"label": "Apply the credit here", "act": "apply_credits"},
    "relink_client": {"label": "Match to the new customer", "act": "relink_client"},
}

#: By the name of the field in a sentence, what corrects it.
CORRECTS: Mapping[str, str] = {
    "Reference": "correct_reference",
    "Number": "correct_reference",
    "Memo": "correct_memo",
    "Description": "correct_memo",
}
#: What a question is about that names no transaction in QuickBooks.
NOTHING = "nothing"
# What a fix asks first, in the message's own values.
QUESTIONS: Mapping[str, str] = {"send_new_number": "new_number_question", "create_customer": "create_customer_question"}


def present_message(sentences: Sentences, message: Message | None, about: str | None = None) -> RowMessage:
    """The `message`, `details` and `fixes` of a row; `about` is the id of the transaction in QuickBooks that it
    speaks of, "" where there is none: a button that sends the record all the same answers for that one alone."""
    if message is None:
        return {"message": "", "details": "", "fixes": []}
    fixes = [
        answer_about(fix, about)
        for part in parts_of(message)
        for name in sentences.fix(part).split()
        for fix in present_fixes(sentences, name, part)
    ]
    once: dict[str, Fix] = {}
    for fix in fixes:  # of two that do the same, the first names what it does; it asks all that its press answers
        does = str([fix.get(name) for name in ("act", "run", "edit", "form", "request")])
        once[does] = ask_both(once[does], fix) if does in once else fix
    shown: RowMessage = {"message": sentences.text(message), "details": message.details or "", "fixes": [*once.values()]}
    reason = sentences.short(message)
    return {**shown, "reason": reason} if reason else shown


def ask_both(first: Fix, second: Fix) -> Fix:
    """The first of two buttons that do the same, which asks what both ask."""
    asked = join_asked(first.get("confirm", ""), second.get("confirm", ""))
    return {**first, "confirm": asked} if asked else first


def answer_about(fix: Fix, about: str | None, key: str = "about") -> Fix:
    """The fix; one that answers a question says about which transaction there (`about`) or record here (`about_here`) it was."""
    edit = fix.get("edit", {})
    return {**fix, "edit": {**edit, key: about or NOTHING}} if about is not None and key in edit else fix


def parts_of(message: Message) -> Iterator[Message]:
    """The message and those it holds."""
    yield message
    for value in message.values.values():
        if isinstance(value, Message):
            yield from parts_of(value)


def present_fixes(sentences: Sentences, fix: str, message: Message) -> Sequence[Fix]:
    """The buttons of a fix: one, or one for each client to choose from."""
    if fix == "choose_client":
        choices = cast(Sequence[tuple[str, str]], message.values["choices"])
        return [{"label": name, "run": "import", "edit": {"client": client}} for client, name in choices]
    if fix == "create_named":
        other = message.values.get("other") or f"{message.values.get('client') or message.values['name']} (client)"
        return [present_create_named(sentences, str(other))]
    if fix == "correct_text":
        named = CORRECTS.get(str(message.values.get("field")))
        return [FIXES[named]] if named else []
    return [present_fix(sentences, fix, message)]


def present_create_named(sentences: Sentences, name: str) -> Fix:
    """The button that creates a customer under a name that nobody is likely to have."""
    question = sentences.text(Message("create_customer_question", {"client": name}))
    return {**FIXES["create_named"], "label": f"Create “{name}” in QuickBooks", "edit": {"name": name}, "confirm": question}


def present_fix(sentences: Sentences, fix: str, message: Message) -> Fix:
    """The button of a fix; Match Clients opens with a search for the client that the message names, and some ask first."""
    found = FIXES[fix]
    label, asked = label_fix(fix, message), ask_first(sentences, fix, found.get("confirm", ""), message)
    if label:
        found = {**found, "label": label}
    if asked:
        found = {**found, "confirm": asked}
    name = next((str(message.values[key]) for key in ("client", "name", "customer") if key in message.values), "")
    if fix == "match_client" and name:
        return {**found, "request": {"answer": {"search": name}}}
    if fix == "match_customer" and name:
        return {**found, "request": {"answer": {"search": name, "waiting": False}}}
    if fix == "compare":
        return {**found, "request": {"answer": {"search": str(message.values.get("number") or "")}}}
    if fix in QUESTIONS:
        return {**found, "confirm": sentences.text(Message(QUESTIONS[fix], message.values))}
    return found


def label_fix(fix: str, message: Message) -> str:
    """The label of a button that names what it does; "" for those of one label."""
    if fix == "import_rest":
        return f"Import the {show_amount(cast(Decimal, message.values['rest']))}"
    if fix == "relink_client":
        return f"Match {message.values['client']} to {message.values['customer']}"
    if fix == "create_client":
        return f"Create client “{message.values['customer']}”"
    if fix == "create_customer":
        return f"Create “{message.values['client']}” in QuickBooks"
    return ""


def present_result(sentences: Sentences, result: RowResult) -> RowChange:
    """A row's result during a run."""
    shown = present_message(sentences, result.message, result.quickbooks_id or "")
    change: RowChange = {
        "id": result.id,
        "outcome": result.outcome.value,
        "message": shown["message"],
        "details": shown["details"],
        "fixes": [answer_about(fix, result.asked_about, "about_here") for fix in shown["fixes"]],
        "quickbooks_id": result.quickbooks_id,
        "applied": [{"invoice": each.invoice_number, "amount": plain_amount(each.amount)} for each in result.applied],
    }
    return {**change, "reason": shown["reason"]} if "reason" in shown else change


def present_applications(applications: Sequence[Application]) -> str:
    """`INV-1001 450.00, INV-1002 12.50`."""
    return ", ".join(f"{each.invoice_number} {show_amount(each.amount)}" for each in applications)


def spell_count(count: int, word: str = "row") -> str:
    """`1 row`, `3 rows`; `1 client`."""
    return f"{count} {word}" + ("s" if count != 1 else "")


def present_title(host: Host | None, connection: Connection) -> str:
    """`Alder & Finch (simulator)`, or the firm's name without a company; the host is asked for it only then."""
    if not connection.company:
        return host.firm if host else ""
    return connection.company + (f" ({connection.environment})" if connection.environment != "production" else "")


def present_unavailable(sentences: Sentences, failure: AddInError) -> Unavailable:
    """The reason why a form cannot work now, and the form that solves it."""
    connect: FormLink = {"label": "Connect…", "form": "connection"}
    link = connect if isinstance(failure, NotConnected | ReconnectNeeded) else None
    return {"text": sentences.text(failure.message), "link": link}


def present_rejection(sentences: Sentences, rejection: AnswerRejected) -> Mapping[str, str]:
    """The reason for each field that was rejected."""
    return {name: sentences.text(message) for name, message in rejection.fields.items()}


def present_counts(counts: Mapping[str, int]) -> RunCounts:
    """How the rows of a run ended."""
    found: RunCounts = {
        "tried": counts["tried"],
        "done": counts["done"],
        "changed": counts["changed"],
        "needs_decision": counts["needs_decision"],
        "failed": counts["failed"],
        "not_confirmed": counts["not_confirmed"],
        "skipped": counts["skipped"],
        "not_tried": counts["not_tried"],
        "ready": counts["ready"],
        "not_ready": counts["not_ready"],
    }
    if counts.get("not_applied"):
        found["not_applied"] = counts["not_applied"]
    return found


def as_summary(result: ActResult) -> RunSummary:
    """The result of an action that was done at once, where a run's is asked for: it has no counts."""
    return cast(RunSummary, result)


def catch_failures(sentences: Sentences, work: Callable[[], Result]) -> Result:
    """The result of the work. A rejected answer or a failure becomes data: no exception of ours reaches the host."""
    try:
        return work()
    except AnswerRejected as rejection:
        return {"rejected": present_rejection(sentences, rejection)}
    except AddInError as failure:
        return {"notice": sentences.text(failure.message), "level": "warning"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRows:
    """A grid without rows, and the reason."""

    text: str
    problem: str | None = None  # why the list could not be read; None where there truly is nothing
    count: int = 0
    total: str = ""
    notice: None = None

    @property
    def empty(self) -> EmptyGrid:
        """The reason, in the place of rows."""
        return {"text": self.text, "link": {"label": "Try again", "answer": {}} if self.problem else None}

    def ids(self, start: int, stop: int) -> list[str]:
        """No rows."""
        return []

    def page(self, start: int, stop: int) -> list[Row]:
        """No rows."""
        return []

    def total_of(self, ids: Sequence[str]) -> str:
        """No sum."""
        return ""


def catch_row_failures(sentences: Sentences, work: Callable[[], Rows]) -> Rows | Rejected:
    """The rows; a rejected answer becomes data, and a failure a grid without rows that states it."""
    try:
        return work()
    except AnswerRejected as rejection:
        return {"rejected": present_rejection(sentences, rejection)}
    except AddInError as failure:
        reason = sentences.text(failure.message)
        return NoRows(text=sentences.text(Message("list_unreadable", {"reason": reason})), problem=reason)
