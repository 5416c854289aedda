"""Drafts of customers as the JSON text of a create, and back."""

from __future__ import annotations

from marshmallow import ValidationError

from qb_plugin.model import CustomerDraft
from qb_plugin.schemas.conversions import as_ref_id, as_text
from qb_plugin.schemas.drafts import DraftRefusedError, DraftSchema, find_message, omit_empty
from qb_plugin.schemas.flat_schema import ReplySchema, build_schema, load_reply, optional, required
from qb_plugin.schemas.limits import bounded, optional_value, ref_to, refuse, sent
from qb_plugin.schemas.lists import as_email, as_phone
from qb_plugin.schemas.text import read_json, write_json

LONGEST_NAME = 500
LONGEST_EMAIL, LONGEST_PHONE = 100, 30
_SEPARATOR = ":"  # stands between parent and sub-customer, and in no name

_bounded_name = bounded("DisplayName", "Name", LONGEST_NAME).convert


def as_name(value: str) -> str:
    """A name that QuickBooks takes: not empty, without a colon, within its length."""
    if not value.strip():
        raise refuse("customer_without_name")
    if _SEPARATOR in value:
        raise refuse("quickbooks_bad_character", field="Name", character=_SEPARATOR)
    name: str = _bounded_name(value.strip())
    return name


def as_address(value: str) -> dict[str, str] | None:
    """A PrimaryEmailAddr; one that is too long is left out: QuickBooks would refuse the customer for it."""
    return {"Address": value.strip()} if 0 < len(value.strip()) <= LONGEST_EMAIL else None


def as_number(value: str) -> dict[str, str] | None:
    """A PrimaryPhone; one that is too long is left out."""
    return {"FreeFormNumber": value.strip()} if 0 < len(value.strip()) <= LONGEST_PHONE else None


class CustomerBody(DraftSchema):
    """A Customer to create."""

    name = sent(as_name, "DisplayName")
    email = optional_value(as_address, "PrimaryEmailAddr")
    phone = optional_value(as_number, "PrimaryPhone")
    currency = ref_to("CurrencyRef")


class CustomerText(ReplySchema):
    """A Customer in the form `write_customer` gives it."""

    name = required(as_text, "DisplayName")
    email = optional(as_email, "PrimaryEmailAddr", "")
    phone = optional(as_phone, "PrimaryPhone", "")
    currency = optional(as_ref_id, "CurrencyRef")


def write_customer(draft: CustomerDraft) -> str:
    """The JSON text for a create; DraftRefusedError when a limit of QuickBooks is broken."""
    values = {"name": draft.name, "email": draft.email, "phone": draft.phone, "currency": draft.currency}
    try:
        return write_json(omit_empty(build_schema(CustomerBody).load(values)))
    except ValidationError as problem:
        message = find_message(problem.messages)
    raise DraftRefusedError(message)  # out here: the caught error holds the draft's values


def read_customer_draft(payload: str) -> CustomerDraft:
    """The inverse of `write_customer`; BadReplyError for any other text."""
    return CustomerDraft(**load_reply(CustomerText, read_json(payload.encode())))
