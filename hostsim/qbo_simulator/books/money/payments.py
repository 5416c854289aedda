"""What makes a payment: its defaults, its rules, and its lines."""

from collections.abc import Iterable
from dataclasses import replace

from hostsim.qbo_simulator.base.faults import (
    UNDERPAID,
    business,
    cannot_link,
    deleted,
    inactive,
    refuse,
    required,
)
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.base.money import amount, units
from hostsim.qbo_simulator.books.applications import charges, credits, sums
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import check_account
from hostsim.qbo_simulator.books.open_items import TABLES, Document, Line, OpenItem
from hostsim.qbo_simulator.books.references import target


def check_total(record: Record) -> int:
    """The amount received in units: it must be given, and not negative."""
    if record.get("TotalAmt") is None:
        raise business("You must set a transaction amount.")
    if number(record["TotalAmt"]).is_signed():
        raise business("You must specify a transaction amount that is 0 or greater.")
    return units(number(record["TotalAmt"]))


def check_deposit_account(company: Company, record: Record) -> None:
    """Money goes to a bank account or to Undeposited Funds."""
    if "DepositToAccountRef" not in record:
        return
    account = target(company, "DepositToAccountRef", record["DepositToAccountRef"])
    if account["AccountType"] not in ("Bank", "Other Current Asset"):
        raise refuse("6430", "Invalid account type", "Invalid account type : Select a bank account for this payment", "")
    check_account(company, record, account)


def read_lines(lines: Iterable[Record]) -> tuple[Line, ...]:
    """The lines a client sent: each an amount and one linked transaction."""
    return tuple(_read_line(line) for line in lines)


def _read_line(line: Record) -> Line:
    if line.get("Amount") is None:
        raise required("Line.Amount")
    links = line.get("LinkedTxn") or []
    if len(links) != 1:
        raise required("Line.LinkedTxn")
    return Line(_read_type(links[0]), _read_target(links[0]), _read_amount(line), _read_part(links[0]))


def _read_amount(line: Record) -> int:
    if number(line["Amount"]).is_signed():
        raise refuse("2290", "Invalid Negative Amount", "Amount should be greater than or equal to zero.", "Line.Amount")
    return units(number(line["Amount"]))


def _read_part(link: Record) -> int:
    value = str(link.get("TxnLineId") or 0)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def _read_type(link: Record) -> str:
    kind = str(link.get("TxnType", ""))
    if not kind:
        raise required("Line.LinkedTxn.TxnType")
    if kind not in TABLES:
        raise refuse("2170", "Invalid Enumeration", f"Invalid Enumeration : {kind} is not a valid TxnType", "TxnType")
    return kind


def _read_target(link: Record) -> int:
    value = str(link.get("TxnId", ""))
    if not value:
        raise required("Line.LinkedTxn.TxnId")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise deleted()
    return int(value)


def fit_lines(company: Company, record: Record, lines: tuple[Line, ...], payment: int | None) -> tuple[Line, ...]:
    """Lines that may stand on this payment; `payment` is its own id when it is being changed."""
    held = sums(company.lines.get(payment, ()) if payment else ())
    total = check_total(record)
    fitted: list[Line] = []
    for line in (line for line in lines if line.units):
        fit = _fit(company, record, line, held)
        held[fit.document] = held.get(fit.document, 0) - fit.units
        fitted.append(fit)
    kept = tuple(line for line in fitted if line.units)
    if charges(kept) > total + credits(kept) or credits(kept) > charges(kept):
        raise business(UNDERPAID)
    return kept


def _fit(company: Company, record: Record, line: Line, held: dict[Document, int]) -> Line:
    document = company.tables[TABLES[line.type]].get(line.id)
    if document is None:
        raise deleted()
    item = _item_for(company, record, line, document, held)
    opened = item.units - company.applied_to(item.document) + held.get(item.document, 0)
    if opened <= 0 and company.settings.over_application not in ("accept", "overpay"):
        raise cannot_link(str(line.id))
    fit = Line(line.type, line.id, line.units, item.document[2], item.credit)
    return replace(fit, units=_at_most(company, fit, max(opened, 0)))


def _item_for(company: Company, record: Record, line: Line, document: Record, held: dict[Document, int]) -> OpenItem:
    """The open item that a line means: the one it names, else the first that this customer may pay and that is open."""
    found = [
        item
        for item in company.items(TABLES[line.type], document)
        if item.document[0] == line.type
        and (0 in (line.part, item.document[2]) or line.part == item.document[2])
        and _may_pay(company, record, item.customer, document)
    ]
    if not found:
        raise cannot_link(str(line.id))
    opened = (item for item in found if item.units > company.applied_to(item.document) - held.get(item.document, 0))
    return next(opened, found[0])


def _at_most(company: Company, line: Line, opened: int) -> int:
    if line.units <= opened:
        return line.units
    choice = company.settings.over_application
    if choice == "overpay" and not line.credit:
        return line.units
    if choice == "accept" and not line.credit:
        return opened
    if choice == "620":
        raise cannot_link(str(line.id))
    raise business("The payments you have selected add up to more than the open balance of the transaction.")


def _may_pay(company: Company, record: Record, owner: int, document: Record) -> bool:
    payer = record["CustomerRef"]["value"]
    same_money = record.get("CurrencyRef", {}).get("value") == document.get("CurrencyRef", {}).get("value")
    return same_money and (payer == str(owner) or bills_to(company, str(owner), payer))


def bills_to(company: Company, owner: str, payer: str) -> bool:
    """Whether what `owner` owes is billed to `payer`, one of its parents."""
    customer = company.tables["Customer"].get(int(owner))
    while customer and customer.get("BillWithParent") and "ParentRef" in customer:
        if customer["ParentRef"]["value"] == payer:
            return True
        customer = company.tables["Customer"].get(int(customer["ParentRef"]["value"]))
    return False


def fill(company: Company, record: Record, total: int) -> Record:
    """What QuickBooks adds to a payment that does not say it."""
    undeposited = {"value": str(undeposited_funds(company))}
    defaults: Record = {"ProcessPayment": False}
    if total:
        defaults["DepositToAccountRef"] = undeposited
    return {**defaults, **record, "TotalAmt": amount(total)}


def undeposited_funds(company: Company) -> int:
    """The account that holds money not yet taken to the bank."""
    table = company.tables["Account"]
    position = table.positions["AccountSubType"]
    found = next((record for record, cells in table.rows.items() if cells[position] == "undepositedfunds"), None)
    if found is None:
        raise inactive()
    return found
