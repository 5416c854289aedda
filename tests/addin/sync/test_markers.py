"""The marker at a note's end proves whose a transaction is; text that only looks like one proves nothing."""

from __future__ import annotations

import pytest

from qb_plugin.model import Kind, Operation, Ref
from qb_plugin.sync.markers import Marker, find_marker, with_marker
from tests.support.addin.sync_firm import payment

PAYMENT = Marker("AF", Ref(Kind.PAYMENT, "17"))
MEMO = Marker("AF", Ref(Kind.CREDIT_MEMO, "31"))
APPLICATION = Marker("AF", Ref(Kind.CREDIT_MEMO, "31"), Operation.APPLY)
BORN = Marker("AF", Ref(Kind.PAYMENT, "17"), birth="q7xk2m9a")


@pytest.mark.parametrize("marker", [PAYMENT, MEMO, APPLICATION, BORN, Marker("AF", MEMO.source, Operation.APPLY, "k3")])
def test_what_is_written_is_found_again(marker: Marker) -> None:
    assert find_marker(with_marker("Thank you", marker)) == marker


def test_a_memo_keeps_its_text_and_gets_the_marker_at_its_end() -> None:
    assert with_marker("Two months  ", PAYMENT) == "Two months [WS AF-payment-17]"
    assert with_marker("", PAYMENT) == "[WS AF-payment-17]"


def test_the_birth_stands_after_the_id_and_no_birth_leaves_the_old_form() -> None:
    assert (str(BORN), str(PAYMENT)) == ("[WS AF-payment-17~q7xk2m9a]", "[WS AF-payment-17]")
    assert find_marker("[WS AF-payment-a~b~c1]") == Marker("AF", Ref(Kind.PAYMENT, "a~b"), birth="c1")


@pytest.mark.parametrize(
    ("ours", "theirs", "may"), [("", "", True), ("a", "", True), ("", "a", True), ("a", "a", True), ("a", "b", False)]
)
def test_a_marker_may_name_a_record_of_no_other_birth(ours: str, theirs: str, may: bool) -> None:
    marker = Marker("AF", payment(17).ref, birth=theirs)
    assert marker.may_name(payment(17, birth=ours)) is may
    assert not marker.may_name(payment(18, birth=ours))


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
