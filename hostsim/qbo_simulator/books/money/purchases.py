"""Expenses and checks: money paid out, money given back to a customer and bounced checks among it."""

from decimal import Decimal

from hostsim.qbo_simulator.base.faults import business, refuse, required
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import check_account
from hostsim.qbo_simulator.books.money.lines import account, check_named, detail_of, entity, numbered
from hostsim.qbo_simulator.books.open_items import payee
from hostsim.qbo_simulator.books.references import target
from hostsim.qbo_simulator.books.sales.tax import purchase_tax, tax_on_top

_PAID_FROM = {"Cash": ("Bank", "Other Current Asset"), "Check": ("Bank",), "CreditCard": ("Credit Card",)}


def fill(company: Company, record: Record, old: Record | None) -> Record:
    """A complete expense, check or credit card charge."""
    for field in ("PaymentType", "AccountRef", "Line"):
        if not record.get(field):
            raise required(field)
    if record["PaymentType"] not in _PAID_FROM:
        text = f"Invalid Enumeration : {record['PaymentType']} is not a valid PaymentType"
        raise refuse("2170", "Invalid Enumeration", text, "PaymentType")
    source = target(company, "AccountRef", record["AccountRef"])
    if source["AccountType"] not in _PAID_FROM[record["PaymentType"]]:
        raise refuse("6430", "Invalid account type", "Invalid account type : Select a bank or credit card account", "")
    check_account(company, record, source)
    record = {"Credit": False, **record} if record["PaymentType"] == "CreditCard" else _without_credit(record)
    if "EntityRef" in record:
        record["EntityRef"] = entity(company, record["EntityRef"])
    lines = numbered((_line(company, record, line) for line in record["Line"]), old)
    total = sum((number(line.get("Amount")) for line in lines), Decimal(0))
    if total < 0:
        raise business("The total amount of the transaction must be zero or greater.")
    tax = purchase_tax(company, record, lines)
    printed = {"PrintStatus": "NotSet"} if record["PaymentType"] == "Check" else {}
    return {
        **printed,
        **record,
        "Line": lines,
        **({"TxnTaxDetail": tax} if tax else {}),
        "TotalAmt": total + tax_on_top(record, tax),
    }


def _without_credit(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "Credit"}


def _line(company: Company, record: Record, line: Record) -> Record:
    if line.get("DetailType") is None:
        raise required("Line.DetailType")
    if "Amount" not in line:
        raise required("Line.Amount")
    where = str(line["DetailType"])
    if where not in ("AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail"):
        raise refuse("2170", "Invalid Enumeration", f"Invalid Enumeration : {where} is not a valid DetailType", "DetailType")
    detail = detail_of(company, line, where, "Purchase")
    if where == "AccountBasedExpenseLineDetail":
        customer = payee(record, detail)
        who = {**customer, "type": "Customer"} if customer else record.get("EntityRef")
        check_named(company, account(company, detail, where), who, record["CurrencyRef"]["value"])
        detail = {"TaxCodeRef": {"value": "NON"}, "BillableStatus": "NotBillable", **detail}
    elif "ItemRef" not in detail:
        raise required("Line.ItemBasedExpenseLineDetail.ItemRef")
    return {**line, where: detail}
