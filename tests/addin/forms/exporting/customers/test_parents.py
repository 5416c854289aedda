"""A payment that was typed in QuickBooks on a parent which is no client: a child's payment of equal amount is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts.both_sides import TODAY, BothSides, both_sides, customer, invoice

DAY = TODAY - timedelta(days=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A tree, root first; the clients among it; where the payment was typed, and what of it; whether the export asks.

    The record is of the last client, 71.30 of DAY with reference `ours`.
    """

    tree: tuple[str, ...] = ("Root", "Root/Child")
    clients: tuple[str, ...] = ("Child",)
    typed_on: str = "Root"
    reference: str | None = "4411"
    ours: str = "4411"
    days: int = 0
    amount: str = "71.30"
    kind: str = "payment"
    bills: bool = True
    asks: bool = True


DEEP = ("Root", "Root/Middle", "Root/Middle/Child")
FAMILIES = {
    "the same check": Family(),
    "without a reference": Family(reference=None, days=3),
    "a similar reference": Family(reference="CHK 4411", days=2),
    "a child that bills by itself": Family(bills=False),
    "two levels up": Family(tree=DEEP, clients=("Child",), typed_on="Root"),
    "in the middle": Family(tree=DEEP, clients=("Child",), typed_on="Middle"),
    "above a client's sub-customer": Family(tree=DEEP, clients=("Middle",), typed_on="Root"),
    "a credit memo": Family(kind="credit_memo", ours=""),
    "two children": Family(tree=("Root", "Root/Other", "Root/Child"), clients=("Other", "Child")),
    "another reference": Family(reference="9000", days=1, asks=False),
    "another amount": Family(amount="71.31", asks=False),
    "long ago": Family(reference=None, days=8, asks=False),
    "a parent that is a client": Family(clients=("Root", "Child"), asks=False),
    "another client between": Family(tree=DEEP, clients=("Middle", "Child"), typed_on="Root", asks=False),
    "a sister": Family(tree=("Root", "Root/Other", "Root/Child"), typed_on="Other", asks=False),
    "somebody else": Family(tree=("Root", "Root/Child", "Else"), typed_on="Else", asks=False),
}


def build(sides: BothSides, family: Family) -> dict[str, str]:
    """The tree in QuickBooks: ids by name."""
    steps = []
    for path in family.tree:
        parent, _, name = path.rpartition("/")
        above = {"ParentRef": f"${parent.rpartition('/')[2]}", "Job": True, "BillWithParent": family.bills} if parent else {}
        steps.append(customer(name, name, **above))
    return sides.build(*steps, invoice(family.tree[-1].rpartition("/")[2], "A-1", "71.30"))


def link(sides: BothSides, name: str, there: str) -> Any:
    """A client that is matched to a customer."""
    client = sides.client(name)
    row = f"client:{client.id}"
    sides.form("match-clients").open({})
    sides.form("match-clients").act("link", {}, [row], {row: {"customer": there}})
    return client


def type_there(sides: BothSides, family: Family, ids: dict[str, str]) -> str:
    day = (DAY + timedelta(days=family.days)).isoformat()
    if family.kind == "credit_memo":
        return str(sides.entries.memo(ids[family.typed_on], family.amount, TxnDate=day)["Id"])
    more = {"PaymentRefNum": family.reference} if family.reference else {}
    return str(sides.entries.pay(ids[family.typed_on], family.amount, TxnDate=day, **more)["Id"])


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_what_was_typed_on_a_parent_that_is_no_client_is_asked_about(tmp_path: Path, family: Family) -> None:
    with both_sides(tmp_path) as sides:
        ids = build(sides, family)
        client = [link(sides, name, ids[name]) for name in family.clients][-1]
        sides.choose(credit_memo_item="1")
        entity = "Payment" if family.kind == "payment" else "CreditMemo"
        typed = type_there(sides, family, ids)
        record = sides.record(client, "71.30", family.kind, reference=family.ours, day=DAY)
        row = sides.export(record)[record.ref]
        assert (row["outcome"], len(sides.query(entity))) == (("needs_decision", 1) if family.asks else ("synchronized", 2)), row
        if not family.asks:
            return
        found = sides.form("export-payments").act("link_possible_duplicate", sides.opened("export-payments"), [record.ref], {})
        assert found["rows"][0]["outcome"] == "synchronized"
        sides.addin.runtime().parts.clock.sleep(1000.0)
        told = sides.export(record)[record.ref]
        assert (told["outcome"], told["quickbooks_id"]) == ("changed" if family.days else "synchronized", typed), told
        assert "customer " not in told["message"]
        now = sides.read(entity, typed)
        touched = {"Id": typed, "SyncToken": now["SyncToken"], "sparse": True, "PrivateNote": "seen", "Line": now["Line"]}
        sides.entries.post(entity, touched)
        rows = sides.form("changes").rows(sides.opened("changes"), None)
        what = [row["cells"]["what"] for row in rows.page(0, rows.count)]
        assert what == (["Date changed there"] if family.days else [])  # a parent that is no client's is no other customer


def test_one_payment_of_a_parent_is_asked_about_once(tmp_path: Path) -> None:
    with both_sides(tmp_path) as sides:
        family = FAMILIES["two children"]
        ids = build(sides, family)
        clients = [link(sides, name, ids[name]) for name in family.clients]
        type_there(sides, family, ids)
        records = [sides.record(client, "71.30", reference="4411", day=DAY) for client in clients]
        rows = sides.export(*records)
        assert sorted(row["outcome"] for row in rows.values()) == ["needs_decision", "synchronized"]
        assert [Decimal(each["TotalAmt"]) for each in sides.query("Payment")] == [Decimal("71.30")] * 2
