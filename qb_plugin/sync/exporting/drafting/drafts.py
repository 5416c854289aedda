"""What a record becomes in QuickBooks: its payment or credit memo, with the accounts, the tax and the note that it goes with."""

from __future__ import annotations

from collections.abc import Mapping

from qb_plugin.errors import RowRefused
from qb_plugin.model import (
    Company,
    CreditMemoDraft,
    Customer,
    Draft,
    Kind,
    Line,
    Message,
    PaymentDraft,
    Ref,
    SourceRecord,
)
from qb_plugin.money import USUAL_DECIMALS, decimals_of
from qb_plugin.sync.exporting.drafting.receivables import receivable_for
from qb_plugin.sync.exporting.drafting.taxes import choose_tax
from qb_plugin.sync.exporting.snapshot import ExportOptions
from qb_plugin.sync.markers import Marker, with_marker
from qb_plugin.sync.matching import reference_of


def build_draft(
    record: SourceRecord, customer: Customer, lines: tuple[Line, ...], *, firm_id: str, company: Company, options: ExportOptions
) -> Draft:
    """The payment or credit memo of a record; RowRefused for a memo while its item or its tax is not chosen."""
    mark = Marker(firm_id, record.ref, birth=record.birth)
    currency = currency_sent(record, company)
    receivable = receivable_for(currency_meant(record, company), company, options)
    if record.ref.kind is Kind.CREDIT_MEMO:
        return build_credit_memo(record, customer, mark, currency=currency, company=company, options=options)
    return PaymentDraft(
        customer_id=customer.id,
        date=record.date,
        total=record.amount,
        reference=record.reference or None,
        method_id=chosen(record, options.row_methods, options.methods),
        deposit_account_id=chosen(record, options.row_deposits, options.deposits),
        receivable_account_id=receivable,
        note=with_marker(record.memo, mark),
        lines=lines,
        currency=currency,
    )


def build_credit_memo(
    record: SourceRecord, customer: Customer, mark: Marker, *, currency: str | None, company: Company, options: ExportOptions
) -> CreditMemoDraft:
    """The credit memo of a record. A reference stands in the note where the company gives out its numbers by itself."""
    if not options.item_id:
        raise RowRefused(Message("credit_memo_item_missing"))
    tax = choose_tax(company, options.tax)
    number, note = write_texts(record, mark, numbered=company.custom_numbers)
    return CreditMemoDraft(
        customer_id=customer.id,
        date=record.date,
        amount=record.amount,
        item_id=options.item_id,
        number=number,
        note=note,
        description=record.memo or None,
        currency=currency,
        tax_code_id=tax.code_id,
        tax_group_id=tax.group_id,
        tax_calculation=tax.calculation,
    )


def write_texts(record: SourceRecord, mark: Marker | None, *, numbered: bool) -> tuple[str | None, str]:
    """A credit memo's number and note; one that is not `numbered` gets QuickBooks' number, and has its own in the note."""
    number = reference_of(record)
    memo = record.memo if numbered else f"{record.memo} ({number})".lstrip()
    return number if numbered else None, with_marker(memo, mark) if mark else memo.rstrip()


def currency_meant(record: SourceRecord, company: Company) -> str:
    """The currency of a record's amount: its client's, or the company's own where the host keeps none."""
    return record.currency or company.home_currency


def currency_sent(record: SourceRecord, company: Company) -> str | None:
    """The currency that a draft names. A company of one currency needs none; its draft names one that has other decimals."""
    meant = currency_meant(record, company)
    return meant if company.multicurrency or decimals_of(meant) != USUAL_DECIMALS else None


def chosen(record: SourceRecord, rows: Mapping[Ref, str], methods: Mapping[str, str]) -> str | None:
    """What was chosen on the row, else what the settings say for the record's method."""
    return rows.get(record.ref, methods.get(record.method, "")) or None


def without_mark(refusal: RowRefused, record: SourceRecord, note: str | None) -> RowRefused:
    """The refusal of a text that is too long, counted in what the person typed: our mark takes part of the room."""
    message = refusal.message
    if message.key != "quickbooks_too_long" or message.values.get("field") != "Memo":
        return refusal
    typed = len(record.memo.rstrip())
    ours = len(note or "") - typed
    return RowRefused(Message(message.key, {**message.values, "length": typed, "max": int(str(message.values["max"])) - ours}))
