"""Ways of sending that are known to be wrong. In the same cases they must show bad ends, or the cases are blind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from qb_plugin.clock import Clock
from qb_plugin.model import Answer, Batch, Intent, Operation, QboTransaction, RowResult, Settlement, SourceRecord, Verdict
from qb_plugin.store.links import Links
from qb_plugin.sync.context import SyncContext, Waits
from qb_plugin.sync.exporting import adoption, recovery
from qb_plugin.sync.exporting.adoption import Claim
from qb_plugin.sync.markers import Marker
from qb_plugin.sync.ports import Journal, QuickBooksApi
from qb_plugin.sync.undoing.doubt import RemovalDoubt, undone
from tests.faults.harness.server import REALM


@dataclass(frozen=True, slots=True)
class Control:
    """A name, and what is changed about the workplace."""

    name: str
    change: Callable[[SyncContext], SyncContext]
    patches: Sequence[tuple[Any, str, Any]] = ()  # where, the name, and what stands there instead while a case is played


@contextmanager
def patched(patches: Sequence[tuple[Any, str, Any]]) -> Iterator[None]:
    """Put other things in their places, and take them out again."""
    before = [(where, name, getattr(where, name)) for where, name, _ in patches]
    try:
        for where, name, instead in patches:
            setattr(where, name, instead)
        yield
    finally:
        for where, name, was in before:
            setattr(where, name, was)


class Passing:
    """Passes everything on to what stands behind it."""

    def __init__(self, behind: Any) -> None:
        self._behind = behind

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)


class NoLookUp(Passing):
    """QuickBooks that never finds by the time of creation: doubt is settled by sending again."""

    def created_since(self, entity: str, moment: datetime) -> Sequence[QboTransaction]:
        return ()


class FreshIds(Passing):
    """QuickBooks whose re-sends go out under a request id of their own."""

    @contextmanager
    def sender(
        self, stop: Callable[[], bool] = lambda: False, may_leave: Callable[[], bool] = lambda: True
    ) -> Iterator[FreshSender]:
        with self._behind.sender(stop, may_leave) as sender:
            yield FreshSender(sender)


class FreshSender(Passing):
    """Turns the request id of every re-send."""

    def submit(self, batch: Batch) -> None:
        requestid = batch.requestid[::-1] if batch.resend else batch.requestid
        self._behind.submit(replace(batch, requestid=requestid))

    def next(self) -> tuple[Batch, Sequence[Answer]]:
        batch, answers = self._behind.next()
        return batch, answers


class Unguarded(Passing):
    """QuickBooks to which bytes leave however old the last heartbeat is."""

    @contextmanager
    def sender(self, stop: Callable[[], bool] = lambda: False, may_leave: Callable[[], bool] = lambda: True) -> Iterator[Any]:
        with self._behind.sender(stop) as sender:
            yield sender


@dataclass(slots=True)
class SavedAfter:
    """A journal that writes intents down when their answer is there, not before the call."""

    behind: Journal
    waiting: dict[str, tuple[Intent, int]] = field(default_factory=dict)

    def open(self, intents: Sequence[Intent], fence: int) -> Sequence[Intent | None]:
        self.waiting.update({intent.id: (intent, fence) for intent in intents})
        return list(intents)

    def mark_sent(self, intent_ids: Sequence[str], at: datetime) -> None:
        self._write(intent_ids)
        self.behind.mark_sent(intent_ids, at)

    def look(self, intent_ids: Sequence[str], at: datetime) -> None:
        self._write(intent_ids)
        self.behind.look(intent_ids, at)

    def settle(self, settlements: Sequence[Settlement], fence: int | None = None) -> None:
        self._write([settlement.intent_id for settlement in settlements])
        self.behind.settle(settlements, fence)

    def _write(self, intent_ids: Sequence[str]) -> None:
        for identity in intent_ids:
            if identity in self.waiting:
                intent, fence = self.waiting.pop(identity)
                self.behind.open([intent], fence)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)


def with_books(kind: Callable[[QuickBooksApi], Any]) -> Callable[[SyncContext], SyncContext]:
    """Put books of this kind before the real ones."""
    return lambda context: replace(context, quickbooks=kind(context.quickbooks))


def unguarded(context: SyncContext) -> SyncContext:
    """Ask nobody whether the lease is still ours when a call's turn has come."""
    return replace(context, quickbooks=Unguarded(context.quickbooks))


def save_after(context: SyncContext) -> SyncContext:
    """Save ids after the call."""
    return replace(context, journal=SavedAfter(context.journal))


def never_wait(context: SyncContext) -> SyncContext:
    """Look twice, but at once."""
    return replace(context, waits=Waits(call_limit=0.0, lag=0.0, margin=0.0))


class EagerSingles(Passing):
    """QuickBooks to which a re-send that went alone and came back in doubt goes again at once, without a look."""

    @contextmanager
    def sender(self, stop: Callable[[], bool] = lambda: False, may_leave: Callable[[], bool] = lambda: True) -> Iterator[Any]:
        with self._behind.sender(stop, may_leave) as sender:
            yield EagerSender(sender)


class EagerSender(Passing):
    """Sends a single of doubtful end once more under its number."""

    def next(self) -> tuple[Batch, Sequence[Answer]]:
        batch, answers = self._behind.next()
        if len(batch.intents) == 1 and answers[0].verdict is Verdict.DOUBT:
            self._behind.submit(replace(batch, resend=True))
            return cast("tuple[Batch, Sequence[Answer]]", self._behind.next())
        return batch, answers


class RunningAhead:
    """A clock whose monotonic time is the time of day."""

    def __init__(self, behind: Clock) -> None:
        self.now, self.sleep, self.uptime = behind.now, behind.sleep, behind.uptime

    def monotonic(self) -> float:
        return self.now().timestamp()


class NoReopening(Passing):
    """A journal that never opens a withdrawn intent again, so that an unchanged record gets a new number."""

    def reopen(self, realm: str, intent_ids: Sequence[str], fence: int) -> None:
        pass


class Unfenced(Passing):
    """A journal that closes whatever it is told, whoever holds the lease."""

    def settle(self, settlements: Sequence[Settlement], fence: int | None = None) -> None:
        self._behind.settle(settlements)


class WithdrawnFirst(Passing):
    """A journal that withdraws link and intents of what is to be deleted when the deletion is written down."""

    def open(self, wanted: Sequence[Intent], fence: int) -> Sequence[Intent | None]:
        written: Sequence[Intent | None] = self._behind.open(wanted, fence)
        going = [intent.source for intent in wanted if intent.operation is Operation.DELETE]
        if going:
            self._behind.withdraw(wanted[0].realm, going)
            Links(self._behind._database).remove(wanted[0].realm, going)
        return written


def taken_for_done(doubt: RemovalDoubt, intent: Intent, _: object) -> tuple[Settlement, RowResult]:
    """Whatever QuickBooks shows, the record is taken for gone."""
    return undone(intent, doubt._run.user)


def adopt_by_number(_: SourceRecord, marked: Sequence[tuple[Marker, QboTransaction]], __: object) -> Claim:
    """A mark under the record's number is proof enough."""
    return Claim(adopted=marked[0][1], held=(marked[0][1],))


def with_journal(kind: Callable[[Journal], Any]) -> Callable[[SyncContext], SyncContext]:
    """Put a journal of this kind before the real one."""
    return lambda context: replace(context, journal=kind(context.journal))


def run_ahead(context: SyncContext) -> SyncContext:
    """Wait by the time of day."""
    return replace(context, clock=RunningAhead(context.clock))


def keep_one_company(context: SyncContext) -> SyncContext:
    """Go on with the links and intents of the first company, whichever is connected."""
    return replace(context, realm=REALM)


def wait_briefly(context: SyncContext) -> SyncContext:
    """Look twice, 35 seconds apart."""
    return replace(context, waits=Waits(call_limit=0.0, lag=5.0, margin=30.0))


PLAIN = Control("as built", lambda context: context)
CONTROLS: Mapping[str, Control] = {
    "look-up off": Control("look-up off", with_books(NoLookUp)),
    "fresh id": Control("fresh id per retry", with_books(FreshIds)),
    "saved after": Control("id saved after the call", save_after),
    "no waiting": Control("look-ups without waiting", never_wait),
    "eager singles": Control("singles without the two looks", with_books(EagerSingles)),
    "another clock": Control("waits by the time of day", run_ahead),
    "no heartbeat check": Control("no look at the heartbeat", with_books(Unguarded)),
    "hasty withdraw": Control("withdraw after 35 s", wait_briefly),
    "new id unchanged": Control("a new id on unchanged re-export", with_journal(NoReopening)),
    "unfenced": Control("unfenced writes, no look at the heartbeat", lambda context: with_journal(Unfenced)(unguarded(context))),
    "one company": Control("another company's links and intents", keep_one_company),
    "link withdrawn first": Control("the link withdrawn before the deletion is settled", with_journal(WithdrawnFirst)),
    "doubt taken for done": Control(
        "a doubtful deletion taken for done", lambda context: context, ((RemovalDoubt, "_judge", taken_for_done),)
    ),
    "mark alone": Control("adoption by mark alone", lambda context: context, ((adoption, "weigh", adopt_by_number),)),
    "no end": Control("no end for rows", lambda context: context, ((recovery, "TRIES", 10**6),)),
}
