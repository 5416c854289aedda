"""Queries of the history: which runs, results, attempts and links are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, func, literal, or_, select

from qb_plugin.model import EntryKind, HistoryQuery
from qb_plugin.store.sql.tables import intents, links, run_results, runs

_SOURCE = intents.c.source_kind + ":" + intents.c.source_id
_LINKED = links.c.source_kind + ":" + links.c.source_id


def _within(column: ColumnElement[Any], query: HistoryQuery) -> list[ColumnElement[bool]]:
    """That the moment lies between the query's ends."""
    return [
        *([column >= literal(query.start, column.type)] if query.start else []),
        *([column < literal(query.end, column.type)] if query.end else []),
    ]


def conditions_of_runs(query: HistoryQuery) -> list[ColumnElement[bool]]:
    """The conditions on the run."""
    found = [runs.c.realm == query.realm, *_within(runs.c.started, query)]
    if query.action:
        found.append(runs.c.action == query.action)
    if query.outcome:
        found.append(exists().where(run_results.c.run_id == runs.c.id, run_results.c.outcome == query.outcome))
    if query.records:
        found.append(exists().where(run_results.c.run_id == runs.c.id, _of_records(query.records)))
    for word in query.words:
        inside = exists().where(run_results.c.run_id == runs.c.id, run_results.c.words.contains(word, autoescape=True))
        found.append(or_(func.lower(runs.c.user_name).contains(word, autoescape=True), inside))
    return found


def _of_records(records: Sequence[str]) -> ColumnElement[bool]:
    """That a result is of one of these records, by its own id, its row's, or QuickBooks'."""
    return or_(*(column.in_(records) for column in (run_results.c.row_id, run_results.c.source, run_results.c.quickbooks_id)))


def select_results(query: HistoryQuery) -> Select[Any]:
    """How rows ended: id of the entry, moment, place among those of one moment."""
    at = func.coalesce(run_results.c.ended_at, runs.c.finished, runs.c.started)
    found = select(
        (literal(f"{EntryKind.RESULT.value}:") + cast(run_results.c.number, Text)).label("id"),
        at.label("at"),
        run_results.c.number.label("place"),
    ).join(runs, runs.c.id == run_results.c.run_id)
    found = found.where(runs.c.realm == query.realm, *_within(at, query))
    if query.run_id:
        found = found.where(runs.c.id == query.run_id)
    if query.action:
        found = found.where(runs.c.action == query.action)
    if query.outcome:
        found = found.where(run_results.c.outcome == query.outcome)
    if query.records:
        found = found.where(_of_records(query.records))
    return found.where(*(run_results.c.words.contains(word, autoescape=True) for word in query.words))


def select_attempts(query: HistoryQuery) -> Select[Any]:
    """Intents whose run wrote down no end of their row: what was on its way when the program died."""
    same = and_(run_results.c.run_id == intents.c.run_id, or_(run_results.c.row_id == _SOURCE, run_results.c.source == _SOURCE))
    found = select(
        (literal(f"{EntryKind.ATTEMPT.value}:") + intents.c.id).label("id"),
        intents.c.opened_at.label("at"),
        intents.c.place.label("place"),
    ).where(intents.c.realm == query.realm, ~exists().where(same), *_within(intents.c.opened_at, query))
    if query.run_id:
        found = found.where(intents.c.run_id == query.run_id)
    if query.action:
        found = found.where(exists().where(runs.c.id == intents.c.run_id, runs.c.action == query.action))
    if query.records:
        found = found.where(or_(_SOURCE.in_(query.records), intents.c.quickbooks_id.in_(query.records)))
    return found.where(*(func.lower(intents.c.payload).contains(word, autoescape=True) for word in query.words))


def select_links(query: HistoryQuery, kind: EntryKind) -> Select[Any]:
    """Links that were made, or removed."""
    at = links.c.made_at if kind is EntryKind.LINKED else links.c.removed_at
    found = select(
        (literal(f"{kind.value}:") + cast(links.c.number, Text)).label("id"),
        at.label("at"),
        links.c.number.label("place"),
    ).where(links.c.realm == query.realm, at.is_not(None), *_within(at, query))
    if query.records:
        found = found.where(or_(_LINKED.in_(query.records), links.c.quickbooks_id.in_(query.records)))
    return found.where(*(func.lower(_LINKED + " " + links.c.quickbooks_id).contains(word, autoescape=True) for word in query.words))
