"""Lines of sales forms: items with their accounts, discounts, subtotals."""

from dataclasses import dataclass
from decimal import Decimal

from hostsim.qbo_simulator.base.faults import before_inventory, refuse, required
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.base.money import rounded
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.references import resolve
from hostsim.qbo_simulator.books.sales.tax import check_code, default_code

_DETAILS = {
    "SalesItemLineDetail": "SalesItemLineDetail",
    "DiscountLineDetail": "DiscountLineDetail",
    "SubTotalLineDetail": "SubTotalLineDetail",
    "DescriptionOnly": "DescriptionLineDetail",
    "GroupLineDetail": "GroupLineDetail",
}
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Sums:
    """What the lines of a form come to before tax."""

    subtotal: Decimal
    discount: Decimal


def read_lines(company: Company, kind: str, record: Record, old: Record | None) -> tuple[list[Record], Sums]:
    """Lines as QuickBooks stores them, the subtotal line last, and what they come to."""
    taken = [int(line["Id"]) for line in (old or {}).get("Line", []) if "Id" in line]
    lines: list[Record] = []
    sums, fresh = Sums(Decimal(0), Decimal(0)), max(taken, default=0)
    for line in record.get("Line", []):
        detail = _detail(line)
        if detail == "SubTotalLineDetail":
            continue
        done = _line(company, kind, record, line, sums.subtotal)
        if not (done.get("Id", "").isdigit() and int(done["Id"]) in taken):
            fresh += 1
            done["Id"] = str(fresh)
        lines.append({**done, "LineNum": len(lines) + 1, "CustomExtensions": done.get("CustomExtensions", [])})
        sums = _added(sums, detail, number(done.get("Amount")))
    if not lines:
        raise required("Line")
    lines.append({"Amount": sums.subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}, "CustomExtensions": []})
    return lines, sums


def _added(sums: Sums, detail: str, part: Decimal) -> Sums:
    if detail == "DiscountLineDetail":
        return Sums(sums.subtotal, sums.discount + part)
    return Sums(sums.subtotal + part, sums.discount)


def _detail(line: Record) -> str:
    detail = line.get("DetailType")
    if detail is None:
        raise required("Line.DetailType")
    if detail not in _DETAILS:
        raise refuse("2170", "Invalid Enumeration", f"Invalid Enumeration : {detail} is not a valid DetailType", "DetailType")
    return str(detail)


def _line(company: Company, kind: str, record: Record, line: Record, subtotal: Decimal) -> Record:
    detail = line["DetailType"]
    if len(line.get("Description", "")) > 4000:
        raise refuse("2050", "String length is either shorter or longer than supported by specification", "Line.Description")
    if detail == "SalesItemLineDetail":
        return _sale(company, kind, record, line)
    if detail == "DiscountLineDetail":
        return _discount(company, record, line, subtotal)
    kept = {name: value for name, value in line.items() if name not in ("LinkedTxn", "Amount")}
    return {**kept, **({"Amount": line["Amount"]} if detail == "GroupLineDetail" and "Amount" in line else {})}


def _sale(company: Company, kind: str, record: Record, line: Record) -> Record:
    detail = dict(line.get("SalesItemLineDetail") or {})
    if "Amount" not in line:
        raise required("Line.Amount")
    amount, code = number(line["Amount"]), record["CurrencyRef"]["value"]
    if not number(detail.get("Qty")) and amount:  # live test suites send a quantity of 0 with an amount, and get it
        detail = {name: value for name, value in detail.items() if name not in ("Qty", "UnitPrice") or value}
    if "UnitPrice" in detail and "Qty" in detail and rounded(number(detail["UnitPrice"]) * number(detail["Qty"]), code) != amount:
        text = "Amount calculation incorrect in the request"
        raise refuse("6070", text, f"{text} : Amount is not equal to UnitPrice * Qty. Supplied value:{line['Amount']}", "")
    detail.setdefault("ItemRef", {"value": "1"})
    detail = {"TaxCodeRef": default_code(company, record, detail), **detail}
    check_code(company, record, detail)
    return {**line, "Amount": amount, "SalesItemLineDetail": _with_account(company, record, resolve(company, kind, detail))}


def _with_account(company: Company, record: Record, detail: Record) -> Record:
    """The account that the item sells to; 6270 when the form is older than the item's stock."""
    item = company.tables["Item"].get(int(detail["ItemRef"]["value"])) or {}
    if str(record["TxnDate"]) < str(item.get("InvStartDate", "")):
        raise before_inventory()
    account = item.get("IncomeAccountRef")
    return {**detail, "ItemAccountRef": account} if account else detail


def _discount(company: Company, record: Record, line: Record, subtotal: Decimal) -> Record:
    detail = resolve(company, "Invoice", line.get("DiscountLineDetail") or {})
    if detail.get("PercentBased"):
        share = subtotal * number(detail.get("DiscountPercent")) / _HUNDRED
        return {**line, "Amount": rounded(share, record["CurrencyRef"]["value"]), "DiscountLineDetail": detail}
    if "Amount" not in line:
        raise required("Line.Amount")
    return {**line, "DiscountLineDetail": detail}
