"""What runs of this add-in created, by record: on the side of QuickBooks from the journal, here from the links of imports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from qb_plugin.model import (
    QUICKBOOKS_PAYMENT,
    Entity,
    Intent,
    IntentState,
    Kind,
    Link,
    LinkOrigin,
    Operation,
    Ref,
    RunInfo,
    Side,
    side_of,
)
from qb_plugin.sync.context import SyncContext

MADE = frozenset({Operation.CREATE, Operation.APPLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A record in QuickBooks that was made from here, in the version in which it was last seen by us.

    `updated` is its LastUpdatedTime then; None where an older version of this program did not note it.
    """

    source: Ref
    operation: Operation
    entity: Entity
    quickbooks_id: str
    sync_token: str
    updated: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRow:
    """What a run made of one record: its transaction in QuickBooks and the payment that applies it, or the payment here."""

    id: str
    source: Ref
    record: Created | None = None
    application: Created | None = None
    imported: Link | None = None
    unapplied_at: datetime | None = None  # QuickBooks' time when a payment of ours that applied the memo was seen to be gone


def rows_of_run(context: SyncContext, run: RunInfo) -> list[UndoRow]:
    """What a run created and what stands, in the order in which it was made."""
    found = exported_rows(context, context.journal.created_in(context.realm, run.id))
    links = context.links.imported_between(context.realm, run.started, run.finished) if run.action.startswith("import") else ()
    return [*found, *map(imported_row, links)]


def rows_of(context: SyncContext, ids: Iterable[str]) -> list[UndoRow]:
    """What was made of these rows' records, whichever runs it was."""
    wanted = list(dict.fromkeys(ids))
    there = [identity.partition(":")[2] for identity in wanted if side_of(identity) is Side.QUICKBOOKS]
    links = context.links.by_quickbooks(context.realm, Entity.PAYMENT, there) if there else {}
    refs = [Ref.parse(identity) for identity in wanted if side_of(identity) is Side.WORKSPACE]
    refs += [link.source for link in links.values() if link.origin is not LinkOrigin.IMPORTED]
    brought = context.links.by_source(context.realm, refs).values()
    imported = {link.quickbooks_id: link for link in (*links.values(), *brought) if link.origin is LinkOrigin.IMPORTED}
    made = [
        intent
        for intent in context.journal.standing(context.realm, refs)
        if intent.operation in MADE and intent.state is IntentState.CONFIRMED
    ]
    return [*exported_rows(context, made), *map(imported_row, imported.values())]


def imported_row(link: Link) -> UndoRow:
    """The row of a payment that was recorded here."""
    return UndoRow(id=f"{QUICKBOOKS_PAYMENT}:{link.quickbooks_id}", source=link.source, imported=link)


def exported_rows(context: SyncContext, made: Sequence[Intent]) -> list[UndoRow]:
    """One row for each record; customers stay, for QuickBooks deletes none."""
    made = [intent for intent in made if intent.entity != Entity.CUSTOMER]
    seen = last_seen(context, [intent.source for intent in made])
    by_source: dict[Ref, dict[Operation, Created]] = defaultdict(dict)
    for intent in made:
        by_source[intent.source][intent.operation] = created(intent, seen)
    unapplied = when_unapplied(context, list(by_source))
    return [
        UndoRow(
            id=str(ref),
            source=ref,
            record=parts.get(Operation.CREATE),
            application=parts.get(Operation.APPLY),
            unapplied_at=unapplied.get(ref),
        )
        for ref, parts in by_source.items()
    ]


def when_unapplied(context: SyncContext, sources: Sequence[Ref]) -> dict[Ref, datetime]:
    """When the payments that applied these memos were deleted by an undo: that has changed the memos, too."""
    memos = [source for source in sources if source.kind is Kind.CREDIT_MEMO]
    found: dict[Ref, datetime] = {}
    for intent in context.journal.standing(context.realm, memos) if memos else ():
        if intent.operation is Operation.DELETE and intent.entity == Entity.PAYMENT and intent.record_updated:
            found[intent.source] = max(intent.record_updated, found.get(intent.source, intent.record_updated))
    return found


Seen = tuple[str, datetime | None]
Key = tuple[Ref, Entity, str]


def last_seen(context: SyncContext, sources: Sequence[Ref]) -> dict[Key, Seen]:
    """SyncToken and LastUpdatedTime of each record as QuickBooks answered to what we did last.

    Not those of the links: a check that found a record the same has renewed these, whoever had touched it.
    """
    found: dict[Key, Seen] = {}
    wanted = list(dict.fromkeys(sources))
    for intent in context.journal.standing(context.realm, wanted):
        if intent.state is IntentState.CONFIRMED and intent.quickbooks_id and intent.sync_token:
            keep_newer(found, (intent.source, intent.entity, intent.quickbooks_id), (intent.sync_token, intent.record_updated))
    return found


def keep_newer(found: dict[Key, Seen], key: Key, seen: Seen) -> None:
    """Note a version, unless the one that is noted is as new."""
    if key not in found or number_of(seen[0]) > number_of(found[key][0]):
        found[key] = seen


def number_of(token: str) -> int:
    """A SyncToken as the number that it is; -1 for a text that is none."""
    return int(token) if token.isdecimal() else -1


def created(intent: Intent, seen: dict[Key, Seen]) -> Created:
    """What a confirmed intent made."""
    identity = intent.quickbooks_id or ""
    token, updated = seen.get((intent.source, intent.entity, identity), (intent.sync_token or "0", intent.record_updated))
    return Created(
        source=intent.source,
        operation=intent.operation,
        entity=intent.entity,
        quickbooks_id=identity,
        sync_token=token,
        updated=updated,
    )
