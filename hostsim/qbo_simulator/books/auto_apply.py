"""'Automatically apply credits': what QuickBooks does by itself when the company has it switched on."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.base.money import amount
from hostsim.qbo_simulator.books import applications as links
from hostsim.qbo_simulator.books.changes import Write, perform
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.open_items import Line

MEMO = "Created by QB Online to link credits to charges"


@dataclass(frozen=True, slots=True)
class _Open:
    """A transaction with something left: its day, its id, and how much."""

    day: str
    id: int
    units: int
    kind: str


def apply_credits(company: Company, now: datetime) -> None:
    """Join open credits to open invoices of the customers that are due."""
    due = [each for each in company.due if each[0] <= now.timestamp()]
    if not due:
        return
    company.due = [each for each in company.due if each[0] > now.timestamp()]
    for at, customer in due:
        _join(company, customer, datetime.fromtimestamp(at, UTC))


def _join(company: Company, customer: int, at: datetime) -> None:
    while (credits := _credits(company, customer)) and (invoices := _open(company, "Invoice", "Balance", customer)):
        credit, invoice = credits[0], invoices[0]
        part = min(credit.units, invoice.units)
        try:
            if credit.kind == "Payment":
                _apply_payment(company, credit.id, invoice.id, part, at)
            else:
                perform(company, Write("Payment", "create", _linking(company, credit, invoice, part)), at)
        except RefusedError:
            return


def _credits(company: Company, customer: int) -> list[_Open]:
    """Credit memos and payments with something unapplied, oldest first."""
    found = _open(company, "CreditMemo", "Balance", customer) + _open(company, "Payment", "UnappliedAmt", customer)
    return sorted(found, key=lambda each: (each.day, each.id))


def _open(company: Company, kind: str, column: str, customer: int) -> list[_Open]:
    table = company.tables[kind]
    day, left = table.positions["TxnDate"], table.positions[column]
    found = [
        _Open(str(table.rows[record][day]), record, int(table.rows[record][left] or 0), kind)
        for record in table.find("CustomerRef", [str(customer)]) or ()
        if table.rows[record][left]
    ]
    return sorted(found, key=lambda each: (each.day, each.id))


def _apply_payment(company: Company, payment: int, invoice: int, part: int, at: datetime) -> None:
    """Apply what a payment has left; one that lies in a deposit as well."""
    record = company.tables["Payment"].get(payment) or {}
    lines = (*company.lines.get(payment, ()), Line("Invoice", invoice, part))
    links.apply(company, payment, lines, at)
    record["SyncToken"] = company.next_token("Payment", record)
    company.store("Payment", links.with_lines(record, lines), at)
    company.settle(at)


def _linking(company: Company, credit: _Open, invoice: _Open, part: int) -> Record:
    lines = [{"Amount": amount(part), "LinkedTxn": [{"TxnId": str(each.id), "TxnType": each.kind}]} for each in (invoice, credit)]
    memo = company.tables["CreditMemo"].get(credit.id) or {}
    kept: Record = {name: memo[name] for name in ("CustomerRef", "CurrencyRef", "ExchangeRate") if name in memo}
    return {**kept, "TotalAmt": 0, "PrivateNote": MEMO, "Line": lines}
