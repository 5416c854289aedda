"""Invoices, credit memos, sales receipts and refund receipts: totals, numbers, addresses."""

from datetime import date, timedelta
from decimal import Decimal

from hostsim.qbo_simulator.base.faults import business, refuse, required
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import check_account
from hostsim.qbo_simulator.books.money.payments import undeposited_funds
from hostsim.qbo_simulator.books.references import resolve, target
from hostsim.qbo_simulator.books.sales.lines import Sums, read_lines
from hostsim.qbo_simulator.books.sales.numbers import number_of
from hostsim.qbo_simulator.books.sales.tax import sales_tax, tax_on_top

_RECEIPTS = frozenset({"SalesReceipt", "RefundReceipt"})


def fill(company: Company, kind: str, record: Record, old: Record | None, allow_duplicate: bool) -> Record:
    """A complete document, as QuickBooks would store it."""
    if not record.get("Line"):
        raise required("Line")
    filled = {**_defaults(company, kind), **record}
    filled["Line"], sums = read_lines(company, kind, record, old)
    filled["TxnTaxDetail"] = sales_tax(company, filled, filled["Line"], _left_of_discount(filled, sums))
    filled["TotalAmt"] = sums.subtotal - sums.discount + tax_on_top(filled, filled["TxnTaxDetail"])
    if number(filled["TotalAmt"]) < 0:
        raise business("The total amount of the transaction must be zero or greater.")
    filled.update(_addresses(company, filled))
    filled.update(number_of(company, kind, filled, old, allow_duplicate))
    if kind == "Invoice":
        filled.setdefault("DueDate", _due(company, filled))
    return _receipt(company, kind, filled) if kind in _RECEIPTS else filled


def _left_of_discount(record: Record, sums: Sums) -> Decimal:
    if not record.get("ApplyTaxAfterDiscount") or not sums.subtotal:
        return Decimal(1)
    return (sums.subtotal - sums.discount) / sums.subtotal


def _receipt(company: Company, kind: str, record: Record) -> Record:
    """Where the money of a receipt goes, or comes from: Undeposited Funds unless it says so; a refund must say it."""
    if "DepositToAccountRef" not in record:
        if kind == "RefundReceipt":
            raise required("DepositToAccountRef")
        undeposited = {"DepositToAccountRef": {"value": str(undeposited_funds(company))}}
        record = {**record, **resolve(company, kind, undeposited)}
    account = target(company, "DepositToAccountRef", record["DepositToAccountRef"])
    if kind == "RefundReceipt" and account["AccountType"] not in ("Bank", "Other Current Asset"):
        raise refuse("6430", "Invalid account type", "Invalid account type : Select a bank account for this refund", "")
    check_account(company, record, account)
    return {**record, "Balance": 0}


def _defaults(company: Company, kind: str) -> Record:
    defaults: Record = {
        "CustomField": list(company.custom_fields),
        "ApplyTaxAfterDiscount": False,
        "PrintStatus": "NeedToPrint",
        "EmailStatus": "NotSet",
    }
    if kind == "Invoice":
        online = ("AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment")
        defaults.update(dict.fromkeys(online, False))
    return defaults


def _addresses(company: Company, record: Record) -> Record:
    customer = company.tables["Customer"].get(int(record["CustomerRef"]["value"])) if "CustomerRef" in record else None
    return {name: customer[name] for name in ("BillAddr", "ShipAddr") if customer and name in customer and name not in record}


def _due(company: Company, record: Record) -> str:
    days = 30
    if "SalesTermRef" in record:
        term = company.tables["Term"].get(int(record["SalesTermRef"]["value"])) or {}
        days = int(number(term.get("DueDays", 30)))
    return (date.fromisoformat(record["TxnDate"]) + timedelta(days=days)).isoformat()
