"""What the host itself shows of a payment, credit memo, invoice or client that is opened, as sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hostsim.addins.record_sections import Fact, FactType, Section, SectionColumn, SectionLink, SectionRow
from hostsim.practice.database import Practice
from hostsim.practice.model import Application, Client, Invoice, Kind, Record, RecordEvent

SHOWN = 50
"""Invoices and payments of a client that are listed, newest first; the Billing tab has them all."""
KINDS = {Kind.PAYMENT: "Payment", Kind.CREDIT_MEMO: "Credit memo"}
NAMES = {"payment": "payment", "credit_memo": "credit memo", "invoice": "invoice", "client": "client"}
NOT_NOTED = "Nothing is noted: it was there before WorkSpace noted who records and changes."


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record as its window shows it."""

    title: str
    sections: Sequence[Section]


def read_page(practice: Practice, labels: Mapping[str, str], ref: str) -> RecordPage:
    """The page of the record, or that it is gone, with what is noted of it. `labels` name add-ins by id."""
    kind, _, id = ref.partition(":")
    page = READERS[kind](practice, id) if kind in READERS else None
    found = page or RecordPage(f"{NAMES.get(kind, 'record')} {id}".capitalize(), [_gone(kind)])
    return RecordPage(found.title, [*found.sections, _past(practice.related.events(ref), labels)])


def _gone(kind: str) -> Section:
    return {"title": "In WorkSpace", "facts": [], "note": f"This {NAMES.get(kind, 'record')} is not in WorkSpace (any more)."}


def _record(practice: Practice, id: str, kind: Kind) -> RecordPage | None:
    found = practice.ledger.records([f"{kind.value}:{id}"])
    return _record_page(practice, found[0]) if found else None


def _record_page(practice: Practice, record: Record) -> RecordPage:
    currency = currency_of(practice, record.client_id)
    facts = [
        fact("Number", record.number),
        fact("Client", record.client_name, links=[to(f"client:{record.client_id}", "Open client")]),
        fact("Date", record.date.isoformat(), "date"),
        fact("Amount", plain(record.amount), "money", currency=currency),
        fact("Applied", plain(sum((each.amount for each in record.applications), Decimal("0.00"))), "money", currency=currency),
        fact("Unapplied", plain(record.unapplied), "money", currency=currency),
        fact("Method", record.method or "–"),
        fact("Reference", record.reference or "–"),
        fact("Memo", record.memo or "–"),
    ]
    invoices = {each.id: each for each in practice.ledger.invoices([each.invoice_id for each in record.applications])}
    applied: Section = {
        "title": "Applied to",
        "facts": [],
        "columns": [
            col("invoice", "Invoice"),
            col("date", "Date", "date"),
            col("applied", "Applied", "money"),
            col("total", "Amount", "money"),
            col("open", "Still open", "money"),
        ],
        "rows": [_application_row(each, invoices.get(each.invoice_id)) for each in record.applications],
        "empty": "It is applied to no invoice.",
    }
    title = f"{KINDS[record.kind]} {record.number} — {record.client_name}"
    return RecordPage(title, [{"title": "In WorkSpace", "facts": facts}, applied])


def _application_row(application: Application, invoice: Invoice | None) -> SectionRow:
    cells = {"invoice": application.invoice_number, "applied": plain(application.amount)}
    if invoice:
        cells |= {"date": invoice.date.isoformat(), "total": plain(invoice.total), "open": plain(invoice.balance)}
    return {"cells": cells, "links": [to(f"invoice:{application.invoice_id}", f"Open {application.invoice_number}")]}


def _invoice(practice: Practice, id: str) -> RecordPage | None:
    found = practice.ledger.invoices([id])
    if not found:
        return None
    invoice = found[0]
    currency = currency_of(practice, invoice.client_id)
    facts = [
        fact("Number", invoice.number),
        fact("Client", invoice.client_name, links=[to(f"client:{invoice.client_id}", "Open client")]),
        fact("Date", invoice.date.isoformat(), "date"),
        fact("Due", invoice.due.isoformat(), "date"),
        fact("Amount", plain(invoice.total), "money", currency=currency),
        fact("Paid", plain(invoice.total - invoice.balance), "money", currency=currency),
        fact("Open", plain(invoice.balance), "money", currency=currency),
    ]
    paid: Section = {
        "title": "Paid by",
        "facts": [],
        "columns": [
            col("kind", "Type"),
            col("number", "Number"),
            col("date", "Date", "date"),
            col("reference", "Reference"),
            col("applied", "Applied", "money"),
        ],
        "rows": [_paying_row(record, amount) for record, amount in practice.related.paying(invoice.id)],
        "empty": "Nothing is applied to it.",
    }
    return RecordPage(f"Invoice {invoice.number} — {invoice.client_name}", [{"title": "In WorkSpace", "facts": facts}, paid])


def _paying_row(record: Record, applied: Decimal) -> SectionRow:
    return {"cells": {**record_cells(record), "applied": plain(applied)}, "links": [to(record.ref, f"Open {record.number}")]}


def _client(practice: Practice, id: str) -> RecordPage | None:
    found = practice.ledger.clients_by_id([id])
    return _client_page(practice, found[0]) if found else None


def _client_page(practice: Practice, client: Client) -> RecordPage:
    facts = [
        fact("Name", client.name),
        fact("State", "active" if client.active else "inactive"),
        fact("E-mail", client.email or "–"),
        fact("Phone", client.phone or "–"),
        fact("Currency", client.currency),
        fact("Open", plain(client.balance), "money"),
        fact("Unapplied", plain(client.unapplied), "money"),
    ]
    sections: list[Section] = [{"title": "In WorkSpace", "facts": facts}, _invoices(practice, client), _payments(practice, client)]
    return RecordPage(f"Client {client.name}", sections)


def _invoices(practice: Practice, client: Client) -> Section:
    snapshot = practice.ledger.invoice_snapshot({"client_id": client.id})
    invoices = practice.ledger.invoices(snapshot.ids(0, SHOWN))
    columns = [col("number", "Number"), col("date", "Date", "date"), col("total", "Amount", "money"), col("open", "Open", "money")]
    rows: list[SectionRow] = [
        {
            "cells": {
                "number": each.number,
                "date": each.date.isoformat(),
                "total": plain(each.total),
                "open": plain(each.balance),
            },
            "links": [to(f"invoice:{each.id}", f"Open {each.number}")],
        }
        for each in invoices
    ]
    return _listed("Invoices", snapshot.count, columns, rows, "There is no invoice of this client.")


def _payments(practice: Practice, client: Client) -> Section:
    count, records = practice.related.of_client(client.id, SHOWN)
    columns = [
        col("kind", "Type"),
        col("number", "Number"),
        col("date", "Date", "date"),
        col("reference", "Reference"),
        col("amount", "Amount", "money"),
        col("unapplied", "Unapplied", "money"),
    ]
    rows: list[SectionRow] = [{"cells": record_cells(each), "links": [to(each.ref, f"Open {each.number}")]} for each in records]
    return _listed("Payments and credit memos", count, columns, rows, "There is no payment or credit memo of this client.")


def _listed(title: str, count: int, columns: Sequence[SectionColumn], rows: Sequence[SectionRow], empty: str) -> Section:
    section: Section = {"title": title, "facts": [], "columns": columns, "rows": rows, "empty": empty}
    if count > len(rows):
        section["note"] = f"The newest {len(rows):,} of {count:,}. The Billing tab lists them all."
    return section


def _past(events: Sequence[RecordEvent], labels: Mapping[str, str]) -> Section:
    """Who recorded and changed it, and when."""
    rows: list[SectionRow] = [
        {
            "cells": {
                "when": f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}",
                "who": event.by or "–",
                "through": labels.get(event.through, event.through) or "WorkSpace",
                "what": event.what,
                "change": event.change,
            }
        }
        for event in events
    ]
    columns = [
        col("when", "When", "moment"),
        col("who", "Who"),
        col("through", "Through"),
        col("what", "What"),
        col("change", "Before → after"),
    ]
    return {"title": "Recorded and changed", "facts": [], "columns": columns, "rows": rows, "empty": NOT_NOTED}


READERS: Mapping[str, Callable[[Practice, str], RecordPage | None]] = {
    "payment": lambda practice, id: _record(practice, id, Kind.PAYMENT),
    "credit_memo": lambda practice, id: _record(practice, id, Kind.CREDIT_MEMO),
    "invoice": _invoice,
    "client": _client,
}


def record_cells(record: Record) -> dict[str, str]:
    """The cells of a payment or credit memo in a table."""
    return {
        "kind": KINDS[record.kind],
        "number": record.number,
        "date": record.date.isoformat(),
        "reference": record.reference,
        "amount": plain(record.kind.sign * record.amount),
        "unapplied": plain(record.unapplied),
    }


def currency_of(practice: Practice, client_id: str) -> str:
    """The currency of the client's money; empty where it is the firm's."""
    found = practice.ledger.clients_by_id([client_id])
    return found[0].currency if found and found[0].currency != practice.firm.currency else ""


def plain(amount: Decimal) -> str:
    """An amount as sections hold it."""
    return f"{amount:f}"


def fact(label: str, value: str, type: FactType = "text", *, links: Sequence[SectionLink] = (), currency: str = "") -> Fact:
    """A fact; `currency` is named in its label where it is not the firm's."""
    found: Fact = {"label": f"{label} ({currency})" if currency else label, "value": value, "type": type}
    if links:
        found["links"] = links
    return found


def col(key: str, label: str, type: FactType = "text") -> SectionColumn:
    """A column of a table."""
    return {"key": key, "label": label, "type": type}


def to(ref: str, label: str) -> SectionLink:
    """A link to a record of the host."""
    return {"label": label, "record": ref}
