"""Settings: deposit account and payment method per WorkSpace method, the credit-memo item, what Auto Apply uses, the pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from qb_plugin.errors import AddInError
from qb_plugin.forms.descriptions import (
    Action,
    ActResult,
    Answer,
    Edits,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RunSummary,
    Sort,
)
from qb_plugin.forms.exporting.columns import choices
from qb_plugin.forms.fields import FormSchema, describe_fields, load_answer
from qb_plugin.forms.presentation import answering, as_summary, title_of, unavailable
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, ReferenceLists

SAVE: Action = {"id": "save", "label": "Save", "kind": "act", "needs": "nothing", "right": "configure", "primary": True}
AUTO_APPLY: Sequence[Option] = [
    {"value": "quickbooks", "label": "QuickBooks' default: an equal balance first, else the oldest"},
    {"value": "workspace", "label": "The applications made in WorkSpace"},
]
PACE: Sequence[Option] = [
    {"value": "full", "label": "As fast as QuickBooks allows"},
    {"value": "gentle", "label": "Half as fast, so that other programs connected to this company are not held up"},
]
MAPS = ("payment_method", "deposit_account")


def settings_schema(methods: Sequence[str], lists: ReferenceLists) -> Schema:
    """The form's schema for these WorkSpace methods and these QuickBooks lists."""
    found: dict[str, fields.Field[str]] = {
        "credit_memo_item": chosen("Item on credit memos", "Credit memos", choices(lists.items, "None chosen")),
        "auto_apply_uses": chosen("Auto Apply uses", "Auto Apply", AUTO_APPLY, "quickbooks"),
        "pace": chosen("Pace", "Speed", PACE, "full"),
    }
    for method in methods:
        found[f"payment_method:{method}"] = chosen(f"{method}: method", "Payment methods", choices(lists.methods, "No method"))
    for method in methods:
        accounts = choices(lists.accounts, "Undeposited Funds")
        found[f"deposit_account:{method}"] = chosen(f"{method}: deposit to", "Deposit accounts", accounts)
    return FormSchema.from_dict(found, name="SettingsAnswer")()


def chosen(label: str, group: str, entries: Sequence[Option], default: str = "") -> fields.String:
    """A field that takes one of the entries."""
    metadata = {"label": label, "type": "choice", "group": group, "choices": list(entries)}
    return fields.String(load_default=default, validate=OneOf([entry["value"] for entry in entries]), metadata=metadata)


class SettingsForm:
    """The form behind Settings."""

    id = "settings"

    def __init__(self, services: FormServices) -> None:
        self._services = services

    def open(self, request: FormRequest) -> FormDescription:
        """The settings of the connected company, or why there are none to make."""
        connection = self._services.connection()
        trouble, lists = None, ReferenceLists()
        try:
            lists = self._services.lists(connection, fresh=True)
        except AddInError as failure:
            trouble = unavailable(self._services.sentences, failure)
        return {
            "id": self.id,
            "title": "QuickBooks Settings",
            "subtitle": title_of(self._services.host.firm, connection),
            "fields": [] if trouble else describe_fields(self._schema(lists)),
            "answer": flat(self._services.settings(connection.realm)),
            "columns": None,
            "actions": [] if trouble else [SAVE],
            "row_actions": [],
            "notice": None,
            "warning": None,
            "unavailable": trouble,
            "token": "",
        }

    def _schema(self, lists: ReferenceLists) -> Schema:
        return settings_schema(self._services.host.ledger.methods(), lists)

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """No grid here."""
        return {}

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Save."""
        return answering(self._services.sentences, partial(self._save, answer))

    def _save(self, answer: Answer) -> ActResult:
        connection = self._services.connection()
        values = load_answer(self._schema(self._services.lists(connection)), answer)
        self._services.save_settings(connection.realm, nested(values))
        return {"notice": self._services.sentences.text(Message("settings_saved")), "level": "info"}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """All of this form is done at once; a run of it is the same."""
        return as_summary(self.act(action, answer, ids, edits))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """The lists come with the fields."""
        return []


def flat(settings: Mapping[str, object]) -> dict[str, str]:
    """The settings by field name: `deposit_account:Check`."""
    found = {name: str(settings.get(name) or "") for name in ("credit_memo_item",)}
    found["auto_apply_uses"] = str(settings.get("auto_apply_uses") or "quickbooks")
    found["pace"] = str(settings.get("pace") or "full")
    for name in MAPS:
        found |= {f"{name}:{method}": str(value) for method, value in by_method(settings, name).items()}
    return found


def by_method(settings: Mapping[str, object], name: str) -> dict[str, str]:
    """One of the two maps by WorkSpace method."""
    found = settings.get(name)
    return {str(method): str(value) for method, value in found.items()} if isinstance(found, Mapping) else {}


def nested(values: Mapping[str, str]) -> dict[str, object]:
    """The settings as they are kept: two maps by method, and the rest by name."""
    found: dict[str, object] = {name: value for name, value in values.items() if ":" not in name}
    for name in MAPS:
        prefix = f"{name}:"
        found[name] = {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
    return found
