"""The rules of a change to the ledger, each refusal a sentence, and what a change is judged against."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from hostsim.practice.amounts import BadAmountError, from_units, read_amount, to_units
from hostsim.practice.currency import decimals_of, fits_currency
from hostsim.practice.sql import tables
from hostsim.practice.sql.sql_conditions import in_values, row_number

NOTHING_SAVED = "Nothing was saved."
NUMBER_WORDS = {2: "two", 3: "three", 4: "four"}


class Refused(Exception):
    """The change breaks a rule; the text says which, in a sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence} {NOTHING_SAVED}")


@dataclass(frozen=True, slots=True)
class Payer:
    """A client, as much of one as judging needs."""

    name: str
    currency: str


@dataclass(slots=True)
class OpenInvoice:
    """An invoice, as much of it as judging needs; the balance is in units."""

    number: str
    client_id: int
    balance: int


@dataclass(frozen=True, slots=True)
class Books:
    """Clients and invoices by id, read inside the transaction of the change; balances go down as changes are accepted."""

    clients: Mapping[int, Payer]
    invoices: Mapping[int, OpenInvoice]

    def payer(self, client_id: int | None) -> Payer:
        """The client; Refused when there is none."""
        if client_id is None or client_id not in self.clients:
            raise Refused("WorkSpace has no such client.")
        return self.clients[client_id]

    def spend(self, parts: Mapping[int, int]) -> None:
        """Take what was accepted off the balances."""
        for invoice, amount in parts.items():
            self.invoices[invoice].balance -= amount


def read_books(connection: Connection, client_ids: Collection[int], invoice_ids: Collection[int]) -> Books:
    """These clients and invoices; on PostgreSQL the invoices stay locked until the transaction ends."""
    clients, invoices = tables.clients, tables.invoices
    firm_currency = select(tables.firm.c.currency).scalar_subquery().label("firm_currency")
    payers = select(clients.c.id, clients.c.name, clients.c.currency, firm_currency).where(
        in_values(connection, clients.c.id, set(client_ids))
    )
    bills = select(invoices).where(in_values(connection, invoices.c.id, set(invoice_ids))).order_by(invoices.c.id).with_for_update()
    return Books(
        clients={row.id: Payer(row.name, row.currency or row.firm_currency) for row in connection.execute(payers)},
        invoices={row.id: OpenInvoice(row.number, row.client_id, row.balance) for row in connection.execute(bills)},
    )


def invoice_ids_in(parts: Iterable[Mapping[str, object]]) -> list[int]:
    """The ids that applications name; what is no id is left out."""
    return [key for part in parts if (key := row_number(str(part.get("invoice_id", "")))) is not None]


def amount_of(value: object, what: str, currency: str) -> int:
    """Units of an amount above zero, with no more decimals than its currency."""
    try:
        units = to_units(read_amount(value))
    except BadAmountError:
        raise Refused(f"The {what} has no amount WorkSpace can keep.") from None
    if units <= 0:
        raise Refused(f"The amount of the {what} must be more than zero.")
    if not fits_currency(units, currency):
        raise Refused(f"The amount of the {what} has {_too_many(currency)}.")
    return units


def _too_many(currency: str) -> str:
    decimals = decimals_of(currency)
    return f"more than {NUMBER_WORDS[decimals]} decimals" if decimals else f"decimals, which {currency} does not have"


def day_of(value: object) -> date:
    """A date; Refused for anything else."""
    if not isinstance(value, date):
        raise Refused("The payment has no date.")
    return value


def parts_of(parts: Iterable[Mapping[str, object]], client_id: int, books: Books) -> dict[int, int]:
    """What goes to each invoice, parts of the same invoice together; each must be the client's and have so much left."""
    currency, applied = books.payer(client_id).currency, dict[int, int]()
    for part in parts:
        key = row_number(str(part.get("invoice_id", "")))
        if key is None or key not in books.invoices:
            raise Refused("WorkSpace has no such invoice.")
        applied[key] = applied.get(key, 0) + amount_of(part.get("amount"), "part applied to an invoice", currency)
    for key, share in applied.items():
        _check_share(books.invoices[key], client_id, share)
    return applied


def _check_share(invoice: OpenInvoice, client_id: int, share: int) -> None:
    if invoice.client_id != client_id:
        raise Refused(f"Invoice {invoice.number} belongs to another client.")
    if share > invoice.balance:
        left, wanted = from_units(invoice.balance), from_units(share)
        raise Refused(f"Invoice {invoice.number} has {left:,.2f} left, less than the {wanted:,.2f} to be applied.")


def check_sum(applied: int, amount: int, what: str) -> None:
    """Refused when more is applied than the record amounts to."""
    if applied > amount:
        raise Refused(f"More is applied to invoices than the {what} amounts to.")
