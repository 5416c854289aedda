"""Undo from end to end: the form says what goes, takes it away on the other side, and both sides are as before the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    """Two clients, matched; each has an open invoice in QuickBooks."""
    with both_sides(tmp_path) as made:
        made.client("Ada"), made.client("Ben")
        made.build(
            customer("Ada", "ada"), customer("Ben", "ben"), invoice("ada", "1037", "400.00"), invoice("ben", "1038", "90.00")
        )
        made.match()
        yield made


def last_run(sides: BothSides) -> str:
    """The newest run that the history lists."""
    rows = sides.form("history").rows({}, None)
    return str(rows.ids(0, 1)[0]).partition(":")[2]


def asked(sides: BothSides, **answer: Any) -> dict[str, Any]:
    return {**sides.opened("undo"), **answer}


def listed(sides: BothSides, **answer: Any) -> dict[str, Any]:
    """The rows of the form by id."""
    rows = sides.form("undo").rows(asked(sides, **answer), None)
    return {row["id"]: row for row in rows.page(0, rows.count)}


def undo(sides: BothSides, ids: list[str], **answer: Any) -> dict[str, Any]:
    """Press Undo Selected; each row as it was told last."""
    sides.host.rows.clear()
    summary = sides.form("undo").run("undo", asked(sides, **answer), ids, {}, sides.host)
    return {**summary, "rows": dict(sides.host.rows)}


def test_an_exported_payment_is_deleted_there_and_may_be_sent_anew(sides: BothSides) -> None:
    ada = sides.ledger.people[0]
    paid = sides.record(ada, "150.00", reference="501")
    first = sides.export(paid, auto_apply=True)[paid.ref]["quickbooks_id"]
    run = last_run(sides)
    rows = listed(sides, run=run)
    assert rows[paid.ref]["outcome"] == "ready"
    assert f"payment {first}" in rows[paid.ref]["message"]
    assert "1001 150.00" in rows[paid.ref]["message"]
    done = undo(sides, [paid.ref], run=run)
    assert done["rows"][paid.ref]["outcome"] == "undone"
    assert done["counts"]["done"] == 1
    assert sides.query("Payment") == []
    assert str(sides.query("Invoice", "DocNumber = '1001'")[0]["Balance"]) == "400.00"
    again = sides.export(paid)[paid.ref]
    assert again["outcome"] == "synchronized"
    assert again["quickbooks_id"] != first
    assert [each["Id"] for each in sides.query("Payment")] == [again["quickbooks_id"]]


def test_an_applied_memo_loses_its_application_first(sides: BothSides) -> None:
    ada = sides.ledger.people[0]

    memo = sides.record(ada, "60.00", kind="credit_memo")
    ended = sides.export(memo, auto_apply=True)[memo.ref]
    assert ended["outcome"] == "synchronized", ended
    assert len(sides.query("Payment")) == 1
    run = last_run(sides)
    found = listed(sides, run=run)[memo.ref]
    assert found["outcome"] == "ready", found["message"]
    done = undo(sides, [memo.ref], run=run)["rows"][memo.ref]
    assert done["outcome"] == "undone", done
    assert sides.query("Payment") == []
    assert sides.query("CreditMemo") == []
    assert str(sides.query("Invoice", "DocNumber = '1001'")[0]["Balance"]) == "400.00"


def test_an_imported_payment_is_removed_here_and_may_be_imported_anew(sides: BothSides) -> None:
    there = sides.query("Customer", "DisplayName = 'Ben'")[0]["Id"]
    made = sides.entries.pay(there, 30, TxnDate="2026-11-10")["Id"]
    row = f"quickbooks_payment:{made}"
    import_form = sides.form("import-payments")
    answer = sides.opened("import-payments")
    import_form.rows(answer, None)
    import_form.run("import", answer, [row], {}, sides.host)
    assert [record.external_key for record in sides.ledger.entries] == [f"quickbooks:{sides.entries.realm}:Payment:{made}"]
    run = last_run(sides)
    assert listed(sides, run=run)[row]["outcome"] == "ready"
    assert undo(sides, [row], run=run)["rows"][row]["outcome"] == "undone"
    assert sides.ledger.entries == []
    import_form.rows(answer, None)
    import_form.run("import", answer, [row], {}, sides.host)
    assert len(sides.ledger.entries) == 1
    assert [each["Id"] for each in sides.query("Payment")] == [made]


def test_a_payment_is_voided_when_that_is_chosen(sides: BothSides) -> None:
    paid = sides.record(sides.ledger.people[0], "150.00")
    first = sides.export(paid, auto_apply=True)[paid.ref]["quickbooks_id"]
    done = undo(sides, [paid.ref], record=paid.ref, how="void")["rows"][paid.ref]
    assert done["outcome"] == "undone", done
    voided = sides.read("Payment", first)
    assert (str(voided["TotalAmt"]), voided["PrivateNote"].startswith("Voided")) == ("0", True)
    again = sides.export(paid)[paid.ref]
    assert again["outcome"] == "synchronized"
    assert again["quickbooks_id"] != first
