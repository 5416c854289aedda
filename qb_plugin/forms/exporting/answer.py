"""The answer of the export form: its filters and switches, how it begins, and the options of a run it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from marshmallow import fields, validates_schema
from marshmallow.validate import OneOf

from qb_plugin.forms.access.call_checks import check_choice
from qb_plugin.forms.descriptions import Answer, Edits
from qb_plugin.forms.exporting.invoice_owners import invoice_owners
from qb_plugin.forms.exporting.options import ExportValues, options_of_settings
from qb_plugin.forms.fields import FormSchema, WholeDate, check_dates
from qb_plugin.forms.links.standing import standing_records
from qb_plugin.forms.services import FormServices, read_lists_or_empty
from qb_plugin.model import Kind, Ref, ReferenceLists
from qb_plugin.sync.exporting.snapshot import ExportOptions
from qb_plugin.sync.selection import Selection

SOURCES = {"payments": Kind.PAYMENT, "credit_memos": Kind.CREDIT_MEMO}
DAYS = 30  # the default range: today and the thirty days before it


class ExportAnswer(FormSchema):
    """The form's filters and switches (docs/architecture.md rules P5 and P6)."""

    start, end = WholeDate("from", "From"), WholeDate("to", "To")
    source = fields.String(
        load_default="payments",
        validate=OneOf(list(SOURCES)),
        metadata={
            "label": "Source",
            "type": "choice",
            "style": "radio",
            "choices": [{"value": "payments", "label": "Payments"}, {"value": "credit_memos", "label": "Credit Memos"}],
            "refilters": True,
        },
    )
    hide_synchronized = fields.Boolean(
        load_default=True,
        metadata={"label": "Hide Synchronized", "refilters": True, "help": "Leave out what is in QuickBooks"},
    )
    show_hidden = fields.Boolean(
        load_default=False, metadata={"label": "Show Hidden", "refilters": True, "help": "Show rows that were hidden by hand, too"}
    )
    auto_apply = fields.Boolean(
        load_default=False,
        metadata={"label": "Auto Apply", "help": "Apply to open invoices in QuickBooks: an equal balance first, else the oldest"},
    )

    @validates_schema
    def check_range(self, values: Mapping[str, object], **_: object) -> None:
        """Refuse a range that ends before it begins."""
        check_dates(values, "start", "end")


def build_first_answer(today: date, selection: Selection | None) -> Answer:
    """The answer a form is opened with: the last thirty days, payments, or the kind of the selection."""
    kind = selection.kind if selection else Kind.PAYMENT
    return {
        "from": (today - timedelta(days=DAYS)).isoformat(),
        "to": today.isoformat(),
        "source": next(name for name, value in SOURCES.items() if value is kind),
        "hide_synchronized": True,
        "show_hidden": False,
        "auto_apply": False,
    }


def check_choices(services: FormServices, edits: Edits) -> None:
    """Refuse an account or a method that is not among those that the grid offers."""
    chosen = [change for change in edits.values() if change.get("deposit") or change.get("method")]
    lists = read_lists_or_empty(services, services.connection()) if chosen else ReferenceLists()
    for change in chosen:
        check_choice("account", change.get("deposit"), {entry.id for entry in lists.accounts})
        check_choice("method", change.get("method"), {entry.id for entry in lists.methods})


def build_options(services: FormServices, values: ExportValues, edits: Edits) -> ExportOptions:
    """The options of a run: the answer, the saved settings of the company, and the rows' own choices."""
    check_choices(services, edits)
    connection = services.connection()
    settings = options_of_settings(services.settings(connection.realm), read_lists_or_empty(services, connection))
    rows = {Ref.parse(identity): change for identity, change in edits.items()}
    return replace(
        settings,
        auto_apply=values["auto_apply"],
        row_deposits={ref: str(change["deposit"]) for ref, change in rows.items() if "deposit" in change},
        row_methods={ref: str(change["method"]) for ref, change in rows.items() if "method" in change},
        force=frozenset(ref for ref, change in rows.items() if change.get("force")),
        asked_about={ref: str(change["about"]) for ref, change in rows.items() if change.get("about")},
        unapplied=frozenset(ref for ref, change in rows.items() if change.get("unapplied")),
        skip=frozenset(ref for ref, change in rows.items() if change.get("skip")),
        link={ref: str(change["link"]) for ref, change in rows.items() if change.get("link")},
        look_again=frozenset(ref for ref, change in rows.items() if change.get("look_again")),
        withdraw=frozenset(ref for ref, change in rows.items() if change.get("withdraw")),
        new_number=frozenset(ref for ref, change in rows.items() if change.get("new_number")),
        send_again=frozenset(ref for ref, change in rows.items() if change.get("send_again")),
        user=services.user_name,
        company_name=services.company_name,
        standing=standing_records(services),
        owners=invoice_owners(services, connection.realm),
    )
