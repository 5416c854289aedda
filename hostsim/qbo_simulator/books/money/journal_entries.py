"""Journal entries: debits that equal credits, and customers' opening balances among them."""

from decimal import Decimal

from hostsim.qbo_simulator.base.faults import business, refuse, required
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.money.lines import account, check_named, detail_of, entity, numbered

_UNEVEN = "The transaction is out of balance. Please make sure that total debits equal total credits."


def fill(company: Company, record: Record, old: Record | None) -> Record:
    """A complete journal entry; 6000 when it is out of balance."""
    if not record.get("Line"):
        raise required("Line")
    lines = numbered((_line(company, record, line) for line in record["Line"]), old)
    debits, credits = (_total(lines, side) for side in ("Debit", "Credit"))
    if debits != credits:
        raise business(_UNEVEN)
    return {"Adjustment": False, **record, "Line": lines, "TxnTaxDetail": {}}


def _total(lines: list[Record], side: str) -> Decimal:
    return sum(
        (number(line["Amount"]) for line in lines if line.get("JournalEntryLineDetail", {}).get("PostingType") == side),
        Decimal(0),
    )


def _line(company: Company, record: Record, line: Record) -> Record:
    if line.get("DetailType") == "DescriptionOnly":
        return {name: value for name, value in line.items() if name in ("Id", "Description", "DetailType")}
    if "Amount" not in line:
        raise required("Line.Amount")
    if number(line["Amount"]) < 0:
        raise refuse("2290", "Invalid Negative Amount", "Amount should be greater than or equal to zero.", "Line.Amount")
    detail = detail_of(company, line, "JournalEntryLineDetail", "JournalEntry")
    if "PostingType" not in detail:
        raise required("Line.JournalEntryLineDetail.PostingType")
    where, who = account(company, detail, "JournalEntryLineDetail"), _named(company, detail)
    check_named(company, where, who, record["CurrencyRef"]["value"])
    if who:
        detail["Entity"] = {"Type": who["type"], "EntityRef": {"value": who["value"], "name": who["name"]}}
    return {**line, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def _named(company: Company, detail: Record) -> Record | None:
    given = detail.get("Entity") or {}
    if "EntityRef" not in given:
        detail.pop("Entity", None)
        return None
    kind = {"Job": "Customer"}.get(given.get("Type", ""), given.get("Type"))
    return entity(company, given["EntityRef"], kind)
