"""The run that is undone: what is sent or imported, what it made, and the rows that somebody touches before the undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from qb_plugin.model import Entity, Kind, Ref
from tests.faults.processes.ledger_states import Json, QuickBooksDesk
from tests.faults.processes.workstation import Firm

EVERY_DAY = ("--from", "2000-01-01", "--to", "2099-12-31")
MAY = ("--from", "2019-05-01", "--to", "2019-05-31")  # a month of which the company knows nothing else
#: What is sent to QuickBooks and then undone there, and what is imported and then removed here.
ARGUMENTS: Mapping[str, Sequence[str]] = {
    "export-payments": (*EVERY_DAY, "--auto-apply", "--all"),
    "import-payments": (*MAY, "--all"),
}
EDITED, DEPOSITED, MATCHED = "edited", "deposited", "matched"
SAID = frozenset({EDITED, DEPOSITED})  # what an undo sees beforehand


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A run, its rows and what was made of each; `there` and `ours` are by row the ids in QuickBooks and in the practice.

    `refused` are the records that the run did not send. `touched` says by row what somebody did to it after the run.
    """

    run: str
    rows: Sequence[str]
    unapplied: Sequence[str]
    there: Mapping[str, str]
    ours: Mapping[str, str]
    refused: Sequence[str]
    imported: bool
    touched: Mapping[str, str] = field(default_factory=dict)


def fill(firm: Firm, desk: QuickBooksDesk, count: int) -> None:
    """Enter payments of matched customers in QuickBooks; every third pays a dollar of an invoice that is open on both sides."""
    links = firm.runtime.store.links.all_of(firm.runtime.connection().realm, Entity.CUSTOMER)
    active = {customer["Id"] for customer in desk.query("Customer")}
    customers = sorted({link.quickbooks_id for link in links if link.source.kind is Kind.CLIENT} & active)
    here = {invoice.number for invoice in firm.practice.ledger.all_invoices() if invoice.balance > 1}
    bills = [
        bill
        for bill in desk.query("Invoice")
        if bill["Balance"] > 1 and bill["CustomerRef"]["value"] in customers and bill.get("DocNumber") in here
    ]
    desk.enter("Payment", [payment_body(number, customers, bills) for number in range(count)])


def payment_body(number: int, customers: Sequence[str], bills: Sequence[Json]) -> Json:
    """Payment of this number as it is entered."""
    body: Json = {"TxnDate": f"2019-05-{1 + number % 31:02}", "PaymentRefNum": f"Q{number}", "TotalAmt": float(100 + number)}
    place = number // 3
    if number % 3 or place >= len(bills):
        return {**body, "CustomerRef": {"value": customers[number % len(customers)]}}
    linked = {"TxnId": bills[place]["Id"], "TxnType": "Invoice"}
    return {**body, "CustomerRef": bills[place]["CustomerRef"], "Line": [{"Amount": 1.0, "LinkedTxn": [linked]}]}


def read_made(firm: Firm, form: str, printed: Any) -> Made:
    """What a run made, from what it printed and the links."""
    done = [row for row in printed["rows"] if row["outcome"] == "synchronized"]
    refused = [row["id"] for row in printed["rows"] if row["outcome"] != "synchronized"]
    imported = form == "import-payments"
    realm, links = firm.runtime.connection().realm, firm.runtime.store.links
    if imported:
        found = links.by_quickbooks(realm, Entity.PAYMENT, [row["id"].partition(":")[2] for row in done])
        there = {row["id"]: row["id"].partition(":")[2] for row in done}
        ours = {row: found[identity].source.id for row, identity in there.items()}
    else:
        there = {row["id"]: row["quickbooks_id"] for row in done}
        ours = {row: Ref.parse(row).id for row in there}
    unapplied = [row["id"] for row in done if not row["applied"]]
    return Made(
        run=printed["run"],
        rows=[row["id"] for row in done],
        unapplied=unapplied,
        there=there,
        ours=ours,
        refused=refused,
        imported=imported,
    )


def touch(made: Made, firm: Firm, desk: QuickBooksDesk) -> Made:
    """Somebody edits, deposits and matches one of the rows each; of what was imported, one is edited here."""
    rows = made.unapplied[:3]
    if made.imported:
        record = firm.practice.ledger.records([f"payment:{made.ours[rows[0]]}"])[0]
        firm.practice.ledger.update(
            [{"key": "by hand", "ref": record.ref, "version": record.version, "amount": record.amount + Decimal(1)}]
        )
        return replace(made, touched={rows[0]: EDITED})
    edited, deposited, matched = (made.there[row] for row in rows)
    desk.change("Payment", edited, PaymentRefNum="by hand")
    desk.control("deposit", {"payments": [deposited]})
    desk.control("bank-match", {"records": [f"Payment:{matched}"]})
    return replace(made, touched=dict(zip(rows, (EDITED, DEPOSITED, MATCHED), strict=True)))
