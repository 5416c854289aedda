"""References from one record to another: they must exist, be active, and carry the other's name."""

from hostsim.qbo_simulator.base.faults import inactive, invalid_reference
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.company import Company

_TARGETS = {
    "CustomerRef": ("Customer", "DisplayName"),
    "ParentRef": ("Customer", "DisplayName"),
    "ItemRef": ("Item", "Name"),
    "DepositToAccountRef": ("Account", "Name"),
    "AccountRef": ("Account", "Name"),
    "ARAccountRef": ("Account", "Name"),
    "APAccountRef": ("Account", "Name"),
    "IncomeAccountRef": ("Account", "FullyQualifiedName"),
    "ExpenseAccountRef": ("Account", "FullyQualifiedName"),
    "AssetAccountRef": ("Account", "FullyQualifiedName"),
    "PaymentMethodRef": ("PaymentMethod", "Name"),
    "SalesTermRef": ("Term", "Name"),
    "TermRef": ("Term", "Name"),
    "DepartmentRef": ("Department", "Name"),
    "ClassRef": ("Class", "Name"),
}
_PLURALS = {"Customer": "Customers", "Account": "Accounts", "PaymentMethod": "PaymentMethods", "Item": "Items"}
_NAMELESS = frozenset({("Payment", "DepositToAccountRef"), ("Payment", "PaymentMethodRef"), ("Deposit", "PaymentMethodRef")})


def target(company: Company, field: str, reference: Record) -> Record:
    """The record that `field` points at; refused when missing (2500) or inactive (610)."""
    kind = _TARGETS[field][0]
    value = str(reference["value"])
    found = company.tables[kind].get(int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else None
    if found is None:
        raise invalid_reference(f"{_PLURALS.get(kind, kind)} element id {value} not found")
    if found.get("Active") is False:
        raise inactive()
    return found


def resolve(company: Company, kind: str, record: Record) -> Record:
    """`record` with every known reference checked and given its name."""
    fields = [field for field in _TARGETS if field in record]
    return {**record, **{field: _named(company, kind, field, record[field]) for field in fields}}


def _named(company: Company, kind: str, field: str, reference: Record) -> Record:
    own = "ParentRef" if field == "ParentRef" else field
    if own == "ParentRef" and kind != "Customer":
        return _parent(company, kind, reference)
    found = target(company, field, reference)
    if (kind, field) in _NAMELESS:
        return {"value": reference["value"]}
    return {"value": reference["value"], "name": found.get(_TARGETS[field][1], "")}


def _parent(company: Company, kind: str, reference: Record) -> Record:
    value = str(reference["value"])
    found = company.tables[kind].get(int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else None
    if found is None:
        raise invalid_reference(f"{kind} element id {value} not found")
    return {"value": value, "name": found["Name"]}
