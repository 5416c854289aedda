"""Bank deposits: payments and receipts taken out of Undeposited Funds, and money that came without one."""

from datetime import datetime
from decimal import Decimal

from hostsim.qbo_simulator.base.faults import business, cannot_link, required
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import check_account
from hostsim.qbo_simulator.books.money.lines import account, check_named, detail_of, entity, numbered
from hostsim.qbo_simulator.books.money.payments import undeposited_funds
from hostsim.qbo_simulator.books.references import target

#: What a deposit can take to the bank, and how its lines call it.
TAKEN = {"Payment": "Payment", "SalesReceipt": "SalesReceipt"}


def fill(company: Company, record: Record, old: Record | None) -> Record:
    """A complete deposit; its total is that of its lines less the cash that was kept."""
    if "DepositToAccountRef" not in record:
        raise required("DepositToAccountRef")
    bank = target(company, "DepositToAccountRef", record["DepositToAccountRef"])
    if bank["AccountType"] not in ("Bank", "Other Current Asset"):
        raise business("Select a bank account for this deposit")
    check_account(company, record, bank)
    if not record.get("Line"):
        raise required("Line")
    lines = numbered((_line(company, record, line, old) for line in record["Line"]), old)
    if len(set(_taken(lines))) < len(_taken(lines)):
        raise cannot_link(_taken(lines)[0][1], "Deposit")
    total = sum((number(line["Amount"]) for line in lines), Decimal(0)) - _cash_back(company, record)
    if total < 0:
        raise business("The total amount of the transaction must be zero or greater.")
    return {**record, "Line": [{**line, "LineNum": rank} for rank, line in enumerate(lines, 1)], "TotalAmt": total}


def _cash_back(company: Company, record: Record) -> Decimal:
    back = record.get("CashBack")
    if not back:
        return Decimal(0)
    if "AccountRef" not in back:
        raise required("CashBack.AccountRef")
    target(company, "AccountRef", back["AccountRef"])
    return number(back.get("Amount"))


def _line(company: Company, record: Record, line: Record, old: Record | None) -> Record:
    if line.get("LinkedTxn"):
        return _linked(company, record, line, old)
    if "Amount" not in line:
        raise required("Line.Amount")
    detail = detail_of(company, line, "DepositLineDetail", "Deposit")
    where = account(company, detail, "DepositLineDetail")
    if "Entity" in detail:
        detail["Entity"] = entity(company, detail["Entity"])
    check_named(company, where, detail.get("Entity"), record["CurrencyRef"]["value"])
    return {**line, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}


def _linked(company: Company, record: Record, line: Record, old: Record | None) -> Record:
    """A line that takes a whole payment or sales receipt out of Undeposited Funds."""
    link = line["LinkedTxn"][0]
    kind, identity = str(link.get("TxnType", "")), str(link.get("TxnId", ""))
    if len(line["LinkedTxn"]) != 1 or kind not in TAKEN or not (identity.isascii() and identity.isdigit() and len(identity) < 19):
        raise cannot_link(identity, "Deposit")
    taken = company.tables[kind].get(int(identity))
    if taken is None or not _is_free(company, record, taken, old):
        raise cannot_link(identity, "Deposit")
    if number(line.get("Amount", taken["TotalAmt"])) != number(taken["TotalAmt"]):
        raise business("The amount of a line must be the amount of the transaction that it deposits.")
    detail = line.get("DepositLineDetail") or {}
    named = {name: taken[name] for name in ("PaymentMethodRef",) if name in taken and name not in detail}
    linked = [{"TxnId": identity, "TxnType": kind, "TxnLineId": "0"}]
    made = {**line, "Amount": number(taken["TotalAmt"]), "LinkedTxn": linked, "DetailType": "DepositLineDetail"}
    return {**made, "DepositLineDetail": {**detail, **named}}


def _is_free(company: Company, record: Record, taken: Record, old: Record | None) -> bool:
    """Whether a payment waits in Undeposited Funds: not empty, in this currency, and in no other deposit."""
    deposits = {link["TxnId"] for link in taken.get("LinkedTxn", []) if link["TxnType"] == "Deposit"}
    return (
        deposits <= ({old["Id"]} if old else set())
        and bool(number(taken["TotalAmt"]))
        and taken["CurrencyRef"]["value"] == record["CurrencyRef"]["value"]
        and str(taken.get("DepositToAccountRef", {}).get("value")) == str(undeposited_funds(company))
    )


def _taken(lines: list[Record]) -> list[tuple[str, str]]:
    return [(link["TxnType"], link["TxnId"]) for line in lines for link in line.get("LinkedTxn", [])]


def link(company: Company, old: Record | None, new: Record | None, at: datetime) -> None:
    """Write on payments and receipts in which deposit they lie, after one was made, changed or deleted."""
    before, after = (_taken(record["Line"]) if record else [] for record in (old, new))
    for kind, identity in before:
        if (kind, identity) not in after:
            _mark(company, kind, int(identity), None, at)
    for kind, identity in after:
        if (kind, identity) not in before:
            _mark(company, kind, int(identity), (new or {})["Id"], at)


def _mark(company: Company, kind: str, identity: int, deposit: str | None, at: datetime) -> None:
    record = company.tables[kind].get(identity)
    if record is not None:
        record["LinkedTxn"] = [{"TxnId": deposit, "TxnType": "Deposit"}] if deposit else None
        record["SyncToken"] = company.next_token(kind, record)
        company.store(kind, record, at)
