"""What was picked in the Billing tab is shown one kind at a time."""

from __future__ import annotations

from qb_plugin.model import Kind, Message, Ref
from qb_plugin.sync.selection import Selection, counts, sort_selection

P1, P2, C1 = Ref(Kind.PAYMENT, "1"), Ref(Kind.PAYMENT, "2"), Ref(Kind.CREDIT_MEMO, "1")


def test_payments_alone_are_shown_without_a_warning() -> None:
    found = sort_selection([P2, P1])
    assert found == Selection(Kind.PAYMENT, (P2, P1))
    assert found.warning is None


def test_credit_memos_alone_are_shown_as_credit_memos() -> None:
    found = sort_selection([C1])
    assert found == Selection(Kind.CREDIT_MEMO, (C1,))
    assert found.warning is None


def test_of_both_kinds_the_payments_are_shown_with_a_warning_and_the_memos_are_kept() -> None:
    found = sort_selection([P1, C1, P2])
    assert (found.kind, found.shown, found.left_out) == (Kind.PAYMENT, (P1, P2), (C1,))
    assert found.warning == Message("mixed_selection", counts(2, 1))


def test_one_is_singular_and_any_other_number_plural() -> None:
    assert counts(1, 2) == {"payments": "1 payment", "memos": "2 credit memos", "are": "is", "were": "were"}
    assert counts(2, 1) == {"payments": "2 payments", "memos": "1 credit memo", "are": "are", "were": "was"}
