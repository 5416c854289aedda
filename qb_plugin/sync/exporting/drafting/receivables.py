"""Which account of what customers owe a payment goes to, where a company has several."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.model import Company, ListEntry
from qb_plugin.sync.exporting.snapshot import ExportOptions


def receivables_in(currency: str, company: Company, options: ExportOptions) -> Sequence[ListEntry]:
    """The active receivable accounts of this currency: with several currencies QuickBooks keeps an account for each."""
    return [each for each in options.receivables if each.active and (each.currency or company.home_currency) == currency]


def receivable_for(currency: str, company: Company, options: ExportOptions) -> str | None:
    """The id of the account chosen in the settings, where there is a choice; else QuickBooks takes the only one."""
    found = [each.id for each in receivables_in(currency, company, options)]
    return options.receivable_id if len(found) > 1 and options.receivable_id in found else None
