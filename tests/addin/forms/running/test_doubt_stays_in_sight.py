"""What is linked and has something in doubt is not done with: it is listed, marked and told so until that is settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice
from tests.support.hosts.undo_steps import press_undo, trouble
from tests.support.ledgers.fake_ledger_values import FakeRecord


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    """A client, matched, with an open invoice in QuickBooks."""
    with both_sides(tmp_path) as made:
        made.client("Ada")
        made.build(customer("Ada", "ada"), invoice("ada", "1037", "400.00"))
        made.match()
        made.choose(credit_memo_item="1")
        yield made


def lose_answers(sides: BothSides, operation: str, before: int) -> None:
    """What is written is carried out and its answer is lost; payments can be looked up so often before that, and no more."""
    trouble(sides, "answer_lost_after", match={"operation": "batch", "entity": "Payment"})
    trouble(sides, "reset_before", match={"entity": "Payment", "operation": operation}, nth=before + 1, times=None)


def apply_memo(sides: BothSides) -> FakeRecord:
    """The memo is saved and linked, whether it was applied is not known."""
    memo = sides.record(sides.ledger.people[0], "60.00", kind="credit_memo")
    lose_answers(sides, "query", 0)
    assert sides.export(memo, auto_apply=True)[memo.ref]["outcome"] == "not_confirmed"
    return memo


def send_again(sides: BothSides) -> FakeRecord:
    """The update of a payment that was edited here has no answer."""
    record = sides.record(sides.ledger.people[0], "80.00")
    assert sides.export(record)[record.ref]["outcome"] == "synchronized"
    record = replace(record, amount=Decimal("81.00"), version=record.version + 1)
    sides.ledger.entries[:] = [record]
    changes = sides.form("changes")
    answer = sides.opened("changes")
    changes.rows(answer, None)
    lose_answers(sides, "read", 1)
    changes.run("send", answer, [record.ref], {}, sides.host)
    assert sides.host.rows[record.ref]["outcome"] == "not_confirmed", sides.host.rows
    return record


def undo(sides: BothSides) -> FakeRecord:
    """The delete of a payment has no answer."""
    record = sides.record(sides.ledger.people[0], "80.00")
    assert sides.export(record)[record.ref]["outcome"] == "synchronized"
    lose_answers(sides, "read", 1)
    assert press_undo(sides, [record.ref], record=record.ref)["rows"][record.ref]["outcome"] == "not_confirmed"
    return record


def send(sides: BothSides) -> FakeRecord:
    """A payment that was sent for the first time: nothing is linked yet."""
    record = sides.record(sides.ledger.people[0], "80.00")
    lose_answers(sides, "query", 1)
    assert sides.export(record)[record.ref]["outcome"] == "not_confirmed"
    return record


@pytest.mark.parametrize("doubtful", [apply_memo, send_again, undo, send])
def test_a_row_in_doubt_is_listed_marked_and_told_until_it_is_settled(
    sides: BothSides, doubtful: Callable[[BothSides], FakeRecord]
) -> None:
    record = doubtful(sides)
    asked = {"source": f"{record.kind}s", "hide_synchronized": True, "from": "2026-01-01", "to": "2026-12-31"}
    listed = sides.form("export-payments").rows({**sides.opened("export-payments"), **asked}, None)
    assert record.ref in listed.ids(0, listed.count)
    assert sides.host.marks.marks[record.ref].state == "not_confirmed"
    assert "do not know yet" in sides.grid(record)[record.ref]["message"]
