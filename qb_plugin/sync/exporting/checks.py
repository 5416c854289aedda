"""What a record must be before it is sent; each check raises RowRefused with its sentence."""

from __future__ import annotations

import re

from qb_plugin.errors import RowRefused
from qb_plugin.model import Company, Customer, Message, SourceRecord
from qb_plugin.money import has_whole_cents


def check_amount(record: SourceRecord) -> None:
    """Zero, negative and fractions of a cent are refused, never rounded."""
    if not has_whole_cents(record.amount):
        raise RowRefused(Message("amount_cents", {"amount": str(record.amount)}))
    if record.amount <= 0:
        raise RowRefused(Message("amount_not_positive", {"amount": record.amount}))


def check_currency(customer: Customer, company: Company) -> None:
    """WorkSpace keeps one currency, the company's own; a customer kept in another cannot take its payment."""
    if customer.currency and customer.currency != company.home_currency:
        values = {"name": customer.full_name, "currency": customer.currency, "home": company.home_currency}
        raise RowRefused(Message("currency_differs", values))


def check_period(record: SourceRecord, company: Company) -> None:
    """QuickBooks refuses what is dated on or before its closing date, so it is not sent."""
    if company.closed_until and record.date <= company.closed_until:
        raise RowRefused(Message("books_closed", {"closed": company.closed_until, "date": record.date}))


_KEY = re.compile(r"quickbooks:([^:]+):")


def other_company(external_key: str, realm: str) -> str:
    """The realm of the company that a payment was imported from, if that is another one; else ""."""
    found = _KEY.match(external_key)
    return found[1] if found and found[1] != realm else ""


def from_another_company(number: str, company: str) -> Message:
    """The question about a payment that was imported from another company."""
    return Message("from_another_company", {"number": number, "company": company})
