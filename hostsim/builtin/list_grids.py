"""The Clients and Invoices grids, over the practice's own ordered snapshots of ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import Answer, EmptyGrid, FormDescription, FormRequest, Row, Sort
from hostsim.builtin.grid_description import column, grid, plain_row
from hostsim.builtin.text_forms import TextForm
from hostsim.practice.database import Practice
from hostsim.practice.model import Client, Invoice, ListQuery
from hostsim.practice.sql.snapshots import IdSnapshot

Reader = Callable[[Sequence[str]], Sequence[tuple[Row, Decimal]]]
"""Reads rows and their money by the practice's own ids."""


@dataclass(frozen=True, slots=True)
class ListedRows:
    """Rows of a snapshot; a row's id is the snapshot's with the kind before it."""

    kind: str
    snapshot: IdSnapshot
    read: Reader

    @property
    def count(self) -> int:
        """How many."""
        return self.snapshot.count

    @property
    def total(self) -> str:
        """What all have open."""
        return str(self.snapshot.total)

    @property
    def empty(self) -> EmptyGrid:
        """Say that nothing was found."""
        return {"text": "Nothing matches.", "link": {"label": "Show everything ›", "answer": {"search": ""}}}

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def notice(self) -> None:
        """Nothing to add."""
        return

    def ids(self, start: int, stop: int) -> list[str]:
        """Ids at the positions start ≤ i < stop."""
        return [f"{self.kind}:{id}" for id in self.snapshot.ids(start, stop)]

    def page(self, start: int, stop: int) -> list[Row]:
        """Rows at the positions start ≤ i < stop."""
        return [row for row, _ in self.read(self.snapshot.ids(start, stop))]

    def total_of(self, ids: Sequence[str]) -> str:
        """What these have open."""
        return str(sum((amount for _, amount in self.read([id.partition(":")[2] for id in ids])), Decimal("0.00")))


class ListGrid(TextForm):
    """A grid over one kind of list."""

    def __init__(self, kind: str, description: FormDescription, take: Callable[[ListQuery], IdSnapshot], read: Reader) -> None:
        super().__init__(description["id"], description["title"], lambda: "")
        self._kind, self._description, self._take, self._read = kind, description, take, read

    def open(self, _request: FormRequest, /, *, user: ActingUser | None = None) -> FormDescription:
        """Describe the grid."""
        return self._description

    def rows(self, answer: Answer, sort: Sort | None, /, *, user: ActingUser | None = None) -> ListedRows:
        """Order the list, searched and sorted by the practice."""
        query: ListQuery = {"search": str(answer.get("search") or "")}
        if sort:
            query["sort"], query["descending"] = sort["key"], bool(sort.get("descending"))
        return ListedRows(self._kind, self._take(query), self._read)


def client_grid(practice: Practice) -> ListGrid:
    """Every client with what they owe."""
    columns = [
        column("name", "Client", "text", 420),
        column("active", "State", "text", 120, sortable=False),
        column("balance", "Open", "money", 130),
        column("unapplied", "Unapplied", "money", 130, sortable=False),
    ]

    def read(ids: Sequence[str]) -> list[tuple[Row, Decimal]]:
        return [(_client_row(each), each.balance) for each in practice.ledger.clients_by_id(ids)]

    return ListGrid("client", grid("clients", "Clients", columns), practice.ledger.client_snapshot, read)


def invoice_grid(practice: Practice) -> ListGrid:
    """Every invoice with what is open on it."""
    columns = [
        column("number", "Number", "text", 110),
        column("date", "Date", "date", 110),
        column("due", "Due", "date", 110),
        column("client", "Client", "text", 320),
        column("total", "Amount", "money", 120),
        column("balance", "Open", "money", 120),
    ]

    def read(ids: Sequence[str]) -> list[tuple[Row, Decimal]]:
        return [(_invoice_row(each), each.balance) for each in practice.ledger.invoices(ids)]

    return ListGrid("invoice", grid("billing.invoices", "Invoices", columns), practice.ledger.invoice_snapshot, read)


def _client_row(client: Client) -> Row:
    state = "active" if client.active else "inactive"
    cells = {"name": client.name, "active": state, "balance": str(client.balance), "unapplied": str(client.unapplied)}
    return plain_row(f"client:{client.id}", cells, client.name)


def _invoice_row(invoice: Invoice) -> Row:
    cells = {
        "number": invoice.number,
        "date": invoice.date.isoformat(),
        "due": invoice.due.isoformat(),
        "client": invoice.client_name,
        "total": str(invoice.total),
        "balance": str(invoice.balance),
    }
    return plain_row(f"invoice:{invoice.id}", cells, f"{invoice.number} {invoice.client_name}")
