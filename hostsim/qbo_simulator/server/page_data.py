"""Totals and lists for the web pages, read from a company's books."""

from dataclasses import dataclass
from decimal import Decimal

from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.base.money import amount
from hostsim.qbo_simulator.books.company import Company

PAGE = 100
_SHOWN = ("DocNumber", "PaymentRefNum", "DisplayName", "Name", "CompanyName")


@dataclass(frozen=True, slots=True)
class Summary:
    """The totals of one company."""

    realm: str
    name: str
    counts: dict[str, int]
    owed: Decimal
    unapplied: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class Listed:
    """One record in a list."""

    id: int
    label: str
    customer: str
    day: str
    total: object
    opened: object
    changed: str


def name_of(company: Company) -> str:
    """What the company is called."""
    info = company.tables["CompanyInfo"].get(1) or {}
    return str(info.get("CompanyName", company.realm))


def summary(company: Company) -> Summary:
    """Counts and open amounts."""
    counts = {kind: len(company.tables[kind]) for kind in KINDS}
    sums = {kind: _sum(company, kind, column) for kind, column in _OPEN}
    return Summary(company.realm, name_of(company), counts, sums["Invoice"], sums["Payment"], sums["CreditMemo"])


_OPEN = (("Invoice", "Balance"), ("Payment", "UnappliedAmt"), ("CreditMemo", "RemainingCredit"))


def _sum(company: Company, kind: str, column: str) -> Decimal:
    table = company.tables[kind]
    position = table.positions[column]
    return amount(sum(int(cells[position] or 0) for cells in table.rows.values()))


def listing(company: Company, kind: str, start: int) -> tuple[list[Listed], int]:
    """One page of records, newest change first, and how many there are."""
    table = company.tables[kind]
    order = list(table.rows)[::-1]
    page = order[start - 1 : start - 1 + PAGE]
    return [_listed(company.tables[kind].get(each) or {}) for each in page], len(order)


def _listed(record: Record) -> Listed:
    label = next((str(record[name]) for name in _SHOWN if name in record), "")
    opened = next((record[name] for name in ("Balance", "UnappliedAmt") if name in record), "")
    customer = record.get("CustomerRef", {}).get("name", "")
    changed = record["MetaData"]["LastUpdatedTime"]
    return Listed(int(record["Id"]), label, customer, record.get("TxnDate", ""), record.get("TotalAmt", ""), opened, changed)


def links(company: Company, kind: str, record: Record) -> list[tuple[str, str, str]]:
    """Records this one points at, or that point at it: kind, id, how much."""
    found: list[tuple[str, str, str]] = []
    if "CustomerRef" in record:
        found.append(("Customer", record["CustomerRef"]["value"], record["CustomerRef"].get("name", "")))
    identity = int(record["Id"])
    if kind == "Payment":
        found += [(line.type, str(line.id), f"{amount(line.units):.2f}") for line in company.lines.get(identity, ())]
    parts = company.payments_on(kind, record)
    found += [("Payment", str(payment), f"{amount(part):.2f}") for payment, part in parts.items()]
    return found
