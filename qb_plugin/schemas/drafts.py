"""Drafts of payments and credit memos as the JSON text of a create."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from marshmallow import ValidationError

from qb_plugin.model import CreditMemoDraft, Draft, Entity, Message, PaymentDraft
from qb_plugin.schemas.flat_schema import FlatSchema, build_schema
from qb_plugin.schemas.limits import (
    LONGEST_NOTE,
    LONGEST_REFERENCE,
    Money,
    as_amount,
    as_day_text,
    as_linked_lines,
    bounded,
    optional_value,
    ref_to,
    sent,
)
from qb_plugin.schemas.text import write_json


class DraftRefusedError(ValueError):
    """The draft breaks a limit of QuickBooks; `message` says which."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.key)
        self.message = message


class DraftSchema(FlatSchema):
    """The values of a draft under our names, loaded as those of QuickBooks' properties."""


class PaymentBody(DraftSchema):
    """A Payment to create; the order of the fields is the order on the wire."""

    customer_id = ref_to("CustomerRef", missing="quickbooks_no_customer")
    total = sent(as_amount, "TotalAmt")
    date = sent(as_day_text, "TxnDate")
    reference = bounded("PaymentRefNum", "Reference", LONGEST_REFERENCE)
    method_id = ref_to("PaymentMethodRef")
    deposit_account_id = ref_to("DepositToAccountRef")
    receivable_account_id = ref_to("ARAccountRef")
    currency = ref_to("CurrencyRef")
    note = bounded("PrivateNote", "Memo", LONGEST_NOTE, one_line=False)
    lines = sent(as_linked_lines, "Line")


class SaleBody(DraftSchema):
    """The one line of a credit memo."""

    amount = sent(as_amount, "Amount")
    description = bounded("Description", "Description", LONGEST_NOTE, one_line=False)
    item_id = ref_to("ItemRef", missing="quickbooks_no_item")
    tax_code_id = ref_to("TaxCodeRef")


def build_sales_line(draft: CreditMemoDraft) -> list[dict[str, object]]:
    """The one line of a credit memo: an amount of one item, with a description."""
    amount = Money(draft.amount, draft.currency)
    values = {"amount": amount, "item_id": draft.item_id, "description": draft.description, "tax_code_id": draft.tax_code_id}
    found = omit_empty(build_schema(SaleBody).load(values))
    detail = {name: found.pop(name) for name in ("ItemRef", "TaxCodeRef") if name in found}
    return [{**found, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}]


def build_tax_detail(group_id: str) -> dict[str, object]:
    """TxnTaxDetail with the code whose rates tax the whole memo."""
    return {"TxnTaxCodeRef": {"value": group_id}}


class CreditMemoBody(DraftSchema):
    """A CreditMemo to create; without a number QuickBooks gives the next one."""

    customer_id = ref_to("CustomerRef", missing="quickbooks_no_customer")
    date = sent(as_day_text, "TxnDate")
    number = bounded("DocNumber", "Number", LONGEST_REFERENCE)
    currency = ref_to("CurrencyRef")
    note = bounded("PrivateNote", "Memo", LONGEST_NOTE, one_line=False)
    line = sent(build_sales_line, "Line")
    tax_group_id = optional_value(build_tax_detail, "TxnTaxDetail")
    tax_calculation = optional_value(str, "GlobalTaxCalculation")


def write_draft(draft: Draft) -> tuple[Entity, str]:
    """The entity name and the JSON text for a create; DraftRefusedError when a limit of QuickBooks is broken."""
    if isinstance(draft, PaymentDraft):
        return Entity.PAYMENT, _write(PaymentBody, _payment_values(draft))
    return Entity.CREDIT_MEMO, _write(CreditMemoBody, _credit_memo_values(draft))


def write_removal(identity: str, sync_token: str, void: bool) -> str:
    """The JSON text for a delete, or a void: more than these, QuickBooks may refuse."""
    body: dict[str, object] = {"Id": identity, "SyncToken": sync_token}
    return write_json({**body, "sparse": True} if void else body)


def write_update(draft: PaymentDraft, identity: str, sync_token: str) -> str:
    """The JSON text for an update of a payment in the version that is named; what the draft does not name stays.

    The lines are all that the payment is to have: QuickBooks drops those that are not sent, in a sparse update, too.
    """
    body = _load(PaymentBody, _payment_values(draft))
    return write_json({"Id": identity, "SyncToken": sync_token, "sparse": True, **body, "Line": body.get("Line", [])})


def _payment_values(draft: PaymentDraft) -> dict[str, object]:
    return {
        "customer_id": draft.customer_id,
        "total": Money(draft.total, draft.currency),
        "date": draft.date,
        "reference": draft.reference,
        "method_id": draft.method_id,
        "deposit_account_id": draft.deposit_account_id,
        "receivable_account_id": draft.receivable_account_id,
        "currency": draft.currency,
        "note": draft.note,
        "lines": (draft.lines, draft.currency),
    }


def _credit_memo_values(draft: CreditMemoDraft) -> dict[str, object]:
    return {
        "customer_id": draft.customer_id,
        "date": draft.date,
        "number": draft.number,
        "currency": draft.currency,
        "note": draft.note,
        "line": draft,
        "tax_group_id": draft.tax_group_id,
        "tax_calculation": draft.tax_calculation,
    }


def _write(kind: type[DraftSchema], values: Mapping[str, object]) -> str:
    return write_json(_load(kind, values))


def _load(kind: type[DraftSchema], values: Mapping[str, object]) -> dict[str, object]:
    try:
        return omit_empty(build_schema(kind).load(values))
    except ValidationError as problem:
        message = find_message(problem.messages)
    raise DraftRefusedError(message)  # out here: the caught error holds the draft's values


def omit_empty(values: Mapping[str, object]) -> dict[str, object]:
    """The values without empty ones: QuickBooks reads an empty text as a value. Zero is an amount and stays."""
    return {name: value for name, value in values.items() if value or isinstance(value, Decimal)}


def find_message(errors: object) -> Message:
    """The first message among marshmallow's errors, however deep they are nested; TypeError for a draft that is not one."""
    for message in _find_messages(errors):
        return message
    raise TypeError(f"not a draft: {errors}")


def _find_messages(errors: object) -> Iterator[Message]:
    if isinstance(errors, Message):
        yield errors
    elif isinstance(errors, dict):
        yield from _find_messages(list(errors.values()))
    elif isinstance(errors, list):
        for part in errors:
            yield from _find_messages(part)
