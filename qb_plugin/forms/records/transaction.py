"""What a linked payment or credit memo is in QuickBooks now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from qb_plugin.forms.records.building import column, fact, money, name_of, open_here, open_there
from qb_plugin.forms.records.shapes import Fact, Section, SectionLink, SectionRow
from qb_plugin.forms.services import FormServices
from qb_plugin.model import (
    Connection,
    Entity,
    Line,
    Link,
    Message,
    QboPayment,
    QboTransaction,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.money import plain_amount, show_amount
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.link_check import is_young
from qb_plugin.sync.importing.payers import Payers
from qb_plugin.sync.sources import ClientCurrencies, read_sources

TITLE = "In QuickBooks now"
APPLIED = [column("what", "Applied to"), column("amount", "Applied", "money")]


def read_transaction(services: FormServices, connection: Connection, context: SyncContext, link: Link) -> Section:
    """The payment or credit memo that the record is linked to; raises what reading QuickBooks raises."""
    values: dict[str, object] = {"there": name_of(link.entity, link.quickbooks_id)}
    text = services.sentences.text
    now = context.quickbooks.read(link.entity, [link.quickbooks_id]).get(link.quickbooks_id)
    if now is None:
        key = "record_not_seen_yet" if is_young(context, link) else "record_deleted"
        return {"title": TITLE, "facts": [], "note": text(Message(key, values))}
    if isinstance(now, UnreadableRecord):
        problem = text(Message("record_unreadable", values | {"what": now.problem}))
        return {"title": TITLE, "facts": [], "problem": problem}
    ledger = services.host.ledger
    records = read_sources(ledger, [link.source], ClientCurrencies(ledger))
    record = records[0] if records else None
    section: Section = {"title": TITLE, "facts": list_facts(now, record.currency if record else "")}
    numbers = read_numbers(context, now.lines) if isinstance(now, QboPayment) else {}
    if isinstance(now, QboPayment):
        section["columns"], section["rows"] = APPLIED, list_lines(services, connection, now, numbers)
        section["empty"] = text(Message("record_nothing_applied"))
    notes = [Message("record_voided", values)] if not now.total else compare(record, now, numbers, name_meant(context, record, now))
    if notes:
        section["note"] = " ".join(map(text, notes))
    return section


def list_facts(now: QboTransaction, ours: str) -> list[Fact]:
    """Its values, as they were just read; the currency is named where it is not the client's."""
    currency = now.currency if now.currency != ours else None
    rest = now.unapplied if isinstance(now, QboPayment) else now.remaining
    number = now.reference if isinstance(now, QboPayment) else now.number
    return [
        fact("Customer", now.customer_name),
        fact("Date", now.date.isoformat(), "date"),
        money("Amount", now.total, currency),
        money("Applied", now.total - rest, currency),
        money("Unapplied", rest, currency),
        fact("Reference" if isinstance(now, QboPayment) else "Number", number or ""),
        fact("Private note", now.note or ""),
    ]


def name_meant(context: SyncContext, record: SourceRecord | None, now: QboTransaction) -> str:
    """The name of the customer that the record's client is matched to, by its id alone where it is gone; that of the transaction's
    own where the client stands for that one, too, or is not matched."""
    payers = Payers(context)
    meant = payers.customer_for(record.client_id, now.customer_id) if record else ""
    if meant in ("", now.customer_id):
        return now.customer_name
    customer = payers.read([meant])[meant]
    return customer.full_name if customer else meant


def compare(record: SourceRecord | None, now: QboTransaction, numbers: Mapping[str, str], customer: str) -> list[Message]:
    """What is not the same on both sides; that it is gone here, where it is. `numbers` are those of the invoices, by id; `customer`
    is the name of the record's."""
    if record is None:
        return [Message("record_gone_here")]
    pairs = (
        ("customer", customer, now.customer_name),
        ("date", record.date.isoformat(), now.date.isoformat()),
        ("amount", show_amount(record.amount), show_amount(now.total)),
        ("applied", *in_words(record, now, numbers)),
    )
    said = [f"{name} {ours} here, {theirs} in QuickBooks" for name, ours, theirs in pairs if ours != theirs]
    return [Message("record_differs", {"what": "; ".join(said)})] if said else []


def in_words(record: SourceRecord, now: QboTransaction, numbers: Mapping[str, str]) -> tuple[str, str]:
    """What is applied on each side: invoices with amounts; of a memo its sum alone, since QuickBooks tells no more of one."""
    if not isinstance(now, QboPayment):
        return show_amount(sum((each.amount for each in record.applications), Decimal(0))), show_amount(now.total - now.remaining)
    ours = [(each.invoice_number, each.amount) for each in record.applications]
    theirs = [(numbers.get(line.id) or name_of(line.type, line.id), line.amount) for line in now.lines]
    return list_parts(ours), list_parts(theirs)


def list_parts(parts: Iterable[tuple[str, Decimal]]) -> str:
    """`1037 400.00, 1038 50.00`, in order of the numbers."""
    return ", ".join(f"{number} {show_amount(amount)}" for number, amount in sorted(parts)) or "nothing"


def list_lines(services: FormServices, connection: Connection, payment: QboPayment, numbers: Mapping[str, str]) -> list[SectionRow]:
    """What the payment is applied to, each with its page there, and the host's invoice of the same number and client."""
    here = find_invoices(services, payment.customer_id, connection.realm, numbers)
    return [present_line(services, connection, line, numbers.get(line.id, ""), here) for line in payment.lines]


def read_numbers(context: SyncContext, lines: Sequence[Line]) -> Mapping[str, str]:
    """The numbers of the invoices by id: those that the lines do not tell are asked for."""
    invoices = [line for line in lines if line.type == Entity.INVOICE]
    missing = [line.id for line in invoices if not line.number]
    asked = {each.id: each.number or "" for each in context.quickbooks.invoices(missing)} if missing else {}
    return {line.id: line.number or asked.get(line.id, "") for line in invoices}


def find_invoices(services: FormServices, customer: str, realm: str, numbers: Mapping[str, str]) -> Mapping[str, str]:
    """The host's invoices by number: those of the clients that are matched to the payment's customer."""
    wanted = sorted(set(filter(None, numbers.values())))
    clients = {link.source.id for link in services.links.all_of(realm, Entity.CUSTOMER) if link.quickbooks_id == customer}
    found = services.host.ledger.invoices_by_number(wanted) if wanted else ()
    return {each.number.strip().casefold(): each.id for each in found if each.client_id in clients}


def present_line(services: FormServices, connection: Connection, line: Line, number: str, here: Mapping[str, str]) -> SectionRow:
    """One application."""
    links: list[SectionLink] = []
    if line.type == Entity.INVOICE and (own := here.get(number.strip().casefold())):
        links.append(open_here(f"invoice:{own}", f"Open {number}"))
    links += open_there(services, connection, line.type, line.id)
    return {"cells": {"what": name_of(line.type, number or line.id), "amount": plain_amount(line.amount)}, "links": links}
