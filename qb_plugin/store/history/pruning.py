"""Pruning of the history: old runs go with their rows, in a commit that writes down what went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from qb_plugin.model import Pruning
from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.tables import prunings, run_results, runs


class Prunings:
    """Removals of old runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def prune(self, realm: str, cut_off: datetime, user: str) -> Pruning | None:
        """Remove the runs that began before, with their rows, in one commit that says so; None when there are none.

        A run that has not ended stays, and so do all intents and links: they are what keeps a record from being sent twice.
        """
        old = (runs.c.realm == realm, runs.c.started < cut_off, runs.c.finished.is_not(None))
        rows = run_results.c.run_id.in_(select(runs.c.id).where(*old))
        with self._database.write() as connection:
            begun = connection.execute(select(func.count()).select_from(runs).where(*old)).scalar_one()
            if not begun:
                return None
            ended = connection.execute(select(func.count()).select_from(run_results).where(rows)).scalar_one()
            done = Pruning(realm=realm, cut_off=cut_off, at=self._database.clock.now(), user=user, runs=begun, rows=ended)
            connection.execute(insert(prunings), _pruning_row(done))
            connection.execute(delete(run_results).where(rows))
            connection.execute(delete(runs).where(*old))
        return done

    def prunings(self, realm: str) -> Sequence[Pruning]:
        """What was removed from the company's history, newest first."""
        query = select(prunings).where(prunings.c.realm == realm).order_by(prunings.c.number.desc())
        with self._database.read() as connection:
            return [
                Pruning(
                    realm=realm,
                    cut_off=row.cut_off,
                    at=row.pruned_at,
                    user=row.user_name,
                    runs=row.run_count,
                    rows=row.row_count,
                )
                for row in connection.execute(query)
            ]


def _pruning_row(pruning: Pruning) -> dict[str, object]:
    return {
        "realm": pruning.realm,
        "cut_off": pruning.cut_off,
        "pruned_at": pruning.at,
        "user_name": pruning.user,
        "run_count": pruning.runs,
        "row_count": pruning.rows,
    }
