"""Greenbriar Gardens, an invented landscaping firm with as many records of each kind as Intuit's own US sample."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.books.changes import deposit_payments
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.companies.preferences import Beginning, TaxRule
from hostsim.qbo_simulator.companies.sample_lists import ACCOUNT_PARENTS, ACCOUNTS, CUSTOMERS, ITEMS
from hostsim.qbo_simulator.companies.start import begin, make, moment

_INVOICES, _PAID, _RECEIPTS = 31, 15, 4
_DEPOSITED = 9
_DISCOUNT = [{"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}]
_TAXES = (TaxRule("California", "8"), TaxRule("Tucson", "9.1"))


@dataclass(slots=True)
class _Garden:
    """The company while it is being planted."""

    company: Company
    today: date
    now: datetime

    def at(self, days_ago: int) -> datetime:
        """A working moment so many days ago."""
        return moment(self.today - timedelta(days=days_ago), self.now, days_ago % 240)

    def day(self, days_ago: int) -> str:
        """That day as a date."""
        return (self.today - timedelta(days=days_ago)).isoformat()


def build_sample(company: Company, today: date, now: datetime) -> None:
    """Fill `company`: lists first, then a hundred days of work in order."""
    garden = _Garden(company, today, now)
    beginning = Beginning(
        name="Greenbriar Gardens & Design",
        accounts=ACCOUNTS,
        parents=ACCOUNT_PARENTS,
        items=ITEMS,
        custom_field="Crew #",
        tax_codes=_TAXES,
    )
    begin(company, beginning, garden.at(150))
    for position, (name, parent) in enumerate(CUSTOMERS):
        make(company, "Customer", _customer(position, name, parent), garden.at(140))
    invoices = [_invoice(garden, position) for position in range(_INVOICES)]
    payments = [_payment(garden, position, invoices[2 * position]) for position in range(_PAID)]
    for position in range(_RECEIPTS):
        _receipt(garden, position)
    _credit(garden, invoices[1])
    deposit_payments(company, [int(payment["Id"]) for payment in payments[:_DEPOSITED]], garden.at(1))


def _customer(position: int, name: str, parent: int | None) -> Record:
    street = {"Line1": f"{100 + 37 * position} Fern Lane", "City": "Bayshore", "CountrySubDivisionCode": "CA"}
    address = {"Id": str(position + 2), **street, "PostalCode": str(94000 + position)}
    phone = {"FreeFormNumber": f"(650) 555-{1000 + position}"}
    email = {"Address": f"client{position + 1}@example.com"}
    body: Record = {"DisplayName": name, "BillAddr": address, "PrimaryPhone": phone, "PrimaryEmailAddr": email}
    if position % 3 == 0:
        body |= {"ShipAddr": {**street, "Line2": "Garden gate", "PostalCode": address["PostalCode"]}, "CompanyName": name}
    if parent is not None:
        body |= {"ParentRef": {"value": str(parent)}, "BillWithParent": True}
    return body


def _line(position: int) -> Record:
    price, count = Decimal(25 + 5 * (position % 9)), Decimal(2 + position % 7) / 2
    item = {"value": str(1 + position % len(ITEMS))}
    detail = {"ItemRef": item, "UnitPrice": price, "Qty": count}
    return {"Amount": price * count, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def _invoice(garden: _Garden, position: int) -> Record:
    days = 100 - 3 * position
    body = {
        "CustomerRef": {"value": str(1 + position * 5 % len(CUSTOMERS))},
        "TxnDate": garden.day(days),
        "SalesTermRef": {"value": str(1 + position % 4)},
        "Line": [_line(position), _line(position + 4)][: 1 + position % 2] + _DISCOUNT * (position % 5 == 4),
        "CustomerMemo": {"value": "Thank you for your business and have a great day!"},
    }
    return make(garden.company, "Invoice", body, garden.at(days))


def _payment(garden: _Garden, position: int, invoice: Record) -> Record:
    days = max(0, 90 - 6 * position)
    owed = number(invoice["Balance"])
    part = owed if position % 4 else (owed / 2).quantize(Decimal(1))
    linked = [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
    body = {
        "CustomerRef": invoice["CustomerRef"],
        "TxnDate": garden.day(days),
        "TotalAmt": part + (10 if position % 5 == 4 else 0),
        "PaymentMethodRef": {"value": str(1 + position % 4)},
        "PaymentRefNum": str(2000 + 17 * position),
        "Line": [{"Amount": part, "LinkedTxn": linked}],
    }
    return make(garden.company, "Payment", body, garden.at(days))


def _receipt(garden: _Garden, position: int) -> None:
    days = 20 - 4 * position
    body = {
        "CustomerRef": {"value": str(3 + position)},
        "TxnDate": garden.day(days),
        "PaymentMethodRef": {"value": "2"},
        "PaymentRefNum": str(5000 + position),
        "Line": [_line(position + 2)],
    }
    make(garden.company, "SalesReceipt", body, garden.at(days))


def _credit(garden: _Garden, invoice: Record) -> None:
    line = {"Amount": Decimal(20), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "3"}}}
    body = {"CustomerRef": invoice["CustomerRef"], "TxnDate": garden.day(6), "Line": [line]}
    memo = make(garden.company, "CreditMemo", body, garden.at(6))
    pairs = (("Invoice", invoice["Id"]), ("CreditMemo", memo["Id"]))
    lines = [{"Amount": Decimal(20), "LinkedTxn": [{"TxnId": identity, "TxnType": kind}]} for kind, identity in pairs]
    body = {"CustomerRef": invoice["CustomerRef"], "TxnDate": garden.day(5), "TotalAmt": 0, "Line": lines}
    make(garden.company, "Payment", body, garden.at(5))
