"""A small practice for tests: two clients, four invoices, and nothing paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import event, insert

from hostsim.practice.amounts import to_units
from hostsim.practice.database import Practice, open_practice
from hostsim.practice.model import Kind, PaymentToRecord, RecordedPayment
from hostsim.practice.sql import tables
from hostsim.practice.sql.inserting import NewRecord, insert_records, lock_serials
from hostsim.practice.text_format import folded

ADDIN = "quickbooks"
DAY = date(2026, 11, 18)
CLIENTS = ("Amy's Bird Sanctuary", "Hernández, López & Söhne", "Łukasz Kowalski")
# Number, client, total: ids are 1, 2, 3, 4.
INVOICES = (("INV-1", 1, "100.00"), ("INV-2", 1, "50.00"), ("INV-3", 2, "80.00"), ("INV-4", 1, "0.30"))


@contextmanager
def small_practice(url: str) -> Iterator[Practice]:
    """An open practice with the clients and invoices above."""
    practice = open_practice(url, new_firm="Alder & Finch", new_id=lambda: "af7k2")
    practice.marks(ADDIN)
    with practice.database.writing() as connection:
        rows = [
            {"id": key, "name": name, "name_key": folded(name), "active": key != 3} for key, name in enumerate(CLIENTS, start=1)
        ]
        connection.execute(insert(tables.clients), rows)
        connection.execute(insert(tables.invoices), [_invoice(key, *row) for key, row in enumerate(INVOICES, start=1)])
    yield practice
    practice.close()


def _invoice(key: int, number: str, client_id: int, total: str) -> dict[str, Any]:
    units = to_units(Decimal(total))
    return {
        "id": key,
        "number": number,
        "client_id": client_id,
        "client_key": folded(CLIENTS[client_id - 1]),
        "date": DAY,
        "due": DAY,
        "total": units,
        "balance": units,
        "search_text": folded(number),
    }


def new_record(kind: Kind = Kind.PAYMENT, client_id: int = 1, day: date = DAY, amount: str = "10.00", **rest: Any) -> NewRecord:
    """A record to insert as it is, bad ones too."""
    values = {"method": "Check", "reference": ""} | rest
    return NewRecord(kind, client_id, CLIENTS[client_id - 1], day, to_units(Decimal(amount)), **values)


def add_records(practice: Practice, *rows: NewRecord) -> Sequence[str]:
    """Insert records and give their refs."""
    with practice.database.writing() as connection:
        ids = insert_records(connection, rows, lock_serials(connection))
    return [f"{row.kind.value}:{key}" for row, key in zip(rows, ids, strict=True)]


def payment(key: str = "k", amount: object = "10.00", *applied: tuple[str, str], **rest: Any) -> PaymentToRecord:
    """A payment as an add-in gives it to `record_payments`."""
    given = {
        "external_key": key,
        "client_id": "1",
        "date": DAY,
        "amount": Decimal(amount) if isinstance(amount, str) else amount,
        "method": "Visa",
        "reference": "R1",
        "memo": "",
        "applications": [{"invoice_id": invoice, "amount": Decimal(share)} for invoice, share in applied],
    }
    return cast(PaymentToRecord, given | rest)


def record_one(practice: Practice, given: PaymentToRecord) -> RecordedPayment:
    """Record a single payment."""
    (outcome,) = practice.ledger.record_payments([given])
    return outcome


@contextmanager
def counted_statements(practice: Practice) -> Iterator[list[str]]:
    """The statements sent meanwhile, those that begin a transaction left out."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith(("BEGIN", "SET TRANSACTION")):
            sent.append(statement)

    event.listen(practice.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(practice.database.engine, "before_cursor_execute", note)
