"""Payments and credit memos to create, as the JSON text that goes over the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from marshmallow import ValidationError

from qb_plugin.model import CreditMemoDraft, Draft, Entity, Message, PaymentDraft
from qb_plugin.schemas.flat_schema import FlatSchema
from qb_plugin.schemas.limits import (
    LONGEST_NOTE,
    LONGEST_REFERENCE,
    bounded,
    day_text,
    linked_lines,
    ref_to,
    sent,
    whole_cents,
)
from qb_plugin.schemas.text import write_json


class DraftRefusedError(ValueError):
    """The draft breaks a limit of QuickBooks; `message` says which."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.key)
        self.message = message


class DraftSchema(FlatSchema):
    """Takes a draft's values by our names and gives them by QuickBooks'."""


class PaymentBody(DraftSchema):
    """A Payment to create, its keys in the order they are sent."""

    customer_id = ref_to("CustomerRef", missing="quickbooks_no_customer")
    total = sent(whole_cents, "TotalAmt")
    date = sent(day_text, "TxnDate")
    reference = bounded("PaymentRefNum", "Reference", LONGEST_REFERENCE)
    method_id = ref_to("PaymentMethodRef")
    deposit_account_id = ref_to("DepositToAccountRef")
    currency = ref_to("CurrencyRef")
    note = bounded("PrivateNote", "Memo", LONGEST_NOTE, one_line=False)
    lines = sent(linked_lines, "Line")


class SaleBody(DraftSchema):
    """What a credit memo's line says."""

    amount = sent(whole_cents, "Amount")
    description = bounded("Description", "Description", LONGEST_NOTE, one_line=False)
    item_id = ref_to("ItemRef", missing="quickbooks_no_item")


def sales_line(draft: CreditMemoDraft) -> list[dict[str, object]]:
    """The one line of a credit memo: an amount of one item, with a description."""
    found = _sale().load({"amount": draft.amount, "item_id": draft.item_id, "description": draft.description})
    item = found.pop("ItemRef")
    return [{**_present(found), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": item}}]


class CreditMemoBody(DraftSchema):
    """A CreditMemo to create; without a number QuickBooks gives the next one."""

    customer_id = ref_to("CustomerRef", missing="quickbooks_no_customer")
    date = sent(day_text, "TxnDate")
    number = bounded("DocNumber", "Number", LONGEST_REFERENCE)
    currency = ref_to("CurrencyRef")
    note = bounded("PrivateNote", "Memo", LONGEST_NOTE, one_line=False)
    line = sent(sales_line, "Line")


@cache
def _payment() -> PaymentBody:
    return PaymentBody()


@cache
def _credit_memo() -> CreditMemoBody:
    return CreditMemoBody()


@cache
def _sale() -> SaleBody:
    return SaleBody()


def write_draft(draft: Draft) -> tuple[Entity, str]:
    """The entity name and the JSON text for a create; DraftRefusedError when a limit of QuickBooks is broken."""
    if isinstance(draft, PaymentDraft):
        return Entity.PAYMENT, _written(_payment(), _payment_values(draft))
    return Entity.CREDIT_MEMO, _written(_credit_memo(), _credit_memo_values(draft))


def _payment_values(draft: PaymentDraft) -> dict[str, object]:
    return {
        "customer_id": draft.customer_id,
        "total": draft.total,
        "date": draft.date,
        "reference": draft.reference,
        "method_id": draft.method_id,
        "deposit_account_id": draft.deposit_account_id,
        "currency": draft.currency,
        "note": draft.note,
        "lines": draft.lines,
    }


def _credit_memo_values(draft: CreditMemoDraft) -> dict[str, object]:
    return {
        "customer_id": draft.customer_id,
        "date": draft.date,
        "number": draft.number,
        "currency": draft.currency,
        "note": draft.note,
        "line": draft,
    }


def _written(schema: DraftSchema, values: Mapping[str, object]) -> str:
    try:
        return write_json(_present(schema.load(values)))
    except ValidationError as problem:
        message = _first_message(problem.messages)
    raise DraftRefusedError(message)


def _present(values: Mapping[str, Any]) -> dict[str, object]:
    """Without what has no value: QuickBooks would read an empty text as a value."""
    return {name: value for name, value in values.items() if value or isinstance(value, Decimal)}


def _first_message(told: object) -> Message:
    """The sentence that a field told, however deep marshmallow filed it; TypeError for a draft that is not one."""
    for message in _messages(told):
        return message
    raise TypeError(f"not a draft: {told}")


def _messages(told: object) -> Iterator[Message]:
    if isinstance(told, Message):
        yield told
    elif isinstance(told, dict):
        yield from _messages(list(told.values()))
    elif isinstance(told, list):
        for part in told:
            yield from _messages(part)
