"""A payment to import as a row: what was decided about it, and what there is to say of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from qb_plugin.model import (
    QUICKBOOKS_PAYMENT,
    Application,
    Message,
    Outcome,
    QboPayment,
    Ref,
    UnreadableRecord,
)
from qb_plugin.money import ZERO

#: Questions that *Import anyway* answers; the others need another answer, or a change in QuickBooks.
FORCEABLE = frozenset({"money_went_back", "money_went_back_of_credit", "figures_differ"})


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """A WorkSpace payment that may be the same; the client is the row's.

    `linked_to` is the QuickBooks id of the payment that it is linked to already, `gone` that this was "deleted" or "voided" there.
    `exact` says that it is linked to none and agrees in date and a reference that is not empty, so that Hide Synchronized hides
    the row.
    """

    number: str
    amount: str
    reference: str
    date: str  # ISO
    linked_to: str = ""
    exact: bool = False
    gone: str = ""


class Listing(StrEnum):
    """Where a list has a payment (docs/architecture.md rule P1)."""

    LISTED = ""
    HERE = "here"  # Hide Synchronized hides it
    LOOK_ALIKE = "look_alike"  # exactly like one that is here: Hide Synchronized hides it, and it is counted
    NO_MONEY = "no_money"  # voided, or of a total of zero: counted only


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A QuickBooks payment beside what would become of it in WorkSpace.

    `outcome` is ready, synchronized (here already), needs_decision (may be one that is here, or `question` asks), not_ready
    (carries no money, or its customer has no client here), removed (deleted in QuickBooks) or failed (cannot be understood).
    `notes` say of every amount that does not stand here as it does in QuickBooks where it is, `edited` is what was changed in
    QuickBooks since a person saw it.
    """

    payment: QboPayment
    outcome: Outcome
    client_id: str = ""
    applications: tuple[Application, ...] = ()
    notes: tuple[Message, ...] = ()
    question: Message | None = None
    went_back: Decimal = ZERO  # the part of the money that QuickBooks gave back to the customer: it is not recorded here
    existing: Ref | None = None
    possible_duplicate: PossibleDuplicate | None = None
    edited: tuple[str, ...] = ()
    key: str = field(default="", compare=False)  # the external key to record it under, found anew before it is recorded
    unreadable: str = ""  # what was odd about a payment that could not be understood; `payment` holds what could be read

    @property
    def id(self) -> str:
        """The row's id in the grid."""
        return row_id(self.payment.id)

    @property
    def amount(self) -> Decimal:
        """What is recorded here."""
        return self.payment.total - self.went_back

    @property
    def is_forceable(self) -> bool:
        """Whether a person may say *Import anyway*."""
        asked = self.question is None or self.question.key in FORCEABLE
        return self.outcome is Outcome.NEEDS_DECISION and asked

    @property
    def may_come_in(self) -> bool:
        """Whether it comes in, or would at a person's word."""
        return self.outcome is Outcome.READY or self.is_forceable

    @property
    def is_possible_duplicate(self) -> bool:
        """Whether a person is asked, because a WorkSpace payment may be the same."""
        return self.possible_duplicate is not None

    @property
    def listing(self) -> Listing:
        """Where the list has it."""
        if self.outcome is Outcome.SYNCHRONIZED:
            return Listing.HERE
        if self.is_look_alike:
            return Listing.LOOK_ALIKE
        return Listing.NO_MONEY if not self.unreadable and why_not(self.payment) else Listing.LISTED

    @property
    def about_here(self) -> str:
        """What a person is asked about: `payment:5`; that what it is linked to is gone is another question; "" for no record."""
        gone = self.possible_duplicate.gone if self.possible_duplicate else ""
        return f"{self.existing or ''} {gone}".strip()

    @property
    def is_look_alike(self) -> bool:
        """Whether it is exactly like one that is here, reference included, and nothing else is asked."""
        return self.possible_duplicate is not None and self.possible_duplicate.exact and self.question is None

    @property
    def message(self) -> Message | None:
        """What there is to say: why it cannot come in, or what money stays unapplied."""
        if self.unreadable:
            return Message("cannot_be_read", {"id": self.payment.id, "what": self.unreadable})
        if self.outcome is Outcome.NEEDS_DECISION:
            found = self.possible_duplicate
            return combine([*filter(None, [self.question]), *([possible_duplicate_message(self.payment, found)] if found else [])])
        return SAYS[self.outcome](self)


def combine(messages: Sequence[Message]) -> Message | None:
    """The messages as one, in order; None for none."""
    if not messages:
        return None
    rest = combine(messages[1:])
    return Message("both", {"first": messages[0], "reason": rest}) if rest else messages[0]


def unreadable_row(record: UnreadableRecord) -> ImportRow:
    """The row of a payment that cannot be understood: failed, with its id and what was odd; what could be read is shown."""
    payment = QboPayment(
        id=record.id,
        sync_token="",
        customer_id=record.customer_id or "",
        customer_name=record.customer_name,
        date=record.date or date.min,
        total=record.total or ZERO,
        unapplied=ZERO,
        note=record.note,
    )
    return ImportRow(payment=payment, outcome=Outcome.FAILED, unreadable=record.problem)


def row_id(payment_id: str) -> str:
    """The id in the grid of the row of a QuickBooks payment."""
    return f"{QUICKBOOKS_PAYMENT}:{payment_id}"


def possible_duplicate_message(payment: QboPayment, possible_duplicate: PossibleDuplicate) -> Message:
    """The WorkSpace payment that it may be."""
    values = {
        "number": possible_duplicate.number,
        "date": date.fromisoformat(possible_duplicate.date),
        "amount": Decimal(possible_duplicate.amount),
        "ref": possible_duplicate.reference or "–",
        "there": payment.date,
        "there_ref": payment.reference or "–",
        "there_amount": payment.total,
    }
    if possible_duplicate.gone:
        return Message("looks_like_gone_there", {**values, "id": possible_duplicate.linked_to, "gone": possible_duplicate.gone})
    if possible_duplicate.linked_to:
        return Message("looks_like_linked_here", {**values, "id": possible_duplicate.linked_to})
    return Message("looks_same_here", values)


def came_in_changed(row: ImportRow) -> Message:
    """That it came in as it is now, what is not as it was read, and what stays unapplied."""
    what, rest = ", ".join(row.edited), combine(row.notes)
    return (
        Message("payment_changed_unapplied", {"what": what, "reason": rest}) if rest else Message("payment_changed", {"what": what})
    )


def why_not(payment: QboPayment) -> Message | None:
    """Voided payments and credit applications carry no money; they are shown, and cannot be imported."""
    if payment.voided:
        return Message("voided_payment")
    return Message("credit_application") if payment.total == 0 else None


SAYS: Mapping[Outcome, Callable[[ImportRow], Message | None]] = {
    Outcome.READY: lambda row: came_in_changed(row) if row.edited else combine(row.notes),
    Outcome.SYNCHRONIZED: lambda _: Message("already_here"),
    Outcome.NOT_READY: lambda row: (
        why_not(row.payment) or row.question or Message("customer_not_matched", {"customer": row.payment.customer_name})
    ),
    Outcome.REMOVED: lambda row: Message("removed_here" if row.existing else "payment_removed"),
}
