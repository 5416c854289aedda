"""'Automatically apply credits': what QuickBooks does by itself when the company has it switched on."""

from datetime import UTC, datetime

from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.changes import Write, perform
from hostsim.qbo_simulator.books.company import Company, amount

MEMO = "Created by QB Online to link credits to charges"


def apply_credits(company: Company, now: datetime) -> None:
    """Join open credit memos to open invoices of the customers that are due."""
    due = [each for each in company.due if each[0] <= now.timestamp()]
    if not due:
        return
    company.due = [each for each in company.due if each[0] > now.timestamp()]
    for at, customer in due:
        _join(company, customer, datetime.fromtimestamp(at, UTC))


def _join(company: Company, customer: int, at: datetime) -> None:
    while (memos := _open(company, "CreditMemo", customer)) and (invoices := _open(company, "Invoice", customer)):
        (memo, credit), (invoice, balance) = memos[0], invoices[0]
        body = _linking(customer, memo, invoice, min(credit, balance))
        try:
            perform(company, Write("Payment", "create", body), at)
        except RefusedError:
            return


def _open(company: Company, kind: str, customer: int) -> list[tuple[int, int]]:
    table = company.tables[kind]
    day, balance = table.positions["TxnDate"], table.positions["Balance"]
    found = [record for record in table.find("CustomerRef", [str(customer)]) or () if table.rows[record][balance]]
    found.sort(key=lambda record: (str(table.rows[record][day]), record))
    return [(record, int(table.rows[record][balance] or 0)) for record in found]


def _linking(customer: int, memo: int, invoice: int, part: int) -> Record:
    lines = [
        {"Amount": amount(part), "LinkedTxn": [{"TxnId": str(identity), "TxnType": kind}]}
        for kind, identity in (("Invoice", invoice), ("CreditMemo", memo))
    ]
    return {"CustomerRef": {"value": str(customer)}, "TotalAmt": 0, "PrivateNote": MEMO, "Line": lines}
