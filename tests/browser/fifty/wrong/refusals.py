"""What QuickBooks refuses of the cases' records, each with an error as it writes them; answers that are lost, for as long as the
trouble lasts."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.demo import Demo
from tests.browser.fifty.firm import Json
from tests.browser.fifty.wrong.cases import CASES, MISSING, UNKNOWN_MAIL, invoice_of

ANYTHING = (
    "Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees"
)
TOO_MUCH = "The payments you have selected add up to more than the open balance"


def refuse_payments(demo: Demo) -> Iterator[Json]:
    """The rules for customers and payments."""
    yield refusal({"text": UNKNOWN_MAIL}, "2210", "Invalid Email Address format")
    yield from refuse_records(demo)
    yield from refuse_choices(demo)
    yield from refuse_applying(demo)
    yield {"kind": "item_fault", "match": {"operation": "create", "text": "LOST"}, "times": None}


def refuse_records(demo: Demo) -> Iterator[Json]:
    """What is wrong with the record itself, or with whose it is."""
    yield refusal({"text": "2026-11-07"}, "6200", "Account Period Closed")
    yield refusal({"text": "USED"}, "6000", "Reference number is already used")
    yield refusal({"text": "A:B"}, "2040", "Invalid Characters", element="Payment.PaymentRefNum")
    yield refusal({"text": "SAME"}, "6140", "Duplicate Document Number Error")
    yield {**refusal({"text": "NEGATIVE"}, "2290", "Invalid Negative Amount"), "times": 1}
    (gone,) = demo.query(f"SELECT * FROM Customer WHERE DisplayName = '{MISSING}'")
    yield refusal(
        {"record": f"Customer:{gone['Id']}"}, "2500", f"Invalid Reference Id : Customers element id {gone['Id']} not found"
    )


def refuse_choices(demo: Demo) -> Iterator[Json]:
    """What Settings chose for the methods of the cases."""
    accounts, methods = choices(demo, "Card A: deposit to"), choices(demo, "Card C: method")
    yield refusal({"record": f"DepositToAccount:{accounts['Card Bank']}"}, "6430", "Invalid account type")
    other = "The currency of the account is another one"
    yield refusal({"record": f"DepositToAccount:{accounts['Other Card Bank']}"}, "6000", other)
    yield refusal({"record": f"DepositToAccount:{accounts['Lost Bank']}"}, "610", ANYTHING)
    yield refusal({"record": f"PaymentMethod:{methods['Discover']}"}, "2500", "Invalid Reference Id : PaymentMethodRef")
    yield refusal({"record": f"PaymentMethod:{methods['MasterCard']}"}, "6000", "This payment method needs the number of a card")


def refuse_applying(demo: Demo) -> Iterator[Json]:
    """What is wrong with the invoices that payments are applied to, in the order of the cases."""
    too_much, other, gone = billed_invoices(demo, "payment")
    yield refusal({"record": f"Invoice:{too_much}"}, "6000", TOO_MUCH)
    yield refusal({"record": f"Invoice:{other}"}, "620", "Transaction ID cannot be linked")
    yield refusal({"record": f"Invoice:{gone}"}, "2500", "Invalid Reference Id : Line.LinkedTxn.TxnId")


def refuse_memos(demo: Demo) -> Iterator[Json]:
    """The rules for credit memos, and the lost answers to the application of one."""
    yield refusal({"text": "M-6"}, "6000", "The currency of the customer is another one")
    (invoice,) = billed_invoices(demo, "credit_memo")
    yield {"kind": "item_fault", "match": {"operation": "create", "record": f"Invoice:{invoice}"}, "times": None}


def choices(demo: Demo, label: str) -> dict[str, str]:
    """What a field of Settings offers: the ids by name."""
    form = demo.host.workspace.form("settings")
    assert form is not None
    field = next(each for each in form.open({})["fields"] if each["label"] == label)
    return {each["label"]: each["value"] for each in field["choices"]}


def billed_invoices(demo: Demo, kind: str) -> list[str]:
    """QuickBooks' ids of the invoices that the ledger does not know, of the cases of a kind."""
    return [invoice_id(demo, invoice_of(place)) for place, case in enumerate(CASES) if case.billed and case.kind == kind]


def invoice_id(demo: Demo, number: str) -> str:
    """QuickBooks' id of the invoice of this number."""
    (found,) = demo.query(f"SELECT * FROM Invoice WHERE DocNumber = '{number}'")
    return str(found["Id"])


def refusal(match: Json, code: str, text: str, **more: str) -> Json:
    """The rule of a refusal that lasts for what it names."""
    fault = {"code": code, "message": text, "detail": f"{text}.", **more}
    return {"kind": "refused", "match": {"operation": "create", **match}, "times": None, "fault": fault}
