"""Fifty rows with something wrong: every kind that a create can meet and a person can mend in the form, each with its button.

A kind that is only to be mended in QuickBooks is not here: `marker_twice`, `linked_unreadable`, `doubt_unreadable`,
`quickbooks_rule`, `quickbooks_refused`, `currency_not_used`, and a customer or a period that is opened again there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NAMES = (
    "Amber Basil Cobalt Delta Ember Fable Garnet Harbor Indigo Jasper Kestrel Lumen Meadow Nectar Onyx "
    "Pepper Quartz Raven Saffron Timber Umber Velvet Willow Xenon Yarrow Zephyr Acorn Bramble Clover "
    "Dahlia Elder Falcon Ginger Heather Ivory Juniper Koala Lotus Maple Nutmeg Olive Poppy Quince Rowan "
    "Sierra Tulip Ursa Violet Walnut Yonder "
)
WORDS = NAMES.split()
TRADES = ("Bakery", "Dental", "Foods", "Legal", "Yoga")


class How(StrEnum):
    """What pressing a button leads to."""

    CORRECT = "correct"  # asks for a value of the record
    SETTINGS = "settings"  # opens Settings
    MATCH = "match"  # opens Match Clients
    PRESS = "press"  # does it
    ASK = "ask"  # does it after a question


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A sentence on the row, the button that it has, what is entered or chosen, and the row's outcome then."""

    key: str  # in messages.toml
    says: str
    button: str
    how: How
    entered: str = ""
    field: str = ""  # of Settings
    ends: str = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A record with something wrong, and the steps that mend it; `late` shows only when QuickBooks is asked or answers."""

    steps: tuple[Step, ...]
    late: bool = False
    kind: str = "payment"
    name: str = ""  # of the client, where it matters
    becomes: str = ""  # the customer's name, where it is another
    amount: str = ""
    day: str = "2026-11-10"
    method: str = "Check"
    reference: str = ""
    memo: str = ""
    invoiced: bool = False  # applied here to an invoice that is open in QuickBooks, too
    billed: bool = False  # QuickBooks has an open invoice that the ledger does not know


def correct(key: str, says: str, field: str, entered: str) -> tuple[Step, ...]:
    """A value of the record is corrected in place."""
    return (Step(key=key, says=says, button=f"Correct {field}…", how=How.CORRECT, entered=entered),)


def settings(key: str, says: str, field: str, entered: str, ends: str = "ready") -> tuple[Step, ...]:
    """Another choice is made in Settings; a row that QuickBooks refused is exported again then."""
    return (Step(key=key, says=says, button="Settings…", how=How.SETTINGS, field=field, entered=entered, ends=ends),)


def match(key: str, says: str, entered: str) -> tuple[Step, ...]:
    """The client is matched to another customer."""
    return (Step(key=key, says=says, button="Match client…", how=How.MATCH, entered=entered),)


def press(key: str, says: str, button: str, how: How = How.PRESS, ends: str = "synchronized") -> tuple[Step, ...]:
    """The button alone mends the row."""
    return (Step(key=key, says=says, button=button, how=how, ends=ends),)


def create(name: str, ends: str = "ready") -> Step:
    """A customer is created for the client."""
    says, button = f"{name} is not matched to a QuickBooks customer yet", f"Create “{name}” in QuickBooks"
    return Step(key="client_not_matched", says=says, button=button, how=How.ASK, ends=ends)


PLAIN, TAKEN, COLON, MAILED, OTHERWISE = "Nectar Surf", "Onyx Print", "Pepper: South", "Quartz Pets", "Raven Glass"
GONE, MERGED, EURO = "Saffron Tea", "Timber Works", "Umber Clay"
UNKNOWN_MAIL = "quartz at pets.example"
NO_MATCH = "is not matched to a QuickBooks customer yet"
CASES = (
    Case(
        steps=correct("quickbooks_too_long", "Reference is too long (22 of 21", "reference", "R-22"),
        reference="r" * 22,
        invoiced=True,
    ),
    Case(
        steps=correct("quickbooks_too_long", "Reference is too long (60 of 21", "reference", "R-60"),
        reference="r" * 60,
        invoiced=True,
    ),
    Case(steps=correct("quickbooks_too_long", "Memo is too long (4100", "memo", "short"), memo="m" * 4100, invoiced=True),
    Case(steps=correct("quickbooks_too_long", "Memo is too long (5000", "memo", "brief"), memo="m" * 5000, invoiced=True),
    Case(
        steps=correct("quickbooks_bad_character", "Reference has a character", "reference", "R-5"),
        reference="a\x07b",
        invoiced=True,
    ),
    Case(steps=correct("quickbooks_bad_character", "Reference has a character", "reference", "R-6"), reference="a\x1bb"),
    Case(steps=correct("quickbooks_bad_character", "Memo has a character", "memo", "fine"), memo="a\x07b"),
    Case(steps=correct("amount_not_positive", "The amount is 0.00", "amount", "12.08"), amount="0.00"),
    Case(steps=correct("amount_not_positive", "The amount is 0.00", "amount", "12.09"), amount="0.00"),
    Case(steps=correct("amount_cents", "The amount 10.005", "amount", "10.01"), amount="10.005"),
    Case(steps=correct("amount_cents", "The amount 10.999", "amount", "11.00"), amount="10.999"),
    Case(steps=correct("quickbooks_amount_too_large", "QuickBooks takes", "amount", "13.12"), amount="10000000000"),
    Case(steps=correct("books_closed", "Your books are closed", "date", "2026-11-03"), day="2026-10-26", invoiced=True),
    Case(steps=correct("books_closed", "Your books are closed", "date", "2026-11-04"), day="2026-10-31", invoiced=True),
    Case(steps=correct("books_closed", "Your books are closed", "date", "2026-11-05"), day="2026-10-29"),
    Case(steps=(create(PLAIN),), name=PLAIN),
    Case(
        steps=(
            create(TAKEN, "needs_decision"),
            *press("customer_name_taken", "QuickBooks already has", f"Create “{TAKEN} (client)”", How.ASK, "ready"),
        ),
        name=TAKEN,
        becomes=f"{TAKEN} (client)",
    ),
    Case(
        steps=(
            create(COLON, "needs_decision"),
            *press("customer_name_colon", "QuickBooks takes no colon", "Create “Pepper - South”", How.ASK, "ready"),
        ),
        name=COLON,
        becomes="Pepper - South",
    ),
    Case(
        steps=(
            create(MAILED, "not_ready"),
            *press("quickbooks_bad_email", "The client's e-mail address", "Create without the e-mail address", ends="ready"),
        ),
        name=MAILED,
    ),
    Case(steps=match("client_not_matched", NO_MATCH, "Holt & Weaver"), name=OTHERWISE, becomes="Holt & Weaver"),
    Case(
        steps=match("customer_inactive", "has been made inactive or deleted", "Darjeeling House"),
        name=GONE,
        becomes="Darjeeling House",
    ),
    Case(
        steps=press("customer_merged_export", f"{MERGED} was merged into", f"Match {MERGED} to Oak & Sons", ends="ready"),
        late=True,
        name=MERGED,
        becomes="Oak & Sons",
    ),
    Case(steps=match("currency_differs", f"Customer {EURO} is kept in EUR", "Dollar Clay"), name=EURO, becomes="Dollar Clay"),
    Case(
        steps=settings("deposit_account_gone", "account Old Bank takes no deposits", "Wire: deposit to", "Checking"),
        method="Wire",
    ),
    Case(steps=settings("account_currency_differs", "Customer", "ACH: deposit to", "Savings"), method="ACH"),
    Case(
        steps=press("from_another_company", "came from", "Send to this company", How.ASK),
        reference="FOREIGN",
    ),
    Case(steps=press("twin_payment", "QuickBooks has a payment of", "Same one: link them"), late=True, reference="TWIN-1"),
    Case(steps=press("twin_payment", "QuickBooks has a payment of", "Send anyway", How.ASK), late=True, reference="TWIN-2"),
    Case(steps=press("unlinked_before", "was unlinked from", "Same one: link them"), late=True, reference="UNLINKED"),
    Case(
        steps=press("deleted_in_quickbooks", "was deleted in QuickBooks since", "Send again", How.ASK),
        late=True,
        reference="DELETED",
    ),
    Case(
        steps=press("voided_in_quickbooks", "was voided in QuickBooks since", "Send again", How.ASK), late=True, reference="VOIDED"
    ),
    Case(steps=press("number_used_twice", "QuickBooks has", "Send as new", How.ASK), late=True, reference="NUMBER"),
    Case(steps=press("unreadable_in_period", "which we cannot read", "Send anyway", How.ASK), late=True, reference="UNREADABLE"),
    Case(
        steps=correct("quickbooks_period_closed", "The books are closed in QuickBooks", "date", "2026-11-06"),
        late=True,
        day="2026-11-07",
        reference="PERIOD",
        invoiced=True,
    ),
    Case(
        steps=correct("quickbooks_reference_used", "Reference USED is already on another payment", "reference", "FREE"),
        late=True,
        reference="USED",
    ),
    Case(
        steps=correct("quickbooks_character_refused", "Reference has a character that QuickBooks", "reference", "PLAIN"),
        late=True,
        reference="A:B",
    ),
    Case(
        steps=correct("quickbooks_duplicate_number", "Number SAME is already on", "reference", "OTHER"), late=True, reference="SAME"
    ),
    Case(
        steps=correct("quickbooks_amount_refused", "QuickBooks does not take amounts", "amount", "14.38"),
        late=True,
        reference="NEGATIVE",
    ),
    Case(
        steps=settings(
            "quickbooks_deposit_account",
            "deposit account (Card Bank)",
            "Card A: deposit to",
            "Checking",
            "failed",
        ),
        late=True,
        method="Card A",
    ),
    Case(
        steps=settings(
            "quickbooks_currency_account",
            "account Other Card Bank is kept",
            "Card B: deposit to",
            "Checking",
            "failed",
        ),
        late=True,
        method="Card B",
    ),
    Case(
        steps=settings("quickbooks_mapped_gone", "The payment method Discover has", "Card C: method", "No method", "failed"),
        late=True,
        method="Card C",
    ),
    Case(steps=press("marked_voided", "but it was voided there", "Send as new", How.ASK), late=True, reference="MARKED"),
    Case(steps=press("quickbooks_amounts", "QuickBooks rejected the amounts", "Send without applying it"), late=True, billed=True),
    Case(steps=press("quickbooks_cannot_link", "QuickBooks cannot apply this", "Send without applying it"), late=True, billed=True),
    Case(steps=press("doubt_settled", "QuickBooks never confirmed P-", "Look again"), late=True, reference="LOST"),
    Case(
        steps=settings("credit_memo_item_missing", "No item for credit memos", "Item on credit memos", "Services"),
        kind="credit_memo",
        reference="M-1",
    ),
    Case(steps=correct("quickbooks_too_long", "Number is too long", "reference", "M-2"), kind="credit_memo", reference="n" * 30),
    Case(
        steps=correct("quickbooks_too_long", "Memo is too long", "memo", "short"),
        kind="credit_memo",
        reference="M-3",
        memo="m" * 4100,
    ),
    Case(
        steps=correct("quickbooks_duplicate_number", "Number TAKEN is already on", "reference", "M-4"),
        late=True,
        kind="credit_memo",
        reference="TAKEN",
    ),
    Case(
        steps=press("twin_credit_memo", "QuickBooks has a credit memo of", "Same one: link them"),
        late=True,
        kind="credit_memo",
        reference="M-5",
    ),
)


def client_of(place: int) -> str:
    """The client of a case, who has no other."""
    return CASES[place].name or f"{WORDS[place]} {TRADES[place % len(TRADES)]}"


def customer_of(place: int) -> str:
    """The customer that it is in QuickBooks in the end."""
    return CASES[place].becomes or client_of(place)


def amount_of(place: int) -> str:
    """The amount that the record has at first; no two are alike."""
    return CASES[place].amount or f"{200 + place}.{place:02}"
