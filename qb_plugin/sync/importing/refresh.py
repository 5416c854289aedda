"""What became of payments in QuickBooks since they were read, asked for before they are imported: few calls, and no doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from qb_plugin.model import Entity, PaymentChanges, QboPayment, QboTransaction, UnreadableRecord
from qb_plugin.sync.context import SyncContext

MARGIN = timedelta(minutes=5)  # a query may lag behind what was saved, and clocks are never quite the same
LOOK_BACK = timedelta(days=29)  # change data capture goes back 30 days
AGAIN = 60.0  # seconds of a run after which the changes are asked for again


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Payments as they are now, in the order asked; those that are gone, or cannot be understood now, stay as they were read."""

    payments: list[QboPayment]
    gone: frozenset[str]
    unreadable: Mapping[str, UnreadableRecord] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Refresher:
    """Answers for any number of payments with one call, while change data capture covers everything since the reading.

    Where it does not (the time of reading is missing or too long ago, there are too many changes), they are read again.
    """

    context: SyncContext
    read_at: datetime | None
    since: datetime | None
    _changes_read: PaymentChanges | None = None
    _asked_at: float | None = None

    def of(self, payments: Sequence[QboPayment]) -> Refreshed:
        """These payments as they are now."""
        changes = self._changes()
        if changes is None:
            found = self.context.quickbooks.read(Entity.PAYMENT, [payment.id for payment in payments])
            return refreshed(payments, found.values(), {payment.id for payment in payments} - found.keys())
        return refreshed(payments, changes.changed, changes.deleted)

    def _changes(self) -> PaymentChanges | None:
        clock = self.context.clock
        if self.since is None or self.read_at is None or clock.now() - self.read_at > LOOK_BACK:
            return None
        if self._asked_at is None or clock.monotonic() - self._asked_at >= AGAIN:
            self._asked_at = clock.monotonic()
            self._changes_read = self.context.quickbooks.payments_since(self.since)
        return self._changes_read


def refreshed(
    payments: Sequence[QboPayment], changed: Iterable[QboTransaction | UnreadableRecord], gone: Iterable[str]
) -> Refreshed:
    """The payments with the changed ones in the place of what was read."""
    changes = list(changed)
    now = {payment.id: payment for payment in changes if isinstance(payment, QboPayment)}
    unreadable = {record.id: record for record in changes if isinstance(record, UnreadableRecord)}
    return Refreshed([now.get(payment.id, payment) for payment in payments], frozenset(gone), unreadable)


def differences(read: QboPayment, now: QboPayment) -> tuple[str, ...]:
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


def _applied(payment: QboPayment) -> object:
    return sorted((line.id, line.amount) for line in payment.lines if line.type == Entity.INVOICE)
