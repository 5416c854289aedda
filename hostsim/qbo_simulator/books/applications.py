"""Applying payments to invoices and credit memos, and taking them off again: both ends always agree."""

from datetime import datetime

from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.base.table import cents
from hostsim.qbo_simulator.books.company import CREDITS, Company, Line, amount


def charges(lines: tuple[Line, ...]) -> int:
    """What the lines take, in cents."""
    return sum(line.cents for line in lines if line.type not in CREDITS)


def credits(lines: tuple[Line, ...]) -> int:
    """What the lines bring, in cents."""
    return sum(line.cents for line in lines if line.type in CREDITS)


def unapplied(total: int, lines: tuple[Line, ...]) -> int:
    """UnappliedAmt = TotalAmt + credits - charges, in cents."""
    return total + credits(lines) - charges(lines)


def applied_to(company: Company, document: tuple[str, int]) -> int:
    """Cents applied to one document by all payments together."""
    return sum(company.applied.get(document, {}).values())


def apply(company: Company, payment: int, lines: tuple[Line, ...], at: datetime) -> None:
    """Give a payment these lines instead of those it had, and bring every document up to date."""
    before, after = _sums(company.lines.get(payment, ())), _sums(lines)
    company.lines.pop(payment, None)
    if lines:
        company.lines[payment] = lines
    for document in {**before, **after}:
        if before.get(document) != after.get(document):
            _note(company, document, payment, after.get(document))
            refresh(company, document, at)


def _sums(lines: tuple[Line, ...]) -> dict[tuple[str, int], int]:
    sums: dict[tuple[str, int], int] = {}
    for line in lines:
        sums[line.document] = sums.get(line.document, 0) + line.cents
    return sums


def _note(company: Company, document: tuple[str, int], payment: int, part: int | None) -> None:
    parts = company.applied.setdefault(document, {})
    parts.pop(payment, None)
    if part is not None:
        parts[payment] = part
    if not parts:
        del company.applied[document]


def refresh(company: Company, document: tuple[str, int], at: datetime) -> None:
    """A document's open amount and links, after something was applied or taken off."""
    record = company.tables[document[0]].get(document[1])
    if record is not None:
        record["SyncToken"] = company.next_token(document, record)
        company.store(document[0], open_amounts(company, document, record), at)


def open_amounts(company: Company, document: tuple[str, int], record: Record) -> Record:
    """`record` with the Balance, RemainingCredit and LinkedTxn that follow from the payments."""
    balance = amount(cents(number(record["TotalAmt"])) - applied_to(company, document))
    if document[0] == "CreditMemo":
        return {**record, "Balance": balance, "RemainingCredit": balance}
    parts = company.applied.get(document, {})
    linked = [{"TxnId": str(payment), "TxnType": "Payment"} for payment in reversed(parts)]
    return {**record, "Balance": balance, "LinkedTxn": linked}


def release(company: Company, document: tuple[str, int], excess: int, at: datetime) -> None:
    """Take `excess` cents off a document, newest payment first."""
    for payment in reversed(list(company.applied.get(document, {}))):
        taken = min(excess, company.applied[document][payment])
        if taken:
            _shrink(company, payment, document, taken, at)
            excess -= taken


def _shrink(company: Company, payment: int, document: tuple[str, int], taken: int, at: datetime) -> None:
    record = company.tables["Payment"].get(payment)
    if record is None:
        return
    lines = balanced(_less(company.lines[payment], document, taken), cents(number(record["TotalAmt"])))
    if not lines and not number(record["TotalAmt"]):
        apply(company, payment, (), at)
        company.remove("Payment", payment, at)
        return
    apply(company, payment, lines, at)
    record["SyncToken"] = company.next_token(("Payment", payment), record)
    company.store("Payment", with_lines(record, lines), at)


def _less(lines: tuple[Line, ...], document: tuple[str, int], taken: int) -> tuple[Line, ...]:
    kept: list[Line] = []
    for line in reversed(lines):
        part = min(taken, line.cents) if line.document == document else 0
        taken -= part
        if line.cents > part:
            kept.append(Line(line.type, line.id, line.cents - part))
    return tuple(reversed(kept))


def balanced(lines: tuple[Line, ...], total: int) -> tuple[Line, ...]:
    """Lines cut back until neither side outweighs the other: charges within money, credits within charges."""
    lines = _cut(lines, charges(lines) - credits(lines) - total, of_credits=False)
    return _cut(lines, credits(lines) - charges(lines), of_credits=True)


def _cut(lines: tuple[Line, ...], surplus: int, of_credits: bool) -> tuple[Line, ...]:
    for line in reversed(lines):
        if surplus > 0 and (line.type in CREDITS) is of_credits:
            part = min(surplus, line.cents)
            lines = _less(lines, line.document, part)
            surplus -= part
    return lines


def with_lines(record: Record, lines: tuple[Line, ...]) -> Record:
    """A payment with these lines and the UnappliedAmt that follows."""
    left = unapplied(cents(number(record["TotalAmt"])), lines)
    return {**record, "Line": [line.record() for line in lines], "UnappliedAmt": amount(left)}
