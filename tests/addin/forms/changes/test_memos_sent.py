"""Credit memos edited here and sent: QuickBooks' memo becomes what it is here, and all else of it stays; both sides are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hostsim.qbo_simulator.books.lists.merge import merge_customers
from hostsim.qbo_simulator.companies.start import make
from qb_plugin.sync.markers import find_marker, without_marker
from tests.addin.forms.changes.memo_desk import SALE, MemoDesk, labels, memo_desk, sale_of

DAY = date(2026, 11, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What is edited here, what Changes says, and what stands in QuickBooks afterwards."""

    here: dict[str, Any]
    what: str
    total: str = "120.00"
    day: str = "2026-10-31"
    number: str = "CM-77"
    note: str = "Discount"
    applied: bool = False
    numbered: bool = True


EDITS = {
    "more": Edit(here={"amount": Decimal("150.00")}, what="Amount changed here", total="150.00"),
    "less, unapplied": Edit(here={"amount": Decimal("0.01")}, what="Amount changed here", total="0.01"),
    "less than it was, more than is used": Edit(
        here={"amount": Decimal("100.00")}, what="Amount changed here", total="100.00", applied=True
    ),
    "just what is used": Edit(here={"amount": Decimal("80.00")}, what="Amount changed here", total="80.00", applied=True),
    "date": Edit(here={"date": DAY}, what="Date changed here", day="2026-11-05"),
    "date of an applied one": Edit(here={"date": DAY}, what="Date changed here", day="2026-11-05", applied=True),
    "memo": Edit(here={"memo": "Goodwill"}, what="Reference or memo changed here", note="Goodwill"),
    "no memo any more": Edit(here={"memo": ""}, what="Reference or memo changed here", note=""),
    "reference": Edit(here={"reference": "CM-78"}, what="Reference or memo changed here", number="CM-78"),
    "reference in the note": Edit(
        here={"reference": "CM-78"}, what="Reference or memo changed here", number="", note="Discount (CM-78)", numbered=False
    ),
    "memo before the number": Edit(
        here={"memo": "Goodwill"}, what="Reference or memo changed here", number="", note="Goodwill (CM-77)", numbered=False
    ),
    "everything": Edit(
        here={"amount": Decimal("99.99"), "date": DAY, "memo": "Goodwill", "reference": "CM-78"},
        what="Amount changed here",
        total="99.99",
        day="2026-11-05",
        number="CM-78",
        note="Goodwill",
        applied=True,
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_memo_edited_here_is_changed_there_and_keeps_all_else(tmp_path: Path, edit: Edit) -> None:
    with memo_desk(tmp_path, numbered=edit.numbered) as desk:
        desk.send_first("120.00", edit.applied, reference="CM-77", memo="Discount")
        before = desk.there
        assert desk.changes() == {}
        desk.edit_here(**edit.here)
        row = desk.changes()[desk.ref]
        assert (row["cells"]["what"], [label.split()[0] for label in labels(row)][:2]) == (edit.what, ["Take", "Send"])
        sent = desk.press("send")
        assert (sent["outcome"], sent["quickbooks_id"]) == ("synchronized", desk.identity), sent
        there = desk.there
        assert (Decimal(there["TotalAmt"]), there["TxnDate"]) == (Decimal(edit.total), edit.day)
        assert there["DocNumber"] == (edit.number or before["DocNumber"])
        assert without_marker(there["PrivateNote"]) == edit.note
        assert find_marker(there["PrivateNote"]) == find_marker(before["PrivateNote"])
        assert sale_of(there)[SALE] == {**sale_of(before)[SALE]}
        used = Decimal(80) if edit.applied else Decimal(0)
        assert Decimal(there["TotalAmt"]) - Decimal(there["RemainingCredit"]) == used
        assert [Decimal(each["Balance"]) for each in desk.sides.query("Invoice")] == [Decimal(80) - used]
        assert len(desk.sides.query("CreditMemo")) == 1
        assert desk.changes() == {}
        assert desk.press("send")["outcome"] == "synchronized"  # nothing is left to send
        assert desk.there["SyncToken"] == there["SyncToken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a memo that was edited here is not sent."""

    here: dict[str, Any]
    there: dict[str, Any] = field(default_factory=dict)
    said: str
    offered: bool = False  # whether the button is there, for it shows only at the press


def lines_there(*amounts: str) -> list[dict[str, Any]]:
    """Sales lines as somebody has split a memo in QuickBooks."""
    item = {"ItemRef": {"value": "1"}}
    return [{"Amount": Decimal(each), "DetailType": SALE, SALE: item} for each in amounts]


REFUSALS = {
    "less than is used": Refusal(here={"amount": Decimal("79.99")}, said="80.00 of credit memo {id} pays invoices in QuickBooks"),
    "much less": Refusal(here={"amount": Decimal("0.01"), "date": DAY}, said="more than the 0.01 that it is here"),
    "several lines": Refusal(
        here={"amount": Decimal("130.00")},
        there={"Line": lines_there("100.00", "20.00")},
        said="has several lines in QuickBooks",
        offered=True,
    ),
    "a discount beside it": Refusal(
        here={"amount": Decimal("130.00")},
        there={
            "Line": [
                *lines_there("130.00"),
                {"Amount": Decimal(10), "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": False}},
            ]
        },
        said="has several lines in QuickBooks",
        offered=True,
    ),
    "half a cent": Refusal(here={"amount": Decimal("130.005")}, said="cent", offered=True),
    "nothing": Refusal(here={"amount": Decimal("0.00")}, said="pays invoices in QuickBooks"),
    "a text that is too long": Refusal(here={"memo": "x" * 4000}, said="Shorten it", offered=True),
    "a number that is too long": Refusal(here={"reference": "x" * 22}, said="21", offered=True),
    "gone there": Refusal(here={"date": DAY}, there={"operation": "delete"}, said="cannot be changed from here"),
}


@pytest.mark.parametrize("case", REFUSALS.values(), ids=REFUSALS)
def test_what_quickbooks_would_refuse_or_undo_is_said_and_nothing_is_sent(tmp_path: Path, case: Refusal) -> None:
    with memo_desk(tmp_path) as desk:
        desk.send_first("120.00", True, reference="CM-77", memo="Discount")
        if case.there.get("operation") == "delete":
            desk.remove_there(desk.applications()[0]["Id"])
            now = desk.there
            desk.sides.entries.post("CreditMemo", {"Id": now["Id"], "SyncToken": now["SyncToken"]}, operation="delete")
        elif case.there:
            desk.edit_there(**case.there)
        before = desk.sides.query("CreditMemo")
        desk.edit_here(**case.here)
        row = desk.changes()[desk.ref]
        assert any(label.startswith("Send ") and "again" not in label for label in labels(row)) is case.offered
        if not case.offered and "cannot" not in case.said:
            assert case.said.format(id=desk.identity) in row["message"]  # said before anything is pressed
        sent = desk.press("send")
        assert (sent["outcome"], case.said.format(id=desk.identity) in sent["message"]) == ("failed", True), sent
        assert desk.sides.query("CreditMemo") == before
        assert desk.ref in desk.changes()


@pytest.mark.parametrize("way", ["take", "send"])
def test_after_a_merge_both_customers_are_named_and_once_the_client_is_matched_it_goes(tmp_path: Path, way: str) -> None:
    with memo_desk(tmp_path) as desk:
        desk.send_first("120.00", False)
        books, now = desk.sides.entries.company, desk.sides.simulator.core.clock.now()
        winner = make(books, "Customer", {"DisplayName": "Ada & Sons"}, now)
        merge_customers(books, int(desk.there["CustomerRef"]["value"]), int(winner["Id"]), now)
        desk.edit_here(amount=Decimal("130.00"))
        told = desk.press(way)
        assert (told["outcome"], labels(told)) == ("failed", ["Match client…"])
        assert f"{desk.identity} is of Ada & Sons in QuickBooks, and Ada, whose" in told["message"]
        client = f"client:{desk.here.client_id}"
        form = desk.sides.form("match-clients")
        form.act("link", desk.sides.opened("match-clients"), [client], {client: {"customer": str(winner["Id"])}})
        assert desk.press(way)["outcome"] == "synchronized"
        assert (desk.here.amount, Decimal(str(desk.there["TotalAmt"]))) == (Decimal("130.00" if way == "send" else "120.00"),) * 2


TAXES = {
    "home, added by the item": ({"percent": 7.5, "credit_memo_tax": "as_item"}, "215.00"),
    "home, not taxed": ({"percent": 7.5, "credit_memo_tax": "not_taxed"}, "200.00"),
    "abroad, added": ({"company": "abroad", "credit_memo_tax": "as_item", "credit_memo_tax_code": "2"}, "240.00"),
    "abroad, added at 5 %": ({"company": "abroad", "credit_memo_tax": "as_item", "credit_memo_tax_code": "3"}, "210.00"),
    "abroad, included": ({"company": "abroad", "credit_memo_tax": "included", "credit_memo_tax_code": "2"}, "200.00"),
    "abroad, not taxed": ({"company": "abroad", "credit_memo_tax": "not_taxed"}, "200.00"),
}


@pytest.mark.parametrize(("company", "total"), TAXES.values(), ids=TAXES)
def test_item_and_tax_stay_and_another_total_is_changed_with_both_amounts(
    tmp_path: Path, company: dict[str, Any], total: str
) -> None:
    with memo_desk(tmp_path, **company) as desk:
        client = "Harbour Books" if company.get("company") else "Ada"
        desk.send_first("120.00", False, client)
        before = desk.there
        desk.edit_here(amount=Decimal("200.00"))
        row = desk.press("send")
        there = desk.there
        assert Decimal(there["TotalAmt"]) == Decimal(total)
        assert [there.get(name) for name in ("GlobalTaxCalculation", "CustomerRef")] == [
            before.get(name) for name in ("GlobalTaxCalculation", "CustomerRef")
        ]
        assert sale_of(there)[SALE] == sale_of(before)[SALE]
        if total == "200.00":
            assert row["outcome"] == "synchronized", row
        else:
            assert row["outcome"] == "changed", row
            assert f"a total of {total} where 200.00 was meant" in row["message"]


KEPT = {
    "the customer's message": ({"CustomerMemo": {"value": "Thank you"}}, "CustomerMemo"),
    "the address of the bill": ({"BillEmail": {"Address": "ada@example.com"}}, "BillEmail"),
    "a description of QuickBooks'": ({}, "Line"),
    "a note that was edited there": ({"PrivateNote": "Seen by the accountant"}, "PrivateNote"),
    "a number that was edited there": ({"DocNumber": "CM-900"}, "DocNumber"),
}


@pytest.mark.parametrize(("edited", "name"), KEPT.values(), ids=KEPT)
def test_what_was_written_there_stays_when_only_the_amount_is_sent(tmp_path: Path, edited: dict[str, Any], name: str) -> None:
    with memo_desk(tmp_path) as desk:
        desk.send_first("120.00", False, reference="CM-77", memo="Discount")
        if name == "Line":
            line = {**sale_of(desk.there), "Description": "Hours of May"}
            priced = {**line[SALE], "Qty": 1, "UnitPrice": 120}
            edited = {"Line": [{**line, SALE: priced}]}
        desk.edit_there(**edited)
        before = desk.there
        desk.edit_here(amount=Decimal("130.00"))
        assert desk.press("send")["outcome"] == "synchronized"
        there = desk.there
        assert Decimal(there["TotalAmt"]) == Decimal(130)
        if name == "Line":
            sale = sale_of(there)
            assert (sale["Description"], sale[SALE]["Qty"], sale[SALE]["UnitPrice"]) == ("Hours of May", 1, 130)
        else:
            assert there[name] == before[name]


TAKEN = {
    "amount": ({"Line": lines_there("90.00")}, "Amount changed there", {"amount": Decimal("90.00")}),
    "date": ({"TxnDate": "2026-11-02"}, "Date changed there", {"date": date(2026, 11, 2)}),
    "both": (
        {"Line": lines_there("90.00"), "TxnDate": "2026-11-02"},
        "Amount changed there",
        {"amount": Decimal("90.00"), "date": date(2026, 11, 2)},
    ),
}


@pytest.mark.parametrize(("edited", "what", "taken"), TAKEN.values(), ids=TAKEN)
def test_what_was_changed_there_is_taken_here(tmp_path: Path, edited: dict[str, Any], what: str, taken: dict[str, Any]) -> None:
    with memo_desk(tmp_path) as desk:
        desk.send_first("120.00", False, reference="CM-77", memo="Discount")
        desk.edit_there(**edited)
        token = desk.there["SyncToken"]
        assert desk.changes()[desk.ref]["cells"]["what"] == what
        assert desk.press("take")["outcome"] == "synchronized"
        assert {name: getattr(desk.here, name) for name in taken} == taken
        assert (desk.here.reference, desk.here.memo, desk.there["SyncToken"]) == ("CM-77", "Discount", token)
        assert desk.changes() == {}


@pytest.mark.parametrize(
    ("numbered", "values"), [(True, {"reference": "X-1"}), (False, {"memo": "Other"}), (True, {"memo": "Other"})]
)
def test_texts_that_were_changed_here_can_be_taken_back(tmp_path: Path, numbered: bool, values: dict[str, str]) -> None:
    with memo_desk(tmp_path, numbered=numbered) as desk:
        desk.send_first("120.00", False, reference="CM-77", memo="Discount")
        desk.edit_here(**values)
        assert "Discount" in desk.changes()[desk.ref]["message"]
        assert desk.press("take")["outcome"] == "synchronized"
        assert (desk.here.reference, desk.here.memo) == ("CM-77", "Discount")
        assert desk.changes() == {}


def spoil(desk: MemoDesk, kind: str) -> None:
    """Somebody is faster, or the answer gets lost."""
    desk.sides.simulator.core.add_trouble(kind=kind, match={"path": "batch"})


@pytest.mark.parametrize("taxed", [False, True])
def test_a_lost_answer_is_settled_by_reading_the_memo(tmp_path: Path, taxed: bool) -> None:
    company: dict[str, Any] = {"percent": 7.5, "credit_memo_tax": "as_item"} if taxed else {}
    with memo_desk(tmp_path, **company) as desk:
        desk.send_first("120.00", False)
        desk.edit_here(amount=Decimal("200.00"))
        spoil(desk, "answer_lost_after")
        assert desk.press("send")["outcome"] == ("changed" if taxed else "synchronized")
        assert (Decimal(desk.there["TotalAmt"]), desk.there["SyncToken"]) == (Decimal(215 if taxed else 200), "1")


def test_somebody_who_was_faster_is_read_again_and_said(tmp_path: Path) -> None:
    with memo_desk(tmp_path) as desk:
        desk.send_first("120.00", False)
        desk.edit_here(amount=Decimal("200.00"))
        spoil(desk, "changed_by_other")
        row = desk.press("send")
        assert (row["outcome"], "was changed in QuickBooks meanwhile: it is 120.00" in row["message"]) == ("changed", True), row
        assert Decimal(desk.there["TotalAmt"]) == 120
        assert desk.press("send")["outcome"] == "synchronized"
        assert Decimal(desk.there["TotalAmt"]) == 200
