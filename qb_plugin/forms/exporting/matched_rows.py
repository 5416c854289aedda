"""Rows whose client was matched meanwhile: what a row's button did for its client holds for all its rows in the list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from qb_plugin.errors import AddInError
from qb_plugin.forms.descriptions import Edits, Row, RowChange, RunSummary
from qb_plugin.forms.matching.creating import create_in_quickbooks
from qb_plugin.forms.presentation import present_result
from qb_plugin.forms.protocol import Task
from qb_plugin.forms.services import FormServices
from qb_plugin.messages import Sentences
from qb_plugin.model import Outcome, RowResult, SourceRecord

RowsOfClients = Callable[[Collection[str]], Sequence[Row]]
#: What becomes of a row whose client's customer ends so: a payment itself was not sent.
OF_RECORDS = {
    Outcome.SYNCHRONIZED: Outcome.READY,
    Outcome.FAILED: Outcome.NOT_READY,
    Outcome.NOT_CONFIRMED: Outcome.NOT_READY,
    Outcome.REMOVED: Outcome.NOT_READY,
}


def lay_over(rows: Iterable[Row], changes: Mapping[str, RowChange]) -> list[RowChange]:
    """The rows as they are now, with what is said of some of them; a change of another row comes as it is."""
    fresh = {row["id"]: cast(RowChange, row) for row in rows}
    return [cast(RowChange, {**fresh.get(each, {}), **changes.get(each, {})}) for each in dict.fromkeys((*fresh, *changes))]


def present_linked(
    sentences: Sentences, results: Mapping[SourceRecord, RowResult], unknown: Sequence[RowResult], read_rows: RowsOfClients
) -> list[RowChange]:
    """What came of linking records or their clients; of a client that was matched all rows in the list."""
    changes = {each.id: present_result(sentences, each) for each in (*unknown, *results.values())}
    matched = {record.client_id for record, result in results.items() if result.outcome is Outcome.READY}
    return lay_over(read_rows(matched), changes)


def create_for_records(
    services: FormServices, records: Sequence[SourceRecord], edits: Edits, task: Task, read_rows: RowsOfClients
) -> RunSummary:
    """Create a customer for each of the records' clients, under the name of a row's edit where it has one."""
    picked: dict[str, list[str]] = {}
    for record in records:
        picked.setdefault(f"client:{record.client_id}", []).append(str(record.ref))
    named = {client: edits[row] for client, rows in picked.items() for row in rows if row in edits}
    clients = ClientsTask(task, picked)
    summary = create_in_quickbooks(services, list(picked), named, clients)
    if clients.created:
        with suppress(AddInError):  # the rows say *ready* already; which customer theirs is can be read later
            services.lists(services.connection(), fresh=True)
        for change in lay_over(read_rows({each.partition(":")[2] for each in clients.created}), clients.said):
            task.row(change)
    return summary


@dataclass(slots=True)
class ClientsTask:
    """The host's task for a run over clients that were picked by their records: each change goes to the rows of the client.

    `picked` are those rows by the client's id in the run. `created` are the clients that have a customer now, and `said` is what
    was told of their rows.
    """

    task: Task
    picked: Mapping[str, Sequence[str]]
    created: set[str] = field(default_factory=set)
    said: dict[str, RowChange] = field(default_factory=dict)

    @property
    def cancelled(self) -> bool:
        """Whether a person asked to stop."""
        return self.task.cancelled

    @property
    def hasty(self) -> bool:
        """Whether the person does not want to wait for what is on its way either."""
        return self.task.hasty

    def row(self, row: RowChange) -> None:
        """Show what came of a client on its rows."""
        outcome = Outcome(row["outcome"]) if "outcome" in row else None
        shown = OF_RECORDS.get(outcome, outcome) if outcome else None
        for each in self.picked.get(row["id"], ()):
            self.task.row(cast(RowChange, {**row, "id": each, **({"outcome": shown.value} if shown else {})}))
            if outcome is Outcome.SYNCHRONIZED:
                self.created.add(row["id"])
                self.said[each] = {"id": each, "message": row.get("message", "")}

    def progress(self, done: int, total: int, left: int | None = None) -> None:
        """How many of the clients have ended."""
        self.task.progress(done, total, left)

    def notice(self, text: str) -> None:
        """A sentence about the whole run."""
        self.task.notice(text)
