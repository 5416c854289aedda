"""Amounts and dates edited here and sent: checked as an export checks them, and one that is refused stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.addin.import_scene import DAY, ImportScene, import_scene
from tests.support.ledgers.fake_ledger_values import FakeRecord


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[ImportScene]:
    with import_scene(tmp_path) as found:
        yield found


def exported(scene: ImportScene, currency: str, amount: str) -> str:
    """A payment that was sent; its ref."""
    number = scene.number()
    name = f"Client {number}"
    scene.client(name, currency)
    entry = FakeRecord("payment", str(number), f"P-{number}", scene.client_id(name), name, DAY, Decimal(amount), birth=f"b{number}")
    scene.ledger.entries.append(entry)
    run(scene, "export-payments", "export", entry.ref)
    return entry.ref


def run(scene: ImportScene, form: str, action: str, *refs: str) -> dict[str, Any]:
    """Press a button of a form for these rows: the rows."""
    opened = scene.host.forms[form].open({})
    scene.host.rows.clear()
    scene.host.forms[form].run(action, {**opened["answer"], "token": opened["token"]}, list(refs), {}, scene.host)
    return {ref: dict(scene.host.rows[ref]) for ref in refs}


def edit(scene: ImportScene, ref: str, **values: Any) -> None:
    """Somebody edits the record here."""
    entry = next(each for each in scene.ledger.entries if each.ref == ref)
    scene.ledger.entries[scene.ledger.entries.index(entry)] = replace(entry, version=entry.version + 1, **values)


def there(scene: ImportScene, row: dict[str, Any]) -> Decimal:
    """The amount in QuickBooks, over HTTP."""
    return Decimal(str(scene.quickbooks.get("Payment", row["quickbooks_id"])["TotalAmt"]))


@pytest.mark.parametrize(
    ("currency", "amount", "edited", "sent", "words"),
    [
        ("USD", "80.00", "80.01", True, ""),
        ("USD", "80.00", "0.01", True, ""),
        ("USD", "80.00", "0.00", False, "takes amounts above zero only"),
        ("USD", "80.00", "-80.00", False, "takes amounts above zero only"),
        ("USD", "80.00", "80.005", False, "cent"),
        ("USD", "80.00", "100000000000.00", False, "9,999,999,999.99"),
        ("JPY", "100", "101", True, ""),
        ("JPY", "100", "100.5", False, "JPY"),
        ("JPY", "100", "0", False, "takes amounts above zero only"),
        ("KWD", "100.125", "100.126", True, ""),
        ("KWD", "100.125", "100.1255", False, "KWD"),
        ("KWD", "100.125", "0.001", True, ""),
    ],
)
def test_an_amount_is_checked_and_one_that_is_refused_stops_no_other(
    scene: ImportScene, currency: str, amount: str, edited: str, sent: bool, words: str
) -> None:
    refs = [exported(scene, *each) for each in (("USD", "10.00"), (currency, amount), ("USD", "20.00"))]
    for ref, value in zip(refs, ("11.00", edited, "21.00"), strict=True):
        edit(scene, ref, amount=Decimal(value))
    before, around, after = run(scene, "changes", "send", *refs).values()
    assert [(row["outcome"], there(scene, row)) for row in (before, after)] == [
        ("synchronized", Decimal(11)),
        ("synchronized", Decimal(21)),
    ]
    assert (around["outcome"], there(scene, around)) == (("synchronized", Decimal(edited)) if sent else ("failed", Decimal(amount)))
    assert words in around["message"]


@pytest.mark.parametrize(
    ("here", "closed", "named"),
    [(date(2026, 11, 10), "2026-11-15", "2026-11-10"), (date(2026, 11, 19), "2026-11-18", DAY.isoformat())],
)
def test_the_date_that_is_in_closed_books_is_the_one_that_is_named(scene: ImportScene, here: date, closed: str, named: str) -> None:
    ref = exported(scene, "USD", "80.00")
    stub = {"Id": "1", "SyncToken": "1", "sparse": True}
    scene.quickbooks.post("Preferences", {**stub, "AccountingInfoPrefs": {"BookCloseDate": closed}})
    edit(scene, ref, date=here)
    row = run(scene, "changes", "send", ref)[ref]
    assert (row["outcome"], f"The books are closed in QuickBooks for {named}." in row["message"]) == ("failed", True), row
    assert [each["TxnDate"] for each in scene.quickbooks.query("select * from Payment")["Payment"]] == [DAY.isoformat()]


@pytest.mark.parametrize("way", ["take", "send", "leave"])
def test_a_record_that_is_gone_here_is_told_what_there_is_to_do(scene: ImportScene, way: str) -> None:
    ref = exported(scene, "USD", "80.00")
    scene.ledger.entries.clear()
    row = run(scene, "changes", way, ref)[ref]
    assert (row["outcome"], row["message"].partition(". ")[2]) == (
        "failed",
        "Nothing was changed. Import it again, or unlink the two.",
    )
    assert ref not in row["message"]
    shown = scene.look()[row["quickbooks_id"]]
    assert [fix["label"] for fix in shown["fixes"]] == ["Import anyway", "Unlink"]
