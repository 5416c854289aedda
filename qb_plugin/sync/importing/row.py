"""A payment to import as a row: what was decided about it, and what there is to say of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

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


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """A WorkSpace payment that may be the same; client and amount are the row's.

    `linked_to` is the QuickBooks id of the payment that it is linked to already. `exact` says that it is linked to none and
    agrees in date and a reference that is not empty, so that Hide Synchronized hides the row.
    """

    number: str
    reference: str
    date: str  # ISO
    linked_to: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A QuickBooks payment beside what would become of it in WorkSpace.

    `outcome` is ready, synchronized (here already), needs_decision (looks the same as one that is here), not_ready (carries
    no money, or its customer has no client here), removed (deleted in QuickBooks) or failed (cannot be understood). `absent`
    and `short` are the invoices that are not here and those with less open than was applied, `edited` what was changed in
    QuickBooks since a person saw it: what is said about the row follows from these facts.
    """

    payment: QboPayment
    outcome: Outcome
    client_id: str = ""
    applications: tuple[Application, ...] = ()
    absent: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
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
    def is_possible_duplicate(self) -> bool:
        """Whether a person is asked, because a WorkSpace payment may be the same."""
        return self.possible_duplicate is not None

    @property
    def exists(self) -> bool:
        """Whether Hide Synchronized hides it (docs/architecture.md rule P1)."""
        return self.outcome is Outcome.SYNCHRONIZED or (self.possible_duplicate is not None and self.possible_duplicate.exact)

    @property
    def message(self) -> Message | None:
        """What there is to say: why it cannot come in, or what money stays unapplied."""
        if self.unreadable:
            return Message("cannot_be_read", {"id": self.payment.id, "what": self.unreadable})
        if self.possible_duplicate:
            return possible_duplicate_message(self.payment, self.possible_duplicate)
        return SAYS[self.outcome](self)

    @property
    def unapplied(self) -> Message | None:
        """What stays unapplied, and why: an invoice that is not here, one with less open, or unapplied in QuickBooks too."""
        left = self.payment.total - sum((each.amount for each in self.applications), ZERO)
        if left == 0:
            return None
        if self.absent:
            return Message("invoice_not_here", {"no": ", ".join(self.absent), "amount": left})
        if self.short:
            return Message("invoice_has_less_open", {"no": ", ".join(self.short), "amount": left})
        return Message("unapplied_here", {"amount": left})


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
        "date": possible_duplicate.date,
        "amount": payment.total,
        "ref": possible_duplicate.reference or "–",
        "there": payment.date,
        "there_ref": payment.reference or "–",
    }
    if possible_duplicate.linked_to:
        return Message("looks_like_linked_here", {**values, "id": possible_duplicate.linked_to})
    return Message("looks_same_here", values)


def came_in_changed(row: ImportRow) -> Message:
    """That it came in as it is now, what is not as it was read, and what stays unapplied."""
    what, rest = ", ".join(row.edited), row.unapplied
    return (
        Message("payment_changed_unapplied", {"what": what, "reason": rest}) if rest else Message("payment_changed", {"what": what})
    )


def why_not(payment: QboPayment) -> Message | None:
    """Voided payments and credit applications carry no money; they are shown, and cannot be imported."""
    if payment.voided:
        return Message("voided_payment")
    return Message("credit_application") if payment.total == 0 else None


SAYS: Mapping[Outcome, Callable[[ImportRow], Message | None]] = {
    Outcome.READY: lambda row: came_in_changed(row) if row.edited else row.unapplied,
    Outcome.SYNCHRONIZED: lambda _: Message("already_here"),
    Outcome.NOT_READY: lambda row: why_not(row.payment) or Message("customer_not_matched", {"customer": row.payment.customer_name}),
    Outcome.REMOVED: lambda row: Message("removed_here" if row.existing else "payment_removed"),
}
