"""What became of payments in QuickBooks since they were read, asked for before they are imported: few calls, and no doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from qb_plugin.model import BookPayment, PaymentChanges
from qb_plugin.sync.context import Workplace

MARGIN = timedelta(minutes=5)  # a query may lag behind what was saved, and clocks are never quite the same
LOOK_BACK = timedelta(days=29)  # QuickBooks tells of the changes of 30 days
AGAIN = 60.0  # seconds of a run after which what was told is old


@dataclass(frozen=True, slots=True)
class Newest:
    """Payments as they are now, in the order asked; those that are gone stay as they were read, and `gone` names them."""

    payments: list[BookPayment]
    gone: frozenset[str]


@dataclass(slots=True)
class News:
    """Answers for any number of payments with one call, while QuickBooks tells of everything since the reading.

    Where it does not (nobody knows when they were read, it was too long ago, there are too many changes), they are read again.
    """

    place: Workplace
    read_at: datetime | None
    since: datetime | None
    _told: PaymentChanges | None = None
    _asked_at: float | None = None

    def of(self, payments: Sequence[BookPayment]) -> Newest:
        """These payments as they are now."""
        told = self._changes()
        if told is None:
            found = self.place.books.read("Payment", [payment.id for payment in payments])
            now = [book for book in found.values() if isinstance(book, BookPayment)]
            return newest(payments, now, {payment.id for payment in payments} - found.keys())
        return newest(payments, told.changed, told.deleted)

    def _changes(self) -> PaymentChanges | None:
        clock = self.place.clock
        if self.since is None or self.read_at is None or clock.now() - self.read_at > LOOK_BACK:
            return None
        if self._asked_at is None or clock.monotonic() - self._asked_at >= AGAIN:
            self._asked_at = clock.monotonic()
            self._told = self.place.books.payments_since(self.since)
        return self._told


def newest(payments: Sequence[BookPayment], changed: Iterable[BookPayment], gone: Iterable[str]) -> Newest:
    """The payments with the changed ones in the place of what was read."""
    now = {payment.id: payment for payment in changed}
    return Newest([now.get(payment.id, payment) for payment in payments], frozenset(gone))


def differences(read: BookPayment, now: BookPayment) -> tuple[str, ...]:
    """What a person who saw the one would not expect of the other."""
    if read is now:
        return ()
    pairs = (
        ("customer", read.customer_id, now.customer_id),
        ("date", read.date, now.date),
        ("amount", read.total, now.total),
        ("reference", read.reference or "", now.reference or ""),
        ("invoices", _applied(read), _applied(now)),
    )
    return tuple(name for name, before, after in pairs if before != after)


def _applied(payment: BookPayment) -> object:
    return sorted((line.id, line.amount) for line in payment.lines if line.type == "Invoice")
