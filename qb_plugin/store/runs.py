"""The history of runs and of the outcomes of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, not_, or_, select, update

from qb_plugin.model import Message, Outcome, Ref, RowResult, RunInfo
from qb_plugin.store.sql.connections import Database, insert_text, portions
from qb_plugin.store.sql.encoding import (
    decode,
    decode_applications,
    decode_message,
    decode_summary,
    encode,
    encode_applications,
    encode_message,
    encode_moment,
    encode_summary,
)
from qb_plugin.store.sql.tables import run_results, runs

_COLUMNS = (  # in the order of `_result_row`
    "run_id",
    "row_id",
    "outcome",
    "message",
    "quickbooks_id",
    "applied",
    "ended_at",
    "source",
    "summary",
    "words",
)
_CHANGE = update(runs).where(runs.c.id == bindparam("of_run"))
_SETTLES = or_(runs.c.action == "undo", runs.c.action.endswith("-changes"))
_TELLING = (Outcome.SYNCHRONIZED, Outcome.UNDONE, Outcome.NOT_CONFIRMED)
# Rows that wait for a person were stored as skipped before there was an outcome for them; nothing else was skipped with these.
_OLD_DECISIONS = frozenset({"twin_payment", "twin_credit_memo", "marker_twice"})


class Runs:
    """The history of runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.many(insert_text(run_results, _COLUMNS), len(_COLUMNS))

    def start(self, run: RunInfo) -> None:
        """Add a run; one that exists already is left as it is."""
        with self._database.write() as connection:
            connection.execute(self._database.insert(runs).on_conflict_do_nothing(), _run_row(run))

    def report(self, run_id: str, results: Sequence[RowResult], done: int | None = None) -> None:
        """Add outcomes of rows to the history and, where `done` is given, the number of rows done, in one commit."""
        if not results and done is None:
            return
        at = encode_moment(self._database.clock.now())
        with self._database.write() as connection:
            if results:
                self._insert.send(connection, [_result_row(run_id, result, at) for result in results])
            if done is not None:
                connection.execute(_CHANGE, {"of_run": run_id, "done": done})

    def finish(self, run_id: str, counts: Mapping[str, int], at: datetime) -> None:
        """Record the end of a run and its counts by outcome."""
        with self._database.write() as connection:
            connection.execute(_CHANGE, {"of_run": run_id, "finished": at, "counts": encode(dict(counts))})

    def last_results(self, realm: str, ids: Sequence[str], *, of_export: bool = False) -> Mapping[str, RowResult]:
        """The newest outcome of each of these rows in this company; rows that never ran are left out.

        With `of_export`, so are the ends of undoes and settled changes, but for what was done or may have been: why those were
        refused is no reason of the export's.
        """
        wanted = (or_(not_(_SETTLES), run_results.c.outcome.in_(_TELLING)),) if of_export else ()
        found: dict[str, RowResult] = {}
        with self._database.read() as connection:
            for portion in portions(ids):
                newest = (
                    select(func.max(run_results.c.number))
                    .join(runs, runs.c.id == run_results.c.run_id)
                    .where(runs.c.realm == realm, run_results.c.row_id.in_(portion), *wanted)
                    .group_by(run_results.c.row_id)
                )
                rows = connection.execute(select(run_results).where(run_results.c.number.in_(newest)))
                found.update((row.row_id, read_result(row)) for row in rows)
        return found

    def latest(self, realm: str, limit: int) -> Sequence[RunInfo]:
        """The company's last runs, newest first."""
        query = select(runs).where(runs.c.realm == realm).order_by(runs.c.started.desc(), runs.c.id).limit(limit)
        with self._database.read() as connection:
            return [read_run(row) for row in connection.execute(query)]

    def unfinished_rows(self, run_id: str, limit: int) -> Sequence[RowResult]:
        """The last outcomes of the rows of a run that did not end synchronized, newest first."""
        newest = select(func.max(run_results.c.number)).where(run_results.c.run_id == run_id).group_by(run_results.c.row_id)
        left = (run_results.c.number.in_(newest), run_results.c.outcome != Outcome.SYNCHRONIZED)
        query = select(run_results).where(*left).order_by(run_results.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            return [read_result(row) for row in connection.execute(query)]

    def results(self, run_id: str) -> Sequence[RowResult]:
        """All outcomes of a run in the order in which they were reported."""
        query = select(run_results).where(run_results.c.run_id == run_id).order_by(run_results.c.number)
        with self._database.read() as connection:
            return [read_result(row) for row in connection.execute(query)]


def _run_row(run: RunInfo) -> dict[str, object]:
    return {
        "id": run.id,
        "realm": run.realm,
        "action": run.action,
        "user_name": run.user,
        "started": run.started,
        "total": run.total,
        "done": run.done,
        "finished": run.finished,
        "counts": encode(dict(run.counts)),
        "company": run.company,
        "filters": encode(dict(run.filters)),
    }


def read_run(row: Row[Any]) -> RunInfo:
    """The run in a row of its table."""
    counts: Any = decode(row.counts)
    filters: Any = decode(row.filters or "{}")
    return RunInfo(
        id=row.id,
        realm=row.realm,
        action=row.action,
        user=row.user_name,
        started=row.started,
        total=row.total,
        done=row.done,
        finished=row.finished,
        counts=counts,
        company=row.company,
        filters=filters,
    )


def _result_row(run_id: str, result: RowResult, at: str) -> tuple[str | None, ...]:
    return (
        run_id,
        result.id,
        result.outcome.value,
        encode_message(result.message),
        result.quickbooks_id,
        encode_applications(result.applied),
        at,
        None if result.source is None else str(result.source),
        encode_summary(result.summary),
        searched_words(result),
    )


def searched_words(result: RowResult) -> str:
    """The text that a search of the history examines, in folded case."""
    found: list[object] = [result.id, result.quickbooks_id or ""]
    if result.summary:
        summary = result.summary
        found += [summary.number, summary.client, summary.reference, summary.method, summary.amount, f"{summary.amount:,}"]
    if result.message:
        found += [value for value in result.message.values.values() if isinstance(value, str)]
    return " ".join(str(each) for each in found if each != "").casefold()


def read_result(row: Row[Any]) -> RowResult:
    """The outcome in a row of the table of results."""
    message = decode_message(row.message)
    return RowResult(
        id=row.row_id,
        outcome=_outcome(row.outcome, message),
        message=message,
        quickbooks_id=row.quickbooks_id,
        applied=decode_applications(row.applied),
        source=None if row.source is None else Ref.parse(row.source),
        summary=decode_summary(row.summary),
    )


def _outcome(stored: str, message: Message | None) -> Outcome:
    """The outcome of a stored row, in today's words."""
    if stored == Outcome.SKIPPED and message is not None and message.key in _OLD_DECISIONS:
        return Outcome.NEEDS_DECISION
    return Outcome(stored)
