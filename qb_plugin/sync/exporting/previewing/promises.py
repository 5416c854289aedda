"""What a preview said of a row that was to go out, and what has changed since: a run does as it was said, or says why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qb_plugin.model import CreditMemoDraft, Draft, Entity, Line, Message, PaymentDraft
from qb_plugin.money import show_amount

#: What people call the parts of a draft; what is not among them follows from these.
NAMES = {
    "customer_id": "customer",
    "date": "date",
    "total": "amount",
    "amount": "amount",
    "reference": "reference",
    "number": "number",
    "method_id": "payment method",
    "deposit_account_id": "deposit account",
    "receivable_account_id": "receivable account",
    "currency": "currency",
    "item_id": "item",
    "tax_code_id": "tax",
    "tax_group_id": "tax",
    "tax_calculation": "tax",
    "note": "memo",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was said of one row: the transaction that would be created, or the id of the one it would be linked to.

    `lines` are the invoices that a credit memo would be applied to; a payment's stand in its draft. None: nothing was said.
    """

    at: str  # the time of day
    draft: Draft | None = None
    linked_to: str = ""
    lines: tuple[Line, ...] | None = None


def change_of_create(promise: Promise, draft: Draft) -> Message | None:
    """What has changed since the preview, of a row that would be created now; None when it is as it was said."""
    if promise.draft == draft:
        return None
    if promise.draft is None:
        return otherwise(promise, [f"{promise.linked_to}, which it was to be linked to, does not carry its mark any more"])
    return otherwise(promise, list(changes(promise.draft, draft)))


def change_of_application(promise: Promise, lines: Sequence[Line]) -> Message | None:
    """What has changed since the preview about the invoices that a credit memo goes to."""
    if promise.lines is None or sorted_lines(promise.lines) == sorted_lines(lines):
        return None
    return otherwise(promise, [change_of_lines(promise.lines, lines)])


def otherwise(promise: Promise, what: Sequence[str]) -> Message:
    """The sentence of a row that is not as it was previewed."""
    return Message("previewed_otherwise", {"time": promise.at, "what": "; ".join(dict.fromkeys(what))})


def changes(before: Draft, now: Draft) -> Iterator[str]:
    """Each part that differs, with both values where people know them."""
    for field, name in NAMES.items():
        was, is_ = getattr(before, field, None), getattr(now, field, None)
        if was != is_:
            yield f"{name}: {was} then, {is_} now" if name in {"date", "amount", "reference", "number"} else name
    if isinstance(before, PaymentDraft) and isinstance(now, PaymentDraft) and before.lines != now.lines:
        yield change_of_lines(before.lines, now.lines)
    if isinstance(before, CreditMemoDraft) and isinstance(now, CreditMemoDraft) and before.description != now.description:
        yield "memo"


def change_of_lines(before: Sequence[Line], now: Sequence[Line]) -> str:
    """The invoices then and now."""
    return f"invoices: {name_lines(before)} then, {name_lines(now)} now"


def name_lines(lines: Sequence[Line]) -> str:
    """`1037 2,400.00, 1038 12.00`, or none."""
    found = [f"{line.number or line.id} {show_amount(line.amount)}" for line in lines if line.type == Entity.INVOICE]
    return ", ".join(found) or "none"


def sorted_lines(lines: Sequence[Line]) -> list[tuple[str, str, str]]:
    """The invoices as they can be compared, in whatever order they stand."""
    return sorted((line.type, line.id, str(line.amount)) for line in lines if line.type == Entity.INVOICE)
