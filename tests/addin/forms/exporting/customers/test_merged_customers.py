"""After a merge in QuickBooks a row says whose its client's transactions are now, and offers to match the client anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


@dataclass(frozen=True, slots=True)
class Merge:
    """What the client had in QuickBooks, what became of the customer, and whether that is told as a merge."""

    name: str
    payments: int = 1
    memos: int = 0
    into: str = "new"  # "" only made inactive, "job" a customer under another
    moved_by_hand: bool = False  # the newest payment was given to another customer first
    told: bool = True


MERGES = (
    Merge("one payment"),
    Merge("three payments", payments=3),
    Merge("a memo alone", payments=0, memos=1),
    Merge("payments and memos", payments=2, memos=2),
    Merge("into a job", into="job"),
    Merge("nothing was ever exported", payments=0, told=False),
    Merge("made inactive, not merged", into="", told=False),
    Merge("made inactive with memos", payments=0, memos=2, into="", told=False),
    Merge("one payment was moved by hand to a third", payments=2, moved_by_hand=True, told=False),
    Merge("many payments", payments=6, memos=3),
    Merge("many, the newest moved", payments=6, moved_by_hand=True, told=False),
)


def test_a_merge_is_told_by_what_became_of_our_own_transactions_and_relinking_goes_on_there(sides: BothSides) -> None:
    steps = [customer("Third", "third")]
    for number, _ in enumerate(MERGES):
        steps += [
            customer(f"Old {number}", f"old{number}"),
            customer(f"New {number}", f"new{number}"),
            customer(f"Job {number}", f"job{number}", ParentRef=f"$new{number}", Job=True),
        ]
    ids = sides.build(*steps)
    clients = [sides.client(f"Old {number}") for number, _ in enumerate(MERGES)]
    sides.match()
    pays = [[sides.record(client, "10.00") for _ in range(case.payments)] for client, case in zip(clients, MERGES, strict=True)]
    pairs = list(zip(clients, MERGES, strict=True))
    memos = [[sides.record(client, "5.00", "credit_memo") for _ in range(case.memos)] for client, case in pairs]
    sent = sides.export(*(record for each in pays for record in each))
    sides.export(*(record for each in memos for record in each))
    for number, (case, records) in enumerate(zip(MERGES, pays, strict=True)):
        if case.moved_by_hand:
            newest = sides.read("Payment", sent[records[-1].ref]["quickbooks_id"])
            body = {"CustomerRef": {"value": ids["third"]}}
            sides.entries.post("Payment", {**body, "Id": newest["Id"], "SyncToken": newest["SyncToken"], "sparse": True})
        if case.into:
            sides.merge(ids[f"old{number}"], ids[f"{case.into}{number}"])
        else:
            sides.build({"update": f"$Customer:Old {number}", "body": {"Active": False}})
    late = [sides.record(client, "20.00") for client in clients]
    rows = sides.export(*late)
    before = len(sides.query("Payment"))
    for number, (case, record) in enumerate(zip(MERGES, late, strict=True)):
        row, labels = rows[record.ref], [fix["label"] for fix in rows[record.ref]["fixes"]]
        assert row["outcome"] == "failed", (case, row)
        new = f"New {number}:Job {number}" if case.into == "job" else f"New {number}"
        if case.told:
            said = (
                f"Old {number} was merged into {new} in QuickBooks: our payments of Old {number} stand there now. Nothing was sent."
            )
            assert row["message"].startswith(said), (case, row)
            assert labels[0] == f"Match Old {number} to {new}"
            assert "reactivate" not in row["message"]
            answer = sides.opened("export-payments")
            sides.form("export-payments").act("relink_client", answer, [record.ref], {})
        else:
            assert "was merged into" not in row["message"], (case, row)
            assert f"Match Old {number} to {new}" not in labels
    told = [(number, case, record) for number, (case, record) in enumerate(zip(MERGES, late, strict=True)) if case.told]
    again = sides.export(*(record for _, _, record in told))
    for number, case, record in told:
        there = sides.read("Payment", again[record.ref]["quickbooks_id"])
        assert there["CustomerRef"]["value"] == ids[f"{case.into}{number}"]
        assert there["TotalAmt"] == Decimal("20.00")
    assert len(sides.query("Payment")) == before + len(told)


def test_a_press_after_the_merge_was_undone_changes_nothing(sides: BothSides) -> None:
    ids = sides.build(customer("Old", "old"), customer("New", "new"))
    client = sides.client("Old")
    sides.match()
    sides.export(sides.record(client, "10.00"))
    late = sides.record(client, "20.00")
    answer = sides.opened("export-payments")
    result = sides.form("export-payments").act("relink_client", answer, [late.ref], {})
    assert result["rows"][0]["message"].startswith("QuickBooks shows no merge")
    assert sides.read("Payment", sides.export(late)[late.ref]["quickbooks_id"])["CustomerRef"]["value"] == ids["old"]


def test_both_clients_of_two_customers_that_became_one_go_on_there(sides: BothSides) -> None:
    ids = sides.build(customer("Old", "old"), customer("New", "new"))
    old, new = sides.client("Old"), sides.client("New")
    sides.match()
    sides.export(sides.record(old, "10.00"))
    sides.merge(ids["old"], ids["new"])
    late = [sides.record(old, "20.00"), sides.record(new, "30.00")]
    assert sides.export(late[0])[late[0].ref]["outcome"] == "failed"
    answer = sides.opened("export-payments")
    [row] = sides.form("export-payments").act("relink_client", answer, [late[0].ref], {})["rows"]
    assert row["message"] == "Old is matched to New now. Export this row again."
    rows = sides.export(*late)
    owners = {sides.read("Payment", rows[record.ref]["quickbooks_id"])["CustomerRef"]["value"] for record in late}
    assert owners == {ids["new"]}
