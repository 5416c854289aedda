"""What became of linked records in QuickBooks: a link is a claim, checked when it is used (docs/architecture.md rule 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from qb_plugin.model import (
    Line,
    Link,
    Message,
    Outcome,
    QboCreditMemo,
    QboTransaction,
    Ref,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.money import show_amount
from qb_plugin.sync.applied import applied_of, more_of, total_of
from qb_plugin.sync.changes.before import UNKNOWN, Before, read_before
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.adoption import Customers, key_of
from qb_plugin.sync.importing.amounts.figures import Role, cash_of, has_returned, kept_of
from qb_plugin.sync.linking import ENTITIES, is_gone, was_changed_there
from qb_plugin.sync.possible_duplicates import Key

ALREADY = Message("already_synchronized")


@dataclass(frozen=True, slots=True)
class LinkedNow:
    """What linked records are in QuickBooks now; None for one that was deleted there. `again` are those to send once more, `before`
    what those that still stand there were when they were seen last."""

    found: Mapping[Ref, QboTransaction | UnreadableRecord | None] = field(default_factory=dict)
    again: Mapping[Ref, str] = field(default_factory=dict)  # with the QuickBooks id of what is gone
    before: Mapping[Link, Before] = field(default_factory=dict)

    def judge(self, record: SourceRecord, link: Link, customers: Customers, home: str) -> tuple[Outcome, Message]:
        """How the row of a linked record ends: there as it is here, or what became of it. `home` is the company's currency."""
        if record.ref not in self.found:  # too new to be looked at
            return Outcome.SYNCHRONIZED, ALREADY
        before = self.before.get(link, UNKNOWN)
        return judge(record, link, self.found[record.ref], before, customers=customers, home=home)


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
    again = {ref: linked[ref].quickbooks_id for ref, now in judged.items() if ref in send_again and is_gone(now)}
    return LinkedNow(judged, again, read_before(context, [linked[ref] for ref, now in judged.items() if not is_gone(now)]))


def is_young(context: SyncContext, link: Link) -> bool:
    """Whether the link is so new that QuickBooks may not show yet what it stands for."""
    wait = timedelta(seconds=context.waits.between_sends)
    return link.made_at is not None and context.clock.now() - link.made_at < wait


def judge(
    record: SourceRecord,
    link: Link,
    now: QboTransaction | UnreadableRecord | None,
    before: Before,
    *,
    customers: Customers,
    home: str,
) -> tuple[Outcome, Message]:
    """Outcome and sentence of a linked record by what it is in QuickBooks now; `before` is what it was when it was seen last."""
    values = {"number": record.number, "id": link.quickbooks_id}
    if now is None:
        return Outcome.REMOVED, Message("deleted_in_quickbooks", values)
    if isinstance(now, UnreadableRecord):
        return Outcome.CHANGED, Message("linked_unreadable", {**values, "what": now.problem})
    if not now.total:
        return Outcome.CHANGED, Message("voided_in_quickbooks", values)
    differences = [*describe_differences(record, now, customers, home), *describe_return(record, link, now)]
    uses = describe_uses(now, before)
    if differences:
        return Outcome.CHANGED, Message("changed_since_linked", {**values, "what": "; ".join([*differences, *uses])})
    return Outcome.SYNCHRONIZED, Message("applied_since", {**values, "what": "; ".join(uses)}) if uses else ALREADY


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


def describe_return(record: SourceRecord, link: Link, now: QboTransaction) -> list[str]:
    """What went back to the customer of a payment that stands here whole; nothing where it was linked, or left, like that."""
    if not was_changed_there(link, now) or not has_returned(record, now):
        return []
    return [f"{show_amount(now.total - kept_of(now))} of it went back to the customer there"]


def describe_uses(now: QboTransaction, before: Before) -> list[str]:
    """What is applied otherwise in QuickBooks than when it was seen last, and what of it pays a journal entry: no link notes it.

    That less of a credit memo is used is not said: a list may show it as it was before our own application.
    """
    used, seen = applied_of(now), applied_of(now) if before.applied is None else before.applied
    added, taken = more_of(used, seen), more_of(seen, used)
    if isinstance(now, QboCreditMemo):
        return [f"{show_amount(total_of(added))} of it was used there since"] if added else []
    entry = cash_of(now, Role.ENTRY)
    found = (
        f"taken off there since: {name_lines(taken)}" if taken else "",
        f"applied there since to {name_lines(added)}" if added else "",
        f"{show_amount(entry)} of it is applied there to a journal entry" if entry else "",
    )
    return [text for text in found if text]


def name_lines(lines: Sequence[Line]) -> str:
    """`1037 40.00, 1038 20.00`; an invoice without a number is not called by its id."""
    return ", ".join(f"{line.number or 'an invoice'} {show_amount(line.amount)}" for line in lines)
