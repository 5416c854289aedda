"""Queries: pages that miss no row, single records, changed records, and retries while QuickBooks fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

from qb_plugin.errors import AddInError, UnknownOutcome, Unreachable
from qb_plugin.model import Fault, Message
from qb_plugin.quickbooks.http.call_scope import current_scope
from qb_plugin.quickbooks.http.client import ApiClient, ApiRequest
from qb_plugin.quickbooks.http.faults import failure_of, is_trouble, understand
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.quickbooks.query_builder import select_count, select_page
from qb_plugin.schemas.envelopes import Page, read_changes, read_count, read_entity, read_page
from qb_plugin.schemas.text import BadReplyError

_GONE = "610"
_NOT_ANSWERED = "quickbooks_question_refused"
_CHANGES_AT_MOST = 1000  # an answer of change data capture with so many may be cut off
_STRICT = (True, True, True, False)  # attempts at a reading; the last takes pages as they are, so that it always ends

T = TypeVar("T")


class _TroubleError(Exception):
    """QuickBooks could not answer, so the request may be repeated; `failure` is what to raise after the last attempt."""

    def __init__(self, failure: AddInError) -> None:
        super().__init__()
        self.failure = failure


class _FaultError(Exception):
    """QuickBooks answered with a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.fault = fault


class _SlippedError(Exception):
    """Records were added or removed during the reading, and the positions of the rows changed."""


class Reader:
    """Sends queries, repeats them a few times while QuickBooks fails, and then raises the Fatal family."""

    def __init__(self, client: ApiClient, limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._runs = 0

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """For the length of the block, wait as long between attempts as a run does between its sends."""
        self._runs += 1
        try:
            yield
        finally:
            self._runs -= 1

    def rows(self, entity: str, where: str, read: Callable[[object], T], most: int | None = None) -> list[T]:
        """All rows of a query, converted by `read`, in order of Id, each once; `most` is their greatest possible number, if known.

        Every page begins with the last row of the page before it. A different row there means that records were added or
        removed and the positions changed; then the reading begins again, so that no row is missed.
        """
        for strict in _STRICT:
            with suppress(_SlippedError):
                parts = self._read_parts(entity, where, {}, strict, most)
                return [self.understood(read, raw) for part in parts for raw in part.values()]
        raise AssertionError("a reading that is not strict always ends")

    def pages(self, entity: str, where: str, read: Callable[[object], T]) -> Iterator[list[T]]:
        """The same, page by page. After a new beginning, rows that were given before are not given again; rows that were
        removed meanwhile stay given."""
        given: set[str] = set()
        for strict in _STRICT:
            seen: dict[str, None] = {}
            try:
                for part in self._read_parts(entity, where, seen, strict):
                    yield [self.understood(read, raw) for identity, raw in part.items() if identity not in given]
                return
            except _SlippedError:
                given.update(seen)

    def count(self, entity: str, where: str) -> int:
        """The number of rows of a query."""
        return self._ask(_build_query(select_count(entity, where)), read_count)

    def changes(self, entity: str, since: datetime, read: Callable[[object], T]) -> tuple[list[T], tuple[str, ...]] | None:
        """Records created or changed since the moment, and the ids of deleted ones; None when the answer may be incomplete:
        it holds 1,000 records at most and goes back 30 days (Intuit's page on change data capture)."""
        found = self.changes_of({entity: read}, since)
        return found[entity] if found else None

    def changes_of(
        self, readers: Mapping[str, Callable[[object], T]], since: datetime
    ) -> dict[str, tuple[list[T], tuple[str, ...]]] | None:
        """The same of several entities in one call, by entity."""
        moment, entities = quote(since.replace(microsecond=0).isoformat(), safe=""), "%2C".join(readers)
        request = ApiRequest(method="GET", path="cdc", query=f"entities={entities}&changedSince={moment}")
        try:
            found = self._ask(request, lambda envelope: {entity: read_changes(envelope, entity) for entity in readers})
        except _FaultError as problem:
            failure = failure_of(problem.fault)
        else:
            whole = sum(len(changed) + len(deleted) for changed, deleted in found.values()) < _CHANGES_AT_MOST
            understood = {
                entity: ([self.understood(readers[entity], raw) for raw in changed], deleted)
                for entity, (changed, deleted) in found.items()
            }
            return understood if whole else None
        if failure.message.key != _NOT_ANSWERED:
            raise failure
        return None

    def entity(self, entity: str, path: str) -> object | None:
        """One record as it is now; None when it was deleted."""
        try:
            return self._ask(ApiRequest(method="GET", path=path), lambda envelope: read_entity(envelope, entity))
        except _FaultError as problem:
            failure = failure_of(problem.fault)
            if problem.fault.code == _GONE:
                return None
        raise failure

    def _read_parts(
        self, entity: str, where: str, seen: dict[str, None], strict: bool, most: int | None = None
    ) -> Iterator[dict[str, object]]:
        """The rows that each page adds to those seen, by Id, until all are there or a page adds none; _SlippedError when the
        positions changed."""
        last, going = "", True
        while going:
            page = self._read_page(entity, where, max(1, len(seen)))
            ids = [str(row.get("Id")) if isinstance(row, dict) else "" for row in page.rows]
            if strict and last and ids[:1] != [last]:
                raise _SlippedError
            new = {identity: row for identity, row in zip(ids, page.rows, strict=True) if identity not in seen}
            seen.update(dict.fromkeys(new))
            last = ids[-1] if ids else ""
            total = most if page.total is None else page.total
            going = bool(new) and (total is None or len(seen) < total)
            yield new

    def understood(self, read: Callable[[object], T], raw: object) -> T:
        """The record converted by `read`; Unreachable when it is not as the reference describes it."""
        try:
            return read(raw)
        except BadReplyError as problem:
            failure = Unreachable(Message("quickbooks_unreadable", details=str(problem)))
        raise failure

    def _read_page(self, entity: str, where: str, start: int) -> Page:
        request = _build_query(select_page(entity, where, start, self._limits.page_rows))
        try:
            return self._ask(request, lambda envelope: read_page(envelope, entity))
        except _FaultError as problem:
            failure = failure_of(problem.fault)
        raise failure

    def _ask(self, request: ApiRequest, read: Callable[[object], T]) -> T:
        """The answer; the request is repeated after each of the waits while QuickBooks fails."""
        for wait in self._waits():
            try:
                return self._receive(request, read)
            except _TroubleError:
                self._client.pause(wait, current_scope().stop)
        try:
            return self._receive(request, read)
        except _TroubleError as problem:
            failure = problem.failure
        raise failure

    def _waits(self) -> Sequence[float]:
        return self._limits.send_waits if self._runs else self._limits.read_waits

    def _receive(self, request: ApiRequest, read: Callable[[object], T]) -> T:
        try:
            reply = self._client.exchange(request, self._waits())
            envelope, fault = understand(reply)
            if fault is None:
                self._client.note_time(envelope)
                return read(envelope)
        except UnknownOutcome as problem:
            raise _TroubleError(Unreachable(Message("quickbooks_unreachable", details=problem.message.details))) from None
        except BadReplyError as problem:
            raise _TroubleError(Unreachable(Message("quickbooks_unreadable", details=str(problem)))) from None
        raise _TroubleError(failure_of(fault)) if is_trouble(fault) else _FaultError(fault)


def _build_query(text: str) -> ApiRequest:
    """The request of a query, always with the statement in the body: no length limit, and no client's name in a logged address."""
    return ApiRequest(method="POST", path="query", body=text.encode(), kind="application/text")
