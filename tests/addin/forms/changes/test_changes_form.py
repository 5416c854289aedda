"""Changes as any host draws it: what changed on either side of what is linked, and what settles it, read back on both sides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hostsim.qbo_simulator.books.changes import deposit_payments
from tests.addin.forms.both_sides import DAY
from tests.addin.forms.changes.conftest import Linked
from tests.support.hosts.text_host import TextUser


def labels(row: object) -> list[str]:
    """The buttons of a row."""
    return [fix["label"] for fix in row["fixes"]]  # type: ignore[index]


def test_an_amount_that_was_changed_there_is_shown_with_both_sides_and_the_choices(linked: Linked) -> None:
    ref, identity = linked.exported_pair("540.00")
    assert linked.changes() == {}
    linked.edit_there(identity, TotalAmt=450)
    row = linked.changes()[ref]
    assert row["outcome"] == "changed"
    assert row["cells"]["what"] == "Amount changed there"
    assert (row["cells"]["here"], row["cells"]["there"]) == ("540.00", "450.00")
    assert labels(row) == ["Take 450.00", "Send 540.00", "Unlink", "Leave", "Open in QuickBooks"]


def test_sending_this_side_changes_the_payment_there_and_keeps_its_lines(linked: Linked) -> None:
    application, invoice = linked.bill("C-1", "100.00")
    ref, identity = linked.exported_pair("540.00", applications=[application])
    linked.edit_there(identity, TotalAmt=450, Line=[{"Amount": 100, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}])
    row = linked.settle("send", ref)[ref]
    assert (row["outcome"], row["quickbooks_id"]) == ("synchronized", identity)
    there = linked.books.get("Payment", identity)
    assert (there["TotalAmt"], there["SyncToken"]) == (540, "2")
    assert [(line["Amount"], line["LinkedTxn"][0]["TxnId"]) for line in there["Line"]] == [(100, invoice)]
    assert linked.books.get("Invoice", invoice)["Balance"] == 0
    assert linked.changes() == {}
    assert len(linked.read_there("540.00")) == 1


def test_taking_quickbooks_changes_the_record_here(linked: Linked) -> None:
    ref, identity = linked.exported_pair("540.00")
    linked.edit_there(identity, TotalAmt=450, TxnDate="2026-11-02")
    row = linked.settle("take", ref)[ref]
    assert row["outcome"] == "synchronized", row
    record = linked.record(ref)
    assert (record.amount, record.date.isoformat()) == (Decimal("450.00"), "2026-11-02")
    assert linked.changes() == {}
    assert linked.books.get("Payment", identity)["SyncToken"] == "1"


#: What somebody changed of a payment of 540.00, here and in QuickBooks, and the button that settles it.
SETTLED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "amount there, taken": ({}, {"TotalAmt": 450}, "take"),
    "amount there, sent": ({}, {"TotalAmt": 450}, "send"),
    "more there, taken": ({}, {"TotalAmt": 600}, "take"),
    "more there, sent": ({}, {"TotalAmt": 600}, "send"),
    "date there, taken": ({}, {"TxnDate": "2026-11-02"}, "take"),
    "date there, sent": ({}, {"TxnDate": "2026-11-02"}, "send"),
    "both there, taken": ({}, {"TotalAmt": 450, "TxnDate": "2026-11-02"}, "take"),
    "both there, sent": ({}, {"TotalAmt": 450, "TxnDate": "2026-11-02"}, "send"),
    "amount here, sent": ({"amount": Decimal("550.00")}, {}, "send"),
    "amount here, taken": ({"amount": Decimal("550.00")}, {}, "take"),
    "each side, sent": ({"amount": Decimal("550.00")}, {"TxnDate": "2026-11-02"}, "send"),
    "each side, taken": ({"amount": Decimal("550.00")}, {"TxnDate": "2026-11-02"}, "take"),
}


@pytest.mark.parametrize("name", SETTLED)
def test_a_row_that_is_settled_shows_both_sides_as_they_are_then(linked: Linked, name: str) -> None:
    edited, changed, way = SETTLED[name]
    ref, identity = linked.exported_pair("540.00")
    if edited:
        linked.edit_here(ref, **edited)
    if changed:
        linked.edit_there(identity, **changed)
    form, answer = linked.scene.form("changes"), linked.scene.opened("changes")
    listed = form.rows(answer, None).page(0, 9)[0]["cells"]
    linked.scene.host.rows.clear()
    form.run(way, answer, [ref], {}, linked.scene.host)
    row = linked.scene.host.rows[ref]
    record, there = linked.record(ref), linked.books.get("Payment", identity)
    assert row["outcome"] == "synchronized"
    assert row["message"]
    cells = {name: row["cells"][name] for name in ("what", "here", "date_here", "there", "date_there", "number", "id")}
    assert cells == {
        "what": "Settled",
        "here": f"{record.amount}",
        "date_here": record.date.isoformat(),
        "there": f"{Decimal(str(there['TotalAmt'])):.2f}",
        "date_there": there["TxnDate"],
        "number": listed["number"],
        "id": identity,
    }
    assert (cells["here"], cells["date_here"]) == (cells["there"], cells["date_there"])


def test_what_was_deleted_there_and_then_here_shows_neither_side(linked: Linked) -> None:
    ref, identity = linked.exported_pair("500.00")
    linked.end_there(identity, "delete")
    form, answer = linked.scene.form("changes"), linked.scene.opened("changes")
    form.rows(answer, None)
    linked.scene.host.rows.clear()
    form.run("take", answer, [ref], {}, linked.scene.host)
    row = linked.scene.host.rows[ref]
    assert (row["cells"]["what"], row["cells"]["here"], row["cells"]["there"]) == ("Settled", "", "")


def test_what_was_deleted_there_stays_deleted_until_a_person_says_otherwise(linked: Linked) -> None:
    ref, identity = linked.exported_pair("500.00")
    linked.end_there(identity, "delete")
    row = linked.changes()[ref]
    assert (row["outcome"], row["cells"]["what"]) == ("removed", "Removed in QuickBooks")
    assert labels(row) == ["Delete here too", "Send again…", "Unlink"]
    assert linked.settle("send", ref)[ref]["outcome"] == "failed"
    assert linked.read_there("500.00") == []
    assert linked.changes().keys() == {ref}
    assert linked.settle("take", ref)[ref]["outcome"] == "synchronized"
    assert linked.record(ref) is None
    assert linked.changes() == {}


def test_a_check_costs_one_metered_read_when_nothing_happened(linked: Linked) -> None:
    for amount in ("10.00", "11.00", "12.00"):
        linked.exported_pair(amount)
    assert linked.changes() == {}
    before = linked.reads()
    assert linked.changes() == {}
    assert linked.reads() == before + 1


def test_an_amount_that_was_changed_here_is_shown_and_can_be_sent(linked: Linked) -> None:
    ref, identity = linked.exported_pair("60.00")
    linked.edit_here(ref, amount=Decimal("66.00"))
    assert linked.changes()[ref]["cells"]["what"] == "Amount changed here"
    assert linked.settle("send", ref)[ref]["outcome"] == "synchronized"
    assert linked.books.get("Payment", identity)["TotalAmt"] == 66
    assert linked.books.get("Payment", identity)["TxnDate"] == DAY.isoformat()


def test_what_is_left_is_shown_again_when_it_changes_again(linked: Linked) -> None:
    ref, identity = linked.exported_pair("70.00")
    linked.edit_there(identity, TotalAmt=71)
    assert linked.settle("leave", ref)[ref]["outcome"] == "synchronized"
    assert linked.changes() == {}
    linked.edit_there(identity, TotalAmt=72)
    assert linked.changes().keys() == {ref}


def test_a_payment_in_a_bank_deposit_is_locked_and_says_the_recipe(linked: Linked) -> None:
    ref, identity = linked.exported_pair("80.00")
    linked.edit_here(ref, amount=Decimal("81.00"))
    deposit_payments(linked.books.company, [int(identity)], linked.scene.simulator.core.clock.now())
    row = linked.settle("send", ref)[ref]
    assert row["outcome"] == "failed"
    assert "bank deposit" in row["message"]
    assert "Take it out of the deposit in QuickBooks" in row["message"]
    assert linked.books.get("Payment", identity)["TotalAmt"] == 80
    assert len(linked.read_there("81.00")) == 0


def test_unlinking_leaves_both_sides_as_they_are(linked: Linked) -> None:
    ref, identity = linked.exported_pair("90.00")
    linked.edit_there(identity, TotalAmt=95)
    linked.scene.form("changes").act("unlink", linked.scene.opened("changes"), [ref], {})
    assert linked.changes() == {}
    assert linked.record(ref).amount == Decimal("90.00")
    assert linked.books.get("Payment", identity)["TotalAmt"] == 95


@pytest.mark.parametrize("way", [{"operation": "delete"}, {"operation": "update", "include": "void"}])
@pytest.mark.parametrize("days", [1, 40])
def test_what_went_long_ago_is_found_without_change_data_capture(linked: Linked, days: int, way: dict[str, str]) -> None:
    ref, identity = linked.exported_pair("33.00")
    other, _ = linked.exported_pair("34.00")
    assert linked.changes() == {}
    linked.end_there(identity, "delete" if way["operation"] == "delete" else "void")
    linked.scene.simulator.core.clock.advance(days * 86_400)
    linked.books.refresh()
    linked.wait(days * 86_400.0)
    newest = linked.scene.simulator.core.log.count
    row = linked.changes()[ref]
    asked = [entry.path.rsplit("/", 1)[1] for entry in linked.scene.simulator.core.log.entries if entry.number > newest]
    assert row["cells"]["what"] == ("Removed in QuickBooks" if way["operation"] == "delete" else "Voided in QuickBooks")
    assert ("cdc" in asked) is (days == 1), asked
    assert other not in linked.changes()
    assert labels(row)[:2] == ["Delete here too", "Send again…"]


def test_a_record_that_is_gone_here_is_told_and_nothing_is_deleted_there(linked: Linked) -> None:
    ref, identity = linked.exported_pair("35.00")
    linked.delete_here(ref)
    row = linked.changes()[ref]
    assert (row["cells"]["what"], row["cells"]["there"], labels(row)) == (
        "Removed here",
        "35.00",
        ["Unlink", "Open in QuickBooks"],
    )
    for way in ("take", "send", "leave"):
        assert linked.settle(way, ref)[ref]["outcome"] == "failed"
    assert linked.books.get("Payment", identity)["TotalAmt"] == 35


def test_somebody_who_was_faster_is_read_again_and_said(linked: Linked) -> None:
    ref, identity = linked.exported_pair("36.00")
    linked.edit_here(ref, amount=Decimal("37.00"))
    linked.scene.simulator.core.add_trouble(kind="changed_by_other", match={"path": "batch"})
    row = linked.settle("send", ref)[ref]
    assert row["outcome"] == "changed"
    assert "was changed in QuickBooks meanwhile: it is 36.00" in row["message"]
    assert linked.settle("send", ref)[ref]["outcome"] == "synchronized"
    assert linked.books.get("Payment", identity)["TotalAmt"] == 37


@pytest.mark.parametrize(
    ("way", "right"), [("take", "import"), ("send", "export"), ("leave", "match"), ("unlink", "match"), ("wipe", "undo")]
)
def test_each_choice_needs_its_right(linked: Linked, way: str, right: str) -> None:
    ref, identity = linked.exported_pair("38.00")
    linked.edit_there(identity, TotalAmt=39)
    form, answer = linked.scene.form("changes"), linked.scene.opened("changes")
    user = TextUser("Visitor", frozenset({"view", "import", "export", "match", "undo", "hide", "configure"} - {right}))
    if way == "unlink":
        told = form.act(way, answer, [ref], {}, user=user)
    else:
        told = form.run(way, answer, [ref], {}, linked.scene.host, user=user)
    assert told["rejected"]
    assert (linked.record(ref).amount, linked.books.get("Payment", identity)["TotalAmt"]) == (Decimal("38.00"), 39)
    assert linked.changes().keys() == {ref}
