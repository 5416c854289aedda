"""Customers in their trees, vendors and employees."""

from datetime import datetime

from hostsim.qbo_simulator.base.faults import business, refuse, required
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import company_currency, currency, home_currency, is_multicurrency
from hostsim.qbo_simulator.books.lists.names import parent_of

_NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_ADDRESSES = ("BillAddr", "ShipAddr")


def fill_customer(company: Company, _kind: str, record: Record, old: Record | None) -> Record:
    """A complete customer, with its place under its parent."""
    display = _display_name(record)
    parent = parent_of(company, "Customer", record)
    reference = _currency(company, record, old)
    if parent and parent["CurrencyRef"]["value"] != reference["value"]:
        raise business("The currency of a sub-customer must be the currency of its parent.")
    if record.get("IsProject") and parent is None:
        raise required("ParentRef")
    return {
        "Taxable": True,
        "BillWithParent": False,
        "IsProject": False,
        "PreferredDeliveryMethod": "Print",
        "DefaultTaxCodeRef": {"value": "2"},
        "PrintOnCheckName": display,
        **record,
        **_addresses(company, record, old),
        "DisplayName": display,
        **_place(display, parent),
        "CurrencyRef": reference,
        "Balance": (old or {}).get("Balance", 0),
        "BalanceWithJobs": (old or {}).get("BalanceWithJobs", 0),
    }


def fill_vendor(company: Company, _kind: str, record: Record, old: Record | None) -> Record:
    """A complete vendor."""
    display = _display_name(record)
    done = {"Vendor1099": False, "PrintOnCheckName": display, **record, "DisplayName": display}
    return {**done, "CurrencyRef": _currency(company, record, old), "Balance": (old or {}).get("Balance", 0)}


def fill_employee(_company: Company, _kind: str, record: Record, _old: Record | None) -> Record:
    """A complete employee."""
    display = _display_name(record)
    return {"BillableTime": False, "PrintOnCheckName": display, **record, "DisplayName": display}


def _display_name(record: Record) -> str:
    display: str = record.get("DisplayName") or " ".join(record[part] for part in _NAME_PARTS if part in record)
    if not display:
        raise required("DisplayName")
    if any(mark in display for mark in ":\t\n"):
        raise refuse("2040", "Invalid Characters", "Invalid Characters : DisplayName cannot contain a colon", "DisplayName")
    return display


def _currency(company: Company, record: Record, old: Record | None) -> Record:
    """Fixed once set; a new name may have another currency than the company where several are used."""
    if old and "CurrencyRef" in old:
        return currency(old["CurrencyRef"]["value"])
    if not is_multicurrency(company):
        return currency(record.get("CurrencyRef", {}).get("value", home_currency(company)))
    return company_currency(company, record.get("CurrencyRef", {}).get("value", home_currency(company)))


def _place(display: str, parent: Record | None) -> Record:
    if parent is None:
        return {"FullyQualifiedName": display, "Job": False, "Level": None}
    full = f"{parent['FullyQualifiedName']}:{display}"
    return {"FullyQualifiedName": full, "Job": True, "Level": int(number(parent.get("Level"))) + 1}


def _addresses(company: Company, record: Record, old: Record | None) -> Record:
    """Addresses with ids: the one they had, or a new one."""
    found = {name: record[name] for name in _ADDRESSES if record.get(name)}
    return {name: _with_id(company, each, (old or {}).get(name)) for name, each in found.items()}


def _with_id(company: Company, address: Record, old: Record | None) -> Record:
    known = (old or {}).get("Id") or address.get("Id")
    return {**address, "Id": known or str(company.next_address())}


def carry_on(company: Company, old: Record, new: Record, at: datetime) -> None:
    """Carry a change of a customer to those under it and above it: paths of names, and balances with jobs."""
    before, after = (record.get("ParentRef", {}).get("value") for record in (old, new))
    if before != after:
        company.move_jobs(before, after, number(new["BalanceWithJobs"]))
    rename_descendants(company, new, at)


def rename_descendants(company: Company, record: Record, at: datetime) -> None:
    """Carry a customer's new name into the paths of all under it."""
    for child in children_of(company, record["Id"]):
        placed = _place(child["DisplayName"], record)
        if any(child.get(name) != value for name, value in placed.items()):
            _put_under(company, child, record, at)


def move_to_parent(company: Company, child: Record, parent: Record, at: datetime) -> None:
    """Hang a customer, with all under it, under another parent."""
    company.move_jobs(child["ParentRef"]["value"], parent["Id"], number(child["BalanceWithJobs"]))
    _put_under(company, child, parent, at)


def _put_under(company: Company, child: Record, parent: Record, at: datetime) -> None:
    changed = {**child, **_place(child["DisplayName"], parent), "SyncToken": company.next_token("Customer", child)}
    changed["ParentRef"] = {"value": parent["Id"], "name": parent["DisplayName"]}
    company.store("Customer", changed, at)
    rename_descendants(company, changed, at)


def children_of(company: Company, parent: str) -> list[Record]:
    """The customers right under one."""
    table = company.tables["Customer"]
    position = table.positions["ParentRef"]
    found = [table.get(each) for each, cells in table.rows.items() if cells[position] == parent]
    return [each for each in found if each is not None]


def is_under(company: Company, record: Record, above: str) -> bool:
    """Whether `above` is a parent of a customer, or a parent's parent."""
    chain: Record | None = record
    while chain and "ParentRef" in chain:
        if chain["ParentRef"]["value"] == above:
            return True
        chain = company.tables["Customer"].get(int(chain["ParentRef"]["value"]))
    return False
