"""Ways of sending that are known to be wrong. In the same cases they must show bad ends, or the cases are blind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from qb_plugin.model import Answer, Batch, Intent, QboTransaction, Settlement
from qb_plugin.sync.context import SyncContext, Waits
from qb_plugin.sync.ports import Journal, QuickBooksApi


@dataclass(frozen=True, slots=True)
class Control:
    """A name, and what is changed about the workplace."""

    name: str
    change: Callable[[SyncContext], SyncContext]


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


PLAIN = Control("as built", lambda context: context)
CONTROLS: Mapping[str, Control] = {
    "look-up off": Control("look-up off", with_books(NoLookUp)),
    "fresh id": Control("fresh id per retry", with_books(FreshIds)),
    "saved after": Control("id saved after the call", save_after),
    "no waiting": Control("look-ups without waiting", never_wait),
}
