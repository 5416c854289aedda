"""A run's options as far as the company's settings and QuickBooks' lists give them, and the form's checked answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from qb_plugin.forms.settings import by_method
from qb_plugin.model import ReferenceLists
from qb_plugin.sync.exporting.drafting.mapped_names import SAVED, names_in
from qb_plugin.sync.exporting.drafting.taxes import CreditMemoTax, TaxTreatment
from qb_plugin.sync.exporting.snapshot import ExportOptions


class ExportValues(TypedDict):
    """A checked answer of the export form."""

    start: date  # both ends included
    end: date
    source: str  # payments, credit_memos
    hide_synchronized: bool
    show_hidden: bool
    auto_apply: bool


def options_of_settings(settings: Mapping[str, object], lists: ReferenceLists) -> ExportOptions:
    """The options that the settings alone give: how every row would be sent."""
    treatment = str(settings.get("credit_memo_tax") or "")
    return ExportOptions(
        apply_as_in_workspace=settings.get("auto_apply_uses") == "workspace",
        methods=by_method(settings, "payment_method"),
        deposits=by_method(settings, "deposit_account"),
        item_id=str(settings.get("credit_memo_item") or ""),
        tax=CreditMemoTax(TaxTreatment(treatment), str(settings.get("credit_memo_tax_code") or "")),
        receivable_id=str(settings.get("receivable_account") or ""),
        accounts=lists.accounts,
        receivables=lists.receivables,
        known_methods=lists.methods,
        names={**by_method(settings, SAVED), **names_in(lists)},
    )
