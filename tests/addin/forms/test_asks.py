"""What cannot be taken back asks first, with both records side by side; the rest never asks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from qb_plugin.forms.presentation import FIXES, present_message
from qb_plugin.messages import load_sentences
from qb_plugin.model import Message

SENTENCES = load_sentences("Park Practice")
DAY, LATER = date(2026, 11, 1), date(2026, 11, 3)
EXPORTED = {
    "amount": Decimal("77.00"),
    "customer": "Ada",
    "date": DAY,
    "ref": "4411",
    "number": "P-1",
    "here": LATER,
    "here_ref": "CHK 4411",
    "no": "I-1",
    "id": "9",
}
IMPORTED = {
    "amount": Decimal("77.00"),
    "number": "P-1",
    "date": DAY,
    "ref": "4411",
    "there": LATER,
    "there_ref": "CHK 4411",
    "id": "9",
}
BOTH_OF_AN_EXPORT = """In Park Practice: P-1 of 2026-11-03, 77.00, reference CHK 4411.
In QuickBooks: Ada, 2026-11-01, 77.00, reference 4411."""
BOTH_OF_AN_IMPORT = """In QuickBooks: the payment of 2026-11-03, 77.00, reference CHK 4411.
In Park Practice: P-1 of 2026-11-01, 77.00, reference 4411."""
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
    found = asked(Message(key, EXPORTED))
    assert found["Send anyway"].startswith(BOTH_OF_AN_EXPORT + "\nSend it although")
    assert found["Same one: link them"].startswith(BOTH_OF_AN_EXPORT + "\nThe two are not alike.")
    assert found["Not now"] == ""


def test_importing_and_linking_ask_with_both_records() -> None:
    found = asked(Message("looks_same_here", IMPORTED))
    assert found["Import anyway"].startswith(BOTH_OF_AN_IMPORT + "\nImport it all the same")
    assert found["Same one: link them"].startswith(BOTH_OF_AN_IMPORT)
    assert found["Not now"] == ""


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("twin_payment", {**EXPORTED, "here": DAY, "here_ref": "4411"}),
        ("looks_same_here", {**IMPORTED, "there": DAY, "there_ref": "4411"}),
    ],
)
def test_two_that_are_alike_are_linked_without_a_question(key: str, values: dict[str, object]) -> None:
    assert asked(Message(key, values))["Same one: link them"] == ""


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
    text = SENTENCES[key].text
    return Message(key, {**SAYS, **(EXPORTED if "{here_ref}" in text else IMPORTED if "{there_ref}" in text else {})})


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
    "id": "9",
    "number": "P-1",
    "what": "amount",
    "company": "Trial Inc.",
    "amount": Decimal("7.00"),
    "rest": Decimal("5.00"),
    "date": DAY,
    "ref": "1",
}


def test_every_dangerous_button_of_every_sentence_asks_with_the_facts() -> None:
    """Of each sentence that offers one; what the question begins with are the two records, or the sentence itself."""
    offered = {(key, name) for key in SENTENCES for name in SENTENCES[key].fix.split() if name in DANGEROUS}
    assert {name for _, name in offered} == DANGEROUS
    for key, name in sorted(offered):
        message = Message(key, {**EXPORTED, **IMPORTED, **SAYS, "program": "x"})
        (fix,) = [each for each in present_message(SENTENCES, message)["fixes"] if same(each.get("label", ""), name, message)]
        assert len(fix.get("confirm", "")) > 60, (key, name)


def same(label: str, name: str, message: Message) -> bool:
    """Whether the label is this fix's."""
    return label == FIXES[name]["label"] or (name == "import_rest" and label.startswith("Import the "))
