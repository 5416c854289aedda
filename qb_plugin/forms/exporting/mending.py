"""Mending a record where its row stands: a new reference, amount, date or memo, through the ledger's own `update`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal, cast

from qb_plugin.errors import AnswerRejected
from qb_plugin.forms.descriptions import ActResult, AskedText, Edits, RowChange
from qb_plugin.forms.exporting.rows import present_records
from qb_plugin.forms.services import FormServices
from qb_plugin.host import Record
from qb_plugin.model import Entity, Kind, Message, Ref
from qb_plugin.money import plain_amount
from qb_plugin.schemas.limits import LONGEST_NOTE, LONGEST_REFERENCE
from qb_plugin.sync.exporting.drafting.corrections import Field, Value, correct_record
from qb_plugin.sync.markers import Marker, with_marker

Shape = Literal["text", "lines", "money", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """One value of a record that can be corrected: how it is asked for, shown and read; None for what cannot be read."""

    key: Field
    label: str
    type: Shape
    show: Callable[[Record], str]
    read: Callable[[str], Value | None]
    longest: Callable[[Record, str], int] | None = None  # characters, by the record and the firm


def read_amount(text: str) -> Decimal | None:
    """An amount as people type it: with or without separators of thousands."""
    try:
        amount = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def read_date(text: str) -> date | None:
    """A whole date, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def longest_reference(_: Record, __: str) -> int:
    """Characters of a payment's reference and of a credit memo's number."""
    return LONGEST_REFERENCE


def longest_memo(record: Record, firm_id: str) -> int:
    """Characters of the record's memo: our mark takes part of the room."""
    mark = Marker(firm_id, Ref(Kind(record.kind), record.id), birth=record.birth)
    return LONGEST_NOTE - (len(with_marker("x", mark)) - 1)


MENDS: Mapping[str, Mend] = {
    "correct_reference": Mend(
        key="reference", label="Reference", type="text", show=lambda r: r.reference, read=str.strip, longest=longest_reference
    ),
    "correct_memo": Mend(key="memo", label="Memo", type="lines", show=lambda r: r.memo, read=str.rstrip, longest=longest_memo),
    "correct_amount": Mend(key="amount", label="Amount", type="money", show=lambda r: plain_amount(r.amount), read=read_amount),
    "correct_date": Mend(key="date", label="Date", type="date", show=lambda r: r.date.isoformat(), read=read_date),
}
KEYS = tuple(mend.key for mend in MENDS.values())
OPEN_CUSTOMER = "open_customer"
MENDING = frozenset([*MENDS, OPEN_CUSTOMER])


def mend_row(services: FormServices, action: str, ids: Sequence[str], edits: Edits) -> ActResult:
    """Do what a button under the grid says for its row: correct a value, or open what is to be mended in QuickBooks."""
    return open_customer(services, ids) if action == OPEN_CUSTOMER else correct_row(services, action, ids, edits)


def correct_row(services: FormServices, action: str, ids: Sequence[str], edits: Edits) -> ActResult:
    """Ask for the new value, or, given it, write it and show the row as it is judged now."""
    mend, records = MENDS[action], services.host.ledger.records(ids[:1])
    if len(ids) != 1 or not records or "update" not in services.host.ledger.can:
        key = "pick_one" if len(ids) != 1 else "record_unknown" if not records else "cannot_correct"
        return {"notice": services.sentences.text(Message(key)), "level": "warning"}
    record, typed = records[0], edits.get(ids[0], {}).get(mend.key)
    if not isinstance(typed, str):
        return {"ask": ask_for(services, mend, record, mend.show(record))}
    value = mend.read(typed)
    if value is None:
        rejected = Message("field_amount" if mend.type == "money" else "field_date")
        raise AnswerRejected(rejected, {mend.key: rejected})
    return write(services, mend, record, value, typed)


def ask_for(services: FormServices, mend: Mend, record: Record, value: str, reason: str = "") -> AskedText:
    """What the host asks for: the value there is, how long it may be, and why what was entered did not do."""
    longest = mend.longest(record, services.host.firm_id) if mend.longest else 0
    key = "correct_up_to" if longest else "correct_asked"
    values = {"what": mend.label, "number": record.number, "client": record.client_name, "longest": longest, "length": len(value)}
    asked: AskedText = {
        "row": f"{record.kind}:{record.id}",
        "key": mend.key,
        "label": mend.label,
        "value": value,
        "type": mend.type,
        "text": " ".join(filter(None, (reason, services.sentences.text(Message(key, values))))),
    }
    return {**asked, "longest": longest} if longest else asked


def write(services: FormServices, mend: Mend, record: Record, value: Value, typed: str) -> ActResult:
    """Write the value once, whatever is pressed again; a refusal asks once more with the ledger's reason."""
    ref, outcome = f"{record.kind}:{record.id}", correct_record(services.host.ledger, record, mend.key, value)
    if outcome.status == "refused":
        return {"ask": ask_for(services, mend, record, typed, outcome.reason or "")}
    if outcome.status == "changed":
        return {"notice": outcome.reason or "", "level": "warning", "reload": True}
    realm = services.connection().realm
    services.host.marks.put([{"ref": ref, "state": "", "scope": realm}])  # what was said of the record as it was
    said = Message("corrected", {"what": mend.label, "number": record.number, "was": mend.show(record) or "–", "now": typed or "–"})
    rows = cast(Sequence[RowChange], present_records(services, [ref]))
    return {"rows": rows, "notice": services.sentences.text(said), "level": "info"}


def open_customer(services: FormServices, ids: Sequence[str]) -> ActResult:
    """Open the page of the customer that the row's client is matched to, say to make it active again."""
    connection, records = services.connection(), services.host.ledger.records(ids[:1])
    clients = [Ref(Kind.CLIENT, record.client_id) for record in records]
    link = next(iter(services.links.by_source(connection.realm, clients).values()), None)
    if link is None:
        return {"notice": services.sentences.text(Message("no_customer_page")), "level": "warning"}
    return {"open_url": services.record_page(connection, Entity.CUSTOMER, link.quickbooks_id)}
