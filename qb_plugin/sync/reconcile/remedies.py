"""What settles an item from here, and which items nothing here settles: these are listed, and add up to the rest (rule M9)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from qb_plugin.model import Kind, Message
from qb_plugin.money import ZERO
from qb_plugin.sync.reconcile.items import Group, Item


class Remedy(StrEnum):
    """What moves an item to *equal*, or on to the group of what settles it."""

    MATCH = "match"
    EXPORT = "export"
    IMPORT = "import"
    TAKE = "take"
    SEND = "send"


DIFFER = frozenset({Group.DATE_DIFFERS, Group.AMOUNT_DIFFERS, Group.APPLIED_DIFFERS})
LEVELLED = DIFFER | {Group.ONLY_HERE, Group.ONLY_THERE}  # what is sent, recorded or changed; the others wait for a person


def find_remedies(item: Item, can: frozenset[str]) -> tuple[Remedy, ...]:
    """What settles the item with what this ledger can do; nothing for what cannot be settled from here."""
    if item.group is Group.NOT_MATCHED:
        return (Remedy.MATCH,)
    if item.group is Group.NEEDS_DECISION:
        return _deciding(item, can)
    if item.group is Group.ONLY_HERE:
        return _filling(item, can)
    if item.group is Group.ONLY_THERE:
        return (Remedy.IMPORT,) if _is_payment_there(item) else ()
    return _levelling(item, can) if item.group in DIFFER else ()


def is_unsettled(item: Item, can: frozenset[str], tried: Mapping[str, Message]) -> bool:
    """Whether the item makes a difference that nothing here settles: there is no remedy, or the last one tried was refused."""
    if item.group is Group.EQUAL:
        return False
    return not find_remedies(item, can) or (item.group in LEVELLED and row_of(item) in tried)


def row_of(item: Item) -> str:
    """The row by which a run names the item: the record here, else the payment that an import lists."""
    if item.ours:
        return item.ours.key
    return f"quickbooks_payment:{item.theirs.number}" if item.theirs else ""


def _filling(item: Item, can: frozenset[str]) -> tuple[Remedy, ...]:
    """It is sent; what was removed there may go here, too. QuickBooks takes no amount of zero, which the export lets correct."""
    sends, removes = bool(item.ours and item.ours.amount) or "update" in can, item.gone and "remove" in can
    return (*((Remedy.EXPORT,) if sends else ()), *((Remedy.TAKE,) if removes else ()))


def _deciding(item: Item, can: frozenset[str]) -> tuple[Remedy, ...]:
    """A person decides in the export or import; currencies, money that went back and what cannot be read are not settled here."""
    ours, theirs = item.ours, item.theirs
    if item.linked:
        return ()
    if ours:
        correctable = "update" in can if ours.problem else ours.same_currency
        return (Remedy.EXPORT,) if correctable else ()
    stays = theirs and not theirs.problem and theirs.same_currency and theirs.amount > theirs.returned
    return (Remedy.IMPORT,) if stays and _is_payment_there(item) else ()


def _levelling(item: Item, can: frozenset[str]) -> tuple[Remedy, ...]:
    """One side of a linked pair becomes what the other is; QuickBooks takes dates and amounts, of credit memos none below what is
    used of them, which are applied by hand."""
    payment, applied = _is_payment_there(item), item.group is Group.APPLIED_DIFFERS
    ours = item.ours.applied if item.ours else ZERO
    invoiced = item.theirs.applied - item.theirs.elsewhere if item.theirs else ZERO
    if applied and invoiced == ours:
        return ()  # the rest pays what is not here
    more_there = invoiced > ours
    takes = ("update" in can and (payment or not applied)) or ("apply" in can and payment and applied and more_there)
    sends = not applied and (payment or (item.ours is not None and invoiced <= item.ours.amount))
    return (*((Remedy.TAKE,) if takes else ()), *((Remedy.SEND,) if sends else ()))


def _is_payment_there(item: Item) -> bool:
    return item.theirs is not None and item.theirs.kind is Kind.PAYMENT
