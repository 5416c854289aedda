"""Ends for rows that a run has left without one: no row stays *running* once its run is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from hostsim.addins.descriptions import RowChange, RunCounts

NOT_CONFIRMED = "Not confirmed: the run ended while this row was on its way. Look at it before you repeat it."
NOT_TRIED = "Not tried: the run ended before this row."
OPEN = frozenset({"waiting", "running"})
COUNTED_AS: Mapping[str, str] = {"synchronized": "done", "undone": "done", "removed": "failed"}
UNTRIED = ("skipped", "not_tried", "ready", "not_ready")


def is_open(row: RowChange) -> bool:
    """Whether the row was told to be waiting or running, and nothing since."""
    return row.get("outcome") in OPEN


def end_of(row: RowChange) -> RowChange:
    """The end of a row without one: what was on its way is not confirmed, the others were not tried."""
    running = row.get("outcome") == "running"
    outcome, message = ("not_confirmed", NOT_CONFIRMED) if running else ("not_tried", NOT_TRIED)
    return {"id": row["id"], "outcome": outcome, "message": message, "details": "", "fixes": []}


def ended(row: RowChange) -> RowChange:
    """The row with an end; one that has an end stays as it is."""
    return {**row, **end_of(row)} if is_open(row) else row


def count_rows(rows: Iterable[RowChange]) -> RunCounts:
    """How many rows ended how; the counts add up to the rows."""
    by = Counter(COUNTED_AS.get(outcome, outcome) for outcome in (row.get("outcome", "") for row in rows))
    return {
        "tried": by.total() - sum(by[name] for name in UNTRIED),
        "done": by["done"],
        "changed": by["changed"],
        "needs_decision": by["needs_decision"],
        "failed": by["failed"],
        "not_confirmed": by["not_confirmed"],
        "skipped": by["skipped"],
        "not_tried": by["not_tried"],
        "ready": by["ready"],
        "not_ready": by["not_ready"],
    }
