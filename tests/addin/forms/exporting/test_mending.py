"""Rows that cannot go as they stand, each mended by its own button, and then exported: read on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.services.parts import Parts
from tests.support.hosts.both_sides import SWIFT, TODAY, BothSides, both_sides, customer
from tests.support.hurried_clock import HurriedClock
from tests.support.ledgers.fake_ledger_values import FakeRecord

Json = dict[str, Any]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


@dataclass(frozen=True, slots=True)
class Case:
    """What is wrong with a record, the button that mends it, what is entered, and what QuickBooks has then."""

    wrong: Json
    says: str
    button: str
    entered: str
    there: tuple[str, object]
    amount: str = "10.00"
    kind: str = "payment"


CASES = (
    Case({"reference": "x" * 22}, "Reference is too long (22 of 21", "Correct reference…", "CHK 22", ("PaymentRefNum", "CHK 22")),
    Case({"reference": "x" * 60}, "Reference is too long (60 of 21", "Correct reference…", "y" * 21, ("PaymentRefNum", "y" * 21)),
    Case({"reference": "a\x07b"}, "Reference has a character", "Correct reference…", "ab", ("PaymentRefNum", "ab")),
    Case({"memo": "m" * 4001}, "Memo is too long (4001 of", "Correct memo…", "short", ("PrivateNote", "short")),
    Case({"memo": "a\x07b"}, "Memo has a character", "Correct memo…", "two\nlines", ("PrivateNote", "two\nlines")),
    Case({}, "The amount is 0.00", "Correct amount…", "12.50", ("TotalAmt", Decimal("12.50")), "0.00"),
    Case({}, "The amount is -5.00", "Correct amount…", "5.00", ("TotalAmt", Decimal("5.00")), "-5.00"),
    Case({}, "The amount 10.005 has fractions of a cent", "Correct amount…", "10.01", ("TotalAmt", Decimal("10.01")), "10.005"),
    Case(
        {},
        "QuickBooks takes 9,999,999,999.99 at most",
        "Correct amount…",
        "1,000.00",
        ("TotalAmt", Decimal(1000)),
        "10000000000.00",
    ),
    Case({"day": TODAY.replace(month=9)}, "Your books are closed", "Correct date…", "2026-11-02", ("TxnDate", "2026-11-02")),
    Case({"reference": "z" * 25}, "Number is too long", "Correct reference…", "CM-1", ("DocNumber", "CM-1"), "9.00", "credit_memo"),
    Case({"memo": "m" * 4001}, "Memo is too long", "Correct memo…", "short", ("PrivateNote", "short"), "8.00", "credit_memo"),
)


def press(sides: BothSides, record: FakeRecord, label: str, entered: str) -> Json:
    """Press the row's button, enter the value, and give what comes back."""
    row = sides.grid(record)[record.ref]
    (fix,) = [each for each in row["fixes"] if each["label"] == label]
    form, answer = sides.form("export-payments"), sides.opened("export-payments", selection=[record.ref])
    asked = form.act(fix["act"], answer, [record.ref], {})["ask"]
    found: Json = form.act(fix["act"], answer, [record.ref], {asked["row"]: {asked["key"]: entered}})
    return found


@pytest.mark.parametrize("after_a_run", [False, True], ids=["before a run", "after a run"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.says[:28]}")
def test_a_row_is_mended_by_its_own_button_and_goes(sides: BothSides, case: Case, after_a_run: bool) -> None:
    sides.build(
        customer("Ada", "ada"),
        preferences={"AccountingInfoPrefs": {"BookCloseDate": "2026-09-30"}, "SalesFormsPrefs": {"CustomTxnNumbers": True}},
    )
    record = sides.record(sides.client("Ada"), case.amount, case.kind, **case.wrong)
    sides.match()
    sides.choose(credit_memo_item=sides.query("Item")[0]["Id"])
    if after_a_run:
        assert sides.export(record)[record.ref]["outcome"] == "failed"
    before = sides.grid(record)[record.ref]
    assert before["outcome"] == ("failed" if after_a_run else "not_ready")
    assert before["message"].startswith(case.says)
    result = press(sides, record, case.button, case.entered)
    (mended,) = result["rows"]
    assert (mended["outcome"], mended["message"]) == ("ready", "")
    assert sides.grid(record)[record.ref]["outcome"] == "ready"
    done = sides.export(record)[record.ref]
    assert done["outcome"] == "synchronized", done
    key, value = case.there
    there = sides.read("Payment" if case.kind == "payment" else "CreditMemo", done["quickbooks_id"])[key]
    assert (there.rpartition(" [WS ")[0] if key == "PrivateNote" else there) == value


def one_too_long(sides: BothSides) -> FakeRecord:
    sides.build(customer("Ada", "ada"))
    record = sides.record(sides.client("Ada"), "10.00", reference="x" * 22)
    sides.match()
    return record


def test_what_is_asked_says_what_there_is_and_how_long_it_may_be(sides: BothSides) -> None:
    record = one_too_long(sides)
    asked = sides.form("export-payments").act("correct_reference", {}, [record.ref], {})["ask"]
    assert asked == {
        "row": record.ref,
        "key": "reference",
        "label": "Reference",
        "value": "x" * 22,
        "type": "text",
        "text": "Reference of P-1001 of Ada, as it is in Park Practice: at most 21 characters, and now 22.",
        "longest": 21,
    }


def test_what_is_still_too_long_stays_with_its_new_reason(sides: BothSides) -> None:
    record = one_too_long(sides)
    (row,) = press(sides, record, "Correct reference…", "y" * 23)["rows"]
    assert (row["outcome"], row["message"][:32]) == ("not_ready", "Reference is too long (23 of 21 ")


@pytest.mark.parametrize(("action", "key", "typed"), [("correct_amount", "amount", "ten"), ("correct_date", "date", "2026-02-30")])
def test_what_is_no_amount_or_date_is_refused_and_nothing_is_written(sides: BothSides, action: str, key: str, typed: str) -> None:
    record = one_too_long(sides)
    result = sides.form("export-payments").act(action, {}, [record.ref], {record.ref: {key: typed}})
    assert list(result["rejected"]) == [key]
    assert sides.ledger.records([record.ref])[0].version == record.version


def test_a_host_that_changes_no_records_is_not_offered_to(sides: BothSides) -> None:
    record = one_too_long(sides)
    sides.ledger.can = frozenset({"apply"})
    manager = sides.host.load(QuickBooksAddIn(Parts(clock=HurriedClock(), limits=SWIFT)))
    row = sides.grid(record)[record.ref]
    assert (row["outcome"], row["fixes"]) == ("not_ready", [])
    result = sides.form("export-payments").act("correct_reference", {}, [record.ref], {record.ref: {"reference": "1"}})
    assert result["notice"].startswith("Park Practice does not let its records be corrected from here.")
    manager.hook.workspace_stop()


def test_an_inactive_customer_has_a_button_to_its_page(sides: BothSides) -> None:
    ids = sides.build(customer("Ada", "ada"))
    record = sides.record(sides.client("Ada"), "10.00")
    sides.match()
    there = sides.read("Customer", ids["ada"])
    sides.entries.post("Customer", {"Id": there["Id"], "SyncToken": there["SyncToken"], "sparse": True, "Active": False})
    row = sides.grid(record)[record.ref]
    assert [fix["label"] for fix in row["fixes"]] == ["Open customer in QuickBooks", "Match client…"]
    opened = sides.form("export-payments").act("open_customer", {}, [record.ref], {})
    assert opened["open_url"].endswith(f"/Customer/{ids['ada']}")


def test_an_account_that_was_made_inactive_is_known_before_the_run_until_another_is_chosen(sides: BothSides) -> None:
    sides.build(customer("Ada", "ada"))
    record = sides.record(sides.client("Ada"), "10.00", method="Check")
    sides.match()
    accounts = sides.form("settings").open({})
    field = next(each for each in accounts["fields"] if each["name"].startswith("deposit_account") and "Check" in each["label"])
    first, other = [choice["value"] for choice in field["choices"] if choice["value"]][:2]
    sides.choose(**{field["name"]: first})
    assert sides.grid(record)[record.ref]["outcome"] == "ready"
    there = sides.read("Account", first)
    gone = {"Id": there["Id"], "SyncToken": there["SyncToken"], "Name": there["Name"], "Active": False, "sparse": True}
    sides.entries.post("Account", gone)
    row = sides.grid(record)[record.ref]
    assert (row["outcome"], row["fixes"][0]["label"]) == ("not_ready", "Settings…")
    assert row["message"].startswith("The deposit account Checking takes no deposits any more")
    sides.choose(**{field["name"]: other})
    assert sides.grid(record)[record.ref]["outcome"] == "ready"
    done = sides.export(record)[record.ref]
    assert sides.read("Payment", done["quickbooks_id"])["DepositToAccountRef"]["value"] == other
