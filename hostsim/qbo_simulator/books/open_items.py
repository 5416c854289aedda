"""What a payment can be applied to: invoices, credit memos, and lines on Accounts Receivable that name a customer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.base.money import amount, units

#: The type a payment's line calls it by, the transaction's id, and the line's id (0: the whole transaction).
Document = tuple[str, int, int]
#: Says of an account reference whether it is Accounts Receivable.
Receivable = Callable[[Record], bool]

#: In which table each type of linked transaction is kept.
TABLES = {
    "Invoice": "Invoice",
    "CreditMemo": "CreditMemo",
    "JournalEntry": "JournalEntry",
    "Deposit": "Deposit",
    "Expense": "Purchase",
    "Check": "Purchase",
    "CreditCardCredit": "Purchase",
}
#: Transactions of which single lines are open, not the whole.
BY_LINE = frozenset({"JournalEntry", "Deposit", "Purchase"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """One thing a customer owes, or has to his credit, before anything is applied to it."""

    document: Document
    customer: int
    credit: bool
    units: int


@dataclass(frozen=True, slots=True)
class Line:
    """Part of a payment: what it is applied to, how much, and whether that brings money or takes it."""

    type: str
    id: int
    units: int
    part: int = 0
    credit: bool = False

    @property
    def document(self) -> Document:
        """What the line points at."""
        return self.type, self.id, self.part

    def record(self) -> Record:
        """The line as a client may send it."""
        linked: Record = {"TxnId": str(self.id), "TxnType": self.type}
        if self.part:
            linked["TxnLineId"] = str(self.part)
        return {"Amount": amount(self.units), "LinkedTxn": [linked]}


def open_items(kind: str, record: Record, receivable: Receivable) -> tuple[OpenItem, ...]:
    """The open items that a stored transaction makes."""
    maker = _MAKERS.get(kind)
    return tuple(maker(record, receivable)) if maker else ()


def purchase_type(record: Record) -> str:
    """What a payment's line calls this purchase."""
    if record.get("Credit"):
        return "CreditCardCredit"
    return "Check" if record.get("PaymentType") == "Check" else "Expense"


def payee(record: Record, detail: Record) -> Record | None:
    """The customer an expense line on Accounts Receivable is about: the line's own, or the payee."""
    entity: Record = record.get("EntityRef") or {}
    named: Record | None = detail.get("CustomerRef")
    return named or (entity if entity.get("type", "").lower() == "customer" else None)


def _whole(record: Record, kind: str) -> Iterator[OpenItem]:
    if "CustomerRef" in record:
        yield OpenItem(
            document=(kind, int(record["Id"]), 0),
            customer=int(record["CustomerRef"]["value"]),
            credit=kind == "CreditMemo",
            units=units(number(record["TotalAmt"])),
        )


def _part(record: Record, line: Record, kind: str, customer: Record, credit: bool) -> OpenItem:
    value = units(number(line.get("Amount")))
    return OpenItem(
        document=(kind, int(record["Id"]), int(line["Id"])),
        customer=int(customer["value"]),
        credit=credit if value >= 0 else not credit,
        units=abs(value),
    )


def _journal(record: Record, receivable: Receivable) -> Iterator[OpenItem]:
    for line in record.get("Line", []):
        detail = line.get("JournalEntryLineDetail") or {}
        customer = (detail.get("Entity") or {}).get("EntityRef")
        if customer and receivable(detail.get("AccountRef") or {}):
            yield _part(record, line, "JournalEntry", customer, detail["PostingType"] == "Credit")


def _deposit(record: Record, receivable: Receivable) -> Iterator[OpenItem]:
    for line in record.get("Line", []):
        detail = line.get("DepositLineDetail") or {}
        if detail.get("Entity") and receivable(detail.get("AccountRef") or {}):
            yield _part(record, line, "Deposit", detail["Entity"], credit=True)


def _purchase(record: Record, receivable: Receivable) -> Iterator[OpenItem]:
    for line in record.get("Line", []):
        detail = line.get("AccountBasedExpenseLineDetail") or {}
        customer = payee(record, detail)
        if customer and receivable(detail.get("AccountRef") or {}):
            yield _part(record, line, purchase_type(record), customer, bool(record.get("Credit")))


_MAKERS: dict[str, Callable[[Record, Receivable], Iterator[OpenItem]]] = {
    "Invoice": lambda record, _receivable: _whole(record, "Invoice"),
    "CreditMemo": lambda record, _receivable: _whole(record, "CreditMemo"),
    "JournalEntry": _journal,
    "Deposit": _deposit,
    "Purchase": _purchase,
}
