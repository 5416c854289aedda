"""What every company begins with: accounts, items, ways to pay, terms, preferences."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hostsim.qbo_simulator.base.clock import stamp
from hostsim.qbo_simulator.base.http import Record, load
from hostsim.qbo_simulator.books.changes import Write, perform
from hostsim.qbo_simulator.books.company import Company

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


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a company differs from the others at its start."""

    name: str
    custom_numbers: bool
    accounts: tuple[tuple[str, str, str], ...] = ()
    items: tuple[tuple[str, str], ...] = (("Services", "0"), ("Hours", "0"))
    custom_field: str | None = None
    currency: str = "USD"


def moment(day: date, now: datetime, minutes: int = 0) -> datetime:
    """A working hour of that day, but never later than now."""
    return min(datetime.combine(day, time(17), UTC) + timedelta(minutes=minutes), now)


def make(company: Company, kind: str, body: Record, at: datetime) -> Record:
    """Create one record by the front door."""
    done: Record = load(perform(company, Write(kind, "create", body), at))
    return done


def begin(company: Company, beginning: Beginning, at: datetime) -> None:
    """The lists that every other record refers to."""
    _settle_singles(company, beginning, at)
    if beginning.custom_field:
        field = {"DefinitionId": "1", "Name": beginning.custom_field, "Type": "StringType"}
        company.custom_fields = [field]
    for name, kind, sub in (*_ACCOUNTS, *beginning.accounts):
        make(company, "Account", {"Name": name, "AccountType": kind, "AccountSubType": sub}, at)
    for name, price in beginning.items:
        body = {"Name": name, "Type": "Service", "UnitPrice": price, "IncomeAccountRef": {"value": "2"}, "Description": name}
        make(company, "Item", body, at)
    for name, card in _METHODS:
        make(company, "PaymentMethod", {"Name": name, "Type": "CREDIT_CARD" if card else "NON_CREDIT_CARD"}, at)
    for name, days in _TERMS:
        make(company, "Term", {"Name": name, "Type": "STANDARD", "DueDays": days, "DiscountPercent": 0}, at)


def _settle_singles(company: Company, beginning: Beginning, at: datetime) -> None:
    times = {"CreateTime": stamp(at), "LastUpdatedTime": stamp(at)}
    single = {"domain": "QBO", "sparse": False, "Id": "1", "SyncToken": "0", "MetaData": times}
    company.store("CompanyInfo", {**_company_info(beginning), **single}, at)
    company.store("Preferences", {**_preferences(beginning), **single}, at)


def _company_info(beginning: Beginning) -> Record:
    address = {"Id": "1", "Line1": "123 Sierra Way", "City": "San Pablo", "CountrySubDivisionCode": "CA", "PostalCode": "87999"}
    return {
        "CompanyName": beginning.name,
        "LegalName": beginning.name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "PrimaryPhone": {"FreeFormNumber": "(510) 555-0100"},
        "CompanyStartDate": "2020-01-01",
        "FiscalYearStartMonth": "January",
        "Country": "US",
        "Email": {"Address": "books@example.com"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "NameValue": [{"Name": "SubscriptionStatus", "Value": "PAID"}, {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"}],
    }


def _preferences(beginning: Beginning) -> Record:
    return {
        "AccountingInfoPrefs": {
            "TrackDepartments": False,
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": beginning.custom_numbers,
            "AllowDeposit": False,
            "AllowDiscount": True,
            "AllowEstimates": True,
            "ETransactionEnabledStatus": "NotApplicable",
            "ETransactionAttachPDF": False,
            "ETransactionPaymentEnabled": False,
            "IPNSupportEnabled": False,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "DefaultTerms": {"value": "3"},
            "AutoApplyCredit": False,
            "AutoApplyPayments": False,
            "UsingPriceLevels": False,
            "DefaultCustomerMessage": "Thank you for your business and have a great day!",
        },
        "EmailMessagesPrefs": {},
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
        },
        "TaxPrefs": {"UsingSalesTax": False},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": beginning.currency}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {"NameValue": [{"Name": "SalesFormsPrefs.DefaultItem", "Value": "1"}]},
    }


def build_empty(company: Company, today: date, now: datetime) -> None:
    """A company that has lists, but no customer and no transaction."""
    begin(company, Beginning("Empty Company", custom_numbers=False), moment(today - timedelta(days=1), now))
