"""Finding records by a word of a client, reference, number, method or amount."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, column, or_, select, table

from hostsim.practice.sql.sql_conditions import in_values
from hostsim.practice.sql.tables import clients, methods, records
from hostsim.practice.text_format import folded

SHORTEST_TRIGRAM = 3
fts = table("practice_search", column("rowid"), column("practice_search"))


def term_condition(connection: Connection, term: str) -> ColumnElement[bool]:
    """Records with this term. The few clients and methods are looked through first, so that the rest is a matter of indexes."""
    conditions = [_text_condition(connection, term)]
    found = _clients_with(connection, term)
    if found:
        conditions.append(in_values(connection, records.c.client_id, found))
    used = [name for name in connection.scalars(select(methods.c.name)) if term in folded(name)]
    if used:
        conditions.append(records.c.method.in_(used))
    return or_(*conditions)


def client_condition(term: str) -> ColumnElement[bool]:
    """Clients whose name has this term."""
    return clients.c.name_key.contains(term, autoescape=True)


def _clients_with(connection: Connection, term: str) -> list[int]:
    return list(connection.scalars(select(clients.c.id).where(client_condition(term))))


def _text_condition(connection: Connection, term: str) -> ColumnElement[bool]:
    """Number, reference and amount: by trigrams where they help (three letters or more; PostgreSQL decides by itself)."""
    amount = _as_amount(term)
    if connection.dialect.name != "sqlite" or len(amount) < SHORTEST_TRIGRAM:
        return records.c.search_text.contains(amount, autoescape=True)
    quoted = '"' + amount.replace('"', '""') + '"'
    return records.c.id.in_(select(fts.c.rowid).where(fts.c.practice_search.op("MATCH")(quoted)))


def _as_amount(term: str) -> str:
    """`1,200.00` as it is stored, 1200.00; any other term as it is."""
    bare = term.replace(",", "")
    return bare if bare.replace(".", "", 1).isdigit() else term
