"""A record that is twice in QuickBooks: the later one is deleted after a question that shows both, and the other stands for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qb_plugin.model import Entity, IntentState, Operation, Ref
from qb_plugin.sync.context import SyncContext
from tests.support.hosts.both_sides import BothSides, Json
from tests.support.hosts.undo_steps import change, control

ROW = "payment:1"
MARK = "[WS pd7-payment-1~b1]"


def make_twice(sides: BothSides, late: bool) -> tuple[str, str]:
    """Send payment 1 under a second number while the first, given up in doubt, is there too; the linked id and the other.

    `late`: whether the first one turns up after the second was sent, else it was there before and not seen.
    """
    paid = sides.record(sides.ledger.people[0], "80.00", reference="501")
    other = "" if late else enter(sides, note="")
    linked = sides.run([paid], {}, {ROW: {"force": True}})["rows"][ROW]["quickbooks_id"]
    other = other or enter(sides)
    if not late:
        change(sides, "Payment", other, PrivateNote=MARK)
    runtime = sides.addin.runtime()
    context = runtime.context(runtime.connection())
    [sent] = context.journal.standing(context.realm, [paid_ref(context, linked)])
    first = replace(
        sent, id="first.1", requestid="first", operation=Operation.CREATE, version="1", quickbooks_id=None, state=IntentState.OPEN
    )
    context.journal.open([first], 10_000)
    context.journal.mark_fully_settled([first.id])
    context.journal.give_up([first.id], "Maria Ortiz")
    return linked, other


def paid_ref(context: SyncContext, linked: str) -> Ref:
    """The record that this transaction is linked to."""
    return context.links.by_quickbooks(context.realm, Entity.PAYMENT, [linked])[linked].source


def enter(sides: BothSides, note: str = MARK) -> str:
    """The payment as it was sent first."""
    control(sides, "clock", {"advance": 60})
    owner = sides.query("Customer", "DisplayName = 'Ada'")[0]["Id"]
    day = sides.ledger.entries[0].date.isoformat()
    made: Json = sides.entries.pay(owner, 80, TxnDate=day, PaymentRefNum="501", PrivateNote=note)
    control(sides, "clock", {"advance": 60})
    return str(made["Id"])


def press(sides: BothSides, edits: Json | None = None) -> Json:
    found: Json = sides.form("export-payments").act("delete_later", sides.opened("export-payments"), [ROW], edits or {})
    return found


@pytest.mark.parametrize("late", [True, False], ids=["the first turned up later", "the linked one is the later"])
def test_the_later_one_goes_and_the_earlier_stands_for_the_record(sides: BothSides, late: bool) -> None:
    linked, other = make_twice(sides, late)
    [row] = sides.run([sides.ledger.entries[0]], {})["rows"].values()
    assert (row["outcome"], [fix["label"] for fix in row["fixes"]]) == ("needs_decision", ["Delete the later one…"]), row
    asked = press(sides)
    later, earlier = (other, linked) if late else (linked, other)
    assert f"Delete the later one, {later}?" in asked["question"]
    assert f"Stays: {earlier}: 80.00 of Ada" in asked["question"]
    assert len(sides.query("Payment")) == 2  # it only asked
    [done] = press(sides, asked["edits"])["rows"]
    assert (done["outcome"], done["quickbooks_id"]) == ("synchronized", earlier)
    assert [each["Id"] for each in sides.query("Payment")] == [earlier]
    runtime = sides.addin.runtime()
    context = runtime.context(runtime.connection())
    assert paid_ref(context, earlier)
    again = sides.run([sides.ledger.entries[0]], {})["rows"][ROW]
    assert (again["outcome"], again["quickbooks_id"]) == ("synchronized", earlier)
    assert sides.form("history").rows({"what": "undo"}, None).count == 1


def lock(sides: BothSides, identity: str) -> None:
    control(sides, "deposit", {"payments": [identity]})


TOUCHES = {
    "deposited": (lock, "lies in bank deposit"),
    "deleted meanwhile": (lambda sides, identity: change(sides, "Payment", identity, "delete"), "not twice"),
    "amount edited": (lambda sides, identity: change(sides, "Payment", identity, TotalAmt=81), "not twice"),
}


@pytest.mark.parametrize("name", ["deposited", "deleted meanwhile", "amount edited"])
def test_a_later_one_that_is_locked_or_is_no_twin_any_more_stays(sides: BothSides, name: str) -> None:
    touch, words = TOUCHES[name]
    linked, other = make_twice(sides, late=True)
    touch(sides, other)
    before = sides.query("Payment")
    [row] = press(sides, {ROW: {"delete_later": True}})["rows"]
    assert (row["outcome"], words in row["message"]) == ("failed", True), row
    assert sides.query("Payment") == before
    assert linked in {each["Id"] for each in before}


def test_the_terminal_option_does_it_in_a_run(sides: BothSides) -> None:
    linked, _ = make_twice(sides, late=True)
    row = sides.run([sides.ledger.entries[0]], {}, {ROW: {"delete_later": True}})["rows"][ROW]
    assert (row["outcome"], row["quickbooks_id"]) == ("synchronized", linked)
    assert [each["Id"] for each in sides.query("Payment")] == [linked]


def test_a_record_that_is_there_once_asks_nothing(sides: BothSides) -> None:
    paid = sides.record(sides.ledger.people[0], "80.00")
    sides.export(paid)
    assert "not twice" in press(sides)["notice"]
