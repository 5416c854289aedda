"""What a client may write, what a full update keeps, and what may not be touched at all."""

from hostsim.qbo_simulator.base.entities import Kind
from hostsim.qbo_simulator.base.faults import bank_matched, closed_period, deposited
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.company import Company

_READ_ONLY = frozenset(
    [
        "domain",
        "sparse",
        "status",
        "Id",
        "SyncToken",
        "MetaData",
        "LinkedTxn",
        "Balance",
        "BalanceWithJobs",
        "UnappliedAmt",
        "RemainingCredit",
        "HomeTotalAmt",
        "HomeBalance",
        "FullyQualifiedName",
        "Level",
        "Job",
        "CurrentBalance",
        "CurrentBalanceWithSubAccounts",
        "Classification",
        "SubAccount",
        "SubItem",
        "SubDepartment",
        "SubClass",
        "V4IDPseudonym",
        "DeliveryInfo",
        "ProcessPayment",
    ]
)
#: What a deposit takes to the bank, and locks.
_DEPOSITED = frozenset({"Payment", "SalesReceipt"})
_KEPT_BY_TRANSACTIONS = ("CurrencyRef", "ExchangeRate", "CustomField", "PrintStatus", "EmailStatus")
_KEPT_BY_LISTS = ("CurrencyRef", "Active")
_SINGLES = frozenset({"Preferences", "CompanyInfo"})


def writable(kind: Kind, record: Record) -> Record:
    """`record` without what only QuickBooks sets."""
    extra = {"TotalAmt"} if kind.name != "Payment" else set()
    return {name: value for name, value in record.items() if name not in _READ_ONLY and name not in extra}


def kept(kind: Kind, old: Record) -> Record:
    """What even a full update cannot blank."""
    always = (
        ("CurrencyRef", "ExchangeRate", "CustomField", "PrintStatus", "EmailStatus") if kind.posts else ("CurrencyRef", "Active")
    )
    return {name: old[name] for name in (writable(kind, old) if kind.name in _SINGLES else always) if name in old}


def check_locks(company: Company, kind: Kind, old: Record) -> None:
    """6540 for what lies in a deposit, 6200 for what lies in a closed period."""
    if kind.name in _DEPOSITED and any(link["TxnType"] == "Deposit" for link in old.get("LinkedTxn", [])):
        raise deposited()
    check_period(company, kind, old)


def check_match(company: Company, kind: Kind, old: Record) -> None:
    """6480 for what is matched in the bank feed: no read shows that, and only deleting and voiding meet it."""
    if f"{kind.name}:{old['Id']}" in company.bank_matched:
        raise bank_matched()


def check_period(company: Company, kind: Kind, record: Record) -> None:
    """6200 or 6210 for a transaction dated on or before the day the books were closed."""
    closed = company.preference("AccountingInfoPrefs", "BookCloseDate")
    if kind.posts and closed and str(record.get("TxnDate", "9999")) <= closed:
        raise closed_period(company.settings.closing_password)
