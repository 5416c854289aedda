"""Loads clients: by name, those there are updated."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from hostsim.practice.exchange.firm_file import ClientEntry, LoadMistake
from hostsim.practice.exchange.loaded import LoadedBooks, LoadedClient
from hostsim.practice.sql import tables
from hostsim.practice.sql.editing import reserve_ids
from hostsim.practice.writing.changes import Action
from hostsim.practice.writing.clients import insert_client


def load_clients(connection: Connection, entries: Sequence[ClientEntry], books: LoadedBooks) -> list[str]:
    """Create and update clients; their ids. Those that are to go are gone at the end, when nothing is theirs any more."""
    seen: set[str] = set()
    ids = []
    for entry in entries:
        if entry.name in seen:
            raise LoadMistake(entry.place, f"{entry.name!r} stands in the file twice.")
        seen.add(entry.name)
        ids.append(f"client:{_load(connection, entry, books)}")
    return ids


def _load(connection: Connection, entry: ClientEntry, books: LoadedBooks) -> int:
    if entry.deleted or entry.name in books.clients:
        client = books.client(entry.name, entry.place)
        _update(connection, entry, client)
        return client.id
    active = entry.active is None or entry.active
    reached = {"email": entry.email or "", "phone": entry.phone or ""}
    key = insert_client(connection, entry.name, active=active, currency=entry.currency or "", **reached)
    books.clients[entry.name] = LoadedClient(key, entry.name, entry.currency or books.firm_currency)
    return key


def _update(connection: Connection, entry: ClientEntry, client: LoadedClient) -> None:
    said = {"email": entry.email, "phone": entry.phone, "active": entry.active, "currency": entry.currency}
    values = {name: value for name, value in said.items() if value is not None}
    if values and not entry.deleted:
        connection.execute(update(tables.clients).where(tables.clients.c.id == client.id).values(values))
        client.currency = entry.currency or client.currency


def delete_clients(connection: Connection, entries: Sequence[ClientEntry], books: LoadedBooks) -> None:
    """Remove the clients that the file deletes; LoadMistake when an invoice or record is theirs."""
    for entry in entries:
        if entry.deleted:
            _delete(connection, entry, books.client(entry.name, entry.place).id)


def _delete(connection: Connection, entry: ClientEntry, key: int) -> None:
    for table, what in ((tables.invoices, "invoices"), (tables.records, "payments or credit memos")):
        if connection.scalar(select(table.c.id).where(table.c.client_id == key).limit(1)) is not None:
            raise LoadMistake(entry.place, f"{entry.name!r} cannot be deleted while there are {what} of theirs.")
    reserve_ids(connection, key)
    changes = tables.changes.c
    connection.execute(delete(tables.changes).where(changes.action == Action.CREATE_CLIENTS, changes.subject_id == key))
    connection.execute(delete(tables.clients).where(tables.clients.c.id == key))
