"""Every fault becomes a sentence by its code, its text and what the row is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

import pytest

from qb_plugin.messages import load_sentences
from qb_plugin.model import Fault, Message
from qb_plugin.quickbooks.fault_messages import RULES, extract_reason, message_for
from qb_plugin.quickbooks.http import faults

CONTEXT = {
    "customer": "Cool Cars",
    "number": "10432",
    "date": "2026-11-17",
    "amount": "300.00",
    "invoices": "INV-1042",
    "entity": "Payment",
}
CHECK = "Check the fields with accounts, customers, items, vendors or employees."
UNDERPAID = "The Amount Received (plus credits) can't be less than the selected charges."


def refused(code: str, text: str = "", detail: str = "", element: str = "") -> Fault:
    return Fault(code=code, text=text, detail=detail, element=element, type="ValidationFault", status=200, tid="1-abc")


@pytest.mark.parametrize(
    ("fault", "key", "said"),
    [
        (refused("6240", "Duplicate Name Exists Error"), "quickbooks_duplicate_name", "Cool Cars"),
        (
            refused("6140", "Duplicate", "DocNumber=1038 is assigned to TxnType=Credit Memo with TxnId=145"),
            "quickbooks_duplicate_number",
            "Number 1038 is already on a credit memo",
        ),
        (refused("6210", "Duplicate Document Number Error"), "quickbooks_duplicate_number", "10432"),
        (refused("6200", "Account Period Closed"), "quickbooks_period_closed", "2026-11-17"),
        (refused("6210", "Account Period Closed, Cannot Update Through Services API"), "quickbooks_period_closed", "2026-11-17"),
        (refused("5010", "Account Period Closed", "The account period has closed. {1}"), "quickbooks_period_closed", "2026-11-17"),
        (
            refused("5010", "Stale Object Error", "Stale Object Error : You and Robin {x} were working on this"),
            "quickbooks_changed_meanwhile",
            "Robin {x} changed this",
        ),
        (
            refused("610", "Object Not Found", f"… has been made inactive. {CHECK}"),
            "quickbooks_something_gone",
            "customer Cool Cars, the acc",
        ),
        (
            refused("610", "Object Not Found", f"… has been deleted. {CHECK}"),
            "quickbooks_applied_gone",
            "An invoice or credit memo",
        ),
        (
            refused("2500", "Invalid Reference Id", "Accounts element id 9 not found"),
            "quickbooks_mapped_gone",
            "The deposit account",
        ),
        (refused("2500", "Invalid Reference Id", "Customers element id 9 not found"), "quickbooks_missing", "Customer Cool Cars"),
        (refused("2500", "Invalid", "Line.SalesItemLineDetail.ItemRef"), "quickbooks_mapped_gone", "The item"),
        (refused("620", "Transaction ID cannot be linked", "TxnID Cannot Be Linked : 145"), "quickbooks_cannot_link", "INV-1042"),
        (
            refused("6000", "A rule", f"Business Validation Error: {UNDERPAID}"),
            "quickbooks_amounts",
            "the amounts or the deposit account",
        ),
        (
            refused("6000", "A rule", "Business Validation Error: payments add up to more"),
            "quickbooks_amounts",
            "rejected the amounts",
        ),
        (
            refused("6000", "A rule", "Business Validation Error: Select a bank account for this deposit"),
            "quickbooks_deposit_account",
            "deposit account",
        ),
        (refused("6430", "Invalid account type"), "quickbooks_deposit_account", "bank account"),
        (refused("6000", "A rule", "The currency of the account differs"), "quickbooks_currency", "Cool Cars"),
        (refused("6000", "A rule", "Business Validation Error: Be kind."), "quickbooks_rule", "a rule against this: Be kind."),
        (refused("6540", "Deposited"), "quickbooks_deposited", "bank deposit"),
        (refused("6480", "Matched"), "quickbooks_in_bank_feed", "bank transaction"),
        (refused("6560", "Missing"), "quickbooks_no_customer", "No customer"),
        (refused("2020", "Required", "Required parameter CustomerRef is missing"), "quickbooks_no_customer", "No customer"),
        (refused("2020", "Required", "Required parameter Line is missing"), "quickbooks_refused", "parameter Line is missing"),
        (
            refused("2050", "String length", "Min:0 Max:21 supported. Supplied length:33", "Payment.PaymentRefNum"),
            "quickbooks_too_long",
            "Reference is too long (33 of 21",
        ),
        (refused("2040", "Invalid", "", "PrivateNote"), "quickbooks_character_refused", "Memo has a character"),
        (refused("6190", "Invalid Company Status"), "quickbooks_company_status", "subscription"),
        (refused("120"), "quickbooks_no_rights", "rights"),
        (Fault(code="3200", text="", status=401), "quickbooks_signed_out", "signed us out"),
        (Fault(code="3100", text="", status=403), "quickbooks_no_access", "grant"),
        (Fault(code="3001", text="", status=429), "quickbooks_still_slow", "slow down"),
        (Fault(code="", text="HTTP 503", status=503), "quickbooks_trouble", "not your data"),
        (Fault(code="10000", text="x", type="SystemFault", status=200), "quickbooks_trouble", "trouble"),
        (Fault(code=faults.NO_ANSWER, text="no answer came"), "quickbooks_no_answer", "do not enter it by hand"),
        (Fault(code=faults.ITEM_MISSING, text="no single answer"), "quickbooks_no_answer", "do not know yet"),
        (refused("9999", "Something new"), "quickbooks_refused", "refused this: Something new"),
    ],
)
def test_a_fault_is_said_in_plain_words(fault: Fault, key: str, said: str) -> None:
    message = message_for(fault, CONTEXT)
    assert message.key == key
    assert said in load_sentences().text(message)


OF_PAYMENT = {
    **CONTEXT,
    "account": "Old Bank",
    "method": "Discover",
    "receivable": "Retail Debtors",
    "keys": {"receivable": "receivable:84"},
}
OF_MEMO = {**CONTEXT, "item": "Refunds", "tax_code": "Standard"}
BANK = "Select a bank account for this payment"
#: Refusals as QuickBooks writes them of something that the settings chose, what the row went out with, and the name it must say.
MAPPED: dict[str, tuple[Fault, Mapping[str, object], str]] = {
    "account deleted": (
        refused("2500", "Invalid Reference Id", "Accounts element id 35 not found"),
        OF_PAYMENT,
        "account Old Bank",
    ),
    "account by field": (refused("2500", "Invalid", element="Payment.DepositToAccountRef"), OF_PAYMENT, "account Old Bank"),
    "account of another type": (refused("6430", "Invalid account type", BANK), OF_PAYMENT, "Old Bank"),
    "account is no bank": (refused("6000", "A rule", "Select a bank account for this deposit"), OF_PAYMENT, "Old Bank"),
    "account in another currency": (refused("6000", "A rule", "The currency of the account differs"), OF_PAYMENT, "Old Bank"),
    "account in another currency, linked": (refused("620", "Currency mismatch"), OF_PAYMENT, "Old Bank"),
    "amounts or account": (refused("6000", "A rule", UNDERPAID), OF_PAYMENT, "Old Bank"),
    "method deleted": (refused("2500", "Invalid", "PaymentMethods element id 7 not found"), OF_PAYMENT, "method Discover"),
    "method by field": (refused("610", "Object Not Found", element="PaymentMethodRef"), OF_PAYMENT, "method Discover"),
    "method of a rule": (refused("6000", "A rule", "This payment method needs a card"), OF_PAYMENT, "method Discover"),
    "receivable deleted": (refused("2500", "Invalid", "Accounts element id 84 not found"), OF_PAYMENT, "account Retail Debtors"),
    "receivable by field": (refused("6250", "Inactive", element="ARAccountRef"), OF_PAYMENT, "account Retail Debtors"),
    "receivable of a rule": (refused("6000", "A rule", "Use one Accounts Receivable"), OF_PAYMENT, "account Retail Debtors"),
    "item deleted": (refused("2500", "Invalid", "Items element id 3 not found"), OF_MEMO, "item Refunds"),
    "item of a rule": (refused("6000", "A rule", "The item needs an income account"), OF_MEMO, "item Refunds"),
    "tax code deleted": (refused("2500", "Invalid", "TaxCode element id 5 not found"), OF_MEMO, "tax code Standard"),
    "tax code of a rule": (refused("6000", "A rule", "Make sure all have a GST rate"), OF_MEMO, "tax code Standard"),
    "any of a payment": (refused("610", "Object Not Found", f"… made inactive. {CHECK}"), OF_PAYMENT, "account Old Bank, payment"),
    "any of a memo": (refused("610", "Object Not Found", f"… made inactive. {CHECK}"), OF_MEMO, "item Refunds, tax code Standard"),
}


@pytest.mark.parametrize("name", MAPPED)
def test_a_refusal_of_what_the_settings_choose_names_it_and_leads_there(name: str) -> None:
    fault, context, said = MAPPED[name]
    sentences, message = load_sentences(), message_for(fault, context)
    assert said in sentences.text(message)
    assert sentences.fix(message).split()[0] == "settings"


def test_a_rule_about_an_account_that_a_record_does_not_use_is_said_in_quickbooks_own_words() -> None:
    assert message_for(refused("6000", "A rule", "The item needs an income account"), OF_PAYMENT).key == "quickbooks_rule"
    assert message_for(refused("6000", "A rule", "Use one Accounts Receivable"), OF_MEMO).key == "quickbooks_rule"


def test_a_missing_customer_is_looked_for_in_match_clients_by_the_clients_name() -> None:
    message = message_for(refused("2500", "Invalid", "Customers element id 9 not found"), {**CONTEXT, "client": "Cool Cars, Inc."})
    assert message.values == {"what": "Customer Cool Cars", "client": "Cool Cars, Inc."}
    assert load_sentences().fix(message) == "open_customer match_client"


def test_every_case_can_be_said_without_any_context() -> None:
    sentences = load_sentences()
    for case in RULES:
        for code in case.codes:
            assert sentences.text(Message(case.key, case.values(refused(code, "a text"), {})))


def test_the_raw_fault_stays_under_details() -> None:
    message = message_for(refused("620", "cannot be linked", "TxnID Cannot Be Linked : 145"), CONTEXT)
    assert message.details == "200 620 · cannot be linked · TxnID Cannot Be Linked : 145 · intuit_tid 1-abc"


def test_why_a_call_never_left_is_said_in_its_own_words() -> None:
    told = Fault(code="quickbooks_unreachable", text="not sent", detail="", type=faults.NOT_SENT)
    assert message_for(told, CONTEXT) == Message("quickbooks_unreachable")


@pytest.mark.parametrize(
    ("text", "detail", "said"),
    [
        ("Title", "Title : the reason", "the reason"),
        ("Title", "Business Validation Error: the reason.", "the reason"),
        ("Title", "Title", "Title"),
        ("Title", "", "Title"),
        ("", "", "no reason given"),
        ("", "two\nlines", "two lines"),
        ("", "x" * 1000, "x" * 300),
    ],
)
def test_quickbooks_own_words_lose_their_title(text: str, detail: str, said: str) -> None:
    assert extract_reason(Fault(code="1", text=text, detail=detail)) == said


def test_text_that_looks_like_markup_or_a_placeholder_stays_text() -> None:
    message = message_for(refused("6000", "", "<script>{customer}</script>"), CONTEXT)
    assert "<script>{customer}</script>" in load_sentences().text(message)


def test_every_key_that_this_side_uses_has_its_sentence() -> None:
    keys = set(load_sentences())
    for source in ("quickbooks", "schemas"):
        for text in sources_of(source):
            assert set(re.findall(r'"(quickbooks_\w+)"', text)) <= keys


def sources_of(package: str) -> list[str]:
    return [entry.read_text() for entry in files("qb_plugin").joinpath(package).iterdir() if entry.name.endswith(".py")]
