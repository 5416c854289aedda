"""Writes the practice as a firm's file: what `load` takes, with ids, balances and what is known of QuickBooks beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hostsim.practice.database import Practice
from hostsim.practice.exchange.firm_file import KIND_OF_LIST
from hostsim.practice.ledger import PracticeLedger
from hostsim.practice.mark_sets import MarkSets
from hostsim.practice.marks import PracticeMarks
from hostsim.practice.model import Client, Invoice, Kind, Mark, Record

AT_ONCE = 2_000
Listed = dict[str, object]


class NoSuchRecord(Exception):
    """A record that is asked for is not there; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class DumpFilter:
    """Which records to write, both ends included; with `select` (numbers, ids or full names) exactly these."""

    start: date | None = None
    end: date | None = None
    select: Sequence[str] = ()

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return bool(self.start or self.end or self.select)


def dump_firm(practice: Practice, chosen: DumpFilter) -> dict[str, list[Listed]]:
    """Clients, invoices, payments and credit memos as plain values, oldest first. NoSuchRecord for a selection not there.

    Filtered, it holds the records, the invoices of these dates and those that the records are applied to, and their clients.
    """
    ledger = practice.ledger
    records = list(_records(ledger, chosen))
    invoices = _invoices(ledger, chosen, records)
    ids = {record.client_id for record in records} | {invoice.client_id for invoice in invoices}
    clients = _clients(ledger, chosen, ids)
    names = {client.id: client.name for client in clients}
    marks = _marks(practice, records)
    dumped: dict[str, list[Listed]] = {
        "clients": [_client(each) for each in clients],
        "invoices": [_invoice(each, names[each.client_id]) for each in invoices],
    }
    for name, kind in KIND_OF_LIST.items():
        dumped[name] = [_record(each, marks.get(each.ref)) for each in records if each.kind is kind]
    return dumped


def _records(ledger: PracticeLedger, chosen: DumpFilter) -> Iterator[Record]:
    if chosen.select:
        yield from _selected(ledger, chosen.select)
        return
    snapshot = ledger.snapshot({"from": chosen.start, "to": chosen.end, "sort": "number", "descending": False})
    for start in range(0, snapshot.count, AT_ONCE):
        yield from ledger.records(snapshot.refs(start, start + AT_ONCE))


def _selected(ledger: PracticeLedger, names: Sequence[str]) -> Iterator[Record]:
    for name in names:
        found = ledger.records(_refs(ledger, name))
        if not found:
            raise NoSuchRecord(f"There is no record {name}. Nothing was written.")
        yield from found


def _refs(ledger: PracticeLedger, name: str) -> Sequence[str]:
    """The records that a number (`P-1017`), an id (`17`) or a full name (`payment:17`) may mean."""
    if ":" in name:
        return [name]
    if name.isdigit():
        return [f"{kind.value}:{name}" for kind in Kind]
    snapshot = ledger.snapshot({"search": name})
    found = ledger.records(snapshot.refs(0, snapshot.count))
    return [record.ref for record in found if record.number.casefold() == name.casefold()]


def _invoices(ledger: PracticeLedger, chosen: DumpFilter, records: Sequence[Record]) -> list[Invoice]:
    applied = {part.invoice_id for record in records for part in record.applications}
    if chosen.select:
        return sorted(ledger.invoices(sorted(applied)), key=lambda invoice: int(invoice.id))
    first, last = chosen.start or date.min, chosen.end or date.max
    invoices = [each for each in ledger.all_invoices() if first <= each.date <= last or each.id in applied]
    return sorted(invoices, key=lambda invoice: int(invoice.id))


def _clients(ledger: PracticeLedger, chosen: DumpFilter, ids: set[str]) -> list[Client]:
    found = ledger.clients_by_id(sorted(ids)) if chosen.is_set else ledger.clients()
    return sorted(found, key=lambda client: int(client.id))


def _marks(practice: Practice, records: Sequence[Record]) -> Mapping[str, Mark]:
    addin = practice.first_addin_id()
    return (
        {}
        if addin is None
        else PracticeMarks(practice.database, MarkSets(practice.database, addin)).get([record.ref for record in records])
    )


def _client(client: Client) -> Listed:
    return {
        "id": f"client:{client.id}",
        "name": client.name,
        "email": client.email,
        "phone": client.phone,
        "active": client.active,
        "currency": client.currency,
        "balance": str(client.balance),
        "unapplied": str(client.unapplied),
    }


def _invoice(invoice: Invoice, client: str) -> Listed:
    return {
        "id": f"invoice:{invoice.id}",
        "number": invoice.number,
        "client": client,
        "date": invoice.date.isoformat(),
        "total": str(invoice.total),
        "balance": str(invoice.balance),
    }


def _record(record: Record, mark: Mark | None) -> Listed:
    return {
        "id": record.ref,
        "number": record.number,
        "client": record.client_name,
        "date": record.date.isoformat(),
        "amount": str(record.amount),
        "method": record.method,
        "reference": record.reference,
        "memo": record.memo,
        "applications": [{"invoice": part.invoice_number, "amount": str(part.amount)} for part in record.applications],
        "unapplied": str(record.unapplied),
        "external_key": record.external_key or "",
        "mark": mark.state if mark else "",
        "quickbooks_id": _quickbooks_id(record, mark),
    }


def _quickbooks_id(record: Record, mark: Mark | None) -> str:
    """What the add-in noted with its mark, else the id at the end of the key that it recorded the payment with."""
    if mark and mark.external_id:
        return mark.external_id
    return (record.external_key or "").rpartition(":")[2]
