"""Credit memos in companies that tax, number by themselves, track classes or keep several receivable accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice

TAXED = {"TaxPrefs": {"UsingSalesTax": True}}


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


@pytest.fixture
def abroad(tmp_path: Path) -> Iterator[BothSides]:
    (folder := tmp_path / "abroad").mkdir()
    with both_sides(folder, "abroad") as found:
        yield found


def memo_of(sides: BothSides, amount: str = "120.00", **more: Any) -> Any:
    """A credit memo of a matched client who has an open invoice of 500.00."""
    sides.build(customer("Ada", "ada"), invoice("ada", "A-1", "500.00"))
    record = sides.record(sides.client("Ada"), amount, "credit_memo", **more)
    sides.match()
    return record


@dataclass(frozen=True, slots=True)
class Taxed:
    """A company's country and code, what the settings say, and what comes of a memo of 120.00."""

    at_home: bool
    treatment: str
    code: str
    total: str  # in QuickBooks; "" where nothing is sent
    said: str = ""


# Abroad the codes are 2 (20 %), 3 (5 %) and 4 (0 %).
TREATMENTS = (
    Taxed(True, "", "", "", "Empty Company charges sales tax, and how credit memos are taxed has not been chosen."),
    Taxed(True, "not_taxed", "", "120.00"),
    Taxed(True, "not_taxed", "TAX", "120.00"),
    Taxed(True, "as_item", "", "129.00"),
    Taxed(True, "as_item", "TAX", "129.00"),
    Taxed(True, "as_item", "NON", "120.00"),
    Taxed(False, "", "", "", "Thistle & Crane charges sales tax, and how credit memos are taxed has not been chosen."),
    Taxed(False, "not_taxed", "", "120.00"),
    Taxed(False, "not_taxed", "2", "120.00"),
    Taxed(False, "included", "2", "120.00"),
    Taxed(False, "included", "3", "120.00"),
    Taxed(False, "included", "4", "120.00"),
    Taxed(False, "included", "", "", "Thistle & Crane needs a tax code on every line, and none has been chosen"),
    Taxed(False, "as_item", "", "", "Thistle & Crane needs a tax code on every line, and none has been chosen"),
    Taxed(False, "as_item", "2", "144.00"),
    Taxed(False, "as_item", "3", "126.00"),
    Taxed(False, "as_item", "4", "120.00"),
)


@pytest.mark.parametrize("case", TREATMENTS, ids=lambda case: f"{case.at_home}-{case.treatment}-{case.code}")
def test_a_memo_is_taxed_as_the_settings_say_and_another_total_is_changed_and_never_applied(tmp_path: Path, case: Taxed) -> None:
    with both_sides(tmp_path, "empty" if case.at_home else "abroad") as sides:
        if case.at_home:
            sides.build(customer("Ada", "ada"), invoice("ada", "A-1", "500.00"))
            sides.build(preferences=TAXED)
            sides.switch(sales_tax_percent=7.5)
            client, saved = sides.client("Ada"), {"credit_memo_tax": case.treatment, "credit_memo_tax_code": case.code}
        else:
            client = sides.client("Harbour Books", "GBP")
            saved = {"credit_memo_tax": case.treatment, "credit_memo_tax_code": case.code}
        assert sides.choose(**saved)["level"] == "info"
        record = sides.record(client, "120.00", "credit_memo")
        sides.match()
        before = {each["Id"] for each in sides.query("Payment")}
        row = sides.export(record, auto_apply=True)[record.ref]
        applications = [each for each in sides.query("Payment") if each["Id"] not in before]
        memos = sides.query("CreditMemo")
        if not case.total:
            assert (row["outcome"], memos) == ("failed", [])
            assert row["message"].startswith(case.said)
            assert [fix["label"] for fix in row["fixes"]] == ["Settings…"]
            return
        [there] = memos
        assert str(there["TotalAmt"]) == case.total
        if case.total == "120.00":
            assert row["outcome"] == "synchronized", row
            assert [each["TotalAmt"] for each in applications] == [0]
        else:
            assert (row["outcome"], applications) == ("changed", [])
            assert there["RemainingCredit"] == there["TotalAmt"]
            assert f"a total of {case.total} where 120.00 was meant" in row["message"]
            assert [fix["label"] for fix in row["fixes"]] == ["Settings…"]
            assert sides.run([record], {"auto_apply": True})["counts"]["done"] == 0  # it is never called done


def test_the_settings_ask_for_the_tax_only_where_the_company_taxes(sides: BothSides, abroad: BothSides) -> None:
    def fields(of: BothSides) -> dict[str, list[str]]:
        found = of.form("settings").open({})["fields"]
        return {field["name"]: [choice["label"] for choice in field["choices"]] for field in found}

    assert "credit_memo_tax" not in fields(sides)
    sides.build(preferences=TAXED)
    assert fields(sides)["credit_memo_tax"] == [
        "Not chosen yet",
        "Not taxed",
        "As the item or the tax code says: tax is added to the amount",
    ]
    assert fields(sides)["credit_memo_tax_code"] == ["None chosen", "TAX", "NON", "CustomSalesTax"]
    assert fields(abroad)["credit_memo_tax"][-1] == "The amount includes the tax"
    assert fields(abroad)["credit_memo_tax_code"] == ["None chosen", "20.0% S", "5.0% R", "0.0% Z"]


def test_a_row_knows_before_the_run_that_its_tax_is_not_chosen(sides: BothSides) -> None:
    record = memo_of(sides)
    sides.build(preferences=TAXED)
    shown = sides.grid(record)[record.ref]
    assert (shown["outcome"], [fix["label"] for fix in shown["fixes"]]) == ("not_ready", ["Settings…"])
    sides.choose(credit_memo_tax="not_taxed")
    assert sides.grid(record)[record.ref]["outcome"] == "ready"


@pytest.mark.parametrize(
    ("preferences", "what"),
    [
        ({"ClassTrackingPerTxn": True}, "class"),
        ({"ClassTrackingPerTxnLine": True}, "class"),
        ({"TrackDepartments": True}, "location"),
        ({"TrackDepartments": True, "ClassTrackingPerTxn": True}, "class or location"),
        ({"TrackDepartments": True, "ClassTrackingPerTxnLine": True}, "class or location"),
        ({}, ""),
    ],
)
def test_a_memo_that_goes_without_class_or_location_is_warned_of_and_sent(
    sides: BothSides, preferences: dict[str, bool], what: str
) -> None:
    record = memo_of(sides)
    paid = sides.record(sides.ledger.people[0], "1.00")
    sides.build(preferences={"AccountingInfoPrefs": preferences})
    shown = sides.grid(record)[record.ref]
    planned = sides.export(record, dry_run=True)[record.ref]
    warning = f"QuickBooks tracks by {what}, and this credit memo goes without one." if what else ""
    assert (shown["outcome"], shown["message"]) == ("ready", warning)
    assert planned["message"] == f"{warning} Would be created in QuickBooks.".strip()
    assert sides.grid(paid)[paid.ref]["message"] == ""
    assert sides.export(record)[record.ref]["outcome"] == "synchronized"
    assert [each["TotalAmt"] for each in sides.query("CreditMemo")] == [Decimal("120.00")]


@pytest.mark.parametrize("chosen", ["", "second", "gone"])
def test_of_several_receivable_accounts_one_is_chosen_or_the_row_warns(sides: BothSides, chosen: str) -> None:
    account = {"AccountType": "Accounts Receivable", "AccountSubType": "AccountsReceivable"}
    ids = sides.build(customer("Ada", "ada"), {"create": "Account", "as": "second", "body": {"Name": "Retainers owed", **account}})
    record = sides.record(sides.client("Ada"), "10.00")
    sides.match()
    warning = "QuickBooks has several receivable accounts (Accounts Receivable (A/R), Retainers owed) and takes one by itself."
    assert sides.grid(record)[record.ref]["message"].startswith(warning)
    if chosen == "second":
        sides.choose(receivable_account=ids["second"])
    if chosen == "gone":
        assert "rejected" in sides.choose(receivable_account="999")
    shown = sides.grid(record)[record.ref]
    assert shown["message"].startswith(warning) == (chosen != "second")
    assert [fix["label"] for fix in shown["fixes"]] == ([] if chosen == "second" else ["Settings…"])
    there = sides.read("Payment", sides.export(record)[record.ref]["quickbooks_id"])
    assert there.get("ARAccountRef", {}).get("value") == (ids["second"] if chosen == "second" else None)


@pytest.mark.parametrize(("custom", "reference"), [(True, "CM-77"), (True, ""), (False, "CM-77"), (False, ""), (False, "x" * 30)])
def test_a_reference_that_the_companys_numbering_does_not_take_is_kept_in_the_note(
    sides: BothSides, custom: bool, reference: str
) -> None:
    sides.build(preferences={"SalesFormsPrefs": {"CustomTxnNumbers": custom}})
    record = memo_of(sides, reference=reference, memo="Discount")
    row = sides.export(record)[record.ref]
    there, meant = sides.read("CreditMemo", row["quickbooks_id"]), reference or record.number
    assert (there["DocNumber"] == meant) == custom
    assert there["PrivateNote"].startswith("Discount [" if custom else f"Discount ({meant}) [")


def test_a_memo_that_finds_no_invoice_is_done_and_counted_as_not_applied(sides: BothSides) -> None:
    sides.build(customer("Ada", "ada"), customer("Bo", "bo"), invoice("bo", "B-1", "50.00"))
    ada, bo = (sides.record(sides.client(name), "120.00", "credit_memo") for name in ("Ada", "Bo"))
    sides.match()
    summary = sides.run([ada, bo], {"auto_apply": True})
    rows, numbers = summary["rows"], {each["CustomerRef"]["name"]: each for each in sides.query("CreditMemo")}
    assert (summary["counts"]["done"], summary["counts"]["not_applied"]) == (2, 1)
    assert rows[ada.ref]["message"] == "Saved, and unapplied: Ada has no open invoice."
    assert numbers["Ada"]["RemainingCredit"] == Decimal("120.00")
    assert numbers["Bo"]["RemainingCredit"] == Decimal("70.00")
    assert rows[bo.ref]["message"].endswith("70.00 is unapplied: Bo has no other open invoice.")
