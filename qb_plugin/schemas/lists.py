"""Entries of QuickBooks' lists: customers, accounts, payment methods, items."""

from __future__ import annotations

from qb_plugin.model import Customer, ListEntry
from qb_plugin.schemas.conversions import as_flag, as_mapping, as_ref_id, as_text
from qb_plugin.schemas.flat_schema import ReplySchema, load_reply, optional, required


def as_email(value: object) -> str:
    """The address in a PrimaryEmailAddr."""
    return as_text(as_mapping(value).get("Address") or "")


def as_phone(value: object) -> str:
    """The number in a PrimaryPhone, as people wrote it."""
    return as_text(as_mapping(value).get("FreeFormNumber") or "")


class CustomerReply(ReplySchema):
    """A Customer; FullyQualifiedName is the path `Parent:Child`."""

    id = required(as_text, "Id")
    name = required(as_text, "DisplayName")
    full_name = optional(as_text, "FullyQualifiedName")
    active = optional(as_flag, "Active", True)
    currency = optional(as_ref_id, "CurrencyRef")
    parent_id = optional(as_ref_id, "ParentRef")
    bills_with_parent = optional(as_flag, "BillWithParent", False)
    email = optional(as_email, "PrimaryEmailAddr", "")
    phone = optional(as_phone, "PrimaryPhone", "")
    sync_token = optional(as_text, "SyncToken", "0")


class AccountReply(ReplySchema):
    """An Account, with the type that decides whether it takes a deposit."""

    id = required(as_text, "Id")
    name = required(as_text, "Name")
    full_name = optional(as_text, "FullyQualifiedName")
    type = optional(as_text, "AccountType", "")
    active = optional(as_flag, "Active", True)
    currency = optional(as_ref_id, "CurrencyRef")


class NamedReply(ReplySchema):
    """A PaymentMethod or an Item: a name, and a type that may be absent."""

    id = required(as_text, "Id")
    name = required(as_text, "Name")
    type = optional(as_text, "Type", "")
    active = optional(as_flag, "Active", True)


def read_customer(raw: object) -> Customer:
    """A customer; BadReplyError when it is none."""
    found = load_reply(CustomerReply, raw)
    found["full_name"] = found["full_name"] or found["name"]
    found["bills_with_parent"] = bool(found["bills_with_parent"])
    found |= {name: found[name] or "" for name in ("email", "phone")}
    return Customer(**found)


def read_account(raw: object) -> ListEntry:
    """An account; sub-accounts are named by their path."""
    found = load_reply(AccountReply, raw)
    return ListEntry(found["id"], found["full_name"] or found["name"], found["type"], found["active"], found["currency"])


def read_named(raw: object) -> ListEntry:
    """A payment method or an item."""
    return ListEntry(**load_reply(NamedReply, raw))
