"""Everything QuickBooks refuses, with its literal texts, and the envelopes refusals travel in."""

from dataclasses import dataclass
from datetime import datetime

from hostsim.qbo_simulator.base.clock import envelope_time
from hostsim.qbo_simulator.base.http import Record, dump

_BUSINESS = "A business validation error has occurred while processing your request"
_REQUIRED = "Required param missing, need to supply the required value for the API"
_LENGTH = "String length is either shorter or longer than supported by specification"
_CHECK = "Check the fields with accounts, customers, items, vendors or employees."
_SYSTEM = "An application error has occurred while processing your request"
_SPOKEN = {"CreditMemo": "Credit Memo", "SalesReceipt": "Sales Receipt", "RefundReceipt": "Refund"}
ABSENT = None
UNDERPAID = (
    "The Amount Received (plus credits) can't be less than the selected charges. Also, the selected charges can't "
    "be less than the selected credits."
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error: `element` None means the property is left out."""

    code: str
    message: str
    detail: str
    element: str | None = ABSENT
    type: str = "ValidationFault"
    status: int = 400
    timed: bool = True

    def fault(self) -> Record:
        """The Fault object, as it stands in a reply or a batch item."""
        error = {"Message": self.message, "Detail": self.detail, "code": self.code}
        if self.element is not None:
            error["element"] = self.element
        return {"Error": [error], "type": self.type}

    def envelope(self, now: datetime) -> bytes:
        """The whole body of a refused call."""
        body: Record = {"Fault": self.fault()}
        if self.timed:
            body["time"] = envelope_time(now)
        return dump(body)


class RefusedError(Exception):
    """A call, or one batch item, that QuickBooks refuses."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


def refuse(code: str, message: str, detail: str, element: str | None = ABSENT) -> RefusedError:
    """A refusal with texts of its own."""
    return RefusedError(Refusal(code, message, detail, element))


def inactive() -> RefusedError:
    """610 for what is missing or inactive."""
    detail = f"Object Not Found : Something you're trying to use has been made inactive. {_CHECK}"
    return refuse("610", "Object Not Found", detail, "")


def deleted() -> RefusedError:
    """610 for a link to what is not there any more."""
    detail = f"Object Not Found : Something you're trying to use has been deleted. {_CHECK}"
    return refuse("610", "Object Not Found", detail, "")


def invalid_reference(field: str) -> RefusedError:
    """2500: a reference to nothing."""
    return refuse("2500", "Invalid Reference Id", f"Invalid Reference Id : {field}", "")


def cannot_link(transaction: str, kind: str = "Payment") -> RefusedError:
    """620: a transaction that this payment cannot be applied to, or this deposit cannot take."""
    return refuse(
        "620",
        "Transaction ID cannot be linked",
        f"TxnID Cannot Be Linked : {transaction}",
        f"{kind}.Line.LinkedTxn.TxnId",
    )


def business(text: str) -> RefusedError:
    """6000: a rule of bookkeeping."""
    return refuse("6000", _BUSINESS, f"Business Validation Error: {text}", "")


def required(field: str) -> RefusedError:
    """2020: a property without which nothing can be done."""
    return refuse("2020", _REQUIRED, f"Required parameter {field} is missing in the request", field)


def invalid_id(value: str) -> RefusedError:
    """2030: an id that is no number; this one has no time."""
    detail = f"Id should be a valid number. Supplied value:{value}"
    return RefusedError(Refusal("2030", "Invalid ID", detail, "Id", timed=False))


def too_long(field: str, limit: int, length: int) -> RefusedError:
    """2050: more characters than the field takes."""
    detail = f"String length specified does not match the supported length. Min:0 Max:{limit} supported. Supplied length:{length}"
    return refuse("2050", _LENGTH, detail, field)


def unsupported_property(text: str) -> RefusedError:
    """2010: a property that the class does not have, or cannot read."""
    detail = f"Property Name:{text} specified is unsupported or invalid"
    return refuse("2010", "Request has invalid or unsupported property", detail)


def stale(other: str) -> RefusedError:
    """5010: somebody else was faster."""
    detail = (
        f"Stale Object Error : You and {other} were working on this at the same time. {other} finished before you "
        "did, so your work was not saved."
    )
    return refuse("5010", "Stale Object Error", detail, "")


def duplicate_number(number: str, kind: str, transaction: str) -> RefusedError:
    """6140: the number is taken."""
    detail = (
        "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
        f"DocNumber={number} is assigned to TxnType={_SPOKEN.get(kind, kind)} with TxnId={transaction}"
    )
    return refuse("6140", "Duplicate Document Number Error", detail, "")


def duplicate_name(other_list: bool = False) -> RefusedError:
    """6240: the name is taken, by an inactive record perhaps, or by somebody on another list of names."""
    text = "Duplicate Name Exists Error"
    if other_list:
        who = "Another customer, vendor or employee is already using this name. Please use a different name."
        return refuse("6240", text, f"The name supplied already exists. : {who}", "")
    return refuse("6240", text, "The name supplied already exists. : null")


def closed_period(password: bool) -> RefusedError:
    """6200, or 6210 when the books are closed with a password."""
    if password:
        text = "Account Period Closed, Cannot Update Through Services API"
        return refuse("6210", text, f"{text} : The account period has closed and the books are protected.", "")
    text = "Account Period Closed"
    return refuse("6200", text, f"{text} : The account period has closed.", "")


def deposited() -> RefusedError:
    """6540: a payment inside a bank deposit."""
    text = "Deposited Transaction cannot be changed"
    detail = f"{text} : This transaction has been deposited. If you want to change or delete it, edit the deposit first."
    return refuse("6540", text, detail, "")


def bank_matched() -> RefusedError:
    """6480: a transaction that is matched in the bank feed."""
    text = "Matched Transaction cannot be deleted"
    detail = f"{text} : This transaction is matched to a transaction that was downloaded from the bank. Undo the match first."
    return refuse("6480", text, detail, "")


def before_inventory() -> RefusedError:
    """6270: a document dated before one of its items was taken into stock."""
    text = "Transaction date is prior to start date for inventory item"
    detail = "Transactions with inventory (QOH) products cant be dated earlier than the Inventory Start Date for the product"
    return refuse("6270", text, detail, "")


def lapsed() -> RefusedError:
    """6190: the company's subscription ended, so nothing can be written."""
    text = "Invalid Company Status"
    return refuse("6190", text, f"{text} : The company's subscription has lapsed; it can be read only.", "")


def unsupported_operation(what: str) -> RefusedError:
    """500: a path or an operation that does not exist."""
    return refuse("500", "Unsupported Operation", f"Operation {what} is not supported.")


def no_resource(path: str) -> RefusedError:
    """500 in the words of a path that leads nowhere."""
    return unsupported_operation(f"Could not find resource for relative : {path} of full path: {path}")


def parser_error(text: str) -> RefusedError:
    """4000: a statement that cannot be read."""
    return refuse("4000", "Error parsing query", f"QueryParserError: {text}")


def query_error(text: str) -> RefusedError:
    """4001: a statement that can be read but makes no sense."""
    return refuse("4001", "Invalid query", f"QueryValidationError: {text}")


def system(text: str, status: int = 200) -> RefusedError:
    """10000: a failure of the service itself; recorded with HTTP 200 on the change feed, 500 elsewhere."""
    return RefusedError(Refusal("10000", _SYSTEM, f"System Failure Error: {text}", "SystemFailureError", "SystemFault", status))
