"""Loads payments and credit memos: by number, those there are updated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from hostsim.practice.amounts import from_units
from hostsim.practice.exchange.firm_file import LoadMistake, RecordEntry
from hostsim.practice.exchange.loaded import LoadedBooks, LoadedClient
from hostsim.practice.model import Kind
from hostsim.practice.sql.editing import KeptRecord, delete_record, release_parts, rewrite_record
from hostsim.practice.sql.inserting import NewRecord, apply_parts, insert_records, lock_serials
from hostsim.practice.text_format import record_number
from hostsim.practice.writing.record_events import Author, Happened, describe_change, describe_record, write_events

LOADER = Author(through="hostsim load")


class RecordLoader:
    """Loads records against the books; `release` comes before invoices are loaded, `load` after."""

    def __init__(self, connection: Connection, books: LoadedBooks, births: Callable[[], str]) -> None:
        self._connection, self._books, self._births = connection, books, births

    def release(self, entries: Sequence[RecordEntry]) -> None:
        """Take away the applications of records that are to be written anew, and remove those that are to go."""
        by_id = {invoice.id: invoice for invoice in self._books.invoices.values() if invoice is not None}
        for entry in entries:
            kept = self._books.record(entry)
            if entry.deleted and kept is None:
                raise LoadMistake(entry.place, f"There is no {_number(entry)} to delete.")
            if kept is None or not (entry.deleted or entry.applications is not None):
                continue
            if entry.deleted:
                write_events(self._connection, LOADER, [(kept.ref, Happened.REMOVED, describe_record(self._connection, kept))])
            (delete_record if entry.deleted else release_parts)(self._connection, kept)
            for invoice, amount in kept.applied.items():
                if invoice in by_id:
                    by_id[invoice].balance += amount

    def load(self, entries: Sequence[RecordEntry]) -> list[str]:
        """Write the records; their ids, in this order."""
        new: list[NewRecord] = []
        places: list[int | None] = []
        for entry in entries:
            kept = self._books.record(entry)
            if kept is None:
                new.append(self._new(entry))
            elif not entry.deleted:
                self._rewrite(entry, kept)
            places.append(kept.id if kept else None)
        keys = insert_records(self._connection, new, self._first_serials(new), self._births)
        recorded = ((f"{row.kind.value}:{key}", Happened.RECORDED, "") for row, key in zip(new, keys, strict=True))
        write_events(self._connection, LOADER, recorded)
        inserted = iter(keys)
        ids = [next(inserted) if place is None else place for place in places]
        return [f"{entry.kind.value}:{key}" for entry, key in zip(entries, ids, strict=True)]

    def _first_serials(self, new: Sequence[NewRecord]) -> dict[Kind, int]:
        """Where numbers that the file leaves open begin: after all that it names."""
        first = lock_serials(self._connection)
        for row in new:
            first[row.kind] = max(first[row.kind], 1 + (row.serial or 0))
        return first

    def _new(self, entry: RecordEntry) -> NewRecord:
        if entry.client is None or entry.date is None or entry.amount is None:
            missing = "client" if entry.client is None else "date" if entry.date is None else "amount"
            raise LoadMistake(entry.place, f"There is no {missing}.")
        client = self._client(entry, entry.client)
        return NewRecord(
            kind=entry.kind,
            client_id=client.id,
            client_name=client.name,
            date=entry.date,
            amount=entry.amount,
            method=entry.method or "",
            reference=entry.reference or "",
            memo=entry.memo or "",
            applied=tuple(self._applied(entry, client, entry.amount).items()),
            serial=entry.serial,
        )

    def _rewrite(self, entry: RecordEntry, kept: KeptRecord) -> None:
        """Write what the entry says; a record that it leaves as it was keeps its version."""
        client = self._books.clients_by_id[kept.client_id] if entry.client is None else self._client(entry, entry.client)
        amount = kept.amount if entry.amount is None else entry.amount
        applied = self._kept_parts if entry.applications is None else self._given_parts
        record = replace(
            kept,
            client_id=client.id,
            client_name=client.name,
            date=entry.date or kept.date,
            amount=amount,
            method=kept.method if entry.method is None else entry.method,
            reference=kept.reference if entry.reference is None else entry.reference,
            memo=kept.memo if entry.memo is None else entry.memo,
            applied=applied(entry, kept, client, amount),
        )
        if record != kept:
            rewrite_record(self._connection, record)
            change = describe_change(self._connection, kept, record)
            write_events(self._connection, LOADER, [(kept.ref, Happened.CHANGED, change)])

    def _client(self, entry: RecordEntry, name: str) -> LoadedClient:
        client = self._books.client(name, f"{entry.place}.client")
        if entry.currency and entry.currency != client.currency:
            raise LoadMistake(f"{entry.place}.currency", f"{client.name!r} pays in {client.currency}.")
        return client

    def _applied(self, entry: RecordEntry, client: LoadedClient, amount: int) -> dict[int, int]:
        """What goes to each invoice, taken off the balances."""
        applied: dict[int, int] = {}
        for part in entry.applications or ():
            invoice = self._books.invoice(client, part.invoice, f"{part.place}.invoice")
            if part.amount > invoice.balance:
                left = f"{from_units(invoice.balance):,}"
                raise LoadMistake(
                    f"{part.place}.amount", f"Invoice {part.invoice!r} has {left} open, less than {from_units(part.amount):,}."
                )
            invoice.balance -= part.amount
            applied[invoice.id] = part.amount
        self._check_sum(entry, applied, amount)
        return applied

    def _check_sum(self, entry: RecordEntry, applied: dict[int, int], amount: int) -> None:
        total = sum(applied.values())
        if total > amount:
            said = f"{from_units(total):,} is applied, more than the {from_units(amount):,} of the {_name(entry.kind)}."
            raise LoadMistake(f"{entry.place}.applications", said)

    def _given_parts(self, entry: RecordEntry, kept: KeptRecord, client: LoadedClient, amount: int) -> dict[int, int]:
        """The applications that the file puts in place of those released."""
        applied = self._applied(entry, client, amount)
        apply_parts(self._connection, [(kept.id, *part) for part in applied.items()])
        return applied

    def _kept_parts(self, entry: RecordEntry, kept: KeptRecord, client: LoadedClient, amount: int) -> dict[int, int]:
        """The applications there are, of which the file says nothing."""
        if kept.applied and client.id != kept.client_id:
            raise LoadMistake(f"{entry.place}.client", f"{kept.number} is applied to invoices of {kept.client_name!r}.")
        self._check_sum(entry, dict(kept.applied), amount)
        return dict(kept.applied)


def _name(kind: Kind) -> str:
    return "payment" if kind is Kind.PAYMENT else "credit memo"


def _number(entry: RecordEntry) -> str:
    return f"{_name(entry.kind)} without a number" if entry.serial is None else record_number(entry.kind, entry.serial)
