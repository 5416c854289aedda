"""Customers, items, accounts and the other lists: names, defaults, and what may not occur twice."""

from hostsim.qbo_simulator.base.faults import duplicate_name, inactive, refuse, required
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.references import currency

_NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_CLASSES = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Expense": "Expense",
    "Other Expense": "Expense",
    "Cost of Goods Sold": "Expense",
}


def fill(company: Company, kind: str, record: Record, old: Record | None) -> Record:
    """A complete list element; 6240 when its name is taken."""
    filled = {"Active": True, **record} if kind not in ("CompanyInfo", "Preferences") else dict(record)
    maker = _MAKERS.get(kind)
    done = maker(company, kind, filled, old) if maker else filled
    if old and old.get("Active") is not False and done.get("Active") is False:
        done = _retire(kind, done)
    _check_name(company, kind, done)
    return done


def _retire(kind: str, record: Record) -> Record:
    key = "DisplayName" if kind == "Customer" else "Name"
    text = record[key] if record[key].endswith(" (deleted)") else f"{record[key]} (deleted)"
    names = {name for name in (key, "FullyQualifiedName") if name in record}
    return {**record, **dict.fromkeys(names, text)}


def _check_name(company: Company, kind: str, record: Record) -> None:
    key = "FullyQualifiedName" if "FullyQualifiedName" in record else "Name"
    if key not in record:
        return
    short = "DisplayName" if kind == "Customer" else "Name"
    table = company.tables[kind]
    position = table.positions.get("FullyQualifiedName", table.positions.get("Name"))
    found = table.find(short, [record[short].lower()]) or ()
    clash = kind == "Customer" or position is None
    for each in found:
        if str(each) != record.get("Id") and (clash or table.rows[each][position or 0] == record[key].lower()):
            raise duplicate_name()


def _customer(company: Company, _kind: str, record: Record, old: Record | None) -> Record:
    display = record.get("DisplayName") or " ".join(record[part] for part in _NAME_PARTS if part in record)
    if not display:
        raise required("DisplayName")
    if any(mark in display for mark in ":\t\n"):
        raise refuse("2040", "Invalid Characters", "Invalid Characters : DisplayName cannot contain a colon", "DisplayName")
    parent = _parent(company, "Customer", record)
    code = ((old or {}).get("CurrencyRef") or record.get("CurrencyRef") or home_currency(company))["value"]
    defaults = {"Taxable": True, "BillWithParent": False, "PreferredDeliveryMethod": "Print"}
    return {
        **defaults,
        "DefaultTaxCodeRef": {"value": "2"},
        "PrintOnCheckName": display,
        **record,
        "DisplayName": display,
        "FullyQualifiedName": f"{parent['FullyQualifiedName']}:{display}" if parent else display,
        "Job": parent is not None,
        **({"Level": int(number(parent.get("Level"))) + 1} if parent else {}),
        "CurrencyRef": currency(code),
        "Balance": (old or {}).get("Balance", 0),
        "BalanceWithJobs": (old or {}).get("BalanceWithJobs", 0),
    }


def _parent(company: Company, kind: str, record: Record) -> Record | None:
    if "ParentRef" not in record:
        return None
    found = company.tables[kind].get(int(record["ParentRef"]["value"]))
    chain = found
    while chain:
        if chain["Id"] == record.get("Id"):
            raise refuse("2500", "Invalid Reference Id", "Invalid Reference Id : ParentRef", "ParentRef")
        chain = company.tables[kind].get(int(chain["ParentRef"]["value"])) if "ParentRef" in chain else None
    if found is None:
        raise inactive()
    return found


def home_currency(company: Company) -> Record:
    """The company's own currency."""
    code = (company.preference("CurrencyPrefs", "HomeCurrency") or {}).get("value", "USD")
    return {"value": code}


def _named(company: Company, kind: str, record: Record, _old: Record | None) -> Record:
    if "Name" not in record:
        raise required("Name")
    if kind in ("PaymentMethod", "Term"):
        return {"Type": "NON_CREDIT_CARD" if kind == "PaymentMethod" else "STANDARD", **record}
    parent = _parent(company, kind, record)
    full = f"{parent['FullyQualifiedName']}:{record['Name']}" if parent else record["Name"]
    sub = {"Item": "SubItem", "Department": "SubDepartment", "Class": "SubClass", "Account": "SubAccount"}[kind]
    return {**record, sub: parent is not None, "FullyQualifiedName": full}


def _item(company: Company, kind: str, record: Record, old: Record | None) -> Record:
    filled = _named(company, kind, {"Type": "Service", **record}, old)
    if filled["Type"] != "Category" and "IncomeAccountRef" not in filled:
        raise required("IncomeAccountRef")
    if not filled["SubItem"]:
        del filled["SubItem"]
    return {"Taxable": False, "UnitPrice": 0, "PurchaseCost": 0, "TrackQtyOnHand": False, **filled}


def _account(company: Company, kind: str, record: Record, old: Record | None) -> Record:
    filled = _named(company, kind, record, old)
    if any(mark in filled["Name"] for mark in '":'):
        raise refuse("2040", "Invalid Characters", 'Invalid Characters : Name cannot contain " or :', "Name")
    if "AccountType" not in filled and "AccountSubType" not in filled:
        raise required("AccountType")
    kept = {name: (old or {}).get(name, 0) for name in ("CurrentBalance", "CurrentBalanceWithSubAccounts")}
    kind_of = filled.get("AccountType", "Expense")
    classes = {"Classification": _CLASSES.get(kind_of, "Expense"), "AccountType": kind_of}
    return {"AccountSubType": kind_of.replace(" ", ""), **filled, **classes, **kept, "CurrencyRef": currency("USD")}


_MAKERS = {
    "Customer": _customer,
    "Item": _item,
    "Account": _account,
    "PaymentMethod": _named,
    "Term": _named,
    "Department": _named,
    "Class": _named,
}
