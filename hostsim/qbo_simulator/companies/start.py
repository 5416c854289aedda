"""What every company begins with: accounts, items, ways to pay, terms, preferences."""

from datetime import UTC, date, datetime, time, timedelta

from hostsim.qbo_simulator.base.clock import stamp
from hostsim.qbo_simulator.base.http import Record, load
from hostsim.qbo_simulator.books.changes import Write, perform
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.companies.preferences import Beginning, company_info, preferences

_ACCOUNTS = (
    ("Sales", "Income", "SalesOfProductIncome"),
    ("Services", "Income", "ServiceFeeIncome"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Fees Billed", "Income", "ServiceFeeIncome"),
    ("Checking", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Merchant Clearing", "Bank", "Checking"),
    ("Retained Earnings", "Equity", "RetainedEarnings"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Uncategorized Income", "Income", "ServiceFeeIncome"),
    ("Uncategorized Expense", "Expense", "OtherMiscellaneousServiceCost"),
    ("Bank Charges", "Expense", "BankCharges"),
    ("Discounts given", "Income", "DiscountsRefundsGiven"),
)
_METHODS = (
    ("Cash", False),
    ("Check", False),
    ("Visa", True),
    ("MasterCard", True),
    ("Discover", True),
    ("American Express", True),
    ("Diners Club", True),
)
_TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))


def moment(day: date, now: datetime, minutes: int = 0) -> datetime:
    """A working hour of that day, but never later than now."""
    return min(datetime.combine(day, time(17), UTC) + timedelta(minutes=minutes), now)


def make(company: Company, kind: str, body: Record, at: datetime) -> Record:
    """Create one record by the front door."""
    done: Record = load(perform(company, Write(kind, "create", body, building=True), at))
    return done


def begin(company: Company, beginning: Beginning, at: datetime) -> None:
    """The lists that every other record refers to."""
    _settle_singles(company, beginning, at)
    if beginning.custom_field:
        field = {"DefinitionId": "1", "Name": beginning.custom_field, "Type": "StringType"}
        company.custom_fields = [field]
    _add_accounts(company, beginning, at)
    for code in beginning.currencies:
        make(company, "CompanyCurrency", {"Code": code}, at)
    _add_taxes(company, beginning, at)
    for name, price in beginning.items:
        body = {"Name": name, "Type": "Service", "UnitPrice": price, "IncomeAccountRef": {"value": "2"}, "Description": name}
        make(company, "Item", body, at)
    for name, card in _METHODS:
        make(company, "PaymentMethod", {"Name": name, "Type": "CREDIT_CARD" if card else "NON_CREDIT_CARD"}, at)
    for name, days in _TERMS:
        make(company, "Term", {"Name": name, "Type": "STANDARD", "DueDays": days, "DiscountPercent": 0}, at)


def _add_accounts(company: Company, beginning: Beginning, at: datetime) -> None:
    """Every account, those above others first."""
    made: dict[str, str] = {}
    for name, kind, sub in (*_ACCOUNTS, *beginning.accounts):
        body: Record = {"Name": name, "AccountType": kind, "AccountSubType": sub}
        parent = dict(beginning.parents).get(name)
        if parent:
            body["ParentRef"] = {"value": made[parent]}
        made[name] = make(company, "Account", body, at)["Id"]


def _add_taxes(company: Company, beginning: Beginning, at: datetime) -> None:
    """An agency, and for each code its rate; codes count from 2, as those of a new company do."""
    if not beginning.tax_codes:
        return
    agency = make(company, "TaxAgency", {"DisplayName": "Board of Revenue"}, at)["Id"]
    company.counters["TaxCode"] = 1
    for rule in beginning.tax_codes:
        rate = {"Name": rule.name, "RateValue": rule.percent, "AgencyRef": {"value": agency}}
        detail = {"TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}
        detail["TaxRateRef"] = {"value": make(company, "TaxRate", rate, at)["Id"], "name": rule.name}
        rates = {"TaxRateDetail": [detail]}
        make(company, "TaxCode", {"Name": rule.name, "SalesTaxRateList": rates, "PurchaseTaxRateList": rates}, at)


def _settle_singles(company: Company, beginning: Beginning, at: datetime) -> None:
    times = {"CreateTime": stamp(at), "LastUpdatedTime": stamp(at)}
    single = {"domain": "QBO", "sparse": False, "Id": "1", "SyncToken": "0", "MetaData": times}
    company.store("CompanyInfo", {**company_info(beginning), **single}, at)
    company.store("Preferences", {**preferences(beginning), **single}, at)


def build_empty(company: Company, today: date, now: datetime) -> None:
    """A company that has lists, but no customer and no transaction."""
    begin(company, Beginning(name="Empty Company"), moment(today - timedelta(days=1), now))
