"""An undo whose answers are lost, wrong or late: what is gone is undone, what stands stays linked, and the two sides agree."""

from __future__ import annotations

import pytest
import requests

from qb_plugin.model import Entity
from tests.support.hosts.both_sides import BothSides, Json
from tests.support.hosts.undo_steps import change, control, press_undo, trouble

DELETES = {"match": {"operation": "delete"}}
VOIDS = {"match": {"operation": "void"}}
LOST = [
    "answer_lost_before",
    "answer_lost_after",
    "reset_before",
    "reset_after",
    "status_500_before",
    "status_503_after",
    "system_fault",
    "internal_error",
    "truncated",
    "html",
    "batch_half",
    "batch_item_missing",
    "batch_item_repeated",
    "batch_shuffled",
    "throttled",
    "token_expired",
]


def agree(sides: BothSides) -> None:
    """Each payment in QuickBooks is linked, and each link names one that is there."""
    runtime = sides.addin.runtime()
    context = runtime.context(runtime.connection())
    refs = [record.ref for record in sides.ledger.entries]
    linked = {link.quickbooks_id for link in context.links.all_of(context.realm, Entity.PAYMENT)}
    assert {each["Id"] for each in sides.query("Payment") if each["TotalAmt"]} == linked, refs
    assert not context.journal.open_intents(context.realm)


@pytest.mark.parametrize("how", ["delete", "void"])
@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_settled_by_reading(sides: BothSides, kind: str, how: str) -> None:
    if how == "void" and kind.startswith("batch"):
        return  # a void is no item of a batch
    ada, ben = sides.ledger.people[:2]
    records = [sides.record(ada, "150.00"), sides.record(ada, "20.00"), sides.record(ben, "30.00")]
    sides.export(*records, auto_apply=True)
    trouble(sides, kind, **(VOIDS if how == "void" else DELETES))
    names = " ".join(record.ref for record in records)
    ended = press_undo(sides, [record.ref for record in records], record=names, how=how)
    assert {row["outcome"] for row in ended["rows"].values()} == {"undone"}, ended
    assert not [each for each in sides.query("Payment") if each["TotalAmt"]]
    agree(sides)


@pytest.mark.parametrize("times", [1, 2, 3, None])
def test_a_server_that_never_answers_leaves_it_standing_and_linked(sides: BothSides, times: int | None) -> None:
    paid = sides.record(sides.ledger.people[0], "150.00")
    sides.export(paid)
    trouble(sides, "status_500_before", times=times, **DELETES)
    row = press_undo(sides, [paid.ref], record=paid.ref)["rows"][paid.ref]
    given_up = times is None or times >= 3
    assert row["outcome"] == ("failed" if given_up else "undone"), row
    assert ("stands there unchanged" in row["message"]) is given_up
    agree(sides)


def test_somebody_who_was_faster_keeps_it(sides: BothSides) -> None:
    paid = sides.record(sides.ledger.people[0], "150.00")
    there = sides.export(paid)[paid.ref]["quickbooks_id"]
    trouble(sides, "changed_by_other", **DELETES)
    row = press_undo(sides, [paid.ref], record=paid.ref)["rows"][paid.ref]
    assert (row["outcome"], "was changed in QuickBooks while" in row["message"]) == ("changed", True)
    assert sides.read("Payment", there)["SyncToken"] == "1"
    agree(sides)


def test_what_somebody_deleted_meanwhile_is_done(sides: BothSides) -> None:
    """A delete of what is gone answers 610."""
    edited, paid = (sides.record(sides.ledger.people[0], amount) for amount in ("20.00", "150.00"))
    there = {ref: row["quickbooks_id"] for ref, row in sides.export(edited, paid).items()}
    change(sides, "Payment", there[edited.ref], PrivateNote="Thank you")
    task = Interloper(sides, there[paid.ref])
    answer = {**sides.opened("undo"), "record": f"{edited.ref} {paid.ref}"}
    sides.form("undo").run("undo", answer, [edited.ref, paid.ref], {}, task)
    assert [task.rows[record.ref]["outcome"] for record in (edited, paid)] == ["failed", "undone"]
    assert [each["Id"] for each in sides.query("Payment")] == [there[edited.ref]]
    agree(sides)


class Interloper:
    """The host's task: once the plan's refusals are told, somebody deletes a payment in QuickBooks, before anything has left."""

    cancelled = hasty = False

    def __init__(self, sides: BothSides, identity: str) -> None:
        self.sides, self.identity = sides, identity
        self.rows: dict[str, Json] = {}

    def row(self, row: Json, /) -> None:
        """Note a row as it was told last."""
        if not self.rows:
            change(self.sides, "Payment", self.identity, "delete")
        self.rows[row["id"]] = row

    def progress(self, done: int, total: int, left: int | None = None, /) -> None:
        """Nothing."""

    def notice(self, text: str, /) -> None:
        """Nothing."""


@pytest.mark.parametrize("seconds", [5, 120, 3600])
def test_a_query_that_lags_brings_nothing_back(sides: BothSides, seconds: int) -> None:
    ada = sides.ledger.people[0]
    records = [sides.record(ada, "150.00"), sides.record(ada, "20.00")]
    first = {row["quickbooks_id"] for row in sides.export(*records).values()}
    trouble(sides, "query_lag", seconds=seconds, times=None, **DELETES)
    names = " ".join(record.ref for record in records)
    ended = press_undo(sides, [record.ref for record in records], record=names)
    assert {row["outcome"] for row in ended["rows"].values()} == {"undone"}
    again = sides.export(*records)  # the deleted ones carry their marks, and queries still show them
    outcomes = {row["outcome"] for row in again.values()}
    assert outcomes <= {"synchronized", "needs_decision"}
    assert not first & {row["quickbooks_id"] for row in again.values() if row["outcome"] == "synchronized"}
    control(sides, "clock", {"advance": seconds})
    sides.entries.refresh()
    assert not first & {each["Id"] for each in sides.query("Payment")}


def test_a_press_that_was_cut_short_is_finished_by_the_next_export(sides: BothSides) -> None:
    """The answer is lost, and nothing can be read afterwards: the next run settles it first, and sends the payment anew."""
    paid = sides.record(sides.ledger.people[0], "150.00")
    there = sides.export(paid)[paid.ref]["quickbooks_id"]
    trouble(sides, "answer_lost_after", **DELETES)
    trouble(sides, "status_503_before", nth=2, times=None, match={"operation": "read", "record": f"Payment:{there}"})
    row = press_undo(sides, [paid.ref], record=paid.ref)["rows"][paid.ref]
    assert row["outcome"] == "not_confirmed", row
    sides.addin.runtime().settle_job.run()
    assert len(sides.query("Payment")) == 0
    requests.delete(f"{sides.simulator.base_url}/_control/trouble", timeout=10)
    again = sides.export(paid)[paid.ref]
    assert again["outcome"] == "synchronized"
    assert again["quickbooks_id"] != there
    agree(sides)


def test_an_edit_after_the_list_was_shown_is_seen(sides: BothSides) -> None:
    paid = sides.record(sides.ledger.people[0], "150.00")
    there = sides.export(paid)[paid.ref]["quickbooks_id"]
    change(sides, "Payment", there, PrivateNote="Thank you")
    assert press_undo(sides, [paid.ref], record=paid.ref)["rows"][paid.ref]["outcome"] == "failed"
    agree(sides)
