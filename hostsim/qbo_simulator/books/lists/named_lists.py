"""Items, accounts, ways to pay and the other lists: names and defaults."""

from collections.abc import Callable

from hostsim.qbo_simulator.base.faults import refuse, required
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import company_currency, currency, home_currency, is_multicurrency
from hostsim.qbo_simulator.books.lists import rates, taxes
from hostsim.qbo_simulator.books.lists.customers import fill_customer, fill_employee, fill_vendor
from hostsim.qbo_simulator.books.lists.names import check_name, parent_of, retired

Maker = Callable[[Company, str, Record, Record | None], Record]
_WITHOUT_STATE = frozenset({"CompanyInfo", "Preferences", "TaxAgency", "ExchangeRate"})
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
    filled = dict(record) if kind in _WITHOUT_STATE else {"Active": True, **record}
    maker = _MAKERS.get(kind)
    done = maker(company, kind, filled, old) if maker else filled
    if old and old.get("Active") is not False and done.get("Active") is False:
        done = retired(done)
    check_name(company, kind, done)
    return done


def _named(company: Company, kind: str, record: Record, _old: Record | None) -> Record:
    if "Name" not in record:
        raise required("Name")
    if kind in ("PaymentMethod", "Term"):
        return {"Type": "NON_CREDIT_CARD" if kind == "PaymentMethod" else "STANDARD", **record}
    parent = parent_of(company, kind, record)
    full = f"{parent['FullyQualifiedName']}:{record['Name']}" if parent else record["Name"]
    sub = {"Item": "SubItem", "Department": "SubDepartment", "Class": "SubClass", "Account": "SubAccount"}[kind]
    return {**record, sub: parent is not None, "FullyQualifiedName": full}


def _item(company: Company, kind: str, record: Record, old: Record | None) -> Record:
    filled = _named(company, kind, {"Type": "Service", **record}, old)
    if filled["Type"] != "Category" and "IncomeAccountRef" not in filled:
        raise required("IncomeAccountRef")
    if not filled["SubItem"]:
        del filled["SubItem"]
    if filled.get("Type") == "Inventory" and "InvStartDate" not in filled:
        raise required("InvStartDate")
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
    return {"AccountSubType": kind_of.replace(" ", ""), **filled, **classes, **kept, "CurrencyRef": _currency(company, record, old)}


def _currency(company: Company, record: Record, old: Record | None) -> Record:
    """An account keeps its currency; with several, a new one may have another than the company."""
    if old:
        return old.get("CurrencyRef") or currency(home_currency(company))
    if is_multicurrency(company) and "CurrencyRef" in record:
        return company_currency(company, record["CurrencyRef"]["value"])
    return currency(home_currency(company))


_MAKERS: dict[str, Maker] = {
    "Customer": fill_customer,
    "Vendor": fill_vendor,
    "Employee": fill_employee,
    "TaxCode": taxes.fill_code,
    "TaxRate": taxes.fill_rate,
    "TaxAgency": taxes.fill_agency,
    "CompanyCurrency": rates.fill_currency,
    "ExchangeRate": rates.fill_rate,
    "Item": _item,
    "Account": _account,
    "PaymentMethod": _named,
    "Term": _named,
    "Department": _named,
    "Class": _named,
}
