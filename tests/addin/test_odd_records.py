"""One record that QuickBooks sends in an odd form, whatever it is a record of, stops nothing else and is named where it matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice, lines_of
from tests.support.ledgers.fake_ledger_values import FakeRecord

SALE = {"Amount": 10, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
DETAIL = {"AccountRef": {"value": "3"}, "Entity": {"value": "$bob", "type": "Customer"}}
SETTLED = {"synchronized", "failed"}


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothSides]:
    """One pair of books for all members: what was made odd before stays odd, and stops nothing either."""
    with both_sides(Path(tmp_path_factory.mktemp("odd"))) as found:
        yield found


@dataclass(frozen=True, slots=True)
class Odd:
    """What is made odd of the second customer's records, and the words that the row of its payment ends with; "" for none."""

    record: str
    set: dict[str, Any] | None = None
    remove: tuple[str, ...] = ()
    said: str = ""


MEMBERS = [
    Odd("Customer:bob", remove=("DisplayName",)),
    Odd("Customer:bob", {"DisplayName": 7}),
    Odd("Customer:bob", {"PrimaryEmailAddr": 7}),
    Odd("Customer:bob", {"PrimaryPhone": "7"}),
    Odd("Customer:bob", {"Active": "yes"}, said="QuickBooks sent customer Bob"),
    Odd("Customer:bob", {"ParentRef": "7"}, said="QuickBooks sent customer Bob"),
    Odd("Customer:bob", {"CurrencyRef": "USD"}, said="QuickBooks sent customer Bob"),
    Odd("Customer:bob", {"BillWithParent": 1}, said="QuickBooks sent customer Bob"),
    Odd("Invoice:bill", {"DocNumber": 7}),
    Odd("Invoice:bill", remove=("TxnDate",), said="nobody can say how much of this goes there"),
    Odd("Invoice:bill", remove=("TotalAmt",), said="nobody can say how much of this goes there"),
    Odd("Invoice:bill", {"CurrencyRef": 7}, said="nobody can say how much of this goes there"),
    Odd("SalesReceipt:receipt", remove=("TotalAmt",)),
    Odd("SalesReceipt:receipt", {"CustomerRef": "Bob"}),
    Odd("Deposit:deposit", {"Line": [7]}),
    Odd("Deposit:deposit", {"Line": "none"}),
    Odd("PaymentMethod:method", remove=("Name",)),
    Odd("Account:account", remove=("Name", "FullyQualifiedName")),
    Odd("Account:account", {"CurrencyRef": "USD"}),
    Odd("Item:item", remove=("Name",)),
    Odd("Payment:there", {"Line": "none"}),
    Odd("Payment:there", {"PaymentMethodRef": 5}),
    Odd("Payment:there", {"TotalAmt": "45"}),
    Odd("Payment:there", remove=("CustomerRef",)),
]


def make_odd(sides: BothSides, ids: dict[str, str], odd: Odd) -> None:
    kind, _, name = odd.record.partition(":")
    body = {"record": f"{kind}:{ids[name]}", "set": odd.set or {}, "remove": list(odd.remove)}
    reply = requests.post(f"{sides.simulator.base_url}/_control/record", json=body, timeout=10)
    assert reply.status_code == 200, reply.text


def books(sides: BothSides, day: date) -> tuple[dict[str, str], FakeRecord, FakeRecord, str, str]:
    """Two customers with an open invoice and a payment each, and one record more of each kind; the ids, and a payment of each
    client here."""
    number = len(sides.ledger.people)
    sides.numbers += 1000  # beyond the ids that imported payments are given
    ann, bob = f"Ann {number}", f"Bob {number}"
    ids = sides.build(
        customer(ann, "ann"),
        customer(bob, "bob"),
        invoice("ann", f"A-{number}", "100", "open", day=day.isoformat()),
        invoice("bob", f"B-{number}", "100", "bill", day=day.isoformat()),
        {"create": "Payment", "as": "good", "body": {"CustomerRef": "$ann", "TotalAmt": 31, "TxnDate": day.isoformat()}},
        {"create": "Payment", "as": "there", "body": {"CustomerRef": "$bob", "TotalAmt": 45, "TxnDate": day.isoformat()}},
        {"create": "SalesReceipt", "as": "receipt", "body": {"CustomerRef": "$bob", "TxnDate": day.isoformat(), "Line": [SALE]}},
        {
            "create": "Deposit",
            "as": "deposit",
            "body": {
                "TxnDate": day.isoformat(),
                "DepositToAccountRef": {"value": "6"},
                "Line": [{"Amount": 9, "DetailType": "DepositLineDetail", "DepositLineDetail": DETAIL}],
            },
        },
        {"create": "PaymentMethod", "as": "method", "body": {"Name": f"Box {number}"}},
        {"create": "Account", "as": "account", "body": {"Name": f"Till {number}", "AccountType": "Bank"}},
        {"create": "Item", "as": "item", "body": {"Name": f"Hours {number}", "IncomeAccountRef": {"value": "9"}}},
    )
    first, second = sides.client(ann), sides.client(bob)
    sides.match()
    return ids, sides.record(first, "60.00"), sides.record(second, "70.00"), ann, bob


def imported(sides: BothSides, *payments: str) -> dict[str, Any]:
    """The rows of these payments after Import Selected."""
    form = sides.form("import-payments")
    answer = {**sides.opened("import-payments"), "from": "2026-10-01", "to": "2026-11-20"}
    rows = form.rows(answer, None)
    assert getattr(rows, "problem", None) is None, rows.text
    sides.host.rows.clear()
    ids = [f"quickbooks_payment:{each}" for each in payments]
    form.run("import", answer, ids, {}, sides.host)
    return {each: sides.host.rows[f"quickbooks_payment:{each}"] for each in payments}


@pytest.mark.parametrize("odd", MEMBERS, ids=lambda odd: f"{odd.record.partition(':')[0]} {odd.set or odd.remove}")
def test_the_other_rows_go_on_in_both_directions_and_what_is_odd_is_named(sides: BothSides, odd: Odd) -> None:
    ids, here, theirs, ann, _ = books(sides, date(2026, 10, 5))
    make_odd(sides, ids, odd)
    ended = sides.export(here, theirs, auto_apply=True)
    assert (ended[here.ref]["outcome"], ended[theirs.ref]["outcome"] in SETTLED) == ("synchronized", True), ended
    there = sides.read("Payment", ended[here.ref]["quickbooks_id"])
    assert (there["CustomerRef"]["name"], lines_of(there)) == (ann, {ids["open"]: Decimal(60)})
    assert (odd.said in ended[theirs.ref]["message"], bool(odd.said)) == (True, ended[theirs.ref]["outcome"] == "failed")
    rows = imported(sides, ids["good"], ids["there"])
    assert rows[ids["good"]]["outcome"] == "synchronized"
    assert (rows[ids["there"]]["outcome"], odd.record == "Payment:there") in {("synchronized", False), ("failed", True)}
    form = sides.form("reconcile")
    compared = form.rows({**sides.opened("reconcile"), "from": "2026-10-01", "to": "2026-11-20"}, None)
    assert (getattr(compared, "problem", None), compared.count > 0) == (None, True)


def test_what_cannot_be_applied_for_an_odd_invoice_goes_unapplied_at_a_press(sides: BothSides) -> None:
    ids, _, theirs, _, _ = books(sides, date(2026, 10, 6))
    make_odd(sides, ids, Odd("Invoice:bill", remove=("TotalAmt",)))
    row = sides.export(theirs, auto_apply=True)[theirs.ref]
    assert [fix["label"] for fix in row["fixes"]] == ["Send without applying it", "Not now"]
    sent = sides.run([theirs], {"auto_apply": True}, {theirs.ref: row["fixes"][0]["edit"]})["rows"][theirs.ref]
    assert sent["outcome"] == "synchronized"
    assert lines_of(sides.read("Payment", sent["quickbooks_id"])) == {}


def test_receipts_that_cannot_be_read_are_said_beside_those_that_are_counted(sides: BothSides) -> None:
    ids, *_ = books(sides, date(2026, 10, 7))
    make_odd(sides, ids, Odd("SalesReceipt:receipt", remove=("TotalAmt",)))
    answer = {**sides.opened("import-payments"), "from": "2026-10-07", "to": "2026-10-07"}
    notice = sides.form("import-payments").rows(answer, None).notice
    assert f"sales receipt {ids['receipt']} (which we cannot read)" in notice["text"]
    assert "1 bank deposit (9.00)" in notice["text"]
