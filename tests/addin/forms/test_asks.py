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
