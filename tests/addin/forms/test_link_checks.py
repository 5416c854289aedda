"""A link is a claim, looked at when it is used: deleted, voided, corrected, applied there since, deleted here, copied, unlinked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from qb_plugin.store.database import open_store
from tests.addin.forms.both_sides import DAY, BothSides, row_there
from tests.addin.forms.test_text_host import Scene, scene

__all__ = ["scene"]


@pytest.fixture
def sides(scene: Scene) -> BothSides:
    return BothSides(scene)


def sent(sides: BothSides, amount: str, **more: Any) -> tuple[str, str]:
    """A payment that was exported long enough ago: its row, and its id there."""
    record = sides.here(amount, **more)
    identity = str(sides.export(record)[record]["quickbooks_id"])
    sides.wait()
    return record, identity


def body(identity: str, **more: object) -> dict[str, object]:
    return {"Id": identity, "SyncToken": "0", "sparse": True, **more}


def delete(sides: BothSides, identity: str) -> None:
    sides.books.post("Payment", body(identity), operation="delete")


def void(sides: BothSides, identity: str) -> None:
    sides.books.post("Payment", body(identity), operation="update", include="void")


def correct(sides: BothSides, identity: str) -> None:
    sides.books.post("Payment", {**sides.books.get("Payment", identity), "TotalAmt": 71.5})


def change_date(sides: BothSides, identity: str) -> None:
    sides.books.post("Payment", {**sides.books.get("Payment", identity), "TxnDate": "2026-10-30"})


def move_far_away(sides: BothSides, identity: str) -> None:
    sides.books.post("Payment", {**sides.books.get("Payment", identity), "TxnDate": "2026-03-30"})


def apply_there(sides: BothSides, identity: str) -> None:
    invoice = sides.books.invoice(sides.customer, 500, DocNumber="LT-1")["Id"]
    line = {"Amount": 70, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}
    sides.books.post("Payment", {**sides.books.get("Payment", identity), "Line": [line]})


def nothing(sides: BothSides, identity: str) -> None:
    """Nobody touches it."""


WHAT = [
    (nothing, "synchronized", "Already in QuickBooks. Nothing was sent.", []),
    (delete, "removed", "was deleted in QuickBooks since", ["Send again", "Unlink"]),
    (void, "changed", "was voided in QuickBooks since", ["Send again", "Unlink"]),
    (correct, "changed", "amount 70.00 here, 71.50 in QuickBooks", ["Compare the two…", "Unlink"]),
    (change_date, "changed", "2026-10-30 in QuickBooks", ["Compare the two…", "Unlink"]),
    (move_far_away, "changed", "2026-03-30 in QuickBooks", ["Compare the two…", "Unlink"]),
    (apply_there, "synchronized", "applied there since to LT-1 70.00", []),
]


@pytest.mark.parametrize(("happens", "outcome", "said", "buttons"), WHAT)
def test_what_became_of_it_there_is_said_on_the_row(
    sides: BothSides, happens: Callable[[BothSides, str], None], outcome: str, said: str, buttons: list[str]
) -> None:
    record, identity = sent(sides, "70.00")
    happens(sides, identity)
    row = sides.export(record)[record]
    assert (row["outcome"], [fix["label"] for fix in row["fixes"]]) == (outcome, buttons)
    assert said in row["message"]
    listed = sides.exported(record)
    assert (listed["outcome"], listed["message"]) == (outcome, row["message"])
    assert len(sides.read_there("70.00")) <= 1  # nothing was sent by looking


@pytest.mark.parametrize("happens", [delete, void])
def test_send_again_sends_it_once_more_and_links_it(sides: BothSides, happens: Callable[[BothSides, str], None]) -> None:
    record, identity = sent(sides, "70.00")
    happens(sides, identity)
    row = sides.export(record, edits={record: {"send_again": True}})[record]
    assert (row["outcome"], row["quickbooks_id"] != identity) == ("synchronized", True)
    assert [each["Id"] for each in sides.read_there("70.00")] == [row["quickbooks_id"]]
    again = sides.export(record, edits={record: {"send_again": True}})[record]  # pressed twice: it is there now
    assert (again["outcome"], again["quickbooks_id"]) == ("synchronized", row["quickbooks_id"])
    assert len(sides.read_there("70.00")) == 1


def test_send_again_finds_what_stands_there_under_the_mark_instead(sides: BothSides) -> None:
    record, identity = sent(sides, "70.00")
    copy = sides.copy_there(identity)
    delete(sides, identity)
    row = sides.export(record, edits={record: {"send_again": True}})[record]
    assert (row["outcome"], row["quickbooks_id"]) == ("synchronized", copy)
    assert [each["Id"] for each in sides.read_there("70.00")] == [copy]


def test_one_sent_a_moment_ago_is_not_called_deleted(sides: BothSides) -> None:
    record = sides.here("70.00")
    delete(sides, str(sides.export(record)[record]["quickbooks_id"]))
    assert sides.export(record)[record]["message"] == "Already in QuickBooks. Nothing was sent."


# --- from the other side -----------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [{}, {"PaymentRefNum": "88"}, {"TxnDate": "2026-11-14"}])
def test_a_copy_made_there_takes_our_mark_along_and_is_listed_as_a_possible_duplicate(
    sides: BothSides, changed: dict[str, object]
) -> None:
    _, identity = sent(sides, "70.00", reference="12")
    copy = row_there(sides.copy_there(identity, **changed))
    rows = sides.listed(hide_synchronized=True)
    assert row_there(identity) not in rows
    assert rows[copy]["outcome"] == "needs_decision"
    assert f"which is linked to {identity}: this money may be twice in QuickBooks" in rows[copy]["message"]
    assert [fix["label"] for fix in rows[copy]["fixes"]] == ["Import anyway", "Not now"]
    assert sides.import_(copy)[copy]["outcome"] == "needs_decision"
    assert sides.import_(copy, edits={copy: {"force": True}})[copy]["outcome"] == "synchronized"
    assert sides.received_here("70.00") == 2


def test_one_whose_payment_here_was_deleted_is_shown_as_removed_and_comes_back_when_wanted(sides: BothSides) -> None:
    record, identity = sent(sides, "70.00")
    sides.delete_here(record)
    row = sides.listed(hide_synchronized=True)[row_there(identity)]
    assert (row["outcome"], [fix["label"] for fix in row["fixes"]]) == ("removed", ["Import anyway", "Unlink"])
    assert "deleted there since" in row["message"]
    assert sides.import_(row["id"])[row["id"]]["outcome"] == "removed"
    assert sides.received_here("70.00") == 0
    assert sides.import_(row["id"], edits={row["id"]: {"force": True}})[row["id"]]["outcome"] == "synchronized"
    assert sides.received_here("70.00") == 1
    assert row["id"] not in sides.listed(hide_synchronized=True)


# --- unlink ------------------------------------------------------------------------------------------


def unlink_by_button(sides: BothSides, form: str, row: str) -> dict[str, Any]:
    found: dict[str, Any] = sides.scene.form(form).act("unlink", sides.scene.opened(form), [row], {})["rows"][0]
    return found


def unlink_in_a_run(sides: BothSides, form: str, row: str) -> dict[str, Any]:
    press = sides.export if form == "export-payments" else sides.import_
    return press(row, edits={row: {"unlink": True}})[row]


@pytest.mark.parametrize(("unlink", "outcome"), [(unlink_by_button, "ready"), (unlink_in_a_run, "skipped")])
@pytest.mark.parametrize("form", ["export-payments", "import-payments"])
def test_unlinked_ones_are_not_linked_again_without_a_person(
    sides: BothSides, tmp_path: Path, form: str, unlink: Callable[[BothSides, str, str], dict[str, Any]], outcome: str
) -> None:
    record, identity = sent(sides, "70.00", reference="12")
    row = unlink(sides, form, record if form == "export-payments" else row_there(identity))
    assert (row["outcome"], row["message"].startswith("Unlinked")) == (outcome, True)
    assert sides.scene.host.marks.get([record])[record].state == ""
    said = sides.export(record)[record]
    assert (said["outcome"], f"was unlinked from {identity}" in said["message"]) == ("needs_decision", True)
    assert sides.listed(hide_synchronized=True)[row_there(identity)]["outcome"] == "needs_decision"
    assert len(sides.read_there("70.00")) == 1
    store = open_store(f"sqlite:///{tmp_path / 'park.db'}")
    realm = sides.books.realm
    assert any(run.action in {"unlink", form} for run in store.runs.latest(realm, 9))
    store.close()
    assert sides.export(record, edits={record: {"force": True}})[record]["outcome"] == "synchronized"
    assert len(sides.read_there("70.00")) == 2


def test_the_same_one_after_all_links_them_again(sides: BothSides) -> None:
    record, identity = sent(sides, "70.00")
    unlink_by_button(sides, "export-payments", record)
    assert sides.export(record, edits={record: {"link": identity}})[record]["quickbooks_id"] == identity
    assert sides.export(record)[record]["outcome"] == "synchronized"
    assert len(sides.read_there("70.00")) == 1


def test_an_imported_payment_that_was_unlinked_comes_in_again_only_when_asked(sides: BothSides) -> None:
    identity = row_there(sides.there("70.00", reference="3"))
    assert sides.import_(identity)[identity]["outcome"] == "synchronized"
    unlink_by_button(sides, "import-payments", identity)
    assert sides.import_(identity)[identity]["outcome"] == "needs_decision"
    assert sides.received_here("70.00") == 1
    for _ in range(2):
        assert sides.import_(identity, edits={identity: {"force": True}})[identity]["outcome"] == "synchronized"
    assert sides.received_here("70.00") == 2


def test_a_credit_memo_is_unlinked_too(sides: BothSides) -> None:
    memo = sides.here("30.00", kind="credit_memo")
    sides.choose_item()
    identity = sides.export(memo, source="credit_memos")[memo]["quickbooks_id"]
    unlink_by_button(sides, "export-payments", memo)
    row = sides.export(memo, source="credit_memos")[memo]
    assert (row["outcome"], f"was unlinked from {identity}" in row["message"]) == ("needs_decision", True)


def test_a_row_that_is_not_linked_says_so(sides: BothSides) -> None:
    assert unlink_by_button(sides, "export-payments", sides.here("70.00"))["message"] == "This row is not linked. Nothing was done."
    assert sides.received_here("70.00") == 1


@pytest.mark.parametrize(("reference", "later"), [("12", 0), ("", 0), ("", 5), ("CHK 12", -3)])
def test_a_payment_that_is_entered_again_here_is_the_one_that_was_sent_before(sides: BothSides, reference: str, later: int) -> None:
    record, identity = sent(sides, "70.00", reference="12")
    sides.delete_here(record)
    again = sides.here("70.00", reference=reference, day=DAY + timedelta(days=later))
    assert sides.export(again)[again]["outcome"] == "needs_decision"
    assert len(sides.read_there("70.00")) == 1
    sides.scene.form("export-payments").act("link_possible_duplicate", {}, [again], {})
    assert sides.export(again)[again]["quickbooks_id"] == identity
    assert row_there(identity) not in sides.listed(hide_synchronized=True)
    assert len(sides.read_there("70.00")) == 1


@pytest.mark.parametrize(("reference", "later"), [("12", 0), (None, 0), (None, 4), ("CHK 12", -3)])
def test_a_payment_that_is_entered_again_there_is_the_one_that_is_here(sides: BothSides, reference: str | None, later: int) -> None:
    record, identity = sent(sides, "70.00", reference="12")
    delete(sides, identity)
    again = row_there(sides.there("70.00", later=later, reference=reference))
    assert sides.import_(again)[again]["outcome"] == "needs_decision"
    assert sides.received_here("70.00") == 1
    assert sides.export(record)[record]["outcome"] == "removed"


def press(sides: BothSides, form: str, row: dict[str, Any]) -> dict[str, Any]:
    """Press *Same one: link them* on a row as a run told it."""
    edit = next(fix["edit"] for fix in row["fixes"] if fix["label"] == "Same one: link them")
    found = sides.scene.form(form).act("link_possible_duplicate", sides.scene.opened(form), [row["id"]], {row["id"]: edit})
    return dict(found["rows"][0])


@pytest.mark.parametrize("happens", [delete, void])
@pytest.mark.parametrize("asked", ["export-payments", "import-payments"])
def test_the_one_entered_again_there_takes_the_place_of_the_one_that_is_gone(
    sides: BothSides, asked: str, happens: Callable[[BothSides, str], None]
) -> None:
    record, identity = sent(sides, "70.00", reference="12")
    happens(sides, identity)
    again = sides.there("70.00", reference="12", later=1)
    if asked == "export-payments":
        row = sides.export(record, edits={record: {"send_again": True}})[record]
    else:
        row = sides.import_(row_there(again))[row_there(again)]
    assert row["outcome"] == "needs_decision"
    linked = press(sides, asked, row)
    assert (linked["outcome"], linked["quickbooks_id"]) == ("synchronized", again), linked
    assert sides.export(record)[record]["quickbooks_id"] == again
    assert sides.listed(hide_synchronized=False)[row_there(again)]["outcome"] == "synchronized"
    assert [each["Id"] for each in sides.read_there("70.00")] == [again]
    assert sides.received_here("70.00") == 1


def test_a_link_that_was_made_meanwhile_stands_and_is_told(sides: BothSides) -> None:
    record = sides.here("70.00", reference="12")
    sides.there("70.00", later=1)
    row = sides.export(record)[record]
    other = str(sides.export(record, edits={record: {"force": True}})[record]["quickbooks_id"])  # a colleague sends it anyway
    told = press(sides, "export-payments", row)
    assert (told["outcome"], told["quickbooks_id"]) == ("synchronized", other)
    assert "Already in QuickBooks" in told["message"]


@pytest.mark.parametrize("happens", [delete, void])
def test_what_is_gone_there_since_the_question_is_not_linked(sides: BothSides, happens: Callable[[BothSides, str], None]) -> None:
    record = sides.here("70.00", reference="12")
    there = sides.there("70.00", reference="12", later=1)
    row = sides.import_(row_there(there))[row_there(there)]
    happens(sides, there)
    told = press(sides, "import-payments", row)
    assert told["outcome"] in {"failed", "not_ready"}, told  # it is in the list no more, or carries no money
    assert sides.export(record)[record]["quickbooks_id"] != there


@pytest.mark.parametrize("count", [2, 3])
def test_however_many_copies_are_made_each_is_asked_about(sides: BothSides, count: int) -> None:
    _, identity = sent(sides, "70.00")
    copies = [row_there(sides.copy_there(identity)) for _ in range(count)]
    assert {row["outcome"] for row in sides.import_(*copies).values()} == {"needs_decision"}
    assert sides.received_here("70.00") == 1
