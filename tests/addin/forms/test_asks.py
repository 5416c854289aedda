"""What cannot be taken back asks first, with both records side by side; the rest never asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qb_plugin.forms.presentation import FIXES, present_message
from qb_plugin.messages import load_sentences
from qb_plugin.model import Customer, Kind, Message, QboPayment, Ref, SourceRecord
from qb_plugin.sync.importing import row
from qb_plugin.sync.likeness import Likeness
from qb_plugin.sync.possible_duplicates import PossibleDuplicate
from tests.support.addin.sync_firm import book_payment, payment

SENTENCES = load_sentences("Park Practice")
DAY, LATER = date(2026, 11, 1), date(2026, 11, 3)
ADA = Customer(id="7", name="Ada", full_name="Ada")
THERE = book_payment("9", amount="77.00", reference="4411", customer_name="Ada", date=DAY)
HERE = payment(1, amount="70.00", reference="CHK 4411", date=LATER)
ALIKE = replace(HERE, date=DAY, reference="4411", amount=Decimal("77.00"))


def asks_export(
    kind: Kind = Kind.PAYMENT, how: Likeness = Likeness.SAME_REFERENCE, linked_to: Ref | None = None
) -> Callable[[SourceRecord, QboPayment], Message]:
    """What an export asks about a record here that a transaction there may be."""
    found = PossibleDuplicate(transaction=THERE, how=how, linked_to=linked_to)
    return lambda here, there: replace(found, transaction=there).question(replace(here, ref=Ref(kind, "1")), ADA)


def asks_import(linked_to: str = "") -> Callable[[SourceRecord, QboPayment], Message]:
    """What an import asks about a payment there that a record here may be."""

    def ask(here: SourceRecord, there: QboPayment) -> Message:
        day = here.date.isoformat()
        return row.possible_duplicate_message(
            there, row.PossibleDuplicate(here.number, str(here.amount), here.reference, day, linked_to)
        )

    return ask


#: The message of a question about two records, with the values that a row carries, by its key.
EXPORTS = {
    "twin_payment": asks_export(),
    "twin_credit_memo": asks_export(Kind.CREDIT_MEMO),
    "invoice_paid_there": asks_export(how=Likeness.SAME_INVOICE),
    "unlinked_before": asks_export(how=Likeness.UNLINKED),
    "looks_like_linked_there": asks_export(linked_to=Ref(Kind.PAYMENT, "2")),
}
IMPORTS = {"looks_same_here": asks_import(), "looks_like_linked_here": asks_import("5")}
PAIRS = {**EXPORTS, **IMPORTS}
LINKABLE = ["twin_payment", "twin_credit_memo", "invoice_paid_there", "unlinked_before", "looks_same_here"]
BOTH_OF_AN_EXPORT = """In Park Practice: P-1 of 2026-11-03, 70.00, reference CHK 4411.
In QuickBooks: Ada, 2026-11-01, 77.00, reference 4411."""
BOTH_OF_AN_IMPORT = """In QuickBooks: the payment of 2026-11-01, 77.00, reference 4411.
In Park Practice: P-1 of 2026-11-03, 70.00, reference CHK 4411."""
DANGEROUS = {
    "force_export",
    "send_as_new",
    "send_to_company",
    "send_again",
    "unlink",
    "force_import",
    "import_rest",
    "link_possible_duplicate",
    "send_new_number",
}


def asked(message: Message) -> dict[str, str]:
    """What each button of a message asks, by its label."""
    return {fix["label"]: fix.get("confirm", "") for fix in present_message(SENTENCES, message)["fixes"]}


@pytest.mark.parametrize("key", ["twin_payment", "twin_credit_memo", "invoice_paid_there", "unlinked_before"])
def test_sending_and_linking_ask_with_both_records(key: str) -> None:
    found = asked(EXPORTS[key](HERE, THERE))
    assert found["Send anyway"].startswith(BOTH_OF_AN_EXPORT + "\nSend it although")
    assert found["Same one: link them"].startswith(BOTH_OF_AN_EXPORT + "\nThe two are not alike.")
    assert found["Not now"] == ""


def test_importing_and_linking_ask_with_both_records() -> None:
    found = asked(IMPORTS["looks_same_here"](HERE, THERE))
    assert found["Import anyway"].startswith(BOTH_OF_AN_IMPORT + "\nImport it all the same")
    assert found["Same one: link them"].startswith(BOTH_OF_AN_IMPORT + "\nThe two are not alike.")
    assert found["Not now"] == ""


@pytest.mark.parametrize("reference", ["4411", ""])
@pytest.mark.parametrize("key", LINKABLE)
def test_two_that_are_alike_are_linked_without_a_question(key: str, reference: str) -> None:
    number = reference or ("P-1" if key == "twin_credit_memo" else "")  # a memo's own number stands there as its reference
    here, there = replace(ALIKE, reference=reference), replace(THERE, reference=number)
    assert asked(PAIRS[key](here, there))["Same one: link them"] == ""


@pytest.mark.parametrize("other", [{"date": LATER}, {"reference": "4412"}, {"amount": Decimal("70.00")}], ids=str)
@pytest.mark.parametrize("key", LINKABLE)
def test_two_that_differ_in_one_thing_are_linked_after_a_question(key: str, other: dict[str, object]) -> None:
    here: SourceRecord = replace(ALIKE, **other)  # type: ignore[arg-type]
    assert "\nThe two are not alike." in asked(PAIRS[key](here, THERE))["Same one: link them"]


def test_other_money_under_the_number_of_a_record_is_linked_after_a_question() -> None:
    found = asked(Message("number_used_twice", {"id": "9", "number": "P-1", "what": "amount"}))["Same one: link them"]
    assert found.startswith("QuickBooks has 9 under the number of P-1, but with another amount.")
    assert "\nThe two are not alike." in found


TWO_QUESTIONS = [
    ("money_went_back", "looks_same_here", "Import the 5.00"),
    ("money_went_back", "looks_like_linked_here", "Import the 5.00"),
    ("figures_differ", "looks_same_here", "Import anyway"),
    ("figures_differ", "looks_like_linked_here", "Import anyway"),
    ("unreadable_in_period", "twin_payment", "Send anyway"),
    ("unreadable_in_period", "twin_credit_memo", "Send anyway"),
    ("unreadable_in_period", "number_used_twice", "Send anyway"),
    ("unreadable_in_period", "from_another_company", "Send anyway"),
    ("twin_payment", "from_another_company", "Send anyway"),
    ("invoice_paid_there", "from_another_company", "Send anyway"),
    ("looks_like_linked_there", "from_another_company", "Send anyway"),
    ("number_used_twice", "from_another_company", "Send as new"),
    ("marked_voided", "from_another_company", "Send as new"),
]


def said(key: str) -> Message:
    """The message; both records are known where it names both."""
    return PAIRS[key](HERE, THERE) if key in PAIRS else Message(key, SAYS)


@pytest.mark.parametrize(("first", "second", "label"), TWO_QUESTIONS)
def test_a_button_that_answers_two_questions_asks_both(first: str, second: str, label: str) -> None:
    """Whichever names the button: what a person says yes to is all that the press passes over."""
    one, two = said(first), said(second)
    both = asked(Message("both", {"first": one, "reason": two}))
    alone = [next(filter(None, (text for name, text in asked(each).items() if "Same" not in name))) for each in (one, two)]
    lines = both[label].splitlines()
    assert set(lines) == {line for text in alone for line in text.splitlines()}
    assert len(lines) == len(set(lines))
    assert lines[-1] == alone[1].splitlines()[-1]  # the facts come first
    assert not [name for name, text in both.items() if text and name not in {label, "Same one: link them"}]


def test_a_button_that_answers_three_questions_asks_all() -> None:
    rest = Message("both", {"first": said("twin_payment"), "reason": said("from_another_company")})
    found = asked(Message("both", {"first": said("unreadable_in_period"), "reason": rest}))["Send anyway"]
    assert found.splitlines()[0].startswith("QuickBooks holds 9")
    assert BOTH_OF_AN_EXPORT in found
    assert "P-1 came from Trial Inc." in found


SAYS = {
    "gone": "voided",
    "id": "9",
    "number": "P-1",
    "what": "amount",
    "company": "Trial Inc.",
    "amount": Decimal("7.00"),
    "credit": "credit memo M-2",
    "rest": Decimal("5.00"),
    "date": DAY,
    "ref": "1",
}


def test_every_dangerous_button_of_every_sentence_asks_with_the_facts() -> None:
    """Of each sentence that offers one; what the question begins with are the two records, or the sentence itself."""
    offered = {(key, name) for key in SENTENCES for name in SENTENCES[key].fix.split() if name in DANGEROUS}
    assert {name for _, name in offered} == DANGEROUS
    pairs = {**EXPORTS["twin_payment"](HERE, THERE).values, **IMPORTS["looks_same_here"](HERE, THERE).values}
    for key, name in sorted(offered):
        message = Message(key, {**pairs, **SAYS, "no": "I-1", "program": "x"})
        (fix,) = [each for each in present_message(SENTENCES, message)["fixes"] if same(each.get("label", ""), name, message)]
        assert len(fix.get("confirm", "")) > 60, (key, name)


def same(label: str, name: str, message: Message) -> bool:
    """Whether the label is this fix's."""
    return label == FIXES[name]["label"] or (name == "import_rest" and label.startswith("Import the "))
