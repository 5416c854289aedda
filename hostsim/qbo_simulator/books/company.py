"""One company's books: its records, who is applied to what, and what every customer owes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hostsim.qbo_simulator.base.clock import stamp
from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.http import Record, dump, load, number
from hostsim.qbo_simulator.base.settings import Settings
from hostsim.qbo_simulator.base.table import Table

_OPEN = {"Invoice": ("Balance", 1), "CreditMemo": ("Balance", -1), "Payment": ("UnappliedAmt", -1)}
CREDITS = frozenset({"CreditMemo"})


@dataclass(frozen=True, slots=True)
class Line:
    """Part of a payment: what it is applied to, and how many cents."""

    type: str
    id: int
    cents: int

    @property
    def document(self) -> tuple[str, int]:
        """What the line points at."""
        return self.type, self.id

    def record(self) -> Record:
        """The line as a client may send it."""
        linked = [{"TxnId": str(self.id), "TxnType": self.type}]
        return {"Amount": amount(self.cents), "LinkedTxn": linked}


def amount(cents: int) -> Decimal:
    """Cents as a decimal amount."""
    return Decimal(cents).scaleb(-2)


class Company:
    """The records of one realm; every change goes through `store` and `remove`, then `settle`."""

    def __init__(self, realm: str, settings: Callable[[], Settings], note: Callable[[str, str, int], None]) -> None:
        self.realm = realm
        self.tables = {name: Table(kind, self._noter(note)) for name, kind in KINDS.items()}
        self.lines: dict[int, tuple[Line, ...]] = {}
        self.applied: dict[tuple[str, int], dict[int, int]] = {}
        self.counters: dict[str, int] = {}
        self.custom_fields: list[Record] = []
        self.due: list[tuple[float, int]] = []
        self._settings = settings
        self._owed: dict[int, int] = {}
        self._touched: set[tuple[str, int]] = set()
        self._preferences: tuple[bytes, Record] = (b"", {})

    def _noter(self, note: Callable[[str, str, int], None]) -> Callable[[str, int], None]:
        return lambda kind, record: note(self.realm, kind, record)

    @property
    def settings(self) -> Settings:
        """The switches in force."""
        return self._settings()

    def get(self, kind: str, record: int | str) -> Record | None:
        """One object as a read would return it."""
        found = int(record)
        return load(self.render(kind, found)) if found in self.tables[kind] else None

    def all(self, kind: str) -> list[Record]:
        """Every object of a kind, by id."""
        return [load(self.render(kind, record)) for record in sorted(self.tables[kind].rows)]

    def render(self, kind: str, record: int) -> bytes:
        """The bytes of one object as they go over the wire."""
        text = self.tables[kind].raw(record)
        lines = self.lines.get(record, ()) if kind == "Payment" else ()
        return self.expand(text, lines) if lines else text

    def expand(self, text: bytes, lines: tuple[Line, ...]) -> bytes:
        """A stored payment with what QuickBooks adds to each line when it is read."""
        stored = b",".join(_written(line) + b"}" for line in lines)
        told = b",".join(self._explained(line) for line in lines)
        return text.replace(b'"Line":[%s]' % stored, b'"Line":[%s]' % told, 1)

    def _explained(self, line: Line) -> bytes:
        document = self.tables[line.type].get(line.id) or {}
        opened = f"{amount(line.cents) + number(document.get('Balance')):.2f}"
        pairs = (("txnId", str(line.id)), ("txnOpenBalance", opened), ("txnReferenceNumber", document.get("DocNumber", "")))
        return b'%s,"LineEx":{"any":[%s]}}' % (_written(line), b",".join(_element(*pair) for pair in pairs))

    def new_id(self, kind: str) -> int:
        """The next id; transactions share one row of numbers, each list has its own."""
        sequence = "Transaction" if KINDS[kind].posts else kind
        self.counters[sequence] = self.counters.get(sequence, 0) + 1
        return self.counters[sequence]

    def new_number(self, kind: str) -> str:
        """The next document number that the company gives out itself."""
        key = f"{kind}.DocNumber"
        self.counters[key] = self.counters.get(key, 1000) + 1
        return str(self.counters[key])

    def next_token(self, document: tuple[str, int], record: Record) -> str:
        """The SyncToken after this change: one more, however often one call touches the record."""
        grown = 0 if document in self._touched else 1
        self._touched.add(document)
        return str(int(record["SyncToken"]) + grown)

    def store(self, kind: str, record: Record, at: datetime, quietly: bool = False) -> Record:
        """Keep one object and carry its open amount to its customer."""
        self._carry(kind, int(record["Id"]), -1)
        if not quietly:
            record["MetaData"] = {**record["MetaData"], "LastUpdatedTime": stamp(at)}
        written = self.tables[kind].put(record, quietly)
        self._carry(kind, int(record["Id"]), 1)
        return written

    def remove(self, kind: str, record: int, at: datetime) -> None:
        """Delete one object for good; the change feed remembers it."""
        self._carry(kind, record, -1)
        self.tables[kind].remove(record, int(at.timestamp()))

    def _carry(self, kind: str, record: int, sign: int) -> None:
        if kind not in _OPEN or (cells := self.tables[kind].rows.get(record)) is None:
            return
        column, side = _OPEN[kind]
        positions = self.tables[kind].positions
        customer, cents = cells[positions["CustomerRef"]], cells[positions[column]]
        if customer is not None and cents:
            self._owed[int(customer)] = self._owed.get(int(customer), 0) + sign * side * int(cents)

    def settle(self, at: datetime) -> None:
        """Write what customers owe after a change; their SyncToken stays."""
        owed, self._owed = self._owed, {}
        self._touched.clear()
        jobs: dict[int, int] = {}
        for customer, cents in owed.items():
            if cents:
                self._owe(customer, cents, cents, at)
                self._climb(customer, cents, jobs)
        for customer, cents in jobs.items():
            self._owe(customer, 0, cents, at)

    def discard_unsettled(self) -> None:
        """Drop what an unfinished change wanted to carry to customers."""
        self._owed.clear()
        self._touched.clear()

    def _owe(self, customer: int, own: int, with_jobs: int, at: datetime) -> None:
        record = self.tables["Customer"].get(customer)
        if record is not None:
            record["Balance"] = number(record["Balance"]) + amount(own)
            record["BalanceWithJobs"] = number(record["BalanceWithJobs"]) + amount(with_jobs)
            self.store("Customer", record, at)

    def _climb(self, customer: int, cents: int, jobs: dict[int, int]) -> None:
        record = self.tables["Customer"].get(customer)
        while record and (parent := record.get("ParentRef")):
            jobs[int(parent["value"])] = jobs.get(int(parent["value"]), 0) + cents
            record = self.tables["Customer"].get(int(parent["value"]))

    def deposit(self, payments: list[int], at: datetime) -> int:
        """Take payments to the bank in one deposit; from then on they are locked. The deposit's id."""
        number = self.new_id("Payment")
        for payment in payments:
            record = self.tables["Payment"].get(payment)
            if record is None:
                raise ValueError(f"there is no payment {payment}")
            record["LinkedTxn"] = [{"TxnId": str(number), "TxnType": "Deposit"}]
            record["SyncToken"] = str(int(record["SyncToken"]) + 1)
            self.store("Payment", record, at)
        self.settle(at)
        return number

    def preference(self, group: str, name: str) -> Any:
        """One value of the company's preferences."""
        if 1 not in self.tables["Preferences"]:
            return None
        text = self.tables["Preferences"].raw(1)
        if self._preferences[0] is not text:
            self._preferences = (text, load(text))
        return self._preferences[1].get(group, {}).get(name)


_ELEMENT = (
    b'{"name":"{http://schema.intuit.com/finance/v3}NameValue","declaredType":"com.intuit.schema.finance.v3.NameValue",'
    b'"scope":"javax.xml.bind.JAXBElement$GlobalScope","value":{"Name":"%s"%s},"nil":false,"globalScope":true,'
    b'"typeSubstituted":false}'
)


def _written(line: Line) -> bytes:
    """A line as it is stored, its last brace left open."""
    part = b"%d.%02d" % divmod(line.cents, 100) if line.cents else b"0"
    return b'{"Amount":%s,"LinkedTxn":[{"TxnId":"%d","TxnType":"%s"}]' % (part, line.id, line.type.encode())


def _element(name: str, value: str) -> bytes:
    return _ELEMENT % (name.encode(), b',"Value":%s' % dump(value) if value else b"")
