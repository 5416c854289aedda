"""What became of linked records in QuickBooks: a link is a claim, checked when it is used (docs/architecture.md rule 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from qb_plugin.model import (
    Link,
    Message,
    Outcome,
    QboPayment,
    QboTransaction,
    Ref,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.money import show_amount
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.adoption import Customers, key_of
from qb_plugin.sync.exporting.settlement import applied
from qb_plugin.sync.importing.amounts.figures import kept_of
from qb_plugin.sync.linking import ENTITIES, is_gone
from qb_plugin.sync.possible_duplicates import Key

ALREADY = Message("already_synchronized")


@dataclass(frozen=True, slots=True)
class LinkedNow:
    """What linked records are in QuickBooks now; None for one that was deleted there. `again` are those to send once more."""

    found: Mapping[Ref, QboTransaction | UnreadableRecord | None] = field(default_factory=dict)
    again: Mapping[Ref, str] = field(default_factory=dict)  # with the QuickBooks id of what is gone

    def judge(self, record: SourceRecord, link: Link, customers: Customers, home: str) -> tuple[Outcome, Message]:
        """How the row of a linked record ends: there as it is here, or what became of it. `home` is the company's currency."""
        if record.ref not in self.found:  # too new to be looked at
            return Outcome.SYNCHRONIZED, ALREADY
        return judge(record, link, self.found[record.ref], customers, home)


def read_linked(
    context: SyncContext,
    records: Sequence[SourceRecord],
    links: Mapping[Ref, Link],
    period: Sequence[QboTransaction | UnreadableRecord],
    send_again: frozenset[Ref],
) -> LinkedNow:
    """Read what is linked again: the period's transactions are at hand, the others are asked for by their ids."""
    linked = {record.ref: links[record.ref] for record in records if record.ref in links}
    read_already: dict[Key, QboTransaction | UnreadableRecord] = {
        (each.entity, each.id) if isinstance(each, UnreadableRecord) else key_of(each): each for each in period
    }
    found: dict[Ref, QboTransaction | UnreadableRecord | None] = {}
    for kind in sorted({ref.kind for ref in linked}):
        of_kind = {ref: link.quickbooks_id for ref, link in linked.items() if ref.kind is kind}
        missing = [identity for identity in of_kind.values() if (ENTITIES[kind], identity) not in read_already]
        read = context.quickbooks.read(ENTITIES[kind], missing) if missing else {}
        found |= {ref: read_already.get((ENTITIES[kind], identity)) or read.get(identity) for ref, identity in of_kind.items()}
    young = {ref for ref, link in linked.items() if found[ref] is None and is_young(context, link)}
    judged = {ref: now for ref, now in found.items() if ref not in young}
    return LinkedNow(judged, {ref: linked[ref].quickbooks_id for ref, now in judged.items() if ref in send_again and is_gone(now)})


def is_young(context: SyncContext, link: Link) -> bool:
    """Whether the link is so new that QuickBooks may not show yet what it stands for."""
    wait = timedelta(seconds=context.waits.between_sends)
    return link.made_at is not None and context.clock.now() - link.made_at < wait


def judge(
    record: SourceRecord, link: Link, now: QboTransaction | UnreadableRecord | None, customers: Customers, home: str
) -> tuple[Outcome, Message]:
    """Outcome and sentence of a linked record by what it is in QuickBooks now."""
    values = {"number": record.number, "id": link.quickbooks_id}
    if now is None:
        return Outcome.REMOVED, Message("deleted_in_quickbooks", values)
    if isinstance(now, UnreadableRecord):
        return Outcome.CHANGED, Message("linked_unreadable", {**values, "what": now.problem})
    if not now.total:
        return Outcome.CHANGED, Message("voided_in_quickbooks", values)
    differences = describe_differences(record, now, customers, home)
    if differences:
        return Outcome.CHANGED, Message("changed_since_linked", {**values, "what": "; ".join(differences)})
    if isinstance(now, QboPayment) and now.lines and now.sync_token != link.sync_token:
        invoices = ", ".join(f"{part.invoice_number} {show_amount(part.amount)}" for part in applied(now))
        return Outcome.SYNCHRONIZED, Message("applied_since", {**values, "invoices": invoices}) if invoices else ALREADY
    return Outcome.SYNCHRONIZED, ALREADY


def describe_differences(record: SourceRecord, now: QboTransaction, customers: Customers, home: str) -> list[str]:
    """What is not the same on both sides, with what stands on each."""
    kept, theirs = record.currency or home, now.currency or home
    meant, same_amount = customers.meant(record, now), record.amount in {now.total, kept_of(now)}
    pairs = (
        ("customer", customers.name_of(meant, record) if meant and meant != now.customer_id else "", now.customer_name),
        ("date", str(record.date) if record.date != now.date else "", str(now.date)),
        ("amount", "" if same_amount else show_amount(record.amount), show_amount(now.total)),
        ("currency", "" if kept == theirs else kept, theirs),
    )
    return [f"{name} {ours} here, {other} in QuickBooks" for name, ours, other in pairs if ours]
