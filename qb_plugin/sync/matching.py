"""Names as people mean them, and the key that possible duplicates have in common."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

from qb_plugin.model import Kind, QboCreditMemo, QboPayment, SourceRecord

# What keyboards, word processors and web pages put in the place of plain characters, and what nobody sees.
_APOSTROPHES = "\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4\u0060\uff07"
_QUOTES = "\u201c\u201d\u201e\u2033\u00ab\u00bb"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\uff0d"
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_LOOKALIKES = str.maketrans({**dict.fromkeys(_APOSTROPHES, "'"), **dict.fromkeys(_QUOTES, '"'), **dict.fromkeys(_DASHES, "-"),
                             **dict.fromkeys(_UNSEEN, "")})  # fmt: skip
DELETED_SUFFIX = " (deleted)"  # QuickBooks appends it to the name of an inactive record


def comparable(name: str) -> str:
    """A name as people mean it: no case, single blanks, no `(deleted)`; straight apostrophes, composed accents, plain dashes,
    and nothing that cannot be seen."""
    plain = unicodedata.normalize("NFKC", name.removesuffix(DELETED_SUFFIX)).translate(_LOOKALIKES)
    return " ".join(plain.casefold().split())


def invoice_key(number: str) -> str:
    """An invoice's number as people mean it: no case, no outer blanks."""
    return number.strip().casefold()


DuplicateKey = tuple[str, date, Decimal, str]


def duplicate_key(customer_id: str, day: date, amount: Decimal, reference: str | None) -> DuplicateKey:
    """Two payments of the same customer, date, amount and reference look the same."""
    return (customer_id, day, amount, comparable(reference or ""))


def record_key(record: SourceRecord, customer_id: str) -> DuplicateKey:
    """The key of a record of this customer."""
    return duplicate_key(customer_id, record.date, record.amount, reference_of(record))


def reference_of(record: SourceRecord) -> str:
    """What stands in QuickBooks where people look for the reference: a memo's own number if it has none."""
    return record.reference or (record.number if record.ref.kind is Kind.CREDIT_MEMO else "")


def transaction_key(transaction: QboPayment | QboCreditMemo) -> DuplicateKey:
    """The key of a QuickBooks record; a credit memo's number stands where a payment has its reference."""
    reference = transaction.reference if isinstance(transaction, QboPayment) else transaction.number
    return duplicate_key(transaction.customer_id, transaction.date, transaction.total, reference)
