"""Reading from QuickBooks: pages that cannot slip, single records, and patience while QuickBooks is in trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from qb_plugin.errors import AddInError, UnknownOutcome, Unreachable
from qb_plugin.model import Fault, Message
from qb_plugin.quickbooks.channel import Ask, Channel
from qb_plugin.quickbooks.faults import failure_of, is_trouble, understand
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.quickbooks.statements import select_count, select_page
from qb_plugin.schemas.envelopes import Page, read_count, read_entity, read_page
from qb_plugin.schemas.text import BadReplyError

_GONE = "610"
_RESTARTS = 3

T = TypeVar("T")


class _TroubleError(Exception):
    """QuickBooks could not answer; asking again may help, else `failure` is what to raise."""

    def __init__(self, failure: AddInError) -> None:
        super().__init__()
        self.failure = failure


class _FaultError(Exception):
    """QuickBooks answered with a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.fault = fault


@dataclass(slots=True)
class _Listing(Generic[T]):
    """Records by Id in the order they came, and the Id of the last one."""

    found: dict[str, T] = field(default_factory=dict)
    last: str = ""


class Reader:
    """Asks, waits out trouble a few times, and raises the Fatal family when it does not end."""

    def __init__(self, channel: Channel, limits: Limits) -> None:
        self._channel = channel
        self._limits = limits
        self._runs = 0

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """While a run goes on, wait for QuickBooks as long as its sends do."""
        self._runs += 1
        try:
            yield
        finally:
            self._runs -= 1

    def rows(self, entity: str, where: str, read: Callable[[object], T]) -> list[T]:
        """All rows of a query as `read` makes them, in order of Id, each once.

        Every page begins with the last row of the page before it. When another row stands there, records came or went
        meanwhile and the positions slipped; then reading begins again, so that no row is passed over.
        """
        for strict in (*[True] * _RESTARTS, False):
            listing: _Listing[T] = _Listing()
            if self._fill(listing, lambda start: self._page(entity, where, start), read, strict):
                return list(listing.found.values())
        raise AssertionError("a reading that is not strict always ends")

    def count(self, entity: str, where: str) -> int:
        """How many rows a query has."""
        return self._asked(_statement(select_count(entity, where)), read_count)

    def entity(self, entity: str, path: str) -> object | None:
        """One record as it is now; None when it is gone."""
        try:
            return self._asked(Ask("GET", path), lambda envelope: read_entity(envelope, entity))
        except _FaultError as problem:
            failure = failure_of(problem.fault)
            if problem.fault.code == _GONE:
                return None
        raise failure

    def _fill(self, listing: _Listing[T], page_at: Callable[[int], Page], read: Callable[[object], T], strict: bool) -> bool:
        """Read to the end, which is a page without a new row; False when the positions slipped."""
        while True:
            page = page_at(max(1, len(listing.found)))
            ids = [str(row.get("Id")) if isinstance(row, dict) else "" for row in page.rows]
            if strict and listing.last and ids[:1] != [listing.last]:
                return False
            before = len(listing.found)
            for identity, row in zip(ids, page.rows, strict=True):
                if identity not in listing.found:
                    listing.found[identity] = self.understood(read, row)
            listing.last = ids[-1] if ids else ""
            if len(listing.found) == before or (page.total is not None and len(listing.found) >= page.total):
                return True

    def understood(self, read: Callable[[object], T], raw: object) -> T:
        """What `read` makes of it; Unreachable when it is not what the reference describes."""
        try:
            return read(raw)
        except BadReplyError as problem:
            failure = Unreachable(Message("quickbooks_unreadable", details=str(problem)))
        raise failure

    def _page(self, entity: str, where: str, start: int) -> Page:
        ask = _statement(select_page(entity, where, start, self._limits.page_rows))
        try:
            return self._asked(ask, lambda envelope: read_page(envelope, entity))
        except _FaultError as problem:
            failure = failure_of(problem.fault)
        raise failure

    def _asked(self, ask: Ask, read: Callable[[object], T]) -> T:
        """The answer, asked for again after each of the waits while QuickBooks is in trouble."""
        for wait in self._waits():
            try:
                return self._answer(ask, read)
            except _TroubleError:
                self._channel.pause(wait)
        try:
            return self._answer(ask, read)
        except _TroubleError as problem:
            failure = problem.failure
        raise failure

    def _waits(self) -> Sequence[float]:
        return self._limits.send_waits if self._runs else self._limits.read_waits

    def _answer(self, ask: Ask, read: Callable[[object], T]) -> T:
        try:
            reply = self._channel.exchange(ask, self._waits())
            envelope, fault = understand(reply)
            if fault is None:
                self._channel.note_time(envelope)
                return read(envelope)
        except UnknownOutcome as problem:
            raise _TroubleError(Unreachable(Message("quickbooks_unreachable", details=problem.message.details))) from None
        except BadReplyError as problem:
            raise _TroubleError(Unreachable(Message("quickbooks_unreadable", details=str(problem)))) from None
        raise _TroubleError(failure_of(fault)) if is_trouble(fault) else _FaultError(fault)


def _statement(text: str) -> Ask:
    """Always in a body: no length limit, and no client's name in an address that somebody logs."""
    return Ask("POST", "query", body=text.encode(), kind="application/text")
