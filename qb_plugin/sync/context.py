"""The ports and waits a run works with, gathered in one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from qb_plugin.clock import Clock
from qb_plugin.model import Kind, Ref, SourceRecord
from qb_plugin.sync.ports import FaultTexts, Ids, Journal, Links, QuickBooksApi

RecordReader = Callable[[Sequence[Ref]], Sequence[SourceRecord]]


@dataclass(frozen=True, slots=True)
class Waits:
    """How long doubt is left to settle, in seconds (docs/architecture.md rule 3); shortened in tests.

    `call_limit` is QuickBooks' own limit for one call: until it has passed a lost call may still be at work.
    `lag` bounds how long a query may not yet show what was committed, `margin` how long bytes may be on their way.
    """

    call_limit: float = 120.0
    lag: float = 30.0
    margin: float = 30.0

    @property
    def between_sends(self) -> float:
        """From one look to the look after which the same bytes may go again."""
        return self.call_limit + self.lag + self.margin


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncContext:
    """Everything outside that the rules use. `read_records` reads WorkSpace records as they are now, those that are gone left
    out; None where there is no host to ask. `mapped_names` gives what the settings call accounts, methods and the like."""

    realm: str
    firm_id: str
    quickbooks: QuickBooksApi
    journal: Journal
    links: Links
    clock: Clock
    ids: Ids
    fault_message: FaultTexts
    waits: Waits = Waits()
    read_records: RecordReader | None = None
    mapped_names: Callable[[], Mapping[str, str]] = dict

    def numbers(self, refs: Sequence[Ref]) -> Mapping[Ref, str]:
        """What people call the records; of one that is gone, a client, or where there is no host to ask, the id."""
        named = [ref for ref in refs if ref.kind is not Kind.CLIENT]
        found = self.read_records(named) if self.read_records and named else ()
        return {**{ref: str(ref) for ref in refs}, **{record.ref: record.number for record in found}}
