"""Messages for faults, chosen by code and text and filled with what is known of the row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qb_plugin.model import Fault, Message
from qb_plugin.quickbooks.http import faults

Values = dict[str, object]
Context = Mapping[str, object]

# QuickBooks' name of a field, and its label on our forms.
_LABELS = {
    "PaymentRefNum": "Reference",
    "DocNumber": "Number",
    "PrivateNote": "Memo",
    "CustomerRef": "Customer",
    "DepositToAccountRef": "Deposit account",
    "PaymentMethodRef": "Payment method",
    "ItemRef": "Item",
    "TxnDate": "Date",
    "TotalAmt": "Amount",
}
_KINDS = (
    (r"deposittoaccount|accounts? element", "The deposit account"),
    (r"paymentmethod", "The payment method"),
    (r"itemref|item element|items element", "The item"),
    (r"linkedtxn|txnid|has been deleted", "An invoice or credit memo that this is applied to"),
    (r"customerref|customers? element", "Customer {customer}"),
)
_ANYTHING = "Something this uses (customer {customer}, the account, the payment method or the item)"


@dataclass(frozen=True, slots=True)
class FaultRule:
    """The message for faults of these codes whose text matches this pattern."""

    codes: frozenset[str]
    key: str
    words: str = ""
    values: Callable[[Fault, Context], Values] = lambda _fault, _context: {}

    def fits(self, fault: Fault) -> bool:
        """Whether the rule applies to this fault."""
        return fault.code in self.codes and re.search(self.words, join_texts(fault), re.IGNORECASE) is not None


def join_texts(fault: Fault) -> str:
    """Text, detail and element of a fault: QuickBooks puts the telling words in any of them."""
    return f"{fault.text} {fault.detail} {fault.element}"


def message_for(fault: Fault, context: Context) -> Message:
    """The message a person reads. `context` may hold `customer`, `number`, `date`, `amount`, `invoices`, `account`, `entity`."""
    details = faults.describe(fault)
    if fault.type == faults.NOT_SENT:
        return Message(fault.code, details=fault.detail or None)
    for rule in RULES:
        if rule.fits(fault):
            return Message(rule.key, rule.values(fault, context), details)
    if faults.is_trouble(fault):
        return Message("quickbooks_trouble", details=details)
    return Message("quickbooks_refused", {"text": extract_reason(fault)}, details)


def extract_reason(fault: Fault) -> str:
    """QuickBooks' own words without the titles before them, at most 300 characters."""
    text = (fault.detail or fault.text or "no reason given").strip()
    for title in (fault.text, "Business Validation Error"):
        text = text.removeprefix(title).lstrip(" :") if title and text != title else text
    return " ".join((text or fault.text).split())[:300].rstrip(".")


def _customer(_: Fault, context: Context) -> Values:
    return {"customer": context.get("customer") or "the customer"}


def _missing(fault: Fault, context: Context) -> Values:
    customer = context.get("customer") or "unknown"
    what = next((name for words, name in _KINDS if re.search(words, join_texts(fault), re.IGNORECASE)), _ANYTHING)
    return {"what": what.format(customer=customer)}


def _invoices(_: Fault, context: Context) -> Values:
    return {"invoices": context.get("invoices") or "the invoice", "customer": context.get("customer") or "the customer"}


def _date(_: Fault, context: Context) -> Values:
    return {"date": context.get("date") or "that day"}


def _account(_: Fault, context: Context) -> Values:
    return {"account": context.get("account") or "the one chosen"}


def _number(fault: Fault, context: Context) -> Values:
    found = re.search(r"DocNumber=(\S+) is assigned to TxnType=(.+?) with", join_texts(fault))
    number, kind = found.groups() if found else (context.get("number") or "", "transaction")
    return {"number": number, "type": str(kind).lower()}


def _name(_: Fault, context: Context) -> Values:
    return {"name": context.get("customer") or "that name"}


def _reference(_: Fault, context: Context) -> Values:
    return {"reference": context.get("number") or ""}


def _user(fault: Fault, _: Context) -> Values:
    found = re.search(r"You and (.{1,100}?) were working", join_texts(fault))
    return {"user": found[1] if found else "Somebody"}


def _field(fault: Fault, _: Context) -> Values:
    last = fault.element.split(".")[-1]
    return {"field": _LABELS.get(last, last or "A field")}


def _length(fault: Fault, context: Context) -> Values:
    numbers = re.search(r"Max:(\d+).*?length:(\d+)", join_texts(fault))
    most, length = numbers.groups() if numbers else ("?", "?")
    return {**_field(fault, context), "length": length, "max": most}


def _reason(fault: Fault, _: Context) -> Values:
    return {"text": extract_reason(fault)}


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


# The first rule that fits counts: one code stands for several problems, so narrower patterns come first.
RULES: tuple[FaultRule, ...] = (
    FaultRule(_codes(faults.NO_ANSWER, faults.UNREADABLE, faults.ITEM_MISSING, faults.ITEM_REPEATED), "quickbooks_no_answer"),
    FaultRule(faults.THROTTLED, "quickbooks_still_slow"),
    FaultRule(faults.SIGNED_OUT, "quickbooks_signed_out"),
    FaultRule(faults.NO_RIGHTS, "quickbooks_no_rights"),
    FaultRule(faults.NO_ACCESS, "quickbooks_no_access"),
    FaultRule(faults.LAPSED, "quickbooks_company_status"),
    FaultRule(_codes("6140", "6210"), "quickbooks_duplicate_number", r"duplicate|already been used", _number),
    FaultRule(_codes("6200", "6210", "5010"), "quickbooks_period_closed", r"period|closed", _date),
    FaultRule(_codes("5010"), "quickbooks_changed_meanwhile", "", _user),
    FaultRule(_codes("6240"), "quickbooks_duplicate_name", "", _name),
    FaultRule(_codes("6000"), "quickbooks_reference_used", r"reference (number|no\.?).*already", _reference),
    FaultRule(
        _codes("6000", "6430"), "quickbooks_deposit_account", r"bank account|account type|deposit account|undeposited", _account
    ),
    FaultRule(_codes("6000", "620"), "quickbooks_currency", r"currenc", _customer),
    FaultRule(_codes("6000"), "quickbooks_amounts", r"add up to more|can't be less than|greater than|more than", _account),
    FaultRule(_codes("6000"), "quickbooks_rule", "", _reason),
    FaultRule(_codes("6430"), "quickbooks_deposit_account", "", _account),
    FaultRule(_codes("610", "2500", "6250"), "quickbooks_missing", "", _missing),
    FaultRule(_codes("620"), "quickbooks_cannot_link", "", _invoices),
    FaultRule(_codes("6540"), "quickbooks_deposited"),
    FaultRule(_codes("6480"), "quickbooks_in_bank_feed"),
    FaultRule(_codes("800", "900", "910", "920"), "quickbooks_kept"),
    FaultRule(_codes("6560"), "quickbooks_no_customer"),
    FaultRule(_codes("2020"), "quickbooks_no_customer", "Customer"),
    FaultRule(_codes("2050"), "quickbooks_too_long", "", _length),
    FaultRule(_codes("2040"), "quickbooks_character_refused", "", _field),
    FaultRule(_codes("2210"), "quickbooks_bad_email"),
    FaultRule(_codes("2290"), "quickbooks_amount_refused"),
)
