"""What the simulator knows of each entity: its path, its limits, and which columns a query may use."""

from hostsim.qbo_simulator.base.kinds import Cell, Column, Kind, cell, columns, row

__all__ = ["BY_PATH", "KINDS", "NOT_MODELLED", "Cell", "Column", "Kind", "cell", "row"]

_TRANSACTION = frozenset({"create", "read", "update", "query", "delete"})
_SALES = _TRANSACTION | {"send", "pdf"}
_MEMO = (("DocNumber", 21), ("PrivateNote", 4000))
_NAMED = columns("Name", "Active:truth")
_READ_ONLY = frozenset({"read", "query"})
_PERSON = columns(
    "DisplayName",
    "GivenName",
    "MiddleName",
    "FamilyName",
    "CompanyName",
    "PrintOnCheckName",
    "Active:truth",
    "PrimaryEmailAddr:email",
    "Balance:money",
)
_PERSON_LIMITS = (
    ("DisplayName", 500),
    ("GivenName", 100),
    ("MiddleName", 100),
    ("FamilyName", 100),
    ("Title", 16),
    ("Suffix", 16),
    ("CompanyName", 100),
    ("PrintOnCheckName", 110),
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "Payment",
            columns(
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
            columns(
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
            columns(
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
            counted=True,
        ),
        Kind(
            "SalesReceipt",
            columns(
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
            "RefundReceipt",
            columns(
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
            "Deposit",
            columns("DocNumber", "TxnDate:date", "TotalAmt:money", "DepositToAccountRef:ref", "PrivateNote:text:-"),
            posts=True,
            limits=_MEMO,
            operations=_TRANSACTION,
            counted=True,
        ),
        Kind(
            "JournalEntry",
            columns("DocNumber", "TxnDate:date", "Adjustment:truth:f", "PrivateNote:text:-"),
            posts=True,
            limits=_MEMO,
            operations=_TRANSACTION,
            counted=True,
        ),
        Kind(
            "Purchase",
            columns(
                "DocNumber",
                "TxnDate:date",
                "TotalAmt:money",
                "PaymentType",
                "AccountRef:ref",
                "EntityRef:ref",
                "PaymentRefNum",
                "PrivateNote:text:-",
            ),
            posts=True,
            limits=_MEMO,
            operations=_TRANSACTION | {"void"},
        ),
        Kind(
            "Customer",
            columns(
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
            limits=(*_PERSON_LIMITS, ("Notes", 2000), ("ResaleNum", 16)),
        ),
        Kind(
            "Item",
            columns(
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
            columns(
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
        Kind("PaymentMethod", columns("Name", "Active:truth", "Type"), order="Name", limits=(("Name", 31),)),
        Kind("Term", _NAMED, order="Name", limits=(("Name", 31),)),
        Kind("Department", columns("Name", "FullyQualifiedName", "Active:truth"), limits=(("Name", 100),)),
        Kind("Class", columns("Name", "FullyQualifiedName", "Active:truth"), limits=(("Name", 100),)),
        Kind("Vendor", _PERSON, order="DisplayName", limits=(*_PERSON_LIMITS, ("AcctNum", 100))),
        Kind("Employee", _PERSON, order="DisplayName", limits=_PERSON_LIMITS),
        Kind(
            "TaxCode", columns("Name", "Description", "Active:truth", "Taxable:truth:f", "TaxGroup:truth:f"), operations=_READ_ONLY
        ),
        Kind("TaxRate", columns("Name", "Description", "Active:truth", "RateValue:number"), operations=_READ_ONLY),
        Kind("TaxAgency", columns("DisplayName"), operations=frozenset({"create", "read", "query"})),
        Kind("CompanyCurrency", columns("Code", "Name", "Active:truth"), order="Code"),
        Kind(
            "ExchangeRate",
            columns("SourceCurrencyCode", "TargetCurrencyCode", "AsOfDate:date"),
            operations=frozenset({"create", "query"}),
        ),
        Kind("CompanyInfo", columns(), operations=frozenset({"read", "update", "query"}), limits=(("CompanyName", 1024),)),
        Kind("Preferences", columns(), operations=frozenset({"read", "update", "query"})),
    )
}

BY_PATH = {kind.path: kind for kind in KINDS.values()}

NOT_MODELLED = frozenset(
    [
        "Attachable",
        "Bill",
        "BillPayment",
        "Budget",
        "CreditCardPayment",
        "CustomerType",
        "Estimate",
        "InventoryAdjustment",
        "JournalCode",
        "ReimburseCharge",
        "TaxPayment",
        "PurchaseOrder",
        "RecurringTransaction",
        "TimeActivity",
        "Transfer",
        "VendorCredit",
    ]
)
