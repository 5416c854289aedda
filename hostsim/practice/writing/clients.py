"""Creates clients; a name is given once."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from hostsim.practice.currency import is_currency_code
from hostsim.practice.sql import tables
from hostsim.practice.sql.inserting import highest_id
from hostsim.practice.text_format import folded
from hostsim.practice.writing.rules import Refused


def create_client(connection: Connection, given: Mapping[str, object]) -> int:
    """Create a client of this name; the id. Refused without a name, or where there is a client of that name."""
    name, currency = _text(given, "name"), _text(given, "currency")
    if not name:
        raise Refused("The client has no name.")
    namesakes = connection.scalars(select(tables.clients.c.name).where(tables.clients.c.name_key == folded(name)))
    if name.casefold() in {other.casefold() for other in namesakes}:
        raise Refused(f"WorkSpace has a client called {name} already.")
    if currency and not is_currency_code(currency):
        raise Refused(f"{currency} is not a currency's code.")
    return insert_client(connection, name, email=_text(given, "email"), phone=_text(given, "phone"), currency=currency)


def insert_client(
    connection: Connection, name: str, *, active: bool = True, email: str = "", phone: str = "", currency: str = ""
) -> int:
    """Insert a client, already found good; the id."""
    key = highest_id(connection, tables.clients) + 1
    values = {"id": key, "name": name, "name_key": folded(name), "active": active}
    connection.execute(insert(tables.clients).values(values | {"email": email, "phone": phone, "currency": currency}))
    return key


def _text(given: Mapping[str, object], name: str) -> str:
    return str(given.get(name) or "").strip()
