"""The history, read: runs of a company, and everything that happened to its records, newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select, union_all

from qb_plugin.model import Attempt, EntryKind, HistoryEntry, HistoryQuery, RunInfo
from qb_plugin.store.history.conditions import conditions_of_runs, select_attempts, select_links, select_results
from qb_plugin.store.intent_rows import intent_of
from qb_plugin.store.links import read_link
from qb_plugin.store.runs import read_result, read_run
from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.tables import intents, links, run_results, runs

NEVER = datetime.min.replace(tzinfo=UTC)


class History:
    """What the tables of runs, intents and links tell of the past; nothing here changes an entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def run_ids(self, query: HistoryQuery) -> Sequence[str]:
        """The runs that the query leaves, newest first."""
        wanted = select(runs.c.id).where(*conditions_of_runs(query)).order_by(runs.c.started.desc(), runs.c.id)
        with self._database.read() as connection:
            return connection.execute(wanted).scalars().all()

    def runs(self, ids: Sequence[str]) -> Sequence[RunInfo]:
        """These runs, in this order."""
        with self._database.read() as connection:
            found = {row.id: read_run(row) for row in connection.execute(select(runs).where(self._database.among(runs.c.id, ids)))}
        return [found[identity] for identity in ids if identity in found]

    def entry_ids(self, query: HistoryQuery) -> Sequence[str]:
        """The entries that the query leaves, newest first; of one moment, in the order in which they were written."""
        parts = [select_results(query), *([] if query.outcome else [select_attempts(query)])]
        if not (query.run_id or query.action or query.outcome):  # links are not a run's
            parts += [select_links(query, EntryKind.LINKED), select_links(query, EntryKind.UNLINKED)]
        every = union_all(*parts).subquery()
        wanted = select(every.c.id).order_by(every.c.at.desc(), every.c.place.desc(), every.c.id)
        with self._database.read() as connection:
            return connection.execute(wanted).scalars().all()

    def entries(self, ids: Sequence[str]) -> Sequence[HistoryEntry]:
        """These entries, in this order; those that were pruned meanwhile are left out."""
        numbers: defaultdict[str, list[str]] = defaultdict(list)
        for identity in ids:
            kind, _, number = identity.partition(":")
            numbers[kind].append(number)
        found = [
            *self._read_results(numbers[EntryKind.RESULT]),
            *self._read_attempts(numbers[EntryKind.ATTEMPT]),
            *(each for kind in (EntryKind.LINKED, EntryKind.UNLINKED) for each in self._read_links(numbers[kind], kind)),
        ]
        by_id = {entry.id: entry for entry in found}
        return [by_id[identity] for identity in ids if identity in by_id]

    def _read_results(self, numbers: Sequence[str]) -> Iterable[HistoryEntry]:
        query = select(run_results).where(run_results.c.number.in_(list(map(int, numbers))))
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        begun = {run.id: run for run in self.runs(sorted({row.run_id for row in rows}))}
        attempts = self._attempts_of({(row.run_id, row.source or row.row_id) for row in rows})
        for row in rows:
            run = begun.get(row.run_id)
            yield HistoryEntry(
                kind=EntryKind.RESULT,
                number=str(row.number),
                at=row.ended_at or (run.finished or run.started if run else NEVER),
                run=run,
                result=read_result(row),
                attempts=tuple(attempts.get((row.run_id, row.source or row.row_id), ())),
            )

    def _attempts_of(self, rows: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], list[Attempt]]:
        """What was sent for these rows of these runs, oldest first."""
        wanted = set(rows)
        query = (
            select(intents)
            .where(
                self._database.among(intents.c.run_id, sorted({run for run, _ in wanted})),
                self._database.among(intents.c.source_id, sorted({source.partition(":")[2] for _, source in wanted})),
            )
            .order_by(intents.c.opened_at, intents.c.place)
        )
        found: defaultdict[tuple[str, str], list[Attempt]] = defaultdict(list)
        with self._database.read() as connection:
            for row in connection.execute(query):
                found[row.run_id, f"{row.source_kind}:{row.source_id}"].append(_attempt(row))
        return found

    def _read_attempts(self, ids: Sequence[str]) -> Iterable[HistoryEntry]:
        with self._database.read() as connection:
            rows = connection.execute(select(intents).where(self._database.among(intents.c.id, ids))).all()
        begun = {run.id: run for run in self.runs(sorted({row.run_id for row in rows}))}
        for row in rows:
            attempt, run = _attempt(row), begun.get(row.run_id)
            yield HistoryEntry(kind=EntryKind.ATTEMPT, number=row.id, at=attempt.opened, run=run, attempts=(attempt,))

    def _read_links(self, numbers: Sequence[str], kind: EntryKind) -> Iterable[HistoryEntry]:
        query = select(links).where(links.c.number.in_(list(map(int, numbers))))
        with self._database.read() as connection:
            for row in connection.execute(query):
                link, at = read_link(row), row.made_at
                if kind is EntryKind.UNLINKED:
                    link, at = replace(link, by=row.removed_by), row.removed_at
                yield HistoryEntry(kind=kind, number=str(row.number), at=at, link=link)


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(intent_of(row), row.opened_at, row.settled_at, row.settled_by or "")
