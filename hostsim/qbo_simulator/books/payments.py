"""What makes a payment: its defaults, its rules, and its lines."""

from collections.abc import Iterable

from hostsim.qbo_simulator.base.faults import (
    UNDERPAID,
    business,
    cannot_link,
    deleted,
    inactive,
    refuse,
    required,
)
from hostsim.qbo_simulator.base.http import Record, money, number
from hostsim.qbo_simulator.base.table import cents
from hostsim.qbo_simulator.books.applications import charges, credits
from hostsim.qbo_simulator.books.company import CREDITS, Company, Line, amount
from hostsim.qbo_simulator.books.references import target

_LINKABLE = frozenset({"Invoice", "CreditMemo"})
_KNOWN_TYPES = _LINKABLE | {"JournalEntry", "Expense", "Check", "CreditCardCredit", "Deposit"}


def check_total(record: Record) -> int:
    """The amount received in cents: it must be given, and not negative."""
    if record.get("TotalAmt") is None:
        raise business("You must set a transaction amount.")
    if number(record["TotalAmt"]) < 0:
        raise business("You must specify a transaction amount that is 0 or greater.")
    return cents(money(number(record["TotalAmt"])))


def check_deposit_account(company: Company, record: Record) -> None:
    """Money goes to a bank account or to Undeposited Funds."""
    if "DepositToAccountRef" not in record:
        return
    account = target(company, "DepositToAccountRef", record["DepositToAccountRef"])
    if account["AccountType"] not in ("Bank", "Other Current Asset"):
        raise refuse("6430", "Invalid account type", "Invalid account type : Select a bank account for this payment", "")


def read_lines(lines: Iterable[Record]) -> tuple[Line, ...]:
    """The lines a client sent: each an amount and one linked transaction."""
    return tuple(_read_line(line) for line in lines)


def _read_line(line: Record) -> Line:
    if line.get("Amount") is None:
        raise required("Line.Amount")
    links = line.get("LinkedTxn") or []
    if len(links) != 1:
        raise required("Line.LinkedTxn")
    return Line(_read_type(links[0]), _read_target(links[0]), _read_amount(line))


def _read_amount(line: Record) -> int:
    if number(line["Amount"]) < 0:
        raise refuse("2290", "Invalid Negative Amount", "Amount should be greater than or equal to zero.", "Line.Amount")
    return cents(money(number(line["Amount"])))


def _read_type(link: Record) -> str:
    kind = str(link.get("TxnType", ""))
    if not kind:
        raise required("Line.LinkedTxn.TxnType")
    if kind not in _KNOWN_TYPES:
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
    held = _held(company.lines.get(payment, ()) if payment else ())
    total = check_total(record)
    fitted: list[Line] = []
    for line in (line for line in lines if line.cents):
        part = _fit(company, record, line, held)
        held[line.document] = held.get(line.document, 0) - part
        fitted.append(Line(line.type, line.id, part))
    kept = tuple(line for line in fitted if line.cents)
    if charges(kept) > total + credits(kept) or credits(kept) > charges(kept):
        raise business(UNDERPAID)
    return kept


def _held(lines: tuple[Line, ...]) -> dict[tuple[str, int], int]:
    held: dict[tuple[str, int], int] = {}
    for line in lines:
        held[line.document] = held.get(line.document, 0) + line.cents
    return held


def _fit(company: Company, record: Record, line: Line, held: dict[tuple[str, int], int]) -> int:
    document = company.tables[line.type].get(line.id) if line.type in _LINKABLE else None
    if document is None:
        raise cannot_link(str(line.id)) if line.type not in _LINKABLE else deleted()
    if not _may_pay(company, record, document):
        raise cannot_link(str(line.id))
    opened = cents(number(document["Balance"])) + held.get(line.document, 0)
    if opened <= 0 and company.settings.over_application != "accept":
        raise cannot_link(str(line.id))
    if line.cents > opened:
        return _too_much(company, line, max(opened, 0))
    return line.cents


def _too_much(company: Company, line: Line, opened: int) -> int:
    choice = company.settings.over_application
    if choice == "accept" and line.type not in CREDITS:
        return opened
    if choice == "620":
        raise cannot_link(str(line.id))
    raise business("The payments you have selected add up to more than the open balance of the transaction.")


def _may_pay(company: Company, record: Record, document: Record) -> bool:
    payer, owner = record["CustomerRef"]["value"], document["CustomerRef"]["value"]
    same_money = record.get("CurrencyRef", {}).get("value") == document.get("CurrencyRef", {}).get("value")
    return same_money and (payer == owner or _bills_to(company, owner, payer))


def _bills_to(company: Company, owner: str, payer: str) -> bool:
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
