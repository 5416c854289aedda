"""What the add-in keeps: links, settlements, results, runs and leases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from qb_plugin.model.quickbooks import Entity
from qb_plugin.model.records import Application, IntentState, Message, Outcome, Ref


class LinkOrigin(StrEnum):
    """How a link came to be."""

    EXPORTED = "exported"
    IMPORTED = "imported"
    ADOPTED = "adopted"  # found in QuickBooks by its marker
    MATCHED = "matched"  # a person said that both are the same


class RecordingStatus(StrEnum):
    """What a host's ledger made of a payment that was given to it."""

    RECORDED = "recorded"
    EXISTS = "exists"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A WorkSpace record and a QuickBooks record that are the same; unique both ways per company, but that clients may share a
    customer.

    `source_version` and `sync_token` are both sides' versions when the link was made or last confirmed. `own_version` is the
    WorkSpace record's version that this program itself made last, which an undo may take away: in a new link None stands for
    `source_version`, in a renewed one for leaving it. `made_at` is when the table took it: None before, and no part of what two
    links are compared by. `applied` is what of the QuickBooks record was applied when it was last seen
    (`qb_plugin/sync/applied.py`); None: not known, or changed since by this program itself; in a renewed link it leaves what is
    noted.
    `by` is the person who said that the two are the same, or had the link taken back; empty where nobody was asked.
    """

    realm: str
    source: Ref
    entity: Entity
    quickbooks_id: str
    origin: LinkOrigin
    sync_token: str = "0"
    source_version: str = "0"
    own_version: str | None = field(default=None, compare=False)
    made_at: datetime | None = field(default=None, compare=False)
    applied: str | None = field(default=None, compare=False)
    by: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """A WorkSpace record and a QuickBooks transaction that may be the same."""

    source: Ref
    entity: Entity
    quickbooks_id: str


class PairAnswer(StrEnum):
    """What a person said of a pair that is not linked, or not any more."""

    DIFFERENT = "different"  # two payments: neither is asked about because of the other again
    UNLINKED = "unlinked"  # the link was taken back: nothing links them again without a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How one intent ends, and the link that comes of it.

    `undone_by` is who had the record voided or deleted: the intents that made it are closed, its link is taken back and the pair
    remembered in the same commit. None of all others.
    """

    intent_id: str
    state: IntentState
    quickbooks_id: str | None = None
    sync_token: str | None = None
    message: Message | None = None
    link: Link | None = None
    renewed: Link | None = None  # the link that stands, with the versions that it is of from now on
    tid: str | None = None
    record_updated: datetime | None = None
    undone_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSummary:
    """A payment or credit memo in a few words, as it stood when a run ended its row: the record may be changed or gone later."""

    number: str
    client: str
    date: date
    amount: Decimal
    reference: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """One row, one outcome: what the grid and the terminal show. `id` is the row's id in its grid, `source` the WorkSpace
    record it is or became, where the id does not say so. `not_applied`: it is in QuickBooks, and was to be applied there, and
    nothing of it was. `asked_about` is what a row of an import was asked about here. `summary` is for the history."""

    id: str
    outcome: Outcome
    message: Message | None = None
    quickbooks_id: str | None = None
    applied: tuple[Application, ...] = ()
    source: Ref | None = field(default=None, compare=False)
    not_applied: bool = field(default=False, compare=False)
    asked_about: str = field(default="", compare=False)
    summary: RecordSummary | None = field(default=None, compare=False)

    def with_words(self, message: Message | None = None, summary: RecordSummary | None = None) -> RowResult:
        """The same with another message or summary; a third of the time of `replace`, which looks at the fields anew each time."""
        return RowResult(
            id=self.id,
            outcome=self.outcome,
            message=message or self.message,
            quickbooks_id=self.quickbooks_id,
            applied=self.applied,
            source=self.source,
            not_applied=self.not_applied,
            asked_about=self.asked_about,
            summary=summary or self.summary,
        )


#: What the background job that settles lost answers calls its runs.
SETTLE = "settle"
#: Who acts when nobody pressed anything: what runs by itself.
PROGRAM = "the program"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """One press of the button, as others see it. `filters` are the form's fields as they stood, `company` the connected one."""

    id: str
    realm: str
    action: str
    user: str
    started: datetime
    total: int
    done: int = 0
    finished: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    company: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def started_by(self) -> str:
        """Who began it, as the first words of a sentence."""
        return self.user.capitalize() if self.user == PROGRAM else self.user


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run for one company; `fence` grows with every taking, so a late waker is told apart. `asked`: a person waits for
    it, so that what runs by itself ends soon."""

    realm: str
    holder: str
    fence: int
    run: RunInfo | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNote:
    """What something that ran by itself left for people to read, in lines that are each a claim of their own.

    `topic` is what ran, or `trouble`. `opens` holds what its buttons need: days, a run. `replaces`: earlier notes of the topic are
    not true any more. `number` is 0 until it is written down, `read_by` empty until somebody has put it away.
    """

    realm: str
    topic: str
    at: datetime
    lines: tuple[Message, ...]
    warns: bool = False
    opens: Mapping[str, str] = field(default_factory=dict)
    replaces: bool = True
    number: int = 0
    read_by: str = ""
