"""One company's books: its records, who is applied to what, and what every customer owes."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from hostsim.qbo_simulator.base.clock import stamp
from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.http import Record, dump, load, money, number
from hostsim.qbo_simulator.base.money import amount, units
from hostsim.qbo_simulator.base.settings import Settings
from hostsim.qbo_simulator.base.table import Table, UndoLog
from hostsim.qbo_simulator.books.alterations import Alterations
from hostsim.qbo_simulator.books.open_items import BY_LINE, TABLES, Document, Line, OpenItem, open_items

_OPEN = {"Invoice": ("Balance", 1), "CreditMemo": ("Balance", -1), "Payment": ("UnappliedAmt", -1)}
#: Names of people share one row of numbers, and so do transactions.
_SEQUENCES = {"Vendor": "Customer", "Employee": "Customer"}


class Company:
    """The records of one realm; every change goes through `store` and `remove`, then `settle`."""

    def __init__(self, realm: str, settings: Callable[[], Settings], note: Callable[[str, str, int], None]) -> None:
        self.realm = realm
        self.undo = UndoLog()
        self.tables = {name: Table(kind, self._noter(note), self.undo) for name, kind in KINDS.items()}
        self.lines: dict[int, tuple[Line, ...]] = {}
        self.applied: dict[Document, dict[int, int]] = {}
        self.counters: dict[str, int] = {}
        self.custom_fields: list[Record] = []
        self.alterations = Alterations()
        self.bank_matched: set[str] = set()
        self.due: list[tuple[float, int]] = []
        self._settings = settings
        self._owed: dict[int, int] = {}
        self._moved: dict[int, int] = {}
        self._carried: dict[tuple[str, int], dict[int, int]] = {}
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
        written = self.expand(text, lines) if lines else text
        return self.alterations.applied(f"{kind}:{record}", written) if self.alterations.given else written

    def expand(self, text: bytes, lines: tuple[Line, ...]) -> bytes:
        """A stored payment with what QuickBooks adds to each line when it is read."""
        stored = b",".join(_written(line) + b"}" for line in lines)
        told = b",".join(self._explained(line) for line in lines)
        return text.replace(b'"Line":[%s]' % stored, b'"Line":[%s]' % told, 1)

    def _explained(self, line: Line) -> bytes:
        document = self.tables[TABLES[line.type]].get(line.id) or {}
        opened = str(money(amount(line.units + self.open_units(line.document))) or "0.00")
        pairs = (("txnId", str(line.id)), ("txnOpenBalance", opened), ("txnReferenceNumber", document.get("DocNumber", "")))
        return b'%s,"LineEx":{"any":[%s]}}' % (_written(line), b",".join(_element(*pair) for pair in pairs))

    def new_id(self, kind: str) -> int:
        """The next id; transactions share one row of numbers, each list has its own."""
        sequence = "Transaction" if KINDS[kind].posts else _SEQUENCES.get(kind, kind)
        self.counters[sequence] = self.counters.get(sequence, 0) + 1
        return self.counters[sequence]

    def next_address(self) -> int:
        """The next id of a customer's address."""
        self.counters["Address"] = self.counters.get("Address", 1) + 1
        return self.counters["Address"]

    def new_number(self) -> str:
        """The next document number that the company gives out itself; all sales forms share one row."""
        last = max((given for key, given in self.counters.items() if key.endswith(".DocNumber")), default=1000)
        self.counters["Sales.DocNumber"] = last + 1
        return str(last + 1)

    def next_token(self, kind: str, record: Record) -> str:
        """The SyncToken after this change: one more, however often one call touches the record."""
        key = (kind, int(record["Id"]))
        grown = 0 if key in self._touched else 1
        self._touched.add(key)
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

    def receivable(self, reference: Record) -> bool:
        """Whether an account reference means Accounts Receivable."""
        table, value = self.tables["Account"], str(reference.get("value", ""))
        cells = table.rows.get(int(value)) if value.isascii() and value.isdigit() else None
        return cells is not None and cells[table.positions["AccountType"]] == "accounts receivable"

    def items(self, kind: str, record: Record) -> tuple[OpenItem, ...]:
        """What a stored transaction offers payments to be applied to."""
        return open_items(kind, record, self.receivable)

    def item(self, document: Document) -> OpenItem | None:
        """One open item, as long as its transaction has it."""
        kind = TABLES[document[0]]
        record = self.tables[kind].get(document[1])
        found = self.items(kind, record) if record else ()
        return next((each for each in found if each.document == document), None)

    def applied_to(self, document: Document) -> int:
        """Units applied to one document by all payments together."""
        return sum(self.applied.get(document, {}).values())

    def open_units(self, document: Document) -> int:
        """What is still open of a document; nothing when it is gone."""
        item = self.item(document)
        return item.units - self.applied_to(document) if item else 0

    def _carry(self, kind: str, record: int, sign: int) -> None:
        for customer, owed in self._owed_on(kind, record, sign).items():
            self._owed[customer] = self._owed.get(customer, 0) + sign * owed

    def _owed_on(self, kind: str, record: int, sign: int) -> dict[int, int]:
        if kind in BY_LINE:
            return self._owed_by_line(kind, record, sign)
        if kind not in _OPEN or (cells := self.tables[kind].rows.get(record)) is None:
            return {}
        column, side = _OPEN[kind]
        positions = self.tables[kind].positions
        customer, owed = cells[positions["CustomerRef"]], cells[positions[column]]
        return {int(customer): side * int(owed)} if customer is not None and owed else {}

    def _owed_by_line(self, kind: str, record: int, sign: int) -> dict[int, int]:
        """What was carried last time, when it is taken back; what is open now, when it is carried."""
        if sign < 0:
            return self._carried.pop((kind, record), {})
        owed: dict[int, int] = {}
        for item in self.items(kind, self.tables[kind].get(record) or {}):
            opened = item.units - self.applied_to(item.document)
            owed[item.customer] = owed.get(item.customer, 0) + (-opened if item.credit else opened)
        self._carried[kind, record] = owed
        return owed

    def payments_on(self, kind: str, record: Record) -> dict[int, int]:
        """Units that each payment applies to a transaction, all its lines together, oldest payment first."""
        found: dict[int, int] = {}
        for item in self.items(kind, record):
            for payment, part in self.applied.get(item.document, {}).items():
                found[payment] = found.get(payment, 0) + part
        return found

    def relink(self) -> None:
        """Build the links anew from the payments' own lines, after records came from a file."""
        self.lines, self.applied, self._carried = {}, {}, {}
        table = self.tables["Payment"]
        for payment in table.rows:
            lines = tuple(self.linked_line(line) for line in (table.get(payment) or {}).get("Line", []))
            if lines:
                self.lines[payment] = lines
            for line in lines:
                parts = self.applied.setdefault(line.document, {})
                parts[payment] = parts.get(payment, 0) + line.units
        for kind in BY_LINE:
            for record in self.tables[kind].rows:
                self._owed_by_line(kind, record, 1)

    def linked_line(self, line: Record) -> Line:
        """A payment's stored line with the side that its document is on."""
        (linked,) = line["LinkedTxn"]
        document = (linked["TxnType"], int(linked["TxnId"]), int(linked.get("TxnLineId", 0)))
        item = self.item(document)
        return Line(*document[:2], units(number(line["Amount"])), document[2], credit=item is not None and item.credit)

    def settle(self, at: datetime) -> None:
        """Write what customers owe after a change; their SyncToken stays."""
        owed, self._owed = self._owed, {}
        self._touched.clear()
        jobs: dict[int, int] = {}
        for customer, owed_units in owed.items():
            if owed_units:
                self._owe(customer, owed_units, owed_units, at)
                self._climb(customer, owed_units, jobs)
        moved, self._moved = self._moved, {}
        for parent, owed_units in moved.items():
            jobs[parent] = jobs.get(parent, 0) + owed_units
            self._climb(parent, owed_units, jobs)
        for customer, owed_units in jobs.items():
            if owed_units:
                self._owe(customer, 0, owed_units, at)

    def move_jobs(self, before: str | None, after: str | None, balance: Decimal) -> None:
        """Take a customer's balance with jobs from those above it before the change, to those above it after."""
        for parent, sign in ((before, -1), (after, 1)):
            if parent is not None:
                self._moved[int(parent)] = self._moved.get(int(parent), 0) + sign * units(balance)

    def discard_unsettled(self) -> None:
        """Drop what an unfinished change wanted to carry to customers."""
        self._owed.clear()
        self._moved.clear()
        self._touched.clear()

    def _owe(self, customer: int, own: int, with_jobs: int, at: datetime) -> None:
        record = self.tables["Customer"].get(customer)
        if record is not None:
            record["Balance"] = number(record["Balance"]) + amount(own)
            record["BalanceWithJobs"] = number(record["BalanceWithJobs"]) + amount(with_jobs)
            self.store("Customer", record, at)

    def _climb(self, customer: int, owed_units: int, jobs: dict[int, int]) -> None:
        record = self.tables["Customer"].get(customer)
        while record and (parent := record.get("ParentRef")):
            jobs[int(parent["value"])] = jobs.get(int(parent["value"]), 0) + owed_units
            record = self.tables["Customer"].get(int(parent["value"]))

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
    value = str(money(amount(line.units))).encode()
    part = b',"TxnLineId":"%d"' % line.part if line.part else b""
    return b'{"Amount":%s,"LinkedTxn":[{"TxnId":"%d","TxnType":"%s"%s}]' % (value, line.id, line.type.encode(), part)


def _element(name: str, value: str) -> bytes:
    return _ELEMENT % (name.encode(), b',"Value":%s' % dump(value) if value else b"")
