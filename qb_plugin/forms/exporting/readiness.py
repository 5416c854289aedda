"""What can be said of a row before it is run: that it cannot work as it stands, or what a person should know first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qb_plugin.errors import RowRefused
from qb_plugin.model import Company, Customer, Message, Outcome, ReferenceLists, SourceRecord
from qb_plugin.schemas.drafts import DraftRefusedError, write_draft
from qb_plugin.sync.exporting.drafting.checks import check_customer, check_record, find_warnings
from qb_plugin.sync.exporting.drafting.drafts import build_draft, without_mark
from qb_plugin.sync.exporting.drafting.mapped_names import Mapped, key_of, key_of_customer
from qb_plugin.sync.exporting.snapshot import ExportOptions


@dataclass(frozen=True, slots=True)
class Readiness:
    """The company, its customers and its settings, by which rows are judged without a call to QuickBooks."""

    lists: ReferenceLists
    options: ExportOptions
    customers: Mapping[str, Customer]
    firm_id: str

    def judge(self, record: SourceRecord, customer_id: str) -> tuple[Outcome, Message | None]:
        """*Not ready* with the reason, or *ready* with what to know; nothing while QuickBooks' lists cannot be read."""
        company = self.lists.company
        if company is None:
            return Outcome.READY, None
        try:
            customer = check_customer(record, customer_id, self.customers)
            check_record(record, customer, company, self.options)
            self._check_texts(record, customer, company)
        except RowRefused as refusal:
            return Outcome.NOT_READY, refusal.message
        return Outcome.READY, warned(tuple(find_warnings(record, company, self.options)))

    def keys(self, method: str, customer_id: str) -> set[str]:
        """What a record of this method would go with now, as refusals know it."""
        options = self.options
        chosen = {
            Mapped.ACCOUNT: options.deposits.get(method, ""),
            Mapped.METHOD: options.methods.get(method, ""),
            Mapped.ITEM: options.item_id,
            Mapped.TAX_CODE: options.tax.code_id,
            Mapped.RECEIVABLE: options.receivable_id,
        }
        return {key_of_customer(customer_id), *(key_of(kind, identity) for kind, identity in chosen.items())}

    def _check_texts(self, record: SourceRecord, customer: Customer, company: Company) -> None:
        """Refuse what is too long or holds characters that QuickBooks refuses, by writing what would be sent."""
        draft = build_draft(record, customer, (), firm_id=self.firm_id, company=company, options=self.options)
        try:
            write_draft(draft)
        except DraftRefusedError as problem:
            raise without_mark(RowRefused(problem.message), record, draft.note) from None


#: What a row is judged by before a run: a row that failed for one of these is judged anew, and turns ready by itself.
JUDGED = frozenset(
    [
        "client_not_matched",
        "customer_inactive",
        "customer_unreadable",
        "customer_merged_export",
        "currency_differs",
        "currency_not_used",
        "account_currency_differs",
        "deposit_account_gone",
        "payment_method_gone",
        "account_gone",  # these two as earlier versions said them
        "method_gone",
        "books_closed",
        "amount_cents",
        "amount_decimals",
        "amount_not_positive",
        "credit_memo_item_missing",
        "credit_memo_tax_missing",
        "credit_memo_tax_code_missing",
        "quickbooks_too_long",
        "quickbooks_bad_character",
        "quickbooks_amount_too_large",
        "quickbooks_bad_amount",
        "quickbooks_no_item",
    ]
)


#: What a run knows more of than is judged here: it stands as long as the other is said instead.
SAYS_MORE: Mapping[str, str] = {"customer_merged_export": "customer_inactive"}


def warned(warnings: tuple[Message, ...]) -> Message | None:
    """One warning as it is, with its own button, several as one message; None for none."""
    if len(warnings) > 1:
        return Message("several_warnings", {"warnings": warnings})
    return warnings[0] if warnings else None
