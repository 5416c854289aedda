"""A firm as large as a bench asks for, on both sides: names, invoices and payments follow from their numbers alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import insert

from hostsim.practice.amounts import UNITS_PER_CENT
from hostsim.practice.database import open_practice
from hostsim.practice.demo.firm import insert_clients
from hostsim.practice.model import Kind
from hostsim.practice.sql import tables
from hostsim.practice.sql.inserting import NewRecord, insert_records, lock_serials
from hostsim.practice.text_format import folded

SPREAD = 20  # days that the payments lie in
PORTION = 10_000


@dataclass(frozen=True, slots=True)
class Shape:
    """How many clients there are, and payments and invoices in all; both go round the clients in turn."""

    clients: int
    payments: int = 0
    invoices: int = 0


def client_name(client: int) -> str:
    """The name of client 1, 2, … on both sides."""
    return f"Client {client:05} & Partners"


def client_of(position: int, shape: Shape) -> int:
    """Whose payment or invoice number `place` is."""
    return position % shape.clients + 1


def invoice_number(position: int) -> str:
    """What an invoice is called on both sides."""
    return f"B-{position:06}"


def invoice_cents(position: int, shape: Shape) -> int:
    """Different for each of a client's invoices, so that some payments match one and others do not."""
    return 10_000 + 1_250 * (position // shape.clients) + position % 97


def payment_cents(position: int, shape: Shape) -> int:
    """Every second round of payments is equal to an invoice, the others are smaller than one."""
    whole = invoice_cents(position, shape)
    return whole if position // shape.clients % 2 == 0 else whole * 3 // 5


def payment_amount(position: int, shape: Shape) -> Decimal:
    """The same in money."""
    return Decimal(payment_cents(position, shape)).scaleb(-2)


def make_practice(url: str, shape: Shape, today: date) -> None:
    """Fill an empty database with the clients, their payments and their open invoices."""
    practice = open_practice(url)
    with practice.database.writing() as connection:
        insert_clients(connection, [client_name(n) for n in range(1, shape.clients + 1)])
        for rows in payment_portions(shape, today):
            insert_records(connection, rows, lock_serials(connection))
        if shape.invoices:
            connection.execute(insert(tables.invoices), [invoice_row(position, shape, today) for position in range(shape.invoices)])
    practice.close()


def payment_portions(shape: Shape, today: date) -> Iterator[list[NewRecord]]:
    """The payments, oldest first."""
    for start in range(0, shape.payments, PORTION):
        yield [payment(position, shape, today) for position in range(start, min(start + PORTION, shape.payments))]


def payment_day(position: int, shape: Shape, today: date) -> date:
    """The day of payment number `place`."""
    return today - timedelta(days=SPREAD - SPREAD * position // shape.payments)


def payment(position: int, shape: Shape, today: date) -> NewRecord:
    """Payment number `place`."""
    client = client_of(position, shape)
    day = payment_day(position, shape, today)
    amount = payment_cents(position, shape) * UNITS_PER_CENT
    return NewRecord(Kind.PAYMENT, client, client_name(client), day, amount, "Check", reference=f"{10_000 + position}")


def invoice_row(position: int, shape: Shape, today: date) -> dict[str, object]:
    """Invoice number `place` as the practice keeps it."""
    client, number = client_of(position, shape), invoice_number(position)
    units = invoice_cents(position, shape) * UNITS_PER_CENT
    return {
        "number": number,
        "client_id": client,
        "client_key": folded(client_name(client)),
        "date": today - timedelta(days=40),
        "due": today - timedelta(days=10),
        "total": units,
        "balance": units,
        "search_text": folded(number),
    }
