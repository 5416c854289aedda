"""Applying payments to what is open, and taking them off again: both ends always agree."""

from datetime import datetime
from decimal import Decimal

from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.base.money import amount, units
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import at_home
from hostsim.qbo_simulator.books.open_items import BY_LINE, TABLES, Document, Line


def charges(lines: tuple[Line, ...]) -> int:
    """What the lines take, in units."""
    return sum(line.units for line in lines if not line.credit)


def credits(lines: tuple[Line, ...]) -> int:
    """What the lines bring, in units."""
    return sum(line.units for line in lines if line.credit)


def unapplied(total: int, lines: tuple[Line, ...]) -> int:
    """UnappliedAmt = TotalAmt + credits - charges, in units."""
    return total + credits(lines) - charges(lines)


def apply(company: Company, payment: int, lines: tuple[Line, ...], at: datetime) -> None:
    """Give a payment these lines instead of those it had, and bring every document up to date."""
    before, after = sums(company.lines.get(payment, ())), sums(lines)
    company.lines.pop(payment, None)
    if lines:
        company.lines[payment] = lines
    for document in {**before, **after}:
        if before.get(document) != after.get(document):
            _note(company, document, payment, after.get(document))
            refresh(company, document, at)


def sums(lines: tuple[Line, ...]) -> dict[Document, int]:
    """Units by document."""
    found: dict[Document, int] = {}
    for line in lines:
        found[line.document] = found.get(line.document, 0) + line.units
    return found


def _note(company: Company, document: Document, payment: int, part: int | None) -> None:
    parts = company.applied.setdefault(document, {})
    parts.pop(payment, None)
    if part is not None:
        parts[payment] = part
    if not parts:
        del company.applied[document]


def refresh(company: Company, document: Document, at: datetime) -> None:
    """A document's open amount and links, after something was applied or taken off."""
    kind = TABLES[document[0]]
    record = company.tables[kind].get(document[1])
    if record is not None:
        record["SyncToken"] = company.next_token(kind, record)
        company.store(kind, open_amounts(company, kind, record), at)


def open_amounts(company: Company, kind: str, record: Record) -> Record:
    """`record` with the Balance, RemainingCredit and LinkedTxn that follow from the payments."""
    parts = company.payments_on(kind, record)
    linked = [{"TxnId": str(payment), "TxnType": "Payment"} for payment in reversed(parts)]
    if kind in BY_LINE:
        return {**record, "LinkedTxn": linked or None}
    balance = amount(units(number(record["TotalAmt"])) - sum(parts.values()))
    opened: Record = {"Balance": balance, **_home_balance(company, record, balance)}
    if kind == "CreditMemo":
        return {**record, **opened, "RemainingCredit": balance}
    return {**record, **opened, "LinkedTxn": linked}


def _home_balance(company: Company, record: Record, balance: Decimal) -> Record:
    return {"HomeBalance": at_home(company, record, balance)} if "ExchangeRate" in record else {}


def release(company: Company, document: Document, excess: int, at: datetime) -> None:
    """Take `excess` units off a document, newest payment first."""
    for payment in reversed(list(company.applied.get(document, {}))):
        taken = min(excess, company.applied[document][payment])
        if taken:
            _shrink(company, payment, document, taken, at)
            excess -= taken


def release_all(company: Company, kind: str, record: Record, at: datetime) -> None:
    """Take everything off a transaction."""
    for item in company.items(kind, record):
        release(company, item.document, company.applied_to(item.document), at)


def release_excess(company: Company, kind: str, old: Record, new: Record, at: datetime) -> None:
    """Take off what an edited transaction has no room for any more."""
    room = {(item.document, item.customer, item.credit): item.units for item in company.items(kind, new)}
    for item in company.items(kind, old):
        left = room.get((item.document, item.customer, item.credit), 0)
        release(company, item.document, max(0, company.applied_to(item.document) - left), at)


def _shrink(company: Company, payment: int, document: Document, taken: int, at: datetime) -> None:
    record = company.tables["Payment"].get(payment)
    if record is None:
        return
    lines = balanced(_less(company.lines[payment], document, taken), units(number(record["TotalAmt"])))
    if not lines and not number(record["TotalAmt"]):
        apply(company, payment, (), at)
        company.remove("Payment", payment, at)
        return
    apply(company, payment, lines, at)
    record["SyncToken"] = company.next_token("Payment", record)
    company.store("Payment", with_lines(record, lines), at)


def _less(lines: tuple[Line, ...], document: Document, taken: int) -> tuple[Line, ...]:
    kept: list[Line] = []
    for line in reversed(lines):
        part = min(taken, line.units) if line.document == document else 0
        taken -= part
        if line.units > part:
            kept.append(Line(line.type, line.id, line.units - part, line.part, line.credit))
    return tuple(reversed(kept))


def balanced(lines: tuple[Line, ...], total: int) -> tuple[Line, ...]:
    """Lines cut back until neither side outweighs the other: charges within money, credits within charges."""
    lines = _cut(lines, charges(lines) - credits(lines) - total, of_credits=False)
    return _cut(lines, credits(lines) - charges(lines), of_credits=True)


def _cut(lines: tuple[Line, ...], surplus: int, of_credits: bool) -> tuple[Line, ...]:
    for line in reversed(lines):
        if surplus > 0 and line.credit is of_credits:
            part = min(surplus, line.units)
            lines = _less(lines, line.document, part)
            surplus -= part
    return lines


def with_lines(record: Record, lines: tuple[Line, ...]) -> Record:
    """A payment with these lines and the UnappliedAmt that follows."""
    left = unapplied(units(number(record["TotalAmt"])), lines)
    return {**record, "Line": [line.record() for line in lines], "UnappliedAmt": amount(left)}
