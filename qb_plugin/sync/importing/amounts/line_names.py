"""What a payment's lines are called in sentences: by number, else by date and amount; never by an internal id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qb_plugin.model import Document, Entity, Line
from qb_plugin.money import show_amount
from qb_plugin.sync.importing.host_snapshot import HostSnapshot

NAMES: Mapping[str, str] = {
    "CreditMemo": "credit memo",
    "Check": "check",
    "Expense": "expense",
    "CreditCardCredit": "credit card credit",
    "RefundReceipt": "refund receipt",
    "Deposit": "a line of a bank deposit",
    "JournalEntry": "a journal entry",
}
_WITHOUT_NUMBER = frozenset({"Deposit", "JournalEntry"})


def name_invoice(snapshot: HostSnapshot, line: Line) -> str:
    """`1042`, or `of 2026-11-02 over 100.00` for an invoice without a number."""
    return line.number or _describe(snapshot.document(line)) or "without a number"


def name_transaction(snapshot: HostSnapshot, line: Line) -> str:
    """`credit memo 31`, `check 1043 on 2026-11-02`, `a journal entry`."""
    name = NAMES.get(line.type) or "".join(f" {each.lower()}" if each.isupper() else each for each in line.type).strip()
    if line.type in _WITHOUT_NUMBER:
        return name
    document = snapshot.document(line)
    number = line.number or (document.number if document else None)
    if line.type == Entity.CREDIT_MEMO:
        return f"{name} {number or _describe(document) or 'without a number'}"
    day = f" on {document.date.isoformat()}" if document and document.date else ""
    return f"{name} {number}{day}" if number else f"{name}{day}"


def join_names(names: Iterable[str]) -> str:
    """The names in order, each once."""
    return ", ".join(dict.fromkeys(names))


def _describe(document: Document | None) -> str:
    if document is None:
        return ""
    if document.number:
        return document.number
    parts = (
        f"of {document.date.isoformat()}" if document.date else "",
        f"over {show_amount(document.total)}" if document.total else "",
    )
    return " ".join(part for part in parts if part)
