"""What was withdrawn and turns up after all: looked for over thirty days (docs/architecture.md rule 11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from qb_plugin.model import (
    Entity,
    Intent,
    LinkOrigin,
    Message,
    Operation,
    Outcome,
    Pair,
    PairAnswer,
    PaymentDraft,
    QboPayment,
    QboTransaction,
    Ref,
    RowResult,
    UnreadableRecord,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.looks import LOOK_BACK, marker_of
from qb_plugin.sync.exporting.settlement import confirmed, find_differences
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.markers import find_marker

LOOKED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LateFind:
    """A withdrawn intent, the transaction that is what it sent, and the id of another one that stands for the record."""

    intent: Intent
    found: QboTransaction
    other: str | None


def find_late(context: SyncContext) -> Sequence[LateFind]:
    """What of the intents withdrawn within thirty days is in QuickBooks after all; nothing is changed."""
    since = context.clock.now() - LOOKED_FOR
    # What was sent again for a customer is found by its name: there is no second one.
    withdrawn = [intent for intent in context.journal.withdrawn(context.realm, since) if intent.entity != Entity.CUSTOMER]
    if not withdrawn:
        return []
    stands = standing_ids(context, sorted({intent.source for intent in withdrawn}))
    pairs = [(intent, found) for intent, found in sent_and_found(context, withdrawn) if is_what_was_sent(context, intent, found)]
    finds = [LateFind(intent, found, stands.get((intent.source, intent.operation), "")) for intent, found in pairs]
    late = [find for find in finds if find.other is not None and find.other != find.found.id]
    answers = context.links.answers(context.realm) if late else {}
    return [find for find in late if answers.get(pair_of(find)) is not PairAnswer.UNLINKED]


def pair_of(find: LateFind) -> Pair:
    """The record and what it found, as people's answers and undos name them."""
    return Pair(find.intent.source, find.intent.entity, find.found.id)


def standing_ids(context: SyncContext, sources: Sequence[Ref]) -> dict[tuple[Ref, Operation], str | None]:
    """What stands for each record in QuickBooks: the id of its transaction; None while a send of it is in doubt."""
    links = context.links.by_source(context.realm, sources)
    found: dict[tuple[Ref, Operation], str | None] = {(ref, Operation.CREATE): link.quickbooks_id for ref, link in links.items()}
    standing = context.journal.standing(context.realm, sources)
    return found | {(intent.source, intent.operation): intent.quickbooks_id for intent in standing}


def sent_and_found(context: SyncContext, withdrawn: Sequence[Intent]) -> Iterator[tuple[Intent, QboTransaction]]:
    """The intents with the transactions that carry their marker and were made since five minutes before they were sent."""
    for entity in sorted({intent.entity for intent in withdrawn}):
        ours: dict[str, list[Intent]] = defaultdict(list)
        for intent in withdrawn:
            if intent.entity == entity:
                ours[str(marker_of(context, intent))].append(intent)
        since = min(intent.quickbooks_time for group in ours.values() for intent in group) - LOOK_BACK
        for found in context.quickbooks.created_since(entity, since):
            if not isinstance(found, UnreadableRecord):
                yield from ((intent, found) for intent in ours.get(str(find_marker(found.note)), ()))


def is_what_was_sent(context: SyncContext, intent: Intent, found: QboTransaction) -> bool:
    """Whether customer, amount, date and reference are those that were sent, and it was made since."""
    draft = context.quickbooks.draft(intent.entity, intent.payload)
    sent = draft.reference if isinstance(draft, PaymentDraft) else draft.number
    is_ = found.reference if isinstance(found, QboPayment) else found.number
    in_time = found.created is None or found.created >= intent.quickbooks_time - LOOK_BACK
    return in_time and not find_differences(draft, found) and (sent or "") == (is_ or "")


def settle_late(context: SyncContext, run: LeasedRun) -> list[RowResult]:
    """Adopt what nothing else stands for; a record that stands in QuickBooks under another id too needs a decision."""
    results: dict[str, RowResult] = {}
    finds = list(find_late(context))
    numbers = context.numbers([find.intent.source for find in finds if find.other])
    for find in finds:
        ended = twice(find, numbers[find.intent.source]) if find.other else adopted(context, run, find)
        results.setdefault(str(find.intent.source), ended)
    for result in results.values():
        run.reporter.row(result)
    return list(results.values())


def adopted(context: SyncContext, run: LeasedRun, find: LateFind) -> RowResult:
    """Open the withdrawn intent again, and close it with what it made."""
    run.check_lease()
    context.journal.reopen(context.realm, [find.intent.id], run.fence)
    draft = context.quickbooks.draft(find.intent.entity, find.intent.payload)
    settlement, result = confirmed(find.intent, find.found, draft, LinkOrigin.ADOPTED)
    context.journal.settle([settlement], run.fence)
    return result


def twice(find: LateFind, number: str) -> RowResult:
    """The row of a record that stands in QuickBooks twice. `number` is what people call it."""
    values = {"number": number, "id1": find.other, "id2": find.found.id}
    return RowResult(
        id=str(find.intent.source),
        outcome=Outcome.NEEDS_DECISION,
        message=Message("twice_in_quickbooks", values),
        quickbooks_id=find.other,
    )
