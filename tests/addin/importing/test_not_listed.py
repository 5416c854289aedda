"""What the list counts instead of showing: payments without money, exact look-alikes, sales receipts and bank deposits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.addin.import_scene import DAY, ImportScene, import_scene
from tests.support.ledgers.fake_ledger_values import FakeRecord
from tests.support.simulator.open_items import deposit_lines
from tests.support.simulator.simulator_calls import sale

CHECKING = "6"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[ImportScene]:
    """One of its own for each test: what it counts is counted over all payments."""
    with import_scene(tmp_path) as found:
        yield found


def notice(scene: ImportScene, **filters: object) -> dict[str, Any]:
    """The line above the grid."""
    found = scene.host.forms["import-payments"].rows(scene.open(**filters), None).notice
    return found or {"text": "", "link": None}


def void(scene: ImportScene, payment: Any) -> None:
    body = {"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": True}
    scene.quickbooks.post("Payment", body, operation="update", include="void")


def typed_in(scene: ImportScene, name: str, amount: str, reference: str) -> None:
    """A payment that somebody entered here."""
    identity = str(scene.number())
    record = FakeRecord("payment", identity, f"P-{identity}", scene.client_id(name), name, DAY, Decimal(amount))
    scene.ledger.entries.append(replace(record, reference=reference))


@pytest.mark.parametrize("voided", range(4))
@pytest.mark.parametrize("applied", range(3))
def test_voided_and_zero_payments_are_counted_and_listed_only_on_demand(scene: ImportScene, voided: int, applied: int) -> None:
    ada = scene.client("Ada")
    for number in range(voided):
        void(scene, scene.quickbooks.pay(ada, 10 + number))
    for number in range(applied):
        bill, memo = scene.quickbooks.invoice(ada, 5 + number), scene.quickbooks.memo(ada, 5 + number)
        scene.quickbooks.pay(ada, 0, (bill["Id"], 5 + number, "Invoice"), (memo["Id"], 5 + number, "CreditMemo"))
    good = scene.quickbooks.pay(ada, 3)
    count = voided + applied
    assert list(scene.look()) == [good["Id"]]
    said = notice(scene)
    assert said["text"] == (f"Not listed: {count} voided or zero-total." if count else "")
    if count:
        assert said["link"]["label"] == "Show"
        everything = scene.look(**said["link"]["answer"])
        assert len(everything) == count + 1
        assert notice(scene, **said["link"]["answer"])["text"] == ""


def test_exact_look_alikes_are_hidden_and_counted_and_those_without_reference_are_listed(scene: ImportScene) -> None:
    ada = scene.client("Ada")
    for number in range(3):
        typed_in(scene, "Ada", "20.00", f"C{number}")
        scene.quickbooks.pay(ada, 20, PaymentRefNum=f"c{number} ", TxnDate=DAY.isoformat())
    typed_in(scene, "Ada", "30.00", "")
    open_one = scene.quickbooks.pay(ada, 30, TxnDate=DAY.isoformat())
    assert list(scene.look(hide_synchronized=True)) == [open_one["Id"]]
    assert notice(scene, hide_synchronized=True)["text"] == "Not listed: 3 look like payments that are here."
    shown = scene.look()
    assert {row["outcome"] for row in shown.values()} == {"needs_decision"}
    assert len(shown) == 4


def test_all_that_is_counted_stands_in_one_line(scene: ImportScene) -> None:
    ada = scene.client("Ada")
    typed_in(scene, "Ada", "20.00", "C1")
    scene.quickbooks.pay(ada, 20, PaymentRefNum="C1", TxnDate=DAY.isoformat())
    void(scene, scene.quickbooks.pay(ada, 9))
    line = {"DepositToAccountRef": {"value": CHECKING}, "Line": deposit_lines([], ada, Decimal(40))}
    scene.quickbooks.post("Deposit", line)
    assert notice(scene, hide_synchronized=True)["text"] == (
        "Not listed: 1 looks like a payment that is here · 1 voided or zero-total. "
        "QuickBooks also has 1 bank deposit (40.00) of matched customers in these dates; only payments are imported."
    )


RECEIPTS = [(0, 0), (1, 0), (2, 0), (0, 1), (0, 2), (1, 1), (2, 3), (3, 1), (1, 2), (4, 0), (0, 4)]


@pytest.mark.parametrize(("receipts", "deposits"), RECEIPTS)
def test_sales_receipts_and_deposits_of_matched_customers_are_counted_with_their_money(
    scene: ImportScene, receipts: int, deposits: int
) -> None:
    ada, stranger = scene.client("Ada"), scene.quickbooks.customer("Stranger")
    job = scene.quickbooks.customer("Ada's job", ParentRef={"value": ada})
    for who in [*(ada if number % 2 else job for number in range(receipts)), stranger]:
        body = {"CustomerRef": {"value": who}, "Line": [sale(12.5)], "TxnDate": "2026-11-05"}
        scene.quickbooks.post("SalesReceipt", body)
    scene.quickbooks.post("SalesReceipt", {"CustomerRef": {"value": ada}, "Line": [sale(99)], "TxnDate": "2025-11-05"})
    for who in [*[ada] * deposits, stranger]:
        lines = [*deposit_lines([], who, Decimal(40)), *deposit_lines([], who, Decimal(2))]
        lines = [{**line, "Id": str(place)} for place, line in enumerate(lines, 1)]
        scene.quickbooks.post("Deposit", {"DepositToAccountRef": {"value": CHECKING}, "Line": lines, "TxnDate": "2026-11-05"})
    there = scene.quickbooks.query("select * from SalesReceipt where TxnDate >= '2026-01-01'")["SalesReceipt"]
    ours = [each for each in there if each["CustomerRef"]["value"] != stranger]
    parts = [
        f"{receipts} sales receipt{'s' * (receipts > 1)} ({sum(each['TotalAmt'] for each in ours):,.2f})" if receipts else "",
        f"{deposits} bank deposit{'s' * (deposits > 1)} ({42 * deposits:,.2f})" if deposits else "",
    ]
    what = " and ".join(filter(None, parts))
    expected = f"QuickBooks also has {what} of matched customers in these dates; only payments are imported." if what else ""
    assert notice(scene)["text"] == expected
    assert scene.look() == {}
    assert scene.ledger.entries == []


def test_other_receipts_in_several_currencies_are_not_added_up(scene: ImportScene) -> None:
    ada, eva = scene.client("Ada"), scene.client("Eva", "EUR")
    euro = {"CurrencyRef": {"value": "EUR"}}
    for who, more in ((ada, {}), (eva, euro), (eva, euro)):
        scene.quickbooks.post("SalesReceipt", {"CustomerRef": {"value": who}, "Line": [sale(10)], **more})
    assert "3 sales receipts (EUR 20.00, USD 10.00)" in notice(scene)["text"]
