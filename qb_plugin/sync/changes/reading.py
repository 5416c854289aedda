"""The change check: which linked pairs a side of which has changed since the last one, for one metered read when none has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from qb_plugin.host import Ledger
from qb_plugin.model import Entity, Link, QboTransaction, Ref, SourceRecord, UnreadableRecord
from qb_plugin.sync.changes.applications import find_moved, may_have_moved
from qb_plugin.sync.changes.before import Before, read_before
from qb_plugin.sync.changes.pairs import ChangedPair, compare, is_waiting, renew, was_changed_here
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.link_check import is_young
from qb_plugin.sync.importing.payers import Payers
from qb_plugin.sync.linking import was_changed_there
from qb_plugin.sync.sources import ClientCurrencies, read_sources

PAGE = 500
ENTITIES = (Entity.PAYMENT, Entity.CREDIT_MEMO)
MOST_DAYS = timedelta(days=29)  # change data capture goes back thirty: a day less than that is sure
LOOK_BACK = timedelta(minutes=5)  # MetaData times have no milliseconds, and a list may lag behind a write
Key = tuple[Entity, str]
Now = QboTransaction | UnreadableRecord | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the last check ended: from when on QuickBooks is asked, and the pairs that were not settled by then."""

    since: datetime | None = None
    unsettled: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReading:
    """What a check found: pairs to settle, links whose sides were changed and are the same, and where the next check begins."""

    pairs: Sequence[ChangedPair]
    same: Sequence[Link]
    checkpoint: Checkpoint


class ChangeReader:
    """Reads what changed on either side of the links; nothing is written."""

    def __init__(self, context: SyncContext, ledger: Ledger) -> None:
        self._context, self._ledger = context, ledger
        self._currencies = ClientCurrencies(ledger)
        self._payers = Payers(context)

    def read(self, last: Checkpoint) -> ChangeReading:
        """The pairs that are not the same any more; whatever reading QuickBooks raises (docs/architecture.md rule 12)."""
        links = [link for entity in ENTITIES for link in self._context.links.all_of(self._context.realm, entity)]
        there = self._read_there(last, links)
        asked_at = self._context.quickbooks.now()
        records = dict(self._read_here(links))
        suspects = [link for link in links if self._is_suspect(link, records, there, last)]
        there |= self._read_missing([link for link in suspects if key_of(link) not in there])
        seen = [link for link in suspects if there[key_of(link)] is not None or not is_young(self._context, link)]
        judged = self._judge(seen, records, there)
        pairs = [pair for _, pair in judged if pair]
        same = [renew(link, records.get(link.source), there[key_of(link)]) for link, pair in judged if pair is None]
        young = [link for link in suspects if link not in seen]
        unsettled = frozenset([*(key_of(pair.link) for pair in pairs), *map(key_of, young)])
        return ChangeReading(pairs=pairs, same=same, checkpoint=Checkpoint(asked_at - LOOK_BACK, unsettled))

    def read_pairs(self, sources: Iterable[Ref]) -> dict[str, ChangedPair | None]:
        """These records' pairs as they are now, by row; None for one whose sides are the same, nothing for one not linked.

        Whether a side has changed since they were linked makes no difference here.
        """
        links = list(self._context.links.by_source(self._context.realm, sources).values())
        records, there = dict(self._read_here(links)), self._read_missing(links)
        return {str(link.source): pair for link, pair in self._judge(links, records, there, versions=False)}

    def read_sides(self, sources: Iterable[Ref]) -> dict[str, tuple[SourceRecord | None, Now]]:
        """Both sides of these records as they are now, by row; None for a side that is gone, nothing for one not linked."""
        links = list(self._context.links.by_source(self._context.realm, sources).values())
        records, there = dict(self._read_here(links)), self._read_missing(links)
        return {str(link.source): (records.get(link.source), there[key_of(link)]) for link in links}

    def _judge(
        self, links: Sequence[Link], records: Mapping[Ref, SourceRecord], there: Mapping[Key, Now], *, versions: bool = True
    ) -> list[tuple[Link, ChangedPair | None]]:
        """What has become of each pair; one that is the same but for the invoices that its money was moved to differs, too."""
        now = {link: there[key_of(link)] for link in links}
        before = read_before(self._context, links)
        pairs = {link: self._compare(link, records.get(link.source), now[link], before[link], versions=versions) for link in links}
        alike = [link for link, pair in pairs.items() if pair is None]
        suspects = [pair for link in alike if (pair := may_have_moved(link, records.get(link.source), now[link], before[link]))]
        moved = find_moved(self._context, self._ledger, suspects) if suspects else {}
        return [(link, pair or moved.get(str(link.source))) for link, pair in pairs.items()]

    def _read_there(self, last: Checkpoint, links: Sequence[Link]) -> dict[Key, Now]:
        """What changed in QuickBooks by one call; all that is linked where one call does not tell all."""
        recent = last.since is not None and self._context.clock.now() - last.since < MOST_DAYS
        changes = self._context.quickbooks.changes_since(last.since) if last.since is not None and recent else None
        if changes is None:
            return self._read_missing(links)
        linked = {key_of(link) for link in links}
        deleted: dict[Key, Now] = dict.fromkeys(linked & changes.deleted)
        return {**{key: now for key, now in changes.changed.items() if key in linked}, **deleted}

    def _read_here(self, links: Sequence[Link]) -> Iterator[tuple[Ref, SourceRecord]]:
        for start in range(0, len(links), PAGE):
            for record in read_sources(self._ledger, [link.source for link in links[start : start + PAGE]], self._currencies):
                yield record.ref, record

    def _read_missing(self, links: Sequence[Link]) -> dict[Key, Now]:
        found: dict[Key, Now] = {}
        for entity in ENTITIES:
            ids = [link.quickbooks_id for link in links if link.entity is entity]
            read = self._context.quickbooks.read(entity, ids) if ids else {}
            found |= {(entity, identity): read.get(identity) for identity in ids}
        return found

    def _is_suspect(self, link: Link, records: Mapping[Ref, SourceRecord], there: Mapping[Key, Now], last: Checkpoint) -> bool:
        """Whether the link must be looked at: one side is not in the version that was linked, or was not settled last time."""
        key, record = key_of(link), records.get(link.source)
        changed = key in there and (was_changed_there(link, there[key]) or is_waiting(link, record, there[key]))
        return changed or key in last.unsettled or was_changed_here(link, record)

    def _compare(
        self, link: Link, record: SourceRecord | None, now: Now, before: Before, *, versions: bool = True
    ) -> ChangedPair | None:
        customer = ""
        if record and now and not isinstance(now, UnreadableRecord):
            customer = self._payers.customer_for(record.client_id, now.customer_id)
        return compare(link, record, now, customer, before=before, versions=versions)


def key_of(link: Link) -> Key:
    """Entity and id of what a record is linked to."""
    return link.entity, link.quickbooks_id
