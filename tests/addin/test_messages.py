"""Every sentence has a key that is used, and every key that is used has a sentence that its placeholders fill."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from qb_plugin.forms.mapping_checks import ITEM, RECEIVABLE, TAX_CODE
from qb_plugin.forms.presentation import FIXES
from qb_plugin.messages import load_sentences
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


def test_placeholders_are_plain_names() -> None:
    for key in SENTENCES:
        for _, name, form, conversion in string.Formatter().parse(SENTENCES[key].text):
            assert name is None or (name.isidentifier() and not form and conversion is None), key
