"""The general ledger: what each transaction posts to which account, and the trial balance in the company's own currency."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.base.money import amount
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import gain_account
from hostsim.qbo_simulator.books.money.payments import undeposited_funds
from hostsim.qbo_simulator.books.open_items import TABLES

#: An account's id and an amount: above zero for a debit, below for a credit.
Posting = tuple[int, Decimal]
#: Stands for an account that the company has no record of.
NO_ACCOUNT = 0


def trial_balance(company: Company) -> dict[int, Decimal]:
    """The balance of every account that was posted to, in the company's own currency, exact and not rounded."""
    balances: dict[int, Decimal] = {}
    for kind in (each.name for each in KINDS.values() if each.posts):
        for identity in company.tables[kind].rows:
            record = company.tables[kind].get(identity) or {}
            for account, value in [*_at_home(company, kind, record), *_gains(company, kind, record)]:
                balances[account] = balances.get(account, Decimal(0)) + value
    return balances


def _at_home(company: Company, kind: str, record: Record) -> Iterator[Posting]:
    rate = _rate(record)
    return ((account, value * rate) for account, value in postings(company, kind, record))


def _rate(record: Record) -> Decimal:
    return number(record.get("ExchangeRate", 1))


def postings(company: Company, kind: str, record: Record) -> list[Posting]:
    """What a transaction posts, in its own currency; the sum is zero."""
    maker = _MAKERS.get(kind)
    return [(account, value) for account, value in maker(company, record) if value] if maker else []


def _gains(company: Company, kind: str, record: Record) -> Iterator[Posting]:
    """What a payment or a deposit at another rate than what it clears gained or lost."""
    gains = gain_account(company) or NO_ACCOUNT
    for account, value, rate in _cleared(company, kind, record):
        gain = value * (_rate(record) - rate)
        yield account, gain
        yield gains, -gain


def _cleared(company: Company, kind: str, record: Record) -> Iterator[tuple[int, Decimal, Decimal]]:
    """An account, how much of it is cleared, and at which rate that came to be there."""
    if kind == "Payment":
        for line in company.lines.get(int(record["Id"]), ()):
            document = company.tables[TABLES[line.type]].get(line.id) or {}
            yield receivables(company), amount(line.units) * (-1 if line.credit else 1), _rate(document)
    if kind == "Deposit":
        for line in record["Line"]:
            for link in line.get("LinkedTxn", []):
                taken = company.tables[link["TxnType"]].get(int(link["TxnId"])) or {}
                yield undeposited_funds(company), number(line["Amount"]), _rate(taken)


def receivables(company: Company) -> int:
    """The company's account for what customers owe."""
    return _of_type(company, "AccountType", "accounts receivable")


def _of_type(company: Company, column: str, value: str) -> int:
    table = company.tables["Account"]
    position = table.positions[column]
    return next((each for each, cells in table.rows.items() if cells[position] == value), NO_ACCOUNT)


def _payment(company: Company, record: Record) -> Iterator[Posting]:
    total = number(record["TotalAmt"])
    yield _account(record.get("DepositToAccountRef")), total
    yield receivables(company), -total


def _sale(company: Company, record: Record, side: int, against: int) -> Iterator[Posting]:
    """A sales form: its total on one account, its lines' incomes and its tax against it."""
    tax = number((record.get("TxnTaxDetail") or {}).get("TotalTax"))
    inclusive = record.get("GlobalTaxCalculation") == "TaxInclusive"
    yield against, side * number(record["TotalAmt"])
    yield _of_type(company, "AccountSubType", "salestaxpayable"), -side * tax
    for line in record["Line"]:
        yield from ((account, -side * value) for account, value in _income(company, line))
    if inclusive:  # the lines have the tax in them
        yield _of_type(company, "AccountType", "income"), side * tax


def _income(company: Company, line: Record) -> Iterator[Posting]:
    value = number(line.get("Amount"))
    if line["DetailType"] == "DiscountLineDetail":
        detail = line.get("DiscountLineDetail") or {}
        given = _account(detail.get("DiscountAccountRef")) or _of_type(company, "AccountSubType", "discountsrefundsgiven")
        yield given, -value
    elif line["DetailType"] != "SubTotalLineDetail":
        yield _account((line.get("SalesItemLineDetail") or {}).get("ItemAccountRef")), value


def _receipt(company: Company, record: Record, side: int) -> Iterator[Posting]:
    return _sale(company, record, side, _account(record.get("DepositToAccountRef")))


def _deposit(company: Company, record: Record) -> Iterator[Posting]:
    yield _account(record["DepositToAccountRef"]), number(record["TotalAmt"])
    back = record.get("CashBack") or {}
    yield _account(back.get("AccountRef")), number(back.get("Amount"))
    for line in record["Line"]:
        source = undeposited_funds(company) if line.get("LinkedTxn") else _account(line["DepositLineDetail"]["AccountRef"])
        yield source, -number(line["Amount"])


def _entry(_company: Company, record: Record) -> Iterator[Posting]:
    for line in record["Line"]:
        detail = line.get("JournalEntryLineDetail")
        if detail:
            yield _account(detail["AccountRef"]), number(line["Amount"]) * (1 if detail["PostingType"] == "Debit" else -1)


def _purchase(company: Company, record: Record) -> Iterator[Posting]:
    side = -1 if record.get("Credit") else 1
    tax = number((record.get("TxnTaxDetail") or {}).get("TotalTax"))
    yield _account(record["AccountRef"]), -side * number(record["TotalAmt"])
    for line in record["Line"]:
        detail = line[line["DetailType"]]
        item = company.tables["Item"].get(_account(detail.get("ItemRef"))) or {}
        yield _account(detail.get("AccountRef") or item.get("ExpenseAccountRef")), side * number(line["Amount"])
    if record.get("GlobalTaxCalculation") != "TaxInclusive":
        yield _of_type(company, "AccountSubType", "salestaxpayable"), side * tax


def _account(reference: Record | None) -> int:
    return int(reference["value"]) if reference else NO_ACCOUNT


_MAKERS: dict[str, Callable[[Company, Record], Iterator[Posting]]] = {
    "Payment": _payment,
    "Invoice": lambda company, record: _sale(company, record, 1, receivables(company)),
    "CreditMemo": lambda company, record: _sale(company, record, -1, receivables(company)),
    "SalesReceipt": lambda company, record: _receipt(company, record, 1),
    "RefundReceipt": lambda company, record: _receipt(company, record, -1),
    "Deposit": _deposit,
    "JournalEntry": _entry,
    "Purchase": _purchase,
}
