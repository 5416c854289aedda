"""Money of which a part went back in QuickBooks, entered here as well, whole or what stayed of it: it is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.addin.import_scene import DAY, ImportScene, labels
from tests.support.ledgers.fake_ledger_values import FakeRecord
from tests.support.simulator.open_items import expense

ASKED = ["Import the 70.00", "Not now", "Same one: link them"]
#: what was entered here of 100.00 less 30.00, its reference, and whether it is asked about
ENTERED = [
    ("70.00", "4411", True),
    ("70.00", "CHK 4411", True),
    ("70.00", "", True),
    ("100.00", "4411", True),
    ("100.00", "", True),
    ("30.00", "4411", False),
    ("70.01", "4411", False),
    ("99.99", "", False),
    ("70.00", "4412", False),
    ("100.00", "4412", False),
]


def refunded(scene: ImportScene, name: str) -> Any:
    """A payment of 100.00 in QuickBooks, of which a check gave back 30.00."""
    customer = scene.client(name)
    body = {"AccountRef": {"value": "6"}, "EntityRef": {"value": customer, "type": "Customer"}, "PaymentType": "Check"}
    check = scene.quickbooks.post("Purchase", {**body, "DocNumber": "1043", "TxnDate": "2026-11-12", "Line": [expense(30)]})
    return scene.quickbooks.pay(customer, 100, (check["Id"], 30, "Check"), PaymentRefNum="4411", TxnDate=DAY.isoformat())


def enter(scene: ImportScene, name: str, amount: str, reference: str) -> FakeRecord:
    """A payment that somebody entered here."""
    number = str(scene.number())
    entry = FakeRecord("payment", number, f"P-{number}", scene.client_id(name), name, DAY, Decimal(amount), reference=reference)
    scene.ledger.entries.append(entry)
    return entry


def export(scene: ImportScene, entry: FakeRecord) -> dict[str, Any]:
    """Press Export Selected; the row."""
    opened = scene.host.forms["export-payments"].open({})
    scene.host.rows.clear()
    scene.host.forms["export-payments"].run("export", {**opened["answer"], "token": opened["token"]}, [entry.ref], {}, scene.host)
    return dict(scene.host.rows[entry.ref])


def of_customer(scene: ImportScene, paid: Any) -> list[Decimal]:
    """The amounts of the customer's payments in QuickBooks, over HTTP."""
    found = scene.quickbooks.query(f"select * from Payment where CustomerRef = '{paid['CustomerRef']['value']}'")["Payment"]
    return sorted(Decimal(str(each["TotalAmt"])) for each in found)


@pytest.mark.parametrize(("amount", "reference", "asked"), ENTERED)
def test_an_import_asks_and_links_and_brings_in_no_second_one(scene: ImportScene, amount: str, reference: str, asked: bool) -> None:
    name = f"Dora {scene.number()}"
    paid = refunded(scene, name)
    entry = enter(scene, name, amount, reference)
    row = scene.take_one(paid)
    assert (row["outcome"], labels(row)) == ("needs_decision", ASKED if asked else ASKED[:2])
    assert (f"looks like {entry.number} of {DAY}, {amount}, reference {reference or '–'}" in row["message"]) is asked
    if asked:
        assert scene.press(row, "Same one: link them")["outcome"] == "synchronized"
        assert [each.amount for each in scene.ledger.entries if each.client_name == name] == [Decimal(amount)]
        told = export(scene, entry)
        assert (told["outcome"], told["message"]) == ("synchronized", "Already in QuickBooks. Nothing was sent.")
    assert of_customer(scene, paid) == [100]


@pytest.mark.parametrize(("amount", "reference", "asked"), ENTERED)
def test_importing_what_stayed_asks_about_the_one_here_too(scene: ImportScene, amount: str, reference: str, asked: bool) -> None:
    """The press answers both questions of the row, so both are asked, in the list and of a row that a run has told."""
    name = f"Dora {scene.number()}"
    paid = refunded(scene, name)
    entry = enter(scene, name, amount, reference)
    for row in (scene.look()[paid["Id"]], scene.take_one(paid)):
        confirm = next(fix["confirm"] for fix in row["fixes"] if fix["label"] == "Import the 70.00")
        assert confirm.startswith("30.00 of this money went back to the customer in QuickBooks (check 1043 on 2026-11-12).")
        assert (f"In Park Practice: {entry.number} of {DAY}, {amount}, reference {reference or '–'}." in confirm) is asked
        assert (f"In QuickBooks: the payment of {DAY}, 100.00, reference 4411." in confirm) is asked


@pytest.mark.parametrize("button", ["Import the 70.00", "Same one: link them"])
@pytest.mark.parametrize("told", ["by a list", "by a run", "by a second run"])
def test_a_press_answers_for_the_one_here_that_its_row_showed(scene: ImportScene, told: str, button: str) -> None:
    """Whoever told the row: what was entered here since is asked about, and neither passed over nor linked."""
    name = f"Dora {scene.number()}"
    paid = refunded(scene, name)
    first = enter(scene, name, "70.00", "4411") if button == "Same one: link them" else None
    row = scene.look()[paid["Id"]] if told == "by a list" else scene.take_one(paid)
    row = scene.press(row, "Not now") and scene.take_one(paid) if told == "by a second run" else row
    if first:
        scene.ledger.entries.remove(first)
    entry = enter(scene, name, "70.00", "4411")
    again = scene.press(row, button)
    assert (again["outcome"], scene.here(paid)) == ("needs_decision", None), again
    assert f"looks like {entry.number} of" in again["message"]
    assert scene.press({**again, "id": row["id"]}, button)["outcome"] == "synchronized"
    assert len([each for each in scene.ledger.entries if each.client_name == name]) == (1 if first else 2)


@pytest.mark.parametrize(("amount", "reference", "asked"), ENTERED)
def test_an_export_asks_and_sends_no_second_one(scene: ImportScene, amount: str, reference: str, asked: bool) -> None:
    name = f"Dora {scene.number()}"
    paid = refunded(scene, name)
    row = export(scene, enter(scene, name, amount, reference))
    assert row["outcome"] == ("needs_decision" if asked else "synchronized")
    assert of_customer(scene, paid) == ([100] if asked else sorted([Decimal(amount), Decimal(100)]))


def test_what_stayed_and_came_in_is_there_already(scene: ImportScene) -> None:
    name = f"Dora {scene.number()}"
    paid = refunded(scene, name)
    scene.take_one(paid, force=True)
    (entry,) = (each for each in scene.ledger.entries if each.client_name == name)
    told = export(scene, entry)
    assert (entry.amount, told["outcome"], told["message"]) == (
        Decimal(70),
        "synchronized",
        "Already in QuickBooks. Nothing was sent.",
    )
    assert of_customer(scene, paid) == [100]
