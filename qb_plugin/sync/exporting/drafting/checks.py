"""What a record must be before it is sent, each check raising RowRefused with its sentence; and what a person is warned of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from qb_plugin.errors import RowRefused
from qb_plugin.model import Company, Customer, Kind, Message, SourceRecord
from qb_plugin.money import LARGEST, decimals_of, fits_currency
from qb_plugin.sync.exporting.drafting.drafts import chosen, currency_meant
from qb_plugin.sync.exporting.drafting.mapped_names import Mapped, name_for
from qb_plugin.sync.exporting.drafting.receivables import receivable_for, receivables_in
from qb_plugin.sync.exporting.drafting.taxes import choose_tax
from qb_plugin.sync.exporting.snapshot import ExportOptions
from qb_plugin.sync.matching import DELETED_SUFFIX

NO_MERGES: Mapping[str, str] = MappingProxyType({})


def check_record(record: SourceRecord, customer: Customer, company: Company, options: ExportOptions) -> None:
    """All that can be said of a record without reading QuickBooks' transactions: before a run, and again in it."""
    check_amount(record, currency_meant(record, company))
    check_currency(record, customer, company)
    check_period(record, company)
    if record.ref.kind is Kind.CREDIT_MEMO:
        check_credit_memo(company, options)
    else:
        check_deposit_account(record, customer, company, options)
        check_method(record, options)


def check_customer(
    record: SourceRecord, customer_id: str, customers: Mapping[str, Customer], merges: Mapping[str, str] = NO_MERGES
) -> Customer:
    """The active customer that the record's client is matched to; one that was merged away is named with its successor."""
    if not customer_id:
        raise RowRefused(Message("client_not_matched", {"client": record.client_name}))
    customer = customers.get(customer_id)
    if customer_id in merges:
        raise RowRefused(describe_merge(record, customer, customers[merges[customer_id]]))
    if customer is None or not customer.active:
        raise RowRefused(Message("customer_inactive", {"name": customer.full_name if customer else record.client_name}))
    if customer.problem:
        raise RowRefused(Message("customer_unreadable", {"name": customer.full_name, "what": customer.problem}))
    return customer


def describe_merge(record: SourceRecord, old: Customer | None, new: Customer) -> Message:
    """That the client's customer was merged into another, which has its transactions now."""
    name = old.full_name.removesuffix(DELETED_SUFFIX) if old else record.client_name
    return Message("customer_merged_export", {"old": name, "client": record.client_name, "customer": new.full_name})


def check_amount(record: SourceRecord, currency: str = "") -> None:
    """Zero, negative, too large amounts and those with more decimals than the currency has are refused, never rounded."""
    if record.amount.is_finite() and record.amount > LARGEST:
        raise RowRefused(Message("quickbooks_amount_too_large", {"amount": record.amount, "max": LARGEST}))
    if not fits_currency(record.amount, currency):
        decimals = decimals_of(currency)
        if decimals == 2:
            raise RowRefused(Message("amount_cents", {"amount": str(record.amount)}))
        values = {"amount": str(record.amount), "currency": currency, "decimals": decimals}
        raise RowRefused(Message("amount_decimals", values))
    if record.amount <= 0:
        raise RowRefused(Message("amount_not_positive", {"amount": record.amount}))


def check_currency(record: SourceRecord, customer: Customer, company: Company) -> None:
    """A customer's payments are in the currency that the customer is kept in, which cannot be changed later."""
    meant, kept = currency_meant(record, company), customer.currency or company.home_currency
    if meant == kept:
        return
    if not company.multicurrency and meant != company.home_currency:
        values = {"client": record.client_name, "currency": meant, "company": company.name, "home": company.home_currency}
        raise RowRefused(Message("currency_not_used", values))
    raise RowRefused(Message("currency_differs", {"name": customer.full_name, "currency": kept, "home": meant}))


def check_deposit_account(record: SourceRecord, customer: Customer, company: Company, options: ExportOptions) -> None:
    """Money goes to an account that takes deposits, in its own currency or in the company's; lists that could not be read tell
    nothing."""
    wanted = chosen(record, options.row_deposits, options.deposits)
    if not wanted or not options.accounts:
        return
    account = next((each for each in options.accounts if each.id == wanted), None)
    if account is None:
        method = record.method or "this method"
        values = {"account": name_for(Mapped.ACCOUNT, wanted, options.names, method), "method": method}
        raise RowRefused(Message("deposit_account_gone", values))
    meant = currency_meant(record, company)
    if company.multicurrency and account.currency not in {None, meant, company.home_currency}:
        values = {"name": customer.full_name, "currency": meant, "account": account.name, "other": account.currency}
        raise RowRefused(Message("account_currency_differs", values))


def check_method(record: SourceRecord, options: ExportOptions) -> None:
    """QuickBooks refuses a payment method that was made inactive; lists that could not be read tell nothing."""
    wanted = chosen(record, options.row_methods, options.methods)
    if wanted and options.known_methods and not any(method.active and method.id == wanted for method in options.known_methods):
        method = record.method or "this method"
        values = {"there": name_for(Mapped.METHOD, wanted, options.names, method), "method": method}
        raise RowRefused(Message("payment_method_gone", values))


def check_period(record: SourceRecord, company: Company) -> None:
    """QuickBooks refuses what is dated on or before its closing date, so it is not sent."""
    if company.closed_until and record.date <= company.closed_until:
        raise RowRefused(Message("books_closed", {"closed": company.closed_until, "date": record.date}))


def check_credit_memo(company: Company, options: ExportOptions) -> None:
    """A credit memo needs an item and, where the company taxes, a choice of how it is taxed."""
    if not options.item_id:
        raise RowRefused(Message("credit_memo_item_missing"))
    choose_tax(company, options.tax)


def find_warnings(record: SourceRecord, company: Company, options: ExportOptions) -> Iterator[Message]:
    """What a person should know before the record is sent, though it can be sent."""
    tracked = [name for name, on in (("class", company.tracks_classes), ("location", company.tracks_locations)) if on]
    if tracked and record.ref.kind is Kind.CREDIT_MEMO:
        yield Message("goes_without_class", {"what": " or ".join(tracked)})
    currency = currency_meant(record, company)
    several = receivables_in(currency, company, options)
    if len(several) > 1 and record.ref.kind is Kind.PAYMENT and not receivable_for(currency, company, options):
        yield Message("receivable_not_chosen", {"accounts": ", ".join(account.name for account in several)})


_KEY = re.compile(r"quickbooks:([^:]+):")


def other_company(external_key: str, realm: str) -> str:
    """The realm of the company that a payment was imported from, if that is another one; else ""."""
    found = _KEY.match(external_key)
    return found[1] if found and found[1] != realm else ""


def from_another_company(number: str, company: str) -> Message:
    """The question about a payment that was imported from another company."""
    return Message("from_another_company", {"number": number, "company": company})
