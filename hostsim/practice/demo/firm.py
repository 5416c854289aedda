"""The demo firm: sixty clients and a year of bills, payments and credit memos up to a given day (docs/demo-firm.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from importlib.resources import files
from operator import attrgetter

from sqlalchemy import Connection, func, insert, select, update

from hostsim.practice.births import seeded_births
from hostsim.practice.demo.invoices import DemoInvoice, demo_invoices
from hostsim.practice.demo.payments import demo_credit_memos, demo_payments
from hostsim.practice.model import Firm
from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database
from hostsim.practice.sql.inserting import add_methods, insert_records, lock_serials
from hostsim.practice.text_format import folded

FIRM = Firm("Alder & Finch, CPAs", "af7k2")
METHODS = ("Check", "Cash", "Credit card", "Visa", "MasterCard", "American Express", "ACH", "Wire")
USERS = {"Maria Ortiz": ("view", "import", "export", "hide", "match", "undo", "configure")}


class NotEmpty(Exception):
    """The practice holds billing records already; nothing was changed."""


def demo_clients() -> Sequence[str]:
    """The names of clients 0…59, in order."""
    return files("hostsim.practice.demo").joinpath("clients.txt").read_text("utf-8").splitlines()


def fill_demo_firm(database: Database, today: date) -> None:
    """Write the demo firm into an empty practice; always the same for the same day. NotEmpty when there is anything already."""
    names = demo_clients()
    bills = demo_invoices(today)
    with database.writing() as connection:
        if connection.scalar(select(func.count()).select_from(tables.clients)):
            raise NotEmpty("This practice holds records already. Nothing was changed.")
        connection.execute(update(tables.firm).values(name=FIRM.name, short_id=FIRM.id))
        connection.execute(insert(tables.users), [{"name": name, "rights": " ".join(rights)} for name, rights in USERS.items()])
        add_methods(connection, METHODS)
        insert_clients(connection, names)
        _insert_invoices(connection, bills, names)
        payments = sorted(demo_payments(bills, names, today), key=attrgetter("date"))
        memos = sorted(demo_credit_memos(bills, payments, names, today), key=attrgetter("date"))
        insert_records(
            connection, sorted([*payments, *memos], key=attrgetter("date")), lock_serials(connection), seeded_births("demo")
        )


def insert_clients(connection: Connection, names: Iterable[str]) -> None:
    """Insert clients; number i of the demo firm gets the id i + 1."""
    rows = [{"id": key, "name": name, "name_key": folded(name), "active": True} for key, name in enumerate(names, start=1)]
    connection.execute(insert(tables.clients), rows)


def _insert_invoices(connection: Connection, bills: Sequence[DemoInvoice], names: Sequence[str]) -> None:
    rows = [
        {
            "id": bill.id,
            "number": bill.number,
            "client_id": bill.client_id,
            "client_key": folded(names[bill.client_id - 1]),
            "date": bill.date,
            "due": bill.date + timedelta(days=30),
            "total": bill.amount,
            "balance": bill.amount,
            "search_text": folded(bill.number),
        }
        for bill in bills
    ]
    connection.execute(insert(tables.invoices), rows)
