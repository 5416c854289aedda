"""Every sentence has a key that is used, and every key that is used has a sentence that its placeholders fill."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from qb_plugin.forms.mapping_checks import ITEM, RECEIVABLE, TAX_CODE
from qb_plugin.forms.presentation import FIXES
from qb_plugin.messages import Sentence, Sentences, load_sentences
from qb_plugin.model import ConnectionState, Kind, Message
from qb_plugin.sync.reconcile.items import Group
from tests.support.paths import ROOT

SENTENCES = load_sentences()

# Keys that are put together from a word: what stands in the braces, and the words there are.
PUT_TOGETHER = {
    "twin_{}": [kind.value for kind in (Kind.PAYMENT, Kind.CREDIT_MEMO)],
    "reconcile_group_{}": [group.value for group in Group],
    "test_bad_{}": ["payment_method", "deposit_account", ITEM, TAX_CODE, RECEIVABLE],
    "test_good_{}": [ITEM, TAX_CODE, RECEIVABLE],
    "connection_{}": [state.value for state in ConnectionState],
}


def texts_in(tree: ast.AST) -> Iterator[str]:
    """Every text in a file that could be a key; what is put in at run time stands as `{}`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def used_texts() -> set[str]:
    """Every text in the add-in, with the put-together ones spelled out."""
    found: set[str] = set()
    for path in (ROOT / "qb_plugin").rglob("*.py"):
        found |= set(texts_in(ast.parse(path.read_text(encoding="utf-8"))))
    for pattern, words in PUT_TOGETHER.items():
        assert pattern in found
        found |= {pattern.format(word) for word in words}
    return found


def raised_keys() -> set[str]:
    """The first argument of every `Message(…)`, where it is a plain text."""
    keys: set[str] = set()
    for path in (ROOT / "qb_plugin").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    keys.add(first.value)
    return keys


def test_every_key_that_is_raised_has_a_sentence() -> None:
    assert raised_keys() - set(SENTENCES) == set()


def test_every_sentence_is_used() -> None:
    assert set(SENTENCES) - used_texts() == set()


@pytest.mark.parametrize("key", list(SENTENCES))
def test_a_sentence_is_whole(key: str) -> None:
    text = SENTENCES[key].text
    assert text[0] == text[0].upper()
    assert text.rstrip("}").endswith((".", "?", ":", "{reason", "…")) or text.endswith("{reason}"), text
    assert set(SENTENCES[key].fix.split()) <= set(FIXES)


def test_placeholders_are_filled_with_money_dates_and_other_sentences() -> None:
    closed = Message("books_closed", {"closed": date(2026, 10, 31), "date": date(2026, 10, 3)})
    assert "2026-10-31" in SENTENCES.text(closed)
    assert "1,234.50" in SENTENCES.text(Message("unapplied_here", {"amount": Decimal("1234.5")}))
    inner = Message("unapplied_in_workspace")
    assert SENTENCES.text(inner) in SENTENCES.text(Message("memo_not_applied", {"reason": inner}))


def test_a_missing_placeholder_is_a_defect_that_shows() -> None:
    with pytest.raises(KeyError):
        SENTENCES.text(Message("unapplied_here"))


def test_text_from_quickbooks_with_braces_stays_as_it_is() -> None:
    assert "{amount} {0}" in SENTENCES.text(Message("host_refused", {"reason": "{amount} {0}"}))


def test_placeholders_are_plain_names_and_forms_are_those_of_a_number() -> None:
    """No value stands within a form: what people have called something could change it."""
    for key in SENTENCES:
        for _, name, form, conversion in string.Formatter().parse(SENTENCES[key].text):
            assert name is None or (name.isidentifier() and conversion is None), key
            assert not form or (form.count("|") == 1 and not {"{", "}"} & set(form)), key


#: Numbers in sentences that are never one, and why.
NEVER_ONE = {
    "pace_own_calls": "QuickBooks' calls a minute",
    "pace_other_calls": "QuickBooks' calls a minute",
    "pace_places": "QuickBooks' calls at once",
    "doubt_ends_run": "so many failures in a row end a run",
    "marker_twice": "at least two",
}
MANY = re.compile(
    r"\{(?:n|m|days|count|accounts|methods|items|codes|rows|all)\} "
    r"(?:(?:more|linked|payment|tax) )*(?:\w+s|were|are|have|need)\b"
)


def test_a_number_of_one_is_told_in_the_singular() -> None:
    """Of every sentence with a number that may be one: what stands behind it is told apart."""
    texts = {key: SENTENCES[key].text for key in SENTENCES if key not in NEVER_ONE}
    assert {key: found[0] for key, text in texts.items() if (found := MANY.search(text))} == {}


@pytest.mark.parametrize(
    ("key", "one", "many"),
    [
        (
            "cancelled",
            "Stopped. 1 was done and stays; 1 was not touched.",
            "Stopped. 1,200 were done and stay; 1,200 were not touched.",
        ),
        (
            "settling_open",
            "Settling 1 row of an earlier run that was cut short.",
            "Settling 1,200 rows of an earlier run that was cut short.",
        ),
        ("checking_doubt", "No answer came for 1 row; looking it up in", "No answer came for 1,200 rows; looking them up in"),
        ("reconcile_group_equal", "1 record stands on both sides alike.", "1,200 records stand on both sides alike."),
        ("reconcile_group_only_here", "1 record is in WorkSpace only:", "1,200 records are in WorkSpace only:"),
        ("reconcile_group_needs_decision", "1 record needs a decision: it may", "1,200 records need a decision: they may"),
        ("empty_export_hidden", "The only one of the payments between", "All 1,200 payments between"),
        ("empty_import_no_money", "The only payment between 2026-11-01 and", "All 1,200 payments between 2026-11-01 and"),
        ("empty_matches_hidden", "The only client is not", "None of the 1,200 clients is"),
        ("connection_days", "The sign-in lasts until 2026-11-01: 1 day.", "The sign-in lasts until 2026-11-01: 1,200 days."),
        ("by_itself_more", "1 more note is listed", "1,200 more notes are listed"),
    ],
)
def test_one_and_many_are_told_apart(key: str, one: str, many: str) -> None:
    sentences, money = load_sentences("WorkSpace"), Decimal(1)
    more: dict[str, object] = {"what": "payments", "tab": "matched", **dict.fromkeys(("from", "to", "day"), date(2026, 11, 1))}
    more |= dict.fromkeys(("received", "applied", "unapplied", "credits"), money)
    for number, said in ((1, one), (1200, many)):
        text = sentences.text(Message(key, {**more, **dict.fromkeys(("n", "m", "days"), number)}))
        assert text.startswith(said)


@pytest.mark.parametrize("key", list(SENTENCES))
def test_a_name_that_ends_with_a_dot_ends_its_sentence(key: str) -> None:
    text = SENTENCES[key].text
    fields = [(name, form) for _, name, form, _ in string.Formatter().parse(text) if name]
    values: dict[str, object] = {name: 2 if form else "Acme Inc." for name, form in fields}
    assert ".." not in SENTENCES.text(Message(key, values)).replace("...", "…"), text


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("Muster & Co.", "customer Muster & Co."),
        ("Société Générale S.A.", "customer Société Générale S.A."),
        ("And so on...", "customer And so on..."),
        (".", "customer ."),
        ("Acme", "customer Acme."),
        ("No. 5", "customer No. 5."),
        ("{0}.", "customer {0}."),
    ],
)
def test_only_the_dot_of_the_sentence_is_left_out(name: str, end: str) -> None:
    sentences = Sentences(
        {"paid": Sentence("It pays the customer {customer}."), "and": Sentence("See {customer}. {reason}")}, "Host"
    )
    paid = Message("paid", {"customer": name})
    assert sentences.text(paid) == f"It pays the {end}"
    both = sentences.text(Message("and", {"customer": name, "reason": paid}))
    assert both == f"See {end.removeprefix('customer ')} It pays the {end}"
