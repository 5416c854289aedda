"""Grids over lists short enough to hold: clients and invoices, sorted and searched here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hostsim.forms import Row
from hostsim.services import Practice
from hostsim.web.grids import column, grid, plain_row
from hostsim.web.notes import NoteForm


class ListedRows:
    """Rows of a list short enough to hold: each has an id, its cells and an amount for the totals."""

    def __init__(self, rows: Sequence[tuple[Row, Decimal]]) -> None:
        self._rows = list(rows)
        self._amounts = {row["id"]: amount for row, amount in self._rows}

    @property
    def count(self) -> int:
        """How many."""
        return len(self._rows)

    @property
    def total(self) -> str:
        """The sum of all."""
        return self.total_of(list(self._amounts))

    @property
    def empty(self) -> dict[str, Any]:
        """Say that nothing was found."""
        return {"text": "Nothing matches.", "link": {"label": "Show everything ›", "answer": {"search": ""}}}

    @property
    def notice(self) -> None:
        """Nothing to add."""
        return

    def ids(self, start: int, stop: int) -> list[str]:
        """Ids of the places."""
        return [row["id"] for row, _ in self._rows[start:stop]]

    def page(self, start: int, stop: int) -> list[Row]:
        """Rows of the places."""
        return [row for row, _ in self._rows[start:stop]]

    def total_of(self, ids: Sequence[str]) -> str:
        """The sum of these; nothing when the list has no money in it."""
        amounts = [self._amounts[id] for id in ids if id in self._amounts]
        return str(sum(amounts, Decimal("0.00"))) if any(amounts) else ""


class ListGrid(NoteForm):
    """A grid over a list: sorted and searched here."""

    def __init__(
        self, id: str, title: str, columns: Sequence[Mapping[str, Any]], read: Callable[[], Iterable[tuple[Row, Decimal]]]
    ) -> None:
        super().__init__(id, title, lambda: "")
        self._grid, self._read = grid(id, title, columns), read

    def open(self, _request: Mapping[str, Any], /) -> dict[str, Any]:
        """Describe the grid."""
        return self._grid

    def rows(self, answer: Mapping[str, Any], sort: Mapping[str, Any] | None, /) -> ListedRows:
        """The list, searched and sorted."""
        wanted = str(answer.get("search") or "").casefold()
        found = [pair for pair in self._read() if wanted in " ".join(map(str, pair[0]["cells"].values())).casefold()]
        if sort:
            found.sort(key=lambda pair: _order(pair[0]["cells"].get(sort["key"])), reverse=bool(sort.get("descending")))
        return ListedRows(found)


def _order(value: object) -> tuple[Decimal, str]:
    text = str(value or "")
    number = text.replace(",", "").lstrip("-").replace(".", "", 1)
    return (Decimal(text.replace(",", "")), "") if number.isdigit() else (Decimal(0), text.casefold())


def client_grid(practice: Practice) -> ListGrid:
    """Every client."""
    columns = [column("name", "Client", "text", 420), column("active", "State", "text", 120)]

    def read() -> list[tuple[Row, Decimal]]:
        return [
            (
                plain_row(f"client:{each.id}", {"name": each.name, "active": "active" if each.active else "inactive"}, each.name),
                Decimal(0),
            )
            for each in practice.ledger.clients()
        ]

    return ListGrid("clients", "Clients", columns, read)


def invoice_grid(practice: Practice) -> ListGrid:
    """Every invoice."""
    columns = [
        column("number", "Number", "text", 110),
        column("date", "Date", "date", 110),
        column("due", "Due", "date", 110),
        column("client", "Client", "text", 320),
        column("total", "Amount", "money", 120),
        column("balance", "Open", "money", 120),
    ]
    return ListGrid(
        "billing.invoices",
        "Invoices",
        columns,
        lambda: [(_invoice_row(each), each.balance) for each in practice.ledger.all_invoices()],
    )


def _invoice_row(invoice: Any) -> Row:
    cells = {
        "number": invoice.number,
        "date": invoice.date.isoformat(),
        "due": invoice.due.isoformat(),
        "client": invoice.client_name,
        "total": str(invoice.total),
        "balance": str(invoice.balance),
    }
    return plain_row(f"invoice:{invoice.id}", cells, f"{invoice.number} {invoice.client_name}")
