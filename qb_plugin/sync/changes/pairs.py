"""A linked pair whose sides are not the same any more: what differs, and on which side it was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeGuard

from qb_plugin.model import Link, LinkOrigin, QboCreditMemo, QboPayment, QboTransaction, SourceRecord, UnreadableRecord
from qb_plugin.money import ZERO
from qb_plugin.sync.applied import applied_of, sums_of, total_of
from qb_plugin.sync.changes.before import UNKNOWN, Before
from qb_plugin.sync.changes.texts import has_other_texts
from qb_plugin.sync.importing.amounts.figures import Role, cash_of, has_returned, kept_of
from qb_plugin.sync.linking import seen, was_changed_there


class ChangeKind(StrEnum):
    """What is not the same any more; the first that fits."""

    REMOVED_THERE = "removed_there"
    VOIDED_THERE = "voided_there"
    REMOVED_HERE = "removed_here"
    UNREADABLE = "unreadable"
    CURRENCY = "currency"
    CUSTOMER = "customer"
    AMOUNT = "amount"
    RETURNED = "returned"  # all of it stands here, and a part went back to the customer in QuickBooks
    DATE = "date"
    TEXT = "text"  # a credit memo's reference or memo, changed here since it was sent
    UNAPPLIED = "unapplied"  # QuickBooks has less of it applied than when it was seen last
    APPLIED = "applied"
    WAITING = "waiting"  # imported, and applied in QuickBooks to an invoice that is not here yet, or was not open enough


APPLICATIONS = frozenset({ChangeKind.UNAPPLIED, ChangeKind.APPLIED})


class ChangedSide(StrEnum):
    """Whose version is not the one that was linked."""

    HERE = "here"
    THERE = "there"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPair:
    """A link, and both sides as they are now; None for a side that is gone. `differences` names all that is not the same, `before`
    what the pair was when it was seen last."""

    link: Link
    record: SourceRecord | None
    now: QboTransaction | UnreadableRecord | None
    kind: ChangeKind
    side: ChangedSide
    differences: tuple[ChangeKind, ...] = ()
    before: Before = UNKNOWN

    @property
    def key(self) -> str:
        """The row's id: `payment:17`."""
        return str(self.link.source)

    @property
    def is_apart(self) -> bool:
        """Whether the payment is applied on one side alone, as it was from the beginning: that is left as it is."""
        if self.record is None or not isinstance(self.now, QboPayment):
            return False
        return is_applied_apart(self.link, self.record, self.now, self.before)

    @property
    def renewed(self) -> Link:
        """The link in the versions that both sides have now."""
        return renew(self.link, self.record, self.now)


def renew(link: Link, record: SourceRecord | None, now: QboTransaction | UnreadableRecord | None) -> Link:
    """The link in the versions that both sides have now; a side that is gone or unreadable keeps the one it had."""
    there = link if now is None or isinstance(now, UnreadableRecord) else seen(link, now)
    return replace(there, source_version=record.version if record else link.source_version)


def was_changed_here(link: Link, record: SourceRecord | None) -> bool:
    """Whether the record is gone, or not in the version that was linked."""
    return record is None or link.source_version != record.version


def compare(
    link: Link,
    record: SourceRecord | None,
    now: QboTransaction | UnreadableRecord | None,
    customer: str,
    *,
    before: Before = UNKNOWN,
    versions: bool = True,
) -> ChangedPair | None:
    """What has become of a pair; None when its sides are the same.

    With `versions`, those that are what they were when the pair was linked or left differ only by what waits for an invoice.
    `customer` is the client's, empty for one that is not matched.
    """
    here, there = was_changed_here(link, record), was_changed_there(link, now)
    side = ChangedSide.BOTH if here and there else ChangedSide.THERE if there else ChangedSide.HERE
    kinds = list(kinds_of(record, now, customer))
    if record and has_money(now):
        kinds += [ChangeKind.TEXT] if here and has_other_texts(record, before.sent) else []
        kinds += kinds_of_applications(link, record, now, before, versions=versions)
    if kinds and versions and not (here or there):
        kinds = [ChangeKind.WAITING] if is_waiting(link, record, now) and ChangeKind.CURRENCY not in kinds else []
    if not kinds:
        return None
    return ChangedPair(link=link, record=record, now=now, kind=kinds[0], side=side, differences=tuple(kinds), before=before)


def has_money(now: QboTransaction | UnreadableRecord | None) -> TypeGuard[QboTransaction]:
    """Whether a transaction is there, understood and not voided."""
    return now is not None and not isinstance(now, UnreadableRecord) and bool(now.total)


def kinds_of_applications(
    link: Link, record: SourceRecord, now: QboTransaction, before: Before, *, versions: bool = True
) -> list[ChangeKind]:
    """Whether what is applied is not the same: QuickBooks took something off, or the sides differ otherwise.

    What is applied alike on both sides is no change, whoever did it.
    """
    ours = applied_here(record)
    if isinstance(now, QboCreditMemo):
        return _kinds_of_memo(record, now, before)
    theirs = on_invoices(now)
    if ours == theirs and (ours or not was_taken_off(now, before)):
        return []
    if was_taken_off(now, before):
        return [ChangeKind.UNAPPLIED]
    return [] if versions and is_applied_apart(link, record, now, before) else [ChangeKind.APPLIED]


def _kinds_of_memo(record: SourceRecord, now: QboCreditMemo, before: Before) -> list[ChangeKind]:
    """Of a credit memo QuickBooks tells only how much is used: it is compared with what was, and not with what is applied here."""
    used = applied_there(now)
    if before.applied is None or used == total_of(before.applied) or (record.applications and applied_here(record) == used):
        return []
    return [ChangeKind.UNAPPLIED if used < total_of(before.applied) else ChangeKind.APPLIED]


def was_taken_off(now: QboTransaction, before: Before) -> bool:
    """Whether QuickBooks has less of it applied than when it was seen last."""
    return before.applied is not None and total_of(applied_of(now)) < total_of(before.applied)


def was_reapplied(link: Link, now: QboTransaction, before: Before) -> bool:
    """Whether its money is on other invoices in QuickBooks than when it was seen last; where that is not known, by its version."""
    if before.applied is None:
        return was_changed_there(link, now)
    return sums_of(applied_of(now)) != sums_of(before.applied)


def is_applied_apart(link: Link, record: SourceRecord, now: QboTransaction, before: Before) -> bool:
    """Whether a payment that did not come from there is applied on one side alone, as it was from the beginning: no change.

    With Auto Apply off nothing is applied there; with it on, QuickBooks' default process did it when it was sent.
    """
    if link.origin is LinkOrigin.IMPORTED or not isinstance(now, QboPayment) or was_taken_off(now, before):
        return False
    stands_here = not record.applications or not was_changed_here(link, record)
    return not on_invoices(now) or (stands_here and not was_reapplied(link, now, before))


def kinds_of(record: SourceRecord | None, now: QboTransaction | UnreadableRecord | None, customer: str) -> Sequence[ChangeKind]:
    """What is not the same of two records, the gravest first; nothing when both are gone."""
    if record is None or now is None:
        return [] if record is None and now is None else [ChangeKind.REMOVED_THERE if now is None else ChangeKind.REMOVED_HERE]
    if isinstance(now, UnreadableRecord):
        return [ChangeKind.UNREADABLE]
    if not now.total:
        return [ChangeKind.VOIDED_THERE]
    kept = kept_of(now)
    found = (
        (bool(record.currency and now.currency) and record.currency != now.currency, ChangeKind.CURRENCY),
        (bool(customer) and customer != now.customer_id, ChangeKind.CUSTOMER),
        (record.amount not in {now.total, kept}, ChangeKind.AMOUNT),
        (has_returned(record, now), ChangeKind.RETURNED),
        (record.date != now.date, ChangeKind.DATE),
    )
    return [kind for differs, kind in found if differs]


def is_waiting(link: Link, record: SourceRecord | None, now: QboTransaction | UnreadableRecord | None) -> bool:
    """Whether an imported payment, that nobody edited here, is applied to invoices in QuickBooks with more than here."""
    if link.origin is not LinkOrigin.IMPORTED or record is None or not isinstance(now, QboPayment):
        return False
    if link.own_version not in {None, record.version}:
        return False
    return record.amount in {now.total, kept_of(now)} and on_invoices(now) > applied_here(record)


def applied_here(record: SourceRecord) -> Decimal:
    """What of a record is applied to invoices here."""
    return sum((each.amount for each in record.applications), ZERO)


def on_invoices(now: QboPayment) -> Decimal:
    """What of a payment's money pays invoices in QuickBooks: what pays a journal entry or went back is nothing to apply here."""
    return cash_of(now, Role.INVOICE)


def applied_there(now: QboTransaction) -> Decimal:
    """What of a transaction is applied in QuickBooks, to whatever it is."""
    return now.total - (now.remaining if isinstance(now, QboCreditMemo) else now.unapplied)
