"""What a company is and prefers on its first day."""

from dataclasses import dataclass

from hostsim.qbo_simulator.base.http import Record


@dataclass(frozen=True, slots=True)
class TaxRule:
    """A tax code with its one rate, in per cent."""

    name: str
    percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How a company differs from the others at its start."""

    name: str
    custom_numbers: bool = False
    #: Name, type and subtype of each account beyond those that every company has.
    accounts: tuple[tuple[str, str, str], ...] = ()
    #: The account above an account, by their names.
    parents: tuple[tuple[str, str], ...] = ()
    #: Name and price of each item.
    items: tuple[tuple[str, str], ...] = (("Services", "0"), ("Hours", "0"))
    custom_field: str | None = None
    #: The company's own currency, and those it uses besides.
    currency: str = "USD"
    currencies: tuple[str, ...] = ()
    country: str = "US"
    tax_codes: tuple[TaxRule, ...] = ()


_THANKS = "Thank you for your business and have a great day!"


def company_info(beginning: Beginning) -> Record:
    """The company itself: name, address, country."""
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
        "Country": beginning.country,
        "Email": {"Address": "books@example.com"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "NameValue": [{"Name": "SubscriptionStatus", "Value": "PAID"}, {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"}],
    }


def preferences(beginning: Beginning) -> Record:
    """The preferences of a company that has just been opened."""
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
            "DefaultDiscountAccount": "14",
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
            "DefaultCustomerMessage": _THANKS,
        },
        "EmailMessagesPrefs": _messages(beginning.name),
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": True,
        },
        "TaxPrefs": _taxes(beginning),
        "CurrencyPrefs": {"MultiCurrencyEnabled": bool(beginning.currencies), "HomeCurrency": {"value": beginning.currency}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {
            "NameValue": [
                {"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": _THANKS},
                {"Name": "SalesFormsPrefs.DefaultItem", "Value": "1"},
            ]
        },
    }


def _taxes(beginning: Beginning) -> Record:
    """Tax is on when the company begins with codes; the first is the group that American forms take."""
    return {"UsingSalesTax": True, "TaxGroupCodeRef": {"value": "2"}} if beginning.tax_codes else {"UsingSalesTax": False}


def _messages(company: str) -> Record:
    """The texts of e-mails, one for each form that can be sent."""
    thanks = f"Thank you for your business - we appreciate it very much.\n\nSincerely,\n{company}"
    review = "Please review the estimate below.  Feel free to contact us if you have any questions.\n"
    attached = {name: f"Your {name.lower()} is attached." for name in ("Invoice", "Sales Receipt", "Statement")}
    bodies = {
        "Invoice": f"{attached['Invoice']}  Please remit payment at your earliest convenience.\n",
        "Estimate": review + "We look forward to working with you.\n\n",
        "Sales Receipt": f"{attached['Sales Receipt']}\n",
        "Statement": f"{attached['Statement']}\n",
    }
    return {
        f"{name.replace(' ', '')}Message": {"Subject": f"{name} from {company}", "Message": body + thanks}
        for name, body in bodies.items()
    }
