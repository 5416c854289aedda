"""The rows with something wrong: every kind that a create can meet and a person can mend in the form, each with its button.

What is only to be mended in QuickBooks, or elsewhere, is not here: `left_out.py` names each such kind with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.browser.fifty.wrong.kinds import Case, ask, compare, correct, create, match, press, settings

NAMES = (
    "Amber Basil Cobalt Delta Ember Fable Garnet Harbor Indigo Jasper Kestrel Lumen Meadow Nectar Onyx "
    "Pepper Quartz Raven Saffron Timber Umber Velvet Willow Xenon Yarrow Zephyr Acorn Bramble Clover "
    "Dahlia Elder Falcon Ginger Heather Ivory Juniper Koala Lotus Maple Nutmeg Olive Poppy Quince Rowan "
    "Sierra Tulip Ursa Violet Walnut Yonder Aspen Birch Cedar Daisy Fennel Gorse Hazel Iris Jade Kelp "
)
WORDS = NAMES.split()
TRADES = ("Bakery", "Dental", "Foods", "Legal", "Yoga")
PLAIN, TAKEN, COLON, MAILED, OTHERWISE = "Nectar Surf", "Onyx Print", "Pepper: South", "Quartz Pets", "Raven Glass"
GONE, MERGED, EURO, MISSING, ALIKE = "Saffron Tea", "Timber Works", "Umber Clay", "Walnut Forge", "Yonder Boats"
EARLIER = frozenset({"EARLIER", "alike"})  # references of what stands beside the cases, sent yesterday
UNKNOWN_MAIL = "quartz at pets.example"
NO_MATCH = "is not matched to a QuickBooks customer yet"
BEFORE = (
    Case(steps=correct("quickbooks_too_long", "Reference is too long (22", "reference", "R-22"), reference="r" * 22, invoiced=True),
    Case(steps=correct("quickbooks_too_long", "Memo is too long (4100", "memo", "short"), memo="m" * 4100, invoiced=True),
    Case(
        steps=correct("quickbooks_bad_character", "Reference has a character", "reference", "R-5"),
        reference="a\x07b",
        invoiced=True,
    ),
    Case(steps=correct("quickbooks_bad_character", "Memo has a character", "memo", "fine"), memo="a\x07b"),
    Case(steps=correct("amount_not_positive", "The amount is 0.00", "amount", "12.08"), amount="0.00"),
    Case(steps=correct("amount_cents", "The amount 10.005", "amount", "10.01"), amount="10.005"),
    Case(steps=correct("amount_decimals", "more decimals than JPY has (0)", "amount", "15"), amount="14.5", currency="JPY"),
    Case(steps=correct("quickbooks_amount_too_large", "QuickBooks takes", "amount", "13.12"), amount="10000000000"),
    Case(steps=correct("books_closed", "Your books are closed", "date", "2026-11-03"), day="2026-10-26", invoiced=True),
    Case(steps=correct("books_closed", "Your books are closed", "date", "2026-11-05"), day="2026-10-31"),
    Case(steps=create(PLAIN), name=PLAIN),
    Case(
        steps=(
            *create(TAKEN, "needs_decision"),
            *ask("customer_name_taken", "QuickBooks already has", f"Create “{TAKEN} (client)”", "ready"),
        ),
        name=TAKEN,
        becomes=f"{TAKEN} (client)",
    ),
    Case(
        steps=(
            *create(COLON, "needs_decision"),
            *ask("customer_name_colon", "QuickBooks takes no colon", "Create “Pepper - South”", "ready"),
        ),
        name=COLON,
        becomes="Pepper - South",
    ),
    Case(
        steps=(
            *create(MAILED, "not_ready"),
            *press("quickbooks_bad_email", "The client's e-mail address", "Create without the e-mail address", ends="ready"),
        ),
        name=MAILED,
    ),
    Case(steps=match("client_not_matched", NO_MATCH, "Holt & Weaver"), name=OTHERWISE, becomes="Holt & Weaver"),
    Case(steps=match("customer_inactive", "has been made inactive or", "Darjeeling House"), name=GONE, becomes="Darjeeling House"),
    Case(steps=match("currency_differs", f"Customer {EURO} is kept in EUR", "Dollar Clay"), name=EURO, becomes="Dollar Clay"),
    Case(
        steps=settings("deposit_account_gone", "account Old Bank takes no deposits", "Wire: deposit to", "Checking"), method="Wire"
    ),
    Case(steps=settings("account_currency_differs", "account Euro Bank in EUR", "ACH: deposit to", "Savings"), method="ACH"),
    Case(
        steps=settings("payment_method_gone", "The payment method Diners Club was made", "Card D: method", "No method"),
        method="Card D",
    ),
    Case(steps=ask("from_another_company", "came from", "Send to this company"), reference="FOREIGN"),
)
ASKED = (
    Case(
        steps=press("customer_merged_export", f"{MERGED} was merged into", f"Match {MERGED} to Oak & Sons", ends="ready"),
        name=MERGED,
        becomes="Oak & Sons",
    ),
    Case(steps=press("twin_payment", "QuickBooks has a payment of", "Same one: link them"), reference="TWIN-1"),
    Case(steps=ask("twin_payment", "QuickBooks has a payment of", "Send anyway"), reference="TWIN-2"),
    Case(steps=press("unlinked_before", "was unlinked from", "Same one: link them"), reference="UNLINKED"),
    Case(steps=ask("deleted_in_quickbooks", "was deleted in QuickBooks since", "Send again"), reference="DELETED"),
    Case(steps=ask("voided_in_quickbooks", "was voided in QuickBooks since", "Send again"), reference="VOIDED"),
    Case(steps=compare("changed_since_linked", "not the same any more: date", "Send 2026-11-10"), reference="CHANGED"),
    Case(steps=press("invoice_paid_there", "is paid in QuickBooks by", "Same one: link them"), reference="PAID", invoiced=True),
    Case(steps=ask("looks_like_linked_there", "is linked to another record", "Send anyway"), name=ALIKE, reference="ALIKE"),
    Case(steps=ask("number_used_twice", "QuickBooks has", "Send as new"), reference="NUMBER"),
    Case(steps=ask("unreadable_in_period", "which we cannot read", "Send anyway"), reference="UNREADABLE"),
    Case(steps=ask("marked_voided", "but it was voided there", "Send as new"), reference="MARKED"),
)
REFUSED = (
    Case(
        steps=correct("quickbooks_period_closed", "The books are closed in QuickBooks", "date", "2026-11-06"),
        day="2026-11-07",
        reference="PERIOD",
        invoiced=True,
    ),
    Case(steps=correct("quickbooks_reference_used", "Reference USED is already on another", "reference", "FREE"), reference="USED"),
    Case(steps=correct("quickbooks_character_refused", "Reference has a character that", "reference", "PLAIN"), reference="A:B"),
    Case(steps=correct("quickbooks_duplicate_number", "Number SAME is already on", "reference", "OTHER"), reference="SAME"),
    Case(steps=correct("quickbooks_amount_refused", "does not take amounts", "amount", "14.38"), reference="NEGATIVE"),
    Case(
        steps=settings("quickbooks_deposit_account", "deposit account (Card Bank)", "Card A: deposit to", "Checking"),
        method="Card A",
    ),
    Case(
        steps=settings("quickbooks_currency_account", "account Other Card Bank is kept", "Card B: deposit to", "Checking"),
        method="Card B",
    ),
    Case(
        steps=settings("quickbooks_mapped_gone", "The payment method Discover has", "Card C: method", "No method"), method="Card C"
    ),
    Case(
        steps=settings("quickbooks_mapped_refused", "method MasterCard may be why", "Card E: method", "No method"), method="Card E"
    ),
    Case(
        steps=settings("quickbooks_something_gone", "deposit account Lost Bank", "Card F: deposit to", "Checking"), method="Card F"
    ),
    Case(
        steps=match("quickbooks_missing", "has been made inactive or deleted", "Fable Orchard"),
        name=MISSING,
        becomes="Fable Orchard",
    ),
    Case(steps=press("quickbooks_amounts", "QuickBooks rejected the amounts", "Send without applying it"), billed=True),
    Case(steps=press("quickbooks_cannot_link", "QuickBooks cannot apply this", "Send without applying it"), billed=True),
    Case(steps=press("quickbooks_applied_gone", "that this is applied to", "Send without applying it"), billed=True),
    Case(
        steps=ask("doubt_settled", "QuickBooks never confirmed P-", "It is not in QuickBooks: withdraw", "ready"),
        reference="LOST-1",
    ),
    Case(steps=press("doubt_settled", "QuickBooks never confirmed P-", "Look again"), reference="LOST-2"),
)
MEMOS = (
    Case(
        steps=(
            *settings("credit_memo_item_missing", "No item for credit memos", "Item on credit memos", "Services", "not_ready"),
            *settings("credit_memo_tax_missing", "charges sales tax", "Tax on credit memos", "Not taxed"),
        ),
        reference="M-1",
    ),
    Case(steps=correct("quickbooks_too_long", "Number is too long", "reference", "M-2"), reference="n" * 30),
)
MEMOS_LATER = (
    Case(steps=correct("quickbooks_duplicate_number", "Number TAKEN is already", "reference", "M-4"), reference="TAKEN"),
    Case(steps=press("twin_credit_memo", "QuickBooks has a credit memo of", "Same one: link them"), reference="M-5"),
    Case(
        steps=match("quickbooks_currency", "The currencies do not agree", "Gorse Garden"),
        reference="M-6",
        becomes="Gorse Garden",
    ),
    Case(steps=press("application_doubt_settled", "never confirmed that it was", "Look again"), reference="M-7", billed=True),
)

#: Of a company that taxes every line and has several receivable accounts: the steps of its one record, by kind.
ABROAD = {
    "payment": settings("receivable_not_chosen", "has several receivable accounts", "Receivable account", "Trade Debtors"),
    "credit_memo": (
        *settings("credit_memo_tax_missing", "charges sales", "Tax on credit memos", "The amount includes the tax", "not_ready"),
        *settings("credit_memo_tax_code_missing", "needs a tax code on", "Tax code on credit memos", "20.0% S"),
    ),
}


def later(cases: Sequence[Case]) -> list[Case]:
    """The cases as such that show only when QuickBooks is asked or answers."""
    return [replace(case, late=True) for case in cases]


def of_memos(cases: Sequence[Case]) -> list[Case]:
    """The cases as such of credit memos, which have no method."""
    return [replace(case, kind="credit_memo", method="") for case in cases]


CASES = (*BEFORE, *later([*ASKED, *REFUSED]), *of_memos(MEMOS), *later(of_memos(MEMOS_LATER)))


def client_of(place: int) -> str:
    """The client of a case, who has no other."""
    return CASES[place].name or f"{WORDS[place]} {TRADES[place % len(TRADES)]}"


def customer_of(place: int) -> str:
    """The customer that it is in QuickBooks in the end."""
    return CASES[place].becomes or client_of(place)


def amount_of(place: int) -> str:
    """The amount that the record has at first; no two are alike."""
    return CASES[place].amount or f"{200 + place}.{place:02}"


def place_of(reference: str) -> int:
    """The case of this reference."""
    return next(place for place, case in enumerate(CASES) if case.reference == reference)


def invoice_of(place: int) -> str:
    """The number of a case's invoice."""
    return f"INV-{place}"
