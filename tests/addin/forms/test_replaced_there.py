"""A payment that was sent is gone in QuickBooks, and stands there again: as a copy with our mark, or entered by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.addin.forms.both_sides import BothSides, row_there
from tests.addin.forms.test_link_checks import delete, press, sent, sides, void
from tests.addin.forms.test_text_host import scene

__all__ = ["scene", "sides"]
Again = Callable[[BothSides, str], str]


def copied(sides: BothSides, identity: str) -> str:
    return sides.copy_there(identity)


def copied_to_another_day(sides: BothSides, identity: str) -> str:
    return sides.copy_there(identity, TxnDate="2026-11-06")


def copied_with_another_reference(sides: BothSides, identity: str) -> str:
    return sides.copy_there(identity, PaymentRefNum="88")


def entered(sides: BothSides, _: str) -> str:
    return sides.there("70.00", reference="12")


def entered_later(sides: BothSides, _: str) -> str:
    return sides.there("70.00", reference="12", later=3)


AGAIN = [copied, copied_to_another_day, copied_with_another_reference, entered, entered_later]
SAME = ["Same one: link them", "Import anyway", "Not now"]


def labels(row: dict[str, Any]) -> list[str]:
    return [fix["label"] for fix in row["fixes"]]


def edit_of(row: dict[str, Any]) -> dict[str, Any]:
    return dict(next(fix["edit"] for fix in row["fixes"] if fix["label"] == "Import anyway"))


def check_link(sides: BothSides, record: str, row: dict[str, Any], again: str) -> None:
    linked = press(sides, "import-payments", row)
    assert (linked["outcome"], linked["quickbooks_id"]) == ("synchronized", again), linked
    assert sides.export(record)[record]["quickbooks_id"] == again
    assert sides.received_here("70.00") == 1


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize(("happens", "gone"), [(delete, "deleted"), (void, "voided")])
def test_a_run_says_that_the_linked_one_is_gone_and_links_the_other(
    sides: BothSides, happens: Callable[[BothSides, str], None], gone: str, again: Again
) -> None:
    record, identity = sent(sides, "70.00", reference="12")
    other = again(sides, identity)
    happens(sides, identity)
    row = sides.import_(row_there(other))[row_there(other)]
    assert f"which is linked to {identity}; {identity} was {gone} in QuickBooks since. Is it the same one?" in row["message"]
    assert labels(row) == SAME
    check_link(sides, record, row, other)


@pytest.mark.parametrize("again", AGAIN)
def test_a_list_that_has_the_voided_one_says_so_too(sides: BothSides, again: Again) -> None:
    record, identity = sent(sides, "70.00", reference="12")
    other = again(sides, identity)
    void(sides, identity)
    row = sides.listed(hide_synchronized=True)[row_there(other)]
    assert f"which is linked to {identity}; {identity} was voided in QuickBooks since." in row["message"]
    assert labels(row) == SAME
    check_link(sides, record, row, other)


@pytest.mark.parametrize("again", AGAIN)
def test_import_anyway_of_what_may_be_twice_is_no_answer_once_the_linked_one_is_gone(sides: BothSides, again: Again) -> None:
    record, identity = sent(sides, "70.00", reference="12")
    other = again(sides, identity)
    listed = sides.listed(hide_synchronized=True)[row_there(other)]
    delete(sides, identity)
    row = sides.import_(row_there(other), edits={row_there(other): edit_of(listed)})[row_there(other)]
    assert (row["outcome"], labels(row), sides.received_here("70.00")) == ("needs_decision", SAME, 1)
    if again is entered:
        sides.import_(row_there(other), edits={row_there(other): edit_of(row)})
        assert sides.received_here("70.00") == 2
    else:
        check_link(sides, record, row, other)


@pytest.mark.parametrize("again", [copied, entered])
def test_while_the_linked_one_stands_the_other_is_money_that_may_be_twice(sides: BothSides, again: Again) -> None:
    _, identity = sent(sides, "70.00", reference="12")
    other = row_there(again(sides, identity))
    for row in (sides.listed(hide_synchronized=True)[other], sides.import_(other)[other]):
        assert f"which is linked to {identity}: this money may be twice in QuickBooks" in row["message"]
        assert labels(row) == ["Import anyway", "Not now"]
