"""Loads invoices: by client and number, those there are updated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, delete, insert, update

from hostsim.practice.amounts import from_units
from hostsim.practice.exchange.firm_file import InvoiceEntry, LoadMistake
from hostsim.practice.exchange.loaded import LoadedBooks, LoadedClient, LoadedInvoice
from hostsim.practice.sql import tables
from hostsim.practice.sql.editing import reserve_ids
from hostsim.practice.sql.inserting import highest_id
from hostsim.practice.text_format import folded

DAYS_TO_PAY = timedelta(days=30)


def load_invoices(connection: Connection, entries: Sequence[InvoiceEntry], books: LoadedBooks) -> list[str]:
    """Create, update and delete invoices; their ids."""
    following, new, seen = highest_id(connection, tables.invoices) + 1, list[dict[str, object]](), set[tuple[int, str]]()
    ids = []
    for entry in entries:
        client = books.client(entry.client, entry.place)
        if (client.id, entry.number) in seen:
            raise LoadMistake(entry.place, f"Invoice {entry.number!r} of {entry.client!r} stands in the file twice.")
        seen.add((client.id, entry.number))
        _check_currency(entry, client)
        if entry.deleted or (client.id, entry.number) in books.invoices:
            ids.append(_change(connection, entry, client, books))
        else:
            new.append(_new_row(entry, client, following + len(new), books))
            ids.append(following + len(new) - 1)
    if new:
        connection.execute(insert(tables.invoices), new)
    return [f"invoice:{key}" for key in ids]


def _check_currency(entry: InvoiceEntry, client: LoadedClient) -> None:
    if entry.currency and entry.currency != client.currency:
        raise LoadMistake(f"{entry.place}.currency", f"{client.name!r} is billed in {client.currency}.")


def _new_row(entry: InvoiceEntry, client: LoadedClient, key: int, books: LoadedBooks) -> dict[str, object]:
    if entry.date is None or entry.total is None:
        raise LoadMistake(entry.place, f"There is no {'date' if entry.date is None else 'total'}.")
    books.invoices[client.id, entry.number] = LoadedInvoice(key, entry.number, client.id, entry.total, entry.total)
    return {
        "id": key,
        "number": entry.number,
        "client_id": client.id,
        "client_key": folded(client.name),
        "date": entry.date,
        "due": due_on(entry.date),
        "total": entry.total,
        "balance": entry.total,
        "search_text": folded(entry.number),
    }


def due_on(day: date) -> date:
    """When an invoice of this day is due."""
    return day + DAYS_TO_PAY


def _change(connection: Connection, entry: InvoiceEntry, client: LoadedClient, books: LoadedBooks) -> int:
    invoice = books.invoice(client, entry.number, entry.place)
    applied = invoice.total - invoice.balance
    if entry.deleted:
        _delete(connection, entry, invoice, applied)
        del books.invoices[client.id, entry.number]
        return invoice.id
    if entry.total is not None and entry.total < applied:
        raise LoadMistake(f"{entry.place}.total", f"It is less than the {from_units(applied):,} applied to the invoice already.")
    invoice.total = invoice.total if entry.total is None else entry.total
    invoice.balance = invoice.total - applied
    values: dict[str, object] = {"total": invoice.total, "balance": invoice.balance}
    if entry.date is not None:
        values |= {"date": entry.date, "due": due_on(entry.date)}
    connection.execute(update(tables.invoices).where(tables.invoices.c.id == invoice.id).values(values))
    return invoice.id


def _delete(connection: Connection, entry: InvoiceEntry, invoice: LoadedInvoice, applied: int) -> None:
    if applied:
        raise LoadMistake(
            entry.place, f"Invoice {entry.number!r} cannot be deleted while {from_units(applied):,} is applied to it."
        )
    reserve_ids(connection, invoice.id)
    connection.execute(delete(tables.invoices).where(tables.invoices.c.id == invoice.id))
