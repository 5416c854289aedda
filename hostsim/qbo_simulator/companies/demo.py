"""Alder & Finch, the demo firm's company: made from the rule in docs/demo-firm.md, dated relative to today."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

from hostsim.qbo_simulator.base.http import Record, load
from hostsim.qbo_simulator.books.changes import Write, perform
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.companies.preferences import Beginning
from hostsim.qbo_simulator.companies.start import begin, make, moment

_TWINS = frozenset({40, 160, 280, 400, 520, 560, 570})
_CARDS = ("Visa", "MasterCard", "American Express")
_METHODS = {"Check": "2", "Visa": "3", "MasterCard": "4", "American Express": "6"}
_INACTIVE, _JOB, _PARENT = 17, 21, 20
_ITEMS = tuple((name, "0") for name in ("Services", "Hours", "Tax Preparation", "Bookkeeping", "Audit", "Consulting", "Credit"))


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice of the rule; `k` is None for those that only QuickBooks has."""

    k: int | None
    number: str
    client: int
    day: date
    cents: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One payment of the rule: parts are (invoice number, cents)."""

    client: int
    day: date
    cents: int
    method: str
    reference: str
    parts: tuple[tuple[str, int], ...] = ()
    voided: bool = False


@dataclass(slots=True)
class _Books:
    """What is being built."""

    company: Company
    now: datetime
    customers: dict[int, str] = field(default_factory=dict)
    invoices: dict[str, str] = field(default_factory=dict)


def build_demo(company: Company, today: date, now: datetime) -> None:
    """Fill `company` with the whole of the rule, in the order in which it would have happened."""
    kept = load(files("hostsim.qbo_simulator").joinpath("companies/demo.json").read_bytes())
    books = _Books(company, now)
    start = moment(today - timedelta(days=400), now)
    begin(company, Beginning(name=kept["company"], custom_numbers=True, items=_ITEMS), start)
    _add_customers(books, kept["clients"], start)
    bills, receipts = _common(today) + _own(today), _receipts(today)
    happenings: list[tuple[date, int, Callable[[datetime], None]]] = []
    happenings += [(bill.day, 0, lambda at, bill=bill: _add_bill(books, bill, at)) for bill in bills]  # type: ignore[misc]
    entered = {bill.number: bill.day for bill in bills}
    for each in receipts:
        day = max([each.day, *(entered[number] for number, _ in each.parts)])  # typed in once all its invoices were
        happenings.append((day, 1, lambda at, each=each: _add_receipt(books, each, at)))  # type: ignore[misc]
    happenings.append((today - timedelta(days=30), 0, lambda at: _add_memo(books, today, at)))
    happenings.append((today - timedelta(days=9), 2, lambda at: _apply_memo(books, today, at)))
    for position, (day, _, happen) in enumerate(sorted(happenings, key=lambda each: each[:2])):
        happen(moment(day, now, position % 300))
    _retire(books, now)


def _known(client: int) -> bool:
    return client % 12 != 11


def _add_customers(books: _Books, clients: list[str], at: datetime) -> None:
    for client, name in enumerate(clients):
        if _known(client):
            body: Record = {"DisplayName": name}
            if client == _JOB:
                body = {"DisplayName": name.partition(":")[2], "ParentRef": {"value": books.customers[_PARENT]}}
            books.customers[client] = make(books.company, "Customer", body, at)["Id"]


def _retire(books: _Books, now: datetime) -> None:
    """Cool Cars is inactive; the name stays as it is, as for a customer hidden in the web interface."""
    table = books.company.tables["Customer"]
    record = table.get(int(books.customers[_INACTIVE])) or {}
    times = {**record["MetaData"]}
    books.company.store("Customer", {**record, "Active": False, "SyncToken": "1", "MetaData": times}, now, quietly=True)


def _common(today: date) -> list[Bill]:
    bills = []
    for k in range(600):
        client = (7 * k + k // 60) % 60
        if _known(client) and k % 8 != 5:
            day = today - timedelta(days=364 - k * 364 // 599)
            bills.append(Bill(k, f"INV-{1001 + k}", client, day, 15000 + (7919 * k % 1600) * 125))
    return bills


def _own(today: date) -> list[Bill]:
    return [Bill(None, f"QB-{2001 + j}", 2 * j, today - timedelta(days=5 + 9 * j), 22000 + 1375 * j) for j in range(30)]


def _receipts(today: date) -> list[Receipt]:
    bills = _common(today)
    return [*_twins(bills), *_cards(bills, today), *_rest(today)]


def _twins(bills: list[Bill]) -> list[Receipt]:
    return [
        Receipt(bill.client, bill.day + timedelta(days=3), bill.cents, "Check", f"2{bill.k:04d}", ((bill.number, bill.cents),))
        for bill in bills
        if bill.k in _TWINS
    ]


def _cards(bills: list[Bill], today: date) -> list[Receipt]:
    paid = [bill for bill in bills if bill.k is not None and bill.k % 10 == 8 and bill.client != _INACTIVE]
    spent: set[str] = set()
    receipts = []
    for q, bill in enumerate(paid):
        day = bill.day + timedelta(days=12)
        day = day if day <= today else today - timedelta(days=q % 3)
        parts, extra = _parts(q, bill, bills, spent)
        cents = sum(part for _, part in parts) + extra
        receipts.append(Receipt(bill.client, day, cents, _CARDS[q % 3], f"CARD{700001 + q}", parts))
    return receipts


def _parts(q: int, bill: Bill, bills: list[Bill], spent: set[str]) -> tuple[tuple[tuple[str, int], ...], int]:
    whole = ((bill.number, bill.cents),)
    if q % 6 == 3:
        return ((bill.number, bill.cents // 2),), 0
    if q % 6 == 5:
        return whole, 5000
    other = _next_open(bill, bills, spent) if q % 6 == 4 else None
    if other is None:
        return whole, 0
    spent.add(other.number)
    return (*whole, (other.number, other.cents)), 0


def _next_open(bill: Bill, bills: list[Bill], spent: set[str]) -> Bill | None:
    later = (other for other in bills if other.client == bill.client and (other.k or 0) > (bill.k or 0))
    return next((other for other in later if (other.k or 0) % 10 in (6, 9) and other.number not in spent), None)


def _rest(today: date) -> list[Receipt]:
    own = _own(today)[:8]
    receipts = [
        Receipt(bill.client, today - timedelta(days=2 + j), bill.cents, "Visa", f"CARD{800001 + j}", ((bill.number, bill.cents),))
        for j, bill in enumerate(own)
    ]
    for n in range(6):
        receipts.append(Receipt(2 * n, today - timedelta(days=n), 10000 + 2500 * n, "MasterCard", f"CARD{900001 + n}"))
    receipts.append(Receipt(12, today - timedelta(days=4), 15000, "Visa", "CARD950001", voided=True))
    return receipts


def _amount(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _add_bill(books: _Books, bill: Bill, at: datetime) -> None:
    detail = {"ItemRef": {"value": str(3 + bill.cents // 125 % 4)}}
    line = {"Amount": _amount(bill.cents), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    body = {
        "DocNumber": bill.number,
        "TxnDate": bill.day.isoformat(),
        "DueDate": (bill.day + timedelta(days=30)).isoformat(),
        "CustomerRef": {"value": books.customers[bill.client]},
        "Line": [line],
    }
    books.invoices[bill.number] = make(books.company, "Invoice", body, at)["Id"]


def _add_receipt(books: _Books, receipt: Receipt, at: datetime) -> None:
    lines = [
        {"Amount": _amount(cents), "LinkedTxn": [{"TxnId": books.invoices[number], "TxnType": "Invoice"}]}
        for number, cents in receipt.parts
    ]
    body = {
        "CustomerRef": {"value": books.customers[receipt.client]},
        "TxnDate": receipt.day.isoformat(),
        "TotalAmt": _amount(receipt.cents),
        "PaymentMethodRef": {"value": _METHODS[receipt.method]},
        "PaymentRefNum": receipt.reference,
        "Line": lines,
    }
    made = make(books.company, "Payment", body, at)
    if receipt.voided:
        sent = {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True}
        perform(books.company, Write("Payment", "void", sent), at)


def _add_memo(books: _Books, today: date, at: datetime) -> None:
    line = {
        "Amount": Decimal(80),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "7"}},
    }
    body = {
        "DocNumber": "CM-Q001",
        "TxnDate": (today - timedelta(days=30)).isoformat(),
        "CustomerRef": {"value": books.customers[14]},
        "Line": [line],
    }
    books.invoices["CM-Q001"] = make(books.company, "CreditMemo", body, at)["Id"]


def _apply_memo(books: _Books, today: date, at: datetime) -> None:
    table = books.company.tables["Invoice"]
    day, balance = table.positions["TxnDate"], table.positions["Balance"]
    own = table.find("CustomerRef", [books.customers[14]]) or ()
    opened = sorted((str(table.rows[each][day]), each) for each in own if table.rows[each][balance])
    pairs = (("Invoice", str(opened[0][1])), ("CreditMemo", books.invoices["CM-Q001"]))
    lines = [{"Amount": Decimal(80), "LinkedTxn": [{"TxnId": identity, "TxnType": kind}]} for kind, identity in pairs]
    body = {
        "CustomerRef": {"value": books.customers[14]},
        "TxnDate": (today - timedelta(days=9)).isoformat(),
        "TotalAmt": 0,
        "Line": lines,
    }
    make(books.company, "Payment", body, at)
