"""The marker at a note's end proves whose a transaction is; text that only looks like one proves nothing."""

from __future__ import annotations

import pytest

from qb_plugin.model import Kind, Operation, Ref
from qb_plugin.sync.markers import Marker, find_marker, with_marker

PAYMENT = Marker("AF", Ref(Kind.PAYMENT, "17"))
MEMO = Marker("AF", Ref(Kind.CREDIT_MEMO, "31"))
APPLICATION = Marker("AF", Ref(Kind.CREDIT_MEMO, "31"), Operation.APPLY)


@pytest.mark.parametrize("marker", [PAYMENT, MEMO, APPLICATION])
def test_what_is_written_is_found_again(marker: Marker) -> None:
    assert find_marker(with_marker("Thank you", marker)) == marker


def test_a_memo_keeps_its_text_and_gets_the_marker_at_its_end() -> None:
    assert with_marker("Two months  ", PAYMENT) == "Two months [WS AF-payment-17]"
    assert with_marker("", PAYMENT) == "[WS AF-payment-17]"


def test_a_memo_and_its_application_have_markers_of_their_own() -> None:
    assert (str(MEMO), str(APPLICATION)) == ("[WS AF-credit_memo-31]", "[WS AF-apply-31]")


def test_of_two_markers_only_the_one_at_the_end_counts() -> None:
    assert find_marker(with_marker("copied from [WS AF-payment-9]", PAYMENT)) == PAYMENT


def test_another_firms_marker_names_that_firm() -> None:
    assert find_marker("[WS BX2-payment-17]") == Marker("BX2", Ref(Kind.PAYMENT, "17"))


@pytest.mark.parametrize(
    "note",
    [
        None,
        "",
        "paid by check",
        "[WS AF-payment-17] and more",
        "[WS AF-invoice-17]",
        "[WS AF-payment-]",
        "[WS -payment-17]",
        "[ws AF-payment-17]",
        "WS AF-payment-17",
        "[WS AF-payment-1 7]",
    ],
)
def test_text_that_is_no_marker_at_the_end_proves_nothing(note: str | None) -> None:
    assert find_marker(note) is None


def test_blanks_that_quickbooks_adds_after_it_do_not_hide_it() -> None:
    assert find_marker("Voided [WS AF-payment-17] \n") == PAYMENT
