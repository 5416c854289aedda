"""What customers owe, read from the wire alone, and the bodies that make it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.support.simulator.simulator_calls import Books

RECEIVABLE, EQUITY = "3", "10"


@dataclass(frozen=True, slots=True)
class Open:
    """Something open as the wire tells it: which transaction and line, whose, and how much (credits below zero)."""

    kind: str
    id: str
    line: str
    customer: str
    total: Decimal


def lines_on_receivables(books: Books) -> Iterator[Open]:
    """The lines of journal entries, purchases and deposits that a customer owes or has to his credit."""
    for record in books.company.all("JournalEntry"):
        for line in record["Line"]:
            detail = line["JournalEntryLineDetail"]
            if detail["AccountRef"]["value"] == RECEIVABLE:
                side = 1 if detail["PostingType"] == "Debit" else -1
                yield Open("JournalEntry", record["Id"], line["Id"], detail["Entity"]["EntityRef"]["value"], side * line["Amount"])
    for record in books.company.all("Purchase"):
        for line in record["Line"]:
            yield Open("Purchase", record["Id"], line["Id"], record["EntityRef"]["value"], Decimal(line["Amount"]))
    for record in books.company.all("Deposit"):
        for line in record["Line"]:
            detail = line["DepositLineDetail"]
            if detail.get("AccountRef", {}).get("value") == RECEIVABLE:
                yield Open("Deposit", record["Id"], line["Id"], detail["Entity"]["value"], -Decimal(line["Amount"]))


def whole_documents(books: Books) -> Iterator[Open]:
    """Invoices and credit memos."""
    for kind, side in (("Invoice", 1), ("CreditMemo", -1)):
        for record in books.company.all(kind):
            yield Open(kind, record["Id"], "0", record["CustomerRef"]["value"], side * Decimal(record["TotalAmt"]))


def kind_of(linked: str) -> str:
    """In which list a linked transaction is read."""
    return "Purchase" if linked in ("Expense", "Check") else linked


def entry_lines(customer: str, other: str, amount: Decimal, side: str) -> list[dict[str, Any]]:
    """Two lines on receivables, one each for two customers, and one against both."""
    against = "Credit" if side == "Debit" else "Debit"
    lines = [(side, amount, customer), (side, amount, other), (against, 2 * amount, None)]
    return [
        {
            "Id": str(position),
            "Amount": value,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {
                "PostingType": posting,
                "AccountRef": {"value": RECEIVABLE if who else EQUITY},
                **({"Entity": {"Type": "Customer", "EntityRef": {"value": who}}} if who else {}),
            },
        }
        for position, (posting, value, who) in enumerate(lines, 1)
    ]


def deposit_lines(payments: list[str], customer: str, amount: Decimal) -> list[dict[str, Any]]:
    """Lines that take payments, and one of money that a customer paid without an invoice."""
    taken = [{"LinkedTxn": [{"TxnId": each, "TxnType": "Payment"}]} for each in payments]
    detail = {"AccountRef": {"value": RECEIVABLE}, "Entity": {"value": customer, "type": "Customer"}}
    own = {"Id": "1", "Amount": amount, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}
    return [own, *taken]


def expense(amount: object, account: str = RECEIVABLE) -> dict[str, Any]:
    """A line of an expense or a check, on receivables unless it says otherwise."""
    detail = {"AccountRef": {"value": account}}
    return {"Amount": amount, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
