"""Lines of deposits, expenses and journal entries: their ids, their accounts, and whom they name."""

from collections.abc import Iterable

from hostsim.qbo_simulator.base.faults import business, inactive, invalid_reference, required
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.references import resolve, target

_PEOPLE = ("Customer", "Vendor", "Employee")
_NEED = "When you use Accounts {account}, you must choose a {who} in the Name field."


def numbered(lines: Iterable[Record], old: Record | None) -> list[Record]:
    """Lines with ids: those of the transaction before the change are kept, others are new."""
    taken = {line["Id"] for line in (old or {}).get("Line", []) if "Id" in line}
    last = max((int(each) for each in taken), default=0)
    done: list[Record] = []
    for line in lines:
        identity = line.get("Id")
        if identity in taken:
            taken.discard(identity)
        else:
            last += 1
            identity = str(last)
        done.append({**line, "Id": identity})
    return done


def entity(company: Company, reference: Record, kind: str | None = None) -> Record:
    """A reference to a customer, vendor or employee with its type and name; 2500 when there is none."""
    value, wanted = str(reference["value"]), (kind or reference.get("type") or "").lower()
    if value.isascii() and value.isdigit() and len(value) < 19:
        for name in _PEOPLE:
            found = company.tables[name].get(int(value)) if wanted in ("", name.lower()) else None
            if found is not None:
                if found.get("Active") is False:
                    raise inactive()
                return {"value": value, "name": found["DisplayName"], "type": name}
    raise invalid_reference(f"Names element id {value} not found")


def account(company: Company, detail: Record, where: str) -> Record:
    """The account of a line's detail; 2020 when it has none."""
    if "AccountRef" not in detail:
        raise required(f"Line.{where}.AccountRef")
    return target(company, "AccountRef", detail["AccountRef"])


def check_named(company: Company, where: Record, who: Record | None, currency: str) -> None:
    """Lines on Accounts Receivable name a customer, on Accounts Payable a vendor, of the transaction's currency."""
    kind = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}.get(where["AccountType"])
    if kind is None:
        return
    if who is None or who.get("type") != kind:
        raise business(_NEED.format(account=where["AccountType"].partition(" ")[2], who=kind.lower()))
    record = company.tables[kind].get(int(who["value"])) or {}
    if record.get("CurrencyRef", {}).get("value", currency) != currency:
        raise business(f"The currency of the transaction must be the currency of the {kind.lower()}.")


def detail_of(company: Company, line: Record, where: str, kind: str) -> Record:
    """A line's detail with its references checked and named; 2020 when it has none."""
    detail = line.get(where)
    if not detail:
        raise required(f"Line.{where}")
    return resolve(company, kind, detail)
