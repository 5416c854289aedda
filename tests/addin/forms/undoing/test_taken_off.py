"""Undo of what only applied a credit memo: the memo stays in QuickBooks, linked, and nothing promises that it is sent again."""

from __future__ import annotations

import pytest

from tests.support.hosts.both_sides import BothSides, Json
from tests.support.hosts.undo_steps import change, control, list_undo, press_undo, trouble
from tests.support.ledgers.fake_ledger_values import FakeRecord

DELETES = {"match": {"operation": "delete"}}
STAYS = "The memo itself stays there, and is still linked."


def adopt(sides: BothSides, memo: FakeRecord) -> Json:
    """A copy of the memo that was sent is found by its mark, once that one is deleted, linked, and applied."""
    first = sides.export(memo)[memo.ref]["quickbooks_id"]
    control(sides, "clock", {"advance": 60})
    sent = sides.read("CreditMemo", first)
    sales = [line for line in sent["Line"] if line["DetailType"] == "SalesItemLineDetail"]
    kept = {name: sent[name] for name in ("CustomerRef", "TxnDate", "PrivateNote")}
    sides.entries.post("CreditMemo", {**kept, "Line": sales, "DocNumber": "COPY"})
    change(sides, "CreditMemo", first, "delete")
    sides.addin.runtime().parts.clock.sleep(1000.0)
    gone = sides.export(memo, auto_apply=True)[memo.ref]
    edit = next(fix["edit"] for fix in gone["fixes"] if fix["label"] == "Send again")
    again: Json = sides.run([memo], {"auto_apply": True}, {memo.ref: edit})["rows"][memo.ref]
    return again


def send(sides: BothSides, memo: FakeRecord) -> Json:
    """The memo is sent and applied."""
    return sides.export(memo, auto_apply=True)[memo.ref]


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("adopted", [True, False])
def test_a_memo_that_stays_is_said_to_stay_and_one_that_goes_may_be_sent_again(sides: BothSides, adopted: bool, lost: bool) -> None:
    memo = sides.record(sides.ledger.people[0], "60.00", kind="credit_memo")
    ended = (adopt if adopted else send)(sides, memo)
    assert ended["outcome"] == "synchronized", ended
    [listed] = list_undo(sides, record=memo.ref).values()
    assert ("The credit memo stays there, and stays linked." in listed["message"]) is adopted
    if lost:
        trouble(sides, "answer_lost_after", **DELETES)
    done = press_undo(sides, [memo.ref], record=memo.ref)["rows"][memo.ref]
    assert (done["outcome"], STAYS in done["message"]) == ("undone", adopted)
    assert ("may be exported again" in done["message"]) is not adopted
    twice = press_undo(sides, [memo.ref], record=memo.ref)["rows"][memo.ref]
    assert (twice["outcome"], twice["message"]) == ("undone", done["message"])
    mark = sides.host.marks.marks[memo.ref]
    assert (mark.state, bool(mark.external_id)) == ("synchronized" if adopted else "", adopted)
    left = sides.query("CreditMemo")
    assert [each["RemainingCredit"] for each in left] == ([60] if adopted else [])
    row = sides.grid(memo)[memo.ref]
    assert row["outcome"] == ("synchronized" if adopted else "ready")
    again = sides.export(memo)[memo.ref]
    assert ("Nothing was sent" in again["message"]) is adopted
    assert len(sides.query("CreditMemo")) == 1
