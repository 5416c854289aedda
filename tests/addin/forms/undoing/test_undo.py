"""Undo from end to end: the form says what goes, takes it away on the other side, and both sides are as before the run."""

from __future__ import annotations

import pytest

from qb_plugin.forms.undoing import form
from tests.support.hosts.both_sides import BothSides
from tests.support.hosts.undo_steps import last_run, list_undo, press_undo


def test_an_exported_payment_is_deleted_there_and_may_be_sent_anew(sides: BothSides) -> None:
    ada = sides.ledger.people[0]
    paid = sides.record(ada, "150.00", reference="501")
    first = sides.export(paid, auto_apply=True)[paid.ref]["quickbooks_id"]
    run = last_run(sides)
    rows = list_undo(sides, run=run)
    assert rows[paid.ref]["outcome"] == "ready"
    assert f"payment {first}" in rows[paid.ref]["message"]
    assert "1001 150.00" in rows[paid.ref]["message"]
    done = press_undo(sides, [paid.ref], run=run)
    told = done["rows"][paid.ref]
    assert told["outcome"] == "undone"
    assert told["cells"] == {"says": told["message"]}  # no longer what would happen
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
    found = list_undo(sides, run=run)[memo.ref]
    assert found["outcome"] == "ready", found["message"]
    done = press_undo(sides, [memo.ref], run=run)["rows"][memo.ref]
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
    assert list_undo(sides, run=run)[row]["outcome"] == "ready"
    assert press_undo(sides, [row], run=run)["rows"][row]["outcome"] == "undone"
    assert sides.ledger.entries == []
    import_form.rows(answer, None)
    import_form.run("import", answer, [row], {}, sides.host)
    assert len(sides.ledger.entries) == 1
    assert [each["Id"] for each in sides.query("Payment")] == [made]


def test_a_payment_is_voided_when_that_is_chosen(sides: BothSides) -> None:
    paid = sides.record(sides.ledger.people[0], "150.00")
    first = sides.export(paid, auto_apply=True)[paid.ref]["quickbooks_id"]
    done = press_undo(sides, [paid.ref], record=paid.ref, how="void")["rows"][paid.ref]
    assert done["outcome"] == "undone", done
    voided = sides.read("Payment", first)
    assert (str(voided["TotalAmt"]), voided["PrivateNote"].startswith("Voided")) == ("0", True)
    again = sides.export(paid)[paid.ref]
    assert again["outcome"] == "synchronized"
    assert again["quickbooks_id"] != first


def test_a_run_is_offered_however_many_undos_came_after_it(sides: BothSides, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "CHOICES", 2)
    paid = sides.record(sides.ledger.people[0], "150.00", reference="501")
    sides.export(paid)
    run = last_run(sides)
    for _ in range(5):
        press_undo(sides, [paid.ref], run=run)
    offered = next(each for each in sides.form("undo").open({})["fields"] if each["name"] == "run")["choices"]
    assert run in [choice["value"] for choice in offered]
