"""The history as it is asked for and read: runs, what became of each row, attempts, links made and removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qb_plugin.model.intents import Intent
from qb_plugin.model.runs import Link, RowResult, RunInfo


class EntryKind(StrEnum):
    """What an entry of the history tells."""

    RESULT = "result"  # how a row of a run ended
    ATTEMPT = "attempt"  # an intent of a run that wrote down no end of its row
    LINKED = "linked"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to QuickBooks: the intent, when it was written down, and when and by which person's word it was settled."""

    intent: Intent
    opened: datetime
    settled: datetime | None = None
    by: str = ""  # empty where QuickBooks' answer settled it


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One thing that happened to one record. `number` is the entry's place within its kind."""

    kind: EntryKind
    number: str
    at: datetime
    run: RunInfo | None = None
    result: RowResult | None = None
    attempts: tuple[Attempt, ...] = ()
    link: Link | None = None

    @property
    def id(self) -> str:
        """`result:17`."""
        return f"{self.kind.value}:{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """Which entries or runs of a company, newest first; empty values leave nothing out.

    `start` is included, `end` is not. `records` are WorkSpace records (`payment:17`), rows' ids or QuickBooks ids; `words` must all
    occur in the record's summary or in what was said of it.
    """

    realm: str
    start: datetime | None = None
    end: datetime | None = None
    run_id: str = ""
    action: str = ""
    records: tuple[str, ...] = ()
    outcome: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """A removal of old runs, itself an entry that stays."""

    realm: str
    cut_off: datetime
    at: datetime
    user: str
    runs: int
    rows: int
