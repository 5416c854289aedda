"""Invoices, credit memos and sales receipts: lines, totals, numbers, addresses."""

from datetime import date, timedelta
from decimal import Decimal

from hostsim.qbo_simulator.base.faults import business, duplicate_number, refuse, required
from hostsim.qbo_simulator.base.http import Record, money, number
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.references import resolve

_DETAILS = {
    "SalesItemLineDetail": "SalesItemLineDetail",
    "DiscountLineDetail": "DiscountLineDetail",
    "SubTotalLineDetail": "SubTotalLineDetail",
    "DescriptionOnly": "DescriptionLineDetail",
    "GroupLineDetail": "GroupLineDetail",
}
_HUNDRED = Decimal(100)


def fill(company: Company, kind: str, record: Record, old: Record | None, allow_duplicate: bool) -> Record:
    """A complete document, as QuickBooks would store it."""
    if not record.get("Line"):
        raise required("Line")
    filled = {**_defaults(company, kind), **record}
    filled["Line"], total = _lines(company, kind, record, old)
    filled["TxnTaxDetail"] = _tax(company, record, filled["Line"])
    filled["TotalAmt"] = total + number(filled["TxnTaxDetail"]["TotalTax"])
    if number(filled["TotalAmt"]) < 0:
        raise business("The total amount of the transaction must be zero or greater.")
    filled.update(_addresses(company, filled))
    filled.update(_number(company, kind, filled, old, allow_duplicate))
    if kind == "Invoice":
        filled.setdefault("DueDate", _due(company, filled))
    return filled


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


def _lines(company: Company, kind: str, record: Record, old: Record | None) -> tuple[list[Record], Decimal]:
    taken = [int(line["Id"]) for line in (old or {}).get("Line", []) if "Id" in line]
    lines: list[Record] = []
    subtotal, discount, fresh = Decimal(0), Decimal(0), max(taken, default=0)
    for line in record["Line"]:
        detail = _detail(line)
        if detail == "SubTotalLineDetail":
            continue
        done = _line(company, kind, line, detail, subtotal)
        if not (done.get("Id", "").isdigit() and int(done["Id"]) in taken):
            fresh += 1
            done["Id"] = str(fresh)
        done["LineNum"] = len(lines) + 1
        lines.append(done)
        part = number(done.get("Amount"))
        subtotal, discount = (subtotal, discount + part) if detail == "DiscountLineDetail" else (subtotal + part, discount)
    if not lines:
        raise required("Line")
    lines.append({"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    return lines, subtotal - discount


def _detail(line: Record) -> str:
    detail = line.get("DetailType")
    if detail is None:
        raise required("Line.DetailType")
    if detail not in _DETAILS:
        raise refuse("2170", "Invalid Enumeration", f"Invalid Enumeration : {detail} is not a valid DetailType", "DetailType")
    return str(detail)


def _line(company: Company, kind: str, line: Record, detail: str, subtotal: Decimal) -> Record:
    if len(line.get("Description", "")) > 4000:
        raise refuse("2050", "String length is either shorter or longer than supported by specification", "Line.Description")
    if detail == "SalesItemLineDetail":
        return _sale(company, kind, line)
    if detail == "DiscountLineDetail":
        return _discount(line, subtotal)
    kept = {name: value for name, value in line.items() if name not in ("LinkedTxn", "Amount")}
    return {**kept, **({"Amount": line["Amount"]} if detail == "GroupLineDetail" and "Amount" in line else {})}


def _sale(company: Company, kind: str, line: Record) -> Record:
    detail = dict(line.get("SalesItemLineDetail") or {})
    if "Amount" not in line:
        raise required("Line.Amount")
    amount = Decimal(money(number(line["Amount"])))
    if not detail.get("Qty") and amount:  # live test suites send a quantity of 0 with an amount, and get it
        detail = {name: value for name, value in detail.items() if name not in ("Qty", "UnitPrice") or value}
    if "UnitPrice" in detail and "Qty" in detail and Decimal(money(detail["UnitPrice"] * detail["Qty"])) != amount:
        text = "Amount calculation incorrect in the request"
        raise refuse("6070", text, f"{text} : Amount is not equal to UnitPrice * Qty. Supplied value:{line['Amount']}", "")
    detail.setdefault("ItemRef", {"value": "1"})
    detail.setdefault("TaxCodeRef", {"value": "NON"})
    return {**line, "Amount": amount, "SalesItemLineDetail": resolve(company, kind, detail)}


def _discount(line: Record, subtotal: Decimal) -> Record:
    detail = dict(line.get("DiscountLineDetail") or {})
    if detail.get("PercentBased"):
        rate = number(detail.get("DiscountPercent"))
        return {**line, "Amount": Decimal(money(subtotal * rate / _HUNDRED)), "DiscountLineDetail": detail}
    if "Amount" not in line:
        raise required("Line.Amount")
    return {**line, "DiscountLineDetail": detail}


def _tax(company: Company, record: Record, lines: list[Record]) -> Record:
    percent = Decimal(str(company.settings.sales_tax_percent))
    given = {name: value for name, value in (record.get("TxnTaxDetail") or {}).items() if name != "TxnTaxCodeRef"}
    if not percent:
        return {"TotalTax": Decimal(0), **given}
    base = sum((number(line.get("Amount")) for line in lines if line["DetailType"] == "SalesItemLineDetail"), Decimal(0))
    return {"TotalTax": Decimal(money(base * percent / _HUNDRED))}


def _addresses(company: Company, record: Record) -> Record:
    customer = company.tables["Customer"].get(int(record["CustomerRef"]["value"])) if "CustomerRef" in record else None
    return {name: customer[name] for name in ("BillAddr", "ShipAddr") if customer and name in customer and name not in record}


def _number(company: Company, kind: str, record: Record, old: Record | None, allow_duplicate: bool) -> Record:
    custom = company.preference("SalesFormsPrefs", "CustomTxnNumbers")
    if not custom:
        return {"DocNumber": old["DocNumber"] if old and "DocNumber" in old else company.new_number(kind)}
    given = record.get("DocNumber")
    if given and not allow_duplicate and (owner := _owner(company, kind, given, record.get("Id"))):
        raise duplicate_number(given, kind, owner)
    return {"DocNumber": given} if given else {}


def _owner(company: Company, kind: str, number: str, own: str | None) -> str | None:
    found = company.tables[kind].find("DocNumber", [number.lower()]) or ()
    return next((str(each) for each in found if str(each) != own), None)


def _due(company: Company, record: Record) -> str:
    days = 30
    if "SalesTermRef" in record:
        term = company.tables["Term"].get(int(record["SalesTermRef"]["value"])) or {}
        days = int(number(term.get("DueDays", 30)))
    return (date.fromisoformat(record["TxnDate"]) + timedelta(days=days)).isoformat()
