"""What the rules need of the add-in's own tables: the journal, links, and what a run writes down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from qb_plugin.model import (
    Entity,
    HistoryEntry,
    HistoryQuery,
    Intent,
    JobNote,
    Lease,
    Link,
    Pair,
    PairAnswer,
    Ref,
    RowResult,
    RunInfo,
    Settlement,
)


class Journal(Protocol):
    """Intents and what became of them. Every method is one commit of its own."""

    def open(self, intents: Sequence[Intent], fence: int) -> Sequence[Intent | None]:
        """Write the intents down. None in the place of one for which an intent that is open or confirmed exists already.
        LeaseLost when the company's lease has a higher fence."""
        ...

    def mark_sent(self, intent_ids: Sequence[str], at: datetime) -> None:
        """Count a send more (before a re-send; `open` counts the first)."""
        ...

    def take_back(self, intent_ids: Sequence[str]) -> None:
        """Count a send less: it was called back before it left."""
        ...

    def count_single(self, intent_id: str) -> None:
        """Count a send in a batch of one that came back in doubt."""
        ...

    def mark_fully_settled(self, intent_ids: Sequence[str]) -> None:
        """Note that these are only looked up from now on (`Intent.fully_settled`); a send takes it back."""
        ...

    def give_up(self, intent_ids: Sequence[str], by: str) -> None:
        """Withdraw intents in doubt that were settled fully: who gave them up, and when, is kept."""
        ...

    def withdrawn(self, realm: str, since: datetime | None = None) -> Sequence[Intent]:
        """The company's intents that were given up, oldest first; with `since` only those given up from then on."""
        ...

    def renew(self, spent: Sequence[str], fresh: Sequence[Intent], fence: int) -> None:
        """Withdraw intents whose requestid is spent, and write down in the same commit those that take their place. LeaseLost as
        `open`."""
        ...

    def reopen(self, realm: str, intent_ids: Sequence[str], fence: int) -> None:
        """Open withdrawn intents again as they were sent; one more send alone in doubt settles them fully. LeaseLost as `open`."""
        ...

    def settle(self, settlements: Sequence[Settlement], fence: int | None = None) -> None:
        """Close intents and make their links, all in one commit. LeaseLost when the company's lease has a higher fence and one of
        them ends otherwise than confirmed: those stay open, for another workstation may have sent them meanwhile."""
        ...

    def look(self, intent_ids: Sequence[str], at: datetime) -> None:
        """Note the first look-up that found nothing."""
        ...

    def open_intents(self, realm: str) -> Sequence[Intent]: ...
    def standing(self, realm: str, sources: Sequence[Ref]) -> Sequence[Intent]:
        """Intents of these sources that are open or confirmed."""
        ...

    def created_in(self, realm: str, run_id: str) -> Sequence[Intent]:
        """The confirmed creates and applications of a run: what it made in QuickBooks and stands there for all that is known."""
        ...

    def to_apply(self, realm: str) -> Sequence[Intent]:
        """Confirmed creates of credit memos that were to be applied next (`Intent.applies`) and no application of which
        stands: what a run that was cut short, or an application that was refused, left undone."""
        ...

    def leave_unapplied(self, realm: str, sources: Sequence[Ref]) -> None:
        """Note that there is nothing to apply these credit memos to: `to_apply` leaves them out from now on."""
        ...

    def withdraw(self, realm: str, sources: Sequence[Ref]) -> None:
        """Close confirmed intents (unlink, undo, removal), so that a new create is possible."""
        ...


class Links(Protocol):
    """Links, unique both ways per company (clients may share a customer), and what people said of pairs that are not linked."""

    def by_source(self, realm: str, sources: Iterable[Ref]) -> Mapping[Ref, Link]: ...
    def by_quickbooks(self, realm: str, entity: Entity, ids: Iterable[str]) -> Mapping[str, Link]: ...
    def all_of(self, realm: str, entity: Entity) -> Sequence[Link]: ...
    def imported_between(self, realm: str, start: datetime, end: datetime | None) -> Sequence[Link]:
        """The live links of payments that were imported between the two moments, both included."""
        ...

    def add(self, links: Sequence[Link]) -> Sequence[Link]:
        """Add links; those that would break uniqueness are left out. Returns what was added."""
        ...

    def remove(self, realm: str, sources: Sequence[Ref], by: str = "") -> None:
        """Take links back; `by` is the person who wanted that, if one did."""
        ...

    def renew(self, links: Sequence[Link]) -> None:
        """Note both sides' versions of links that stand, and what is applied: what they are compared with from now on."""
        ...

    def elsewhere(self, realm: str, source: Ref) -> Sequence[Link]:
        """The links of this record in all other companies, oldest first."""
        ...

    def exported_elsewhere(self, realm: str) -> Mapping[str, int]:
        """How much was exported to each other company, while nothing is linked in this one; else nothing."""
        ...

    def unlink(self, realm: str, sources: Sequence[Ref], by: str) -> Sequence[Link]:
        """Take links back for good: their confirmed intents are closed, and the pairs remembered, in one commit."""
        ...

    def answers(self, realm: str) -> Mapping[Pair, PairAnswer]:
        """What people said of pairs that are not linked."""
        ...

    def answer(self, realm: str, pairs: Sequence[Pair], answer: PairAnswer, by: str) -> None:
        """Remember what a person said of these pairs, in the place of an earlier answer."""
        ...

    def forget(self, realm: str, pairs: Sequence[Pair]) -> None:
        """Forget what was said of these pairs: a person says that they are the same after all."""
        ...


class Runs(Protocol):
    """The history: every run, for good, and each row's last outcome."""

    def start(self, run: RunInfo) -> None: ...
    def report(self, run_id: str, results: Sequence[RowResult], done: int | None = None) -> None: ...
    def finish(self, run_id: str, counts: Mapping[str, int], at: datetime) -> None: ...
    def last_results(self, realm: str, ids: Sequence[str], *, of_export: bool = False) -> Mapping[str, RowResult]: ...


class History(Protocol):
    """The history, read: ids in order first, then what a page shows."""

    def run_ids(self, query: HistoryQuery) -> Sequence[str]: ...
    def runs(self, ids: Sequence[str]) -> Sequence[RunInfo]: ...
    def entry_ids(self, query: HistoryQuery) -> Sequence[str]: ...
    def entries(self, ids: Sequence[str]) -> Sequence[HistoryEntry]: ...


class Leases(Protocol):
    """One run per company at a time (docs/architecture.md rule 8)."""

    def take(self, realm: str, run: RunInfo) -> Lease:
        """Take the lease, or raise RunInProgress with the holder's run."""
        ...

    def beat(self, lease: Lease, done: int) -> None:
        """Renew it; LeaseLost when another workstation has it."""
        ...

    def release(self, lease: Lease) -> None: ...
    def current(self, realm: str) -> Lease | None: ...
    def ask(self, realm: str) -> None:
        """Note that a person waits for the lease: what holds it by itself ends soon."""
        ...

    def lapsed(self, realm: str) -> RunInfo | None:
        """The run whose lease ended without having been given back: its process sleeps or was killed."""
        ...


class Settings(Protocol):
    """Settings of one company, as plain values by name."""

    def get(self, realm: str) -> Mapping[str, object]: ...
    def put(self, realm: str, values: Mapping[str, object]) -> None: ...


class Notes(Protocol):
    """Notes that what ran by itself left for people."""

    def leave(self, note: JobNote) -> None:
        """Leave a note, in the place of the unread ones of its topic that it `replaces`."""
        ...

    def unread(self, realm: str) -> Sequence[JobNote]:
        """Those that nobody has put away, newest first."""
        ...

    def latest(self, realm: str, most: int) -> Sequence[JobNote]:
        """The newest, read or not, newest first."""
        ...

    def put_away(self, realm: str, numbers: Sequence[int], by: str) -> None:
        """Note that somebody has read them."""
        ...

    def withdraw(self, realm: str, topic: str) -> None:
        """Put the unread ones of a topic away: they are not true any more."""
        ...
