"""What the simulator knows of each entity: its path, its limits, and which columns a query may use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hostsim.qbo_simulator.base.clock import seconds_of
from hostsim.qbo_simulator.base.http import Record, number

Cell = int | str | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A property kept beside the record for queries: `path` inside the object, and how it compares."""

    name: str
    path: tuple[str, ...]
    compare: str = "text"
    filterable: bool = True
    sortable: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity: a transaction (`posts`) or a list element."""

    name: str
    columns: tuple[Column, ...]
    posts: bool = False
    order: str | None = None
    limits: tuple[tuple[str, int], ...] = ()
    operations: frozenset[str] = frozenset({"create", "read", "update", "query"})

    @property
    def path(self) -> str:
        """The word in the address."""
        return self.name.lower()


def _column(text: str) -> Column:
    name, _, rest = text.partition(":")
    compare, _, flags = rest.partition(":")
    path = tuple(name.split("."))
    path = (*path, "value") if compare == "ref" else (*path, "Address") if compare == "email" else path
    return Column(name, path, compare or "text", "f" in (flags or "fs"), "s" in (flags or "fs"))


_TIMES = ("Id:id", "MetaData.CreateTime:time", "MetaData.LastUpdatedTime:time")


def _columns(*texts: str) -> tuple[Column, ...]:
    return tuple(map(_column, (*_TIMES, *texts)))


_TRANSACTION = frozenset({"create", "read", "update", "query", "delete"})
_SALES = _TRANSACTION | {"send", "pdf"}
_MEMO = (("DocNumber", 21), ("PrivateNote", 4000))
_NAMED = _columns("Name", "Active:truth")

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "Payment",
            _columns(
                "TxnDate:date",
                "CustomerRef:ref:f",
                "TotalAmt:money",
                "PaymentRefNum",
                "PaymentMethodRef:ref:f",
                "ProjectRef:ref:f",
                "UnappliedAmt:money:-",
                "DepositToAccountRef:ref:-",
                "PrivateNote:text:-",
            ),
            posts=True,
            limits=(("PaymentRefNum", 21), ("PrivateNote", 4000)),
            operations=_SALES | {"void"},
        ),
        Kind(
            "CreditMemo",
            _columns(
                "DocNumber",
                "TxnDate:date",
                "CustomerRef:ref",
                "Balance:money",
                "TotalAmt:money",
                "SalesTermRef:ref:f",
                "ProjectRef:ref:f",
                "RemainingCredit:money:-",
                "PrivateNote:text:-",
            ),
            posts=True,
            limits=_MEMO,
            operations=_SALES,
        ),
        Kind(
            "Invoice",
            _columns(
                "DocNumber",
                "TxnDate:date",
                "DueDate:date",
                "CustomerRef:ref",
                "Balance:money",
                "TotalAmt:money",
                "SalesTermRef:ref:f",
                "ProjectRef:ref:f",
                "PrivateNote:text:-",
            ),
            posts=True,
            limits=_MEMO,
            operations=_SALES | {"void"},
        ),
        Kind(
            "SalesReceipt",
            _columns(
                "DocNumber",
                "TxnDate:date",
                "CustomerRef:ref",
                "TotalAmt:money",
                "Balance:money",
                "PaymentRefNum",
                "PrivateNote:text:-",
            ),
            posts=True,
            limits=(*_MEMO, ("PaymentRefNum", 21)),
            operations=_SALES | {"void"},
        ),
        Kind(
            "Customer",
            _columns(
                "DisplayName",
                "GivenName",
                "MiddleName",
                "FamilyName",
                "Suffix",
                "CompanyName",
                "FullyQualifiedName",
                "PrintOnCheckName",
                "Active:truth",
                "Balance:money",
                "BalanceWithJobs:money",
                "PrimaryEmailAddr:email",
                "ParentRef:ref:f",
                "Job:truth:f",
                "Title:text:-",
                "Notes:text:-",
            ),
            order="FullyQualifiedName",
            limits=(
                ("DisplayName", 500),
                ("GivenName", 100),
                ("MiddleName", 100),
                ("FamilyName", 100),
                ("Title", 16),
                ("Suffix", 16),
                ("CompanyName", 100),
                ("PrintOnCheckName", 110),
                ("Notes", 2000),
                ("ResaleNum", 16),
            ),
        ),
        Kind(
            "Item",
            _columns(
                "Name",
                "Type",
                "Sku",
                "Description",
                "Active:truth",
                "FullyQualifiedName",
                "SubItem:truth:f",
                "Taxable:truth:f",
                "UnitPrice:number",
                "PurchaseCost:number",
                "QtyOnHand:number",
            ),
            order="Name",
            limits=(("Name", 100), ("Sku", 100), ("Description", 4000), ("PurchaseDesc", 1000)),
        ),
        Kind(
            "Account",
            _columns(
                "Name",
                "SubAccount:truth",
                "ParentRef:ref",
                "Description",
                "Active:truth",
                "Classification",
                "AccountType",
                "AccountSubType",
                "CurrentBalance:money",
                "FullyQualifiedName",
            ),
            order="Name",
            limits=(("Name", 100), ("Description", 100)),
        ),
        Kind("PaymentMethod", _columns("Name", "Active:truth", "Type"), order="Name", limits=(("Name", 31),)),
        Kind("Term", _NAMED, order="Name", limits=(("Name", 31),)),
        Kind("Department", _columns("Name", "FullyQualifiedName", "Active:truth"), limits=(("Name", 100),)),
        Kind("Class", _columns("Name", "FullyQualifiedName", "Active:truth"), limits=(("Name", 100),)),
        Kind("CompanyInfo", _columns(), operations=frozenset({"read", "update", "query"}), limits=(("CompanyName", 1024),)),
        Kind("Preferences", _columns(), operations=frozenset({"read", "update", "query"})),
    )
}

BY_PATH = {kind.path: kind for kind in KINDS.values()}

NOT_MODELLED = frozenset(
    [
        "Attachable",
        "Bill",
        "BillPayment",
        "Budget",
        "CompanyCurrency",
        "CustomerType",
        "Deposit",
        "Employee",
        "Estimate",
        "ExchangeRate",
        "JournalEntry",
        "Purchase",
        "PurchaseOrder",
        "RecurringTransaction",
        "RefundReceipt",
        "TaxAgency",
        "TaxCode",
        "TaxRate",
        "TimeActivity",
        "Transfer",
        "Vendor",
        "VendorCredit",
    ]
)


def _cents(value: object) -> int:
    return int(number(value) * 100)


def _text(value: object) -> str:
    return str(value).lower()


_CELLS: dict[str, Callable[[Any], Cell]] = {
    "id": int,
    "ref": _text,
    "text": _text,
    "email": _text,
    "date": str,
    "truth": bool,
    "money": _cents,
    "number": lambda value: int(number(value) * 100_000),
    "time": seconds_of,
}


def cell(column: Column, record: Record) -> Cell:
    """The value of `column` in `record`, in comparable form; None when absent."""
    value: Any = record
    for step in column.path:
        if not isinstance(value, dict) or (value := value.get(step)) is None:
            return None
    return _CELLS[column.compare](value)


def row(kind: Kind, record: Record) -> tuple[Cell, ...]:
    """All columns of `record`, in the order of `kind.columns`."""
    return tuple(cell(column, record) for column in kind.columns)
