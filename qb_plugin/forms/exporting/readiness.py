"""What can be said of a row before it is run: that it cannot work as it stands, or what a person should know first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qb_plugin.errors import RowRefused
from qb_plugin.model import Customer, Message, Outcome, ReferenceLists, SourceRecord
from qb_plugin.sync.exporting.drafting.checks import check_customer, check_record, find_warnings
from qb_plugin.sync.exporting.snapshot import ExportOptions


@dataclass(frozen=True, slots=True)
class Readiness:
    """The company, its customers and its settings, by which rows are judged without a call to QuickBooks."""

    lists: ReferenceLists
    options: ExportOptions
    customers: Mapping[str, Customer]

    def judge(self, record: SourceRecord, customer_id: str) -> tuple[Outcome, Message | None]:
        """*Not ready* with the reason, or *ready* with what to know; nothing while QuickBooks' lists cannot be read."""
        company = self.lists.company
        if company is None:
            return Outcome.READY, None
        try:
            customer = check_customer(record, customer_id, self.customers)
            check_record(record, customer, company, self.options)
        except RowRefused as refusal:
            return Outcome.NOT_READY, refusal.message
        return Outcome.READY, warned(tuple(find_warnings(record, company, self.options)))


def warned(warnings: tuple[Message, ...]) -> Message | None:
    """One warning as it is, with its own button, several as one message; None for none."""
    if len(warnings) > 1:
        return Message("several_warnings", {"warnings": warnings})
    return warnings[0] if warnings else None
