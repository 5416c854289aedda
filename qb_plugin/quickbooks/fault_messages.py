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
#: By name in the context, what a record goes out with by the settings.
_MAPPED = {
    "account": "deposit account",
    "method": "payment method",
    "item": "item",
    "tax_code": "tax code",
    "receivable": "receivable account",
}
_UNNAMED = "the account, the payment method or the item"


@dataclass(frozen=True, slots=True)
class FaultRule:
    """The message for faults of these codes whose text matches this pattern; with `uses`, only of what goes out with that."""

    codes: frozenset[str]
    key: str
    words: str = ""
    values: Callable[[Fault, Context], Values] = lambda _fault, _context: {}
    uses: str = ""

    def fits(self, fault: Fault, context: Context) -> bool:
        """Whether the rule applies to this fault."""
        if fault.code not in self.codes or (self.uses and not context.get(self.uses)):
            return False
        return re.search(self.words, join_texts(fault), re.IGNORECASE) is not None


def join_texts(fault: Fault) -> str:
    """Text, detail and element of a fault: QuickBooks puts the telling words in any of them."""
    return f"{fault.text} {fault.detail} {fault.element}"


def message_for(fault: Fault, context: Context) -> Message:
    """The message a person reads. `context` may hold `customer`, `client`, `number`, `date`, `amount`, `invoices`, `entity`,
    the names of what the settings choose (`account`, `method`, `item`, `tax_code`, `receivable`), and under `keys` what each is."""
    details = faults.describe(fault)
    if fault.type == faults.NOT_SENT:
        return Message(fault.code, details=fault.detail or None)
    for rule in RULES:
        if rule.fits(fault, context):
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
    return {"what": f"Customer {context.get('customer') or 'unknown'}", **_client(context), **_refused(context, "customer")}


def _refused(context: Context, *kinds: str) -> Values:
    """The keys of what was refused: once the record would go with something else, it is judged anew."""
    keys = context.get("keys")
    found = [str(keys[kind]) for kind in kinds if kind in keys] if isinstance(keys, Mapping) else []
    return {"refused": " ".join(found)} if found else {}


def _client(context: Context) -> Values:
    """Whom Match Clients opens with a search for."""
    return {"client": context["client"]} if context.get("client") else {}


def _mapped(kind: str) -> Callable[[Fault, Context], Values]:
    """The values of a sentence about one thing that the settings choose."""

    def values(_: Fault, context: Context) -> Values:
        return {"what": f"The {_MAPPED[kind]} {context.get(kind) or 'chosen in the settings'}", **_refused(context, kind)}

    return values


def _account_gone(fault: Fault, context: Context) -> Values:
    """Of the two accounts of a payment the one whose id the fault gives."""
    keys = context.get("keys")
    receivable = str(keys.get("receivable") or "").partition(":")[2] if isinstance(keys, Mapping) else ""
    named = receivable and re.search(rf"\b{re.escape(receivable)}\b", join_texts(fault))
    return _mapped("receivable" if named else "account")(fault, context)


def _anything(_: Fault, context: Context) -> Values:
    """All that a record goes out with, where the fault does not say which of it is meant."""
    found = [f"{label} {context[kind]}" for kind, label in _MAPPED.items() if context.get(kind)]
    used = ", ".join([f"customer {context.get('customer') or 'unknown'}", *(found or [_UNNAMED])])
    return {"what": f"Something this uses ({used})", **_client(context), **_refused(context, "customer", *_MAPPED)}


def _rejected(kind: str) -> Callable[[Fault, Context], Values]:
    """The values of a sentence about a rule that one thing of the settings breaks, in QuickBooks' words."""
    return lambda fault, context: {**_mapped(kind)(fault, context), "text": extract_reason(fault)}


def _currency(_: Fault, context: Context) -> Values:
    found = {"customer": context.get("customer") or "the customer", "account": context.get("account") or "the one chosen"}
    return {**found, **_client(context), **_refused(context, "customer", "account")}


def _invoices(_: Fault, context: Context) -> Values:
    whose = {"customer": context.get("customer") or "the customer", **_client(context)}
    return {"invoices": context.get("invoices") or "the invoice", **whose, **_refused(context, "customer")}


def _date(_: Fault, context: Context) -> Values:
    return {"date": context.get("date") or "that day"}


def _account(_: Fault, context: Context) -> Values:
    return {"account": context.get("account") or "the one chosen", **_refused(context, "account")}


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


_GONE = _codes("610", "2500", "6250")
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
    FaultRule(_codes("6000", "6430"), "quickbooks_mapped_refused", r"receivable", _rejected("receivable"), uses="receivable"),
    FaultRule(
        _codes("6000", "6430"), "quickbooks_deposit_account", r"bank account|account type|deposit account|undeposited", _account
    ),
    FaultRule(_codes("6000", "620"), "quickbooks_currency_account", r"currenc", _currency, uses="account"),
    FaultRule(_codes("6000", "620"), "quickbooks_currency", r"currenc", _currency),
    FaultRule(_codes("6000"), "quickbooks_amounts", r"add up to more|can't be less than|greater than|more than", _account),
    FaultRule(_codes("6000"), "quickbooks_mapped_refused", r"payment method", _rejected("method"), uses="method"),
    FaultRule(_codes("6000"), "quickbooks_mapped_refused", r"\btax|\b[GH]ST\b|\bVAT\b", _rejected("tax_code"), uses="item"),
    FaultRule(_codes("6000"), "quickbooks_mapped_refused", r"\bitem|income account|product", _rejected("item"), uses="item"),
    FaultRule(_codes("6000"), "quickbooks_rule", "", _reason),
    FaultRule(_codes("6430"), "quickbooks_deposit_account", "", _account),
    FaultRule(_GONE, "quickbooks_mapped_gone", r"araccount", _mapped("receivable")),
    FaultRule(_GONE, "quickbooks_mapped_gone", r"deposittoaccount", _mapped("account")),
    FaultRule(_GONE, "quickbooks_mapped_gone", r"accounts? element", _account_gone),
    FaultRule(_GONE, "quickbooks_mapped_gone", r"paymentmethod", _mapped("method")),
    FaultRule(_GONE, "quickbooks_mapped_gone", r"itemref|items? element", _mapped("item")),
    FaultRule(_GONE, "quickbooks_mapped_gone", r"taxcode|taxcoderef", _mapped("tax_code")),
    FaultRule(_GONE, "quickbooks_applied_gone", r"linkedtxn|txnid", _invoices),
    FaultRule(_GONE, "quickbooks_applied_gone", r"has been deleted", _invoices, uses="invoices"),
    FaultRule(_GONE, "quickbooks_missing", r"customerref|customers? element", _customer),
    FaultRule(_GONE, "quickbooks_something_gone", "", _anything),
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
