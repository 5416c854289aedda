"""Looks: which of QuickBooks' transactions carry the marker of an intent, and what they are by now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from qb_plugin.model import Customer, Entity, Intent, PaymentDraft, SavedRecord, UnreadableRecord
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.markers import Marker, find_marker
from qb_plugin.sync.matching import comparable

LOOK_BACK = timedelta(minutes=5)  # clocks differ, and MetaData times have no milliseconds


@dataclass(frozen=True, slots=True)
class Marked:
    """By intent id: the records that carry an intent's marker, and those that may carry it and cannot be understood."""

    readable: Mapping[str, list[SavedRecord]]
    unreadable: Mapping[str, UnreadableRecord]

    def is_missing(self, intent: Intent) -> bool:
        """Whether QuickBooks shows nothing that is, or may be, what the intent sent."""
        return not self.readable[intent.id] and intent.id not in self.unreadable


def find_marked(context: SyncContext, intents: Sequence[Intent]) -> Marked:
    """For each intent the records with its marker, or customers of its name, created since five minutes before it was written."""
    found: dict[str, list[SavedRecord]] = {intent.id: [] for intent in intents}
    unreadable: dict[str, UnreadableRecord] = {}
    for intent, customer in find_named(context, [intent for intent in intents if intent.entity == Entity.CUSTOMER]):
        found[intent.id].append(customer)
    for entity in sorted({intent.entity for intent in intents} - {Entity.CUSTOMER}):
        ours = {str(marker_of(context, intent)): intent for intent in intents if intent.entity == entity}
        since = min(intent.quickbooks_time for intent in ours.values()) - LOOK_BACK
        for transaction in context.quickbooks.created_since(entity, since):
            marker = find_marker(transaction.note)
            if isinstance(transaction, UnreadableRecord):
                unreadable |= {intent.id: transaction for intent in ours.values() if may_hold(context, transaction, intent)}
            elif marker and str(marker) in ours:
                found[ours[str(marker)].id].append(transaction)
    return Marked(found, unreadable)


def find_named(context: SyncContext, intents: Sequence[Intent]) -> Iterator[tuple[Intent, Customer]]:
    """The customers created since that have the name an intent sends: nobody else can have it (docs/architecture.md rule M10)."""
    if not intents:
        return
    ours = {comparable(context.quickbooks.customer_draft(intent.payload).name): intent for intent in intents}
    since = min(intent.quickbooks_time for intent in intents) - LOOK_BACK
    for customer in context.quickbooks.customers_since(since):
        if comparable(customer.name) in ours:
            yield ours[comparable(customer.name)], customer


def may_hold(context: SyncContext, unreadable: UnreadableRecord, intent: Intent) -> bool:
    """Whether a record that cannot be understood may be what the intent sent: by its mark, else by what tells it apart."""
    marker = find_marker(unreadable.note)
    if marker or (unreadable.note is not None and unreadable.customer_id is not None):
        return marker == marker_of(context, intent)
    draft = context.quickbooks.draft(intent.entity, intent.payload)
    amount = draft.total if isinstance(draft, PaymentDraft) else draft.amount
    return unreadable.total in {None, amount}


def marker_of(context: SyncContext, intent: Intent) -> Marker:
    """The marker that stands in the payload as sent: an older version wrote it without a birth."""
    sent = find_marker(context.quickbooks.draft(intent.entity, intent.payload).note)
    return sent or Marker(context.firm_id, intent.source, intent.operation)


def read_all(context: SyncContext, sent: Sequence[tuple[Intent, SavedRecord]]) -> dict[str, SavedRecord]:
    """Read the records back, by intent id; what is gone is left out."""
    found: dict[str, SavedRecord] = {}
    for entity in sorted({intent.entity for intent, _ in sent}):
        group = [(intent, record) for intent, record in sent if intent.entity == entity]
        now = _read(context, entity, [record.id for _, record in group])
        found |= {intent.id: _readable(now[record.id], record) for intent, record in group if record.id in now}
    return found


def _read(context: SyncContext, entity: Entity, ids: Sequence[str]) -> Mapping[str, SavedRecord | UnreadableRecord]:
    if entity == Entity.CUSTOMER:
        return {customer.id: customer for customer in context.quickbooks.customers_by_id(ids)}
    return context.quickbooks.read(entity, ids)


def _readable(now: SavedRecord | UnreadableRecord, answered: SavedRecord) -> SavedRecord:
    """What was read back; what the answer itself held where it cannot be understood now, for it is there."""
    return answered if isinstance(now, UnreadableRecord) else now
