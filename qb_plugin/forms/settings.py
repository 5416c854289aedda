"""The Settings form: deposit account and payment method per WorkSpace method, credit memos and their tax, Auto Apply, pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.call_checks import no_such_action
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.by_itself.fields import (
    GROUP,
    build_by_itself_fields,
    check_timetable,
    describe_timetable,
    flatten_timetable,
    restart_changed,
)
from qb_plugin.forms.by_itself.saved import AT, OFTEN
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
from qb_plugin.forms.exporting.columns import build_choices
from qb_plugin.forms.fields import FormSchema, describe_fields, load_answer
from qb_plugin.forms.form_sessions import SeenCompanies, new_token
from qb_plugin.forms.mapping_checks import check_mappings, present_checks
from qb_plugin.forms.presentation import as_summary, catch_failures, present_rejection, present_title, present_unavailable
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices, use_dates
from qb_plugin.messages import DATE_PATTERNS, write_dates
from qb_plugin.model import Message, ReferenceLists
from qb_plugin.sync.exporting.drafting.mapped_names import SAVED, name_choices, with_gone
from qb_plugin.sync.exporting.drafting.taxes import TaxTreatment

SAVE: Action = {"id": "save", "label": "Save", "kind": "act", "needs": "nothing", "right": "configure", "primary": True}
AUTO_APPLY: Sequence[Option] = [
    {"value": "quickbooks", "label": "QuickBooks' default: an equal balance first, else the oldest"},
    {"value": "workspace", "label": "The applications made here"},
]
PACE: Sequence[Option] = [
    {"value": "full", "label": "As fast as QuickBooks allows"},
    {"value": "gentle", "label": "Half as fast, so that other programs connected to this company are not held up"},
]
KEEP: Sequence[Option] = [
    {"value": "", "label": "For ever"},
    {"value": "10", "label": "Ten years"},
    {"value": "7", "label": "Seven years"},
    {"value": "3", "label": "Three years"},
]
SAMPLE = "2026-11-26"
DATES: Sequence[Option] = [{"value": each, "label": f"{write_dates(SAMPLE, each)}  ({each})"} for each in DATE_PATTERNS]
TREATMENTS: Sequence[Option] = [
    {"value": TaxTreatment.NOT_CHOSEN, "label": "Not chosen yet"},
    {"value": TaxTreatment.NOT_TAXED, "label": "Not taxed"},
    {"value": TaxTreatment.AS_ITEM, "label": "As the item or the tax code says: tax is added to the amount"},
    {"value": TaxTreatment.INCLUDED, "label": "The amount includes the tax"},
]
TEST: Action = {
    "id": "test",
    "label": "Test",
    "kind": "act",
    "needs": "nothing",
    "right": "configure",
    "tooltip": "Reads company, accounts, methods, item and tax code, and checks each choice above. Writes nothing.",
}
METHODS = "Methods and accounts"
CREDIT_MEMOS = "Credit memos"
APPLYING = "Auto Apply"
EXPORTED = (METHODS, CREDIT_MEMOS, APPLYING)  # groups of what goes along with a record that is exported
MAPS = ("payment_method", "deposit_account")
JOB_MAPS = (OFTEN, AT)
AFFECT = (Message("settings_affect"), Message("by_itself_affects"))
PLAIN = ("credit_memo_item", "credit_memo_tax", "credit_memo_tax_code", "receivable_account", "history_years")


def build_settings_schema(methods: Sequence[str], lists: ReferenceLists, program: str) -> Schema:
    """The schema for these methods of the host, which people call so, and these QuickBooks lists."""
    found: dict[str, fields.Field[str]] = {
        **build_method_table(methods, lists, f"{program} method"),
        "credit_memo_item": build_choice("Item on credit memos", CREDIT_MEMOS, build_choices(lists.items, "None chosen")),
        **build_tax_fields(lists),
        **build_receivable_field(lists),
        "auto_apply_uses": build_choice("Auto Apply uses", APPLYING, AUTO_APPLY, "quickbooks"),
        "pace": build_choice("Pace", "Speed", PACE, "full"),
        "history_years": build_choice("Keep the history", "History", KEEP),
        "dates": build_choice("Dates", "Screens", DATES, DATE_PATTERNS[0]),
        **build_by_itself_fields(),
    }
    return FormSchema.from_dict(found, name="SettingsAnswer")()


def build_method_table(methods: Sequence[str], lists: ReferenceLists, head: str) -> dict[str, fields.Field[str]]:
    """For each method here the method and the account in QuickBooks: a table of two columns."""
    columns = {
        "payment_method": ("method", "QuickBooks method", build_choices(lists.methods, "No method")),
        "deposit_account": ("deposit to", "Deposit to", build_choices(lists.accounts, "Undeposited Funds")),
    }
    found = dict[str, fields.Field[str]]()
    for method in methods:
        for name, (words, column, choices) in columns.items():
            cell = {"row": method, "column": column, "row_head": head}
            found[f"{name}:{method}"] = build_choice(f"{method}: {words}", METHODS, choices, **cell)
    return found


def build_tax_fields(lists: ReferenceLists) -> dict[str, fields.Field[str]]:
    """How credit memos are taxed, asked for where the company taxes; in the United States no amount includes its tax."""
    if lists.company is None or not lists.company.taxes:
        return {}
    treatments = [each for each in TREATMENTS if not lists.company.in_united_states or each["value"] != TaxTreatment.INCLUDED]
    return {
        "credit_memo_tax": build_choice("Tax on credit memos", CREDIT_MEMOS, treatments),
        "credit_memo_tax_code": build_choice(
            "Tax code on credit memos", CREDIT_MEMOS, build_choices(lists.tax_codes, "None chosen")
        ),
    }


def build_receivable_field(lists: ReferenceLists) -> dict[str, fields.Field[str]]:
    """The account of what customers owe, asked for where the company has several."""
    if len(lists.receivables) < 2:
        return {}
    choices = build_choices(lists.receivables, "QuickBooks' choice")
    return {"receivable_account": build_choice("Receivable account", CREDIT_MEMOS, choices)}


def build_choice(label: str, group: str, entries: Sequence[Option], default: str = "", **cell: str) -> fields.String:
    """A field whose value is one of the entries; `cell` is its row and column where it stands in a table."""
    metadata = {"label": label, "type": "choice", "group": group, "choices": list(entries), **cell}
    return fields.String(load_default=default, validate=OneOf([entry["value"] for entry in entries]), metadata=metadata)


class SettingsForm:
    """The form behind Settings."""

    id = "settings"
    offer = Offer(title="QuickBooks Settings", right="configure", actions=[TEST, SAVE])

    def __init__(self, services: FormServices) -> None:
        self._services, self._seen = services, SeenCompanies(services)

    def open(self, request: FormRequest) -> FormDescription:
        """The settings of the connected company, or the reason why they cannot be changed now."""
        connection = self._services.connection()
        trouble, lists = None, ReferenceLists()
        try:
            lists = self._services.lists(connection, fresh=True, settings=True)
        except AddInError as failure:
            trouble = present_unavailable(self._services.sentences, failure)
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": [] if trouble else describe_fields(self._schema(lists, connection.realm)),
            "answer": self._read(connection.realm),
            "columns": None,
            "actions": [] if trouble else [TEST, SAVE],
            "row_actions": [],
            "notice": None if trouble else {"text": " ".join(map(self._services.sentences.text, AFFECT)), "level": "info"},
            "warning": None,
            "unavailable": trouble,
            "token": new_token(connection.realm),
        }

    def _read(self, realm: str) -> dict[str, str]:
        """The company's settings, and how the firm writes dates, which the host knows."""
        return {**flatten(self._services.settings(realm)), "dates": self._services.host.dates}

    def _schema(self, lists: ReferenceLists, realm: str) -> Schema:
        """The schema; what was chosen and is gone from QuickBooks stays among the choices, so that the others can be saved."""
        offered = with_gone(lists, self._services.settings(realm))
        return build_settings_schema(self._services.host.ledger.methods(), offered, self._services.host.program)

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """No rows: the form has no grid."""
        return {}

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Save the settings of the connected company, or test them without saving."""
        work = {"save": self._save, "test": self._test}.get(action)
        if work is None:
            return {"rejected": present_rejection(self._services.sentences, no_such_action(action))}
        return catch_failures(self._services.sentences, partial(work, answer))

    def _test(self, answer: Answer) -> ActResult:
        """Look for each choice, saved or not, in QuickBooks' lists as they are now."""
        connection = self._services.connection()
        self._seen.check(answer, connection.realm)
        lists = self._services.lists(connection, fresh=True, settings=True, tax_codes=True)
        values = {name: str(value) for name, value in answer.items() if value}
        checks = check_mappings(values, self._services.host.ledger.methods(), connection, lists)
        text, wrong = present_checks(self._services.sentences, checks)
        found: ActResult = {"notice": text, "level": "warning" if wrong else "info"}
        return {**found, "rejected": wrong} if wrong else found

    def _save(self, answer: Answer) -> ActResult:
        connection = self._services.connection()
        self._seen.check(answer, connection.realm)  # ids of another company's accounts may be other accounts' here
        lists = self._services.lists(connection, settings=True)
        schema = self._schema(lists, connection.realm)
        values = load_answer(schema, answer)
        now = self._services.run_ports.clock.now()
        before = self._read(connection.realm)
        check_timetable(before, values, self._services.may("import"))
        kept = nest({name: value for name, value in values.items() if name != "dates"})
        names = {SAVED: name_choices({**self._services.settings(connection.realm), **kept}, lists)}
        self._services.save_settings(connection.realm, {**kept, **names, **restart_changed(before, values, now)})
        if values["dates"] != before["dates"]:
            self._services.host.write_dates_as(values["dates"])
            use_dates(self._services)
        changed = [field for name, field in schema.load_fields.items() if before.get(name, "") != values[name]]
        said = [describe_saving(changed)]
        if any(field.metadata["group"] == GROUP for field in changed):
            said += describe_timetable(self._services.settings(connection.realm), now)
        notice = " ".join(map(self._services.sentences.text, said))
        return {"notice": notice, "level": "info"}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """The same as `act`: no action of this form takes long enough for a run."""
        return as_summary(self.act(action, answer, ids, edits))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the lists come with the fields."""
        return []


def describe_saving(changed: Sequence[fields.Field[str]]) -> Message:
    """What was changed, and what that affects."""
    if not changed:
        return Message("settings_same")
    what = ", ".join(str(field.metadata["label"]) for field in changed)
    exported = any(field.metadata["group"] in EXPORTED for field in changed)
    return Message("settings_saved" if exported else "settings_saved_at_once", {"what": what})


def flatten(settings: Mapping[str, object]) -> dict[str, str]:
    """The settings by field name, such as `deposit_account:Check`."""
    found = {name: str(settings.get(name) or "") for name in PLAIN}
    found["auto_apply_uses"] = str(settings.get("auto_apply_uses") or "quickbooks")
    found["pace"] = str(settings.get("pace") or "full")
    for name in MAPS:
        found |= {f"{name}:{method}": str(value) for method, value in by_method(settings, name).items()}
    return found | flatten_timetable(settings)


def by_method(settings: Mapping[str, object], name: str) -> dict[str, str]:
    """One of the maps that are saved: by WorkSpace method, or of names."""
    found = settings.get(name)
    return {str(method): str(value) for method, value in found.items()} if isinstance(found, Mapping) else {}


def nest(values: Mapping[str, str]) -> dict[str, object]:
    """The settings as they are saved: two maps by method, the others by name."""
    found: dict[str, object] = {name: value for name, value in values.items() if ":" not in name}
    for name in (*MAPS, *JOB_MAPS):
        prefix = f"{name}:"
        found[name] = {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
    return found
