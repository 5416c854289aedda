"""What the settings choose and QuickBooks refuses: the row names it as the settings do and leads there, and goes once another is
chosen; read on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.hosts.both_sides import BothSides, both_sides, customer
from tests.support.ledgers.fake_ledger_values import FakeRecord

Json = dict[str, Any]
BANK = {"Name": "Old Bank", "AccountType": "Bank", "AccountSubType": "Checking"}
DEBTORS = {"AccountType": "Accounts Receivable", "AccountSubType": "AccountsReceivable"}
METHOD = {"Name": "Old Card", "Type": "CREDIT_CARD"}
ITEM = {"Name": "Old Refunds", "Type": "Service", "IncomeAccountRef": "$Account:Services"}


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A thing that the settings choose, how it is made and what becomes of it, what the row says, and what is chosen then."""

    made: Json
    field: str
    says: str
    then: Json | None = None  # a step of books; None: QuickBooks refuses it
    code: str = "2500"
    text: str = ""
    kind: str = "payment"
    before: bool = False  # it shows before a run

    @property
    def column(self) -> str:
        """The cell of the row that shows what is chosen, if one does."""
        return {"deposit_account:Check": "deposit", "payment_method:Check": "method"}.get(self.field, "")


def account(**more: Any) -> Thing:
    """A deposit account."""
    return Thing(made={"create": "Account", "as": "it", "body": BANK}, field="deposit_account:Check", **more)


def method(**more: Any) -> Thing:
    """A payment method."""
    return Thing(made={"create": "PaymentMethod", "as": "it", "body": METHOD}, field="payment_method:Check", **more)


def item(**more: Any) -> Thing:
    """The item on credit memos."""
    made = {"create": "Item", "as": "it", "body": ITEM}
    return Thing(made=made, field="credit_memo_item", kind="credit_memo", **more)


INACTIVE, CHECK = {"Active": False}, "Check the fields with accounts, customers, items, vendors or employees."
CASES = {
    "account inactive, seen before": account(
        then={"update": "$it", "body": {**BANK, **INACTIVE}}, says="The deposit account Old Bank takes no deposits", before=True
    ),
    "account not found": account(
        says="The deposit account Old Bank has been made inactive", text="Accounts element id 1 not found"
    ),
    "account inactive, anything": account(
        says="(customer Ada, deposit account Old Bank, payment", code="610", text=f"… made inactive. {CHECK}"
    ),
    "account of another type": account(says="QuickBooks rejected the deposit account (Old Bank)", code="6430", text="No bank"),
    "account is no bank": account(says="deposit account (Old Bank)", code="6000", text="Select a bank account for this"),
    "account in another currency": account(says="the deposit account Old Bank is kept", code="6000", text="Other currency"),
    "method inactive, seen before": method(
        then={"update": "$it", "body": {**METHOD, **INACTIVE}}, says="The payment method Old Card was made inactive", before=True
    ),
    "method not found": method(says="The payment method Old Card has been", text="PaymentMethods element id 1 not found"),
    "method of a rule": method(says="The payment method Old Card may be why", code="6000", text="The payment method is wrong"),
    "item inactive": item(then={"update": "$it", "body": {**ITEM, **INACTIVE}}, says="item Old Refunds)"),
    "item not found": item(says="The item Old Refunds has been made inactive", text="Items element id 1 not found"),
    "item of a rule": item(says="The item Old Refunds may be why", code="6000", text="The item needs an income account"),
}


def refuse(sides: BothSides, case: Thing, identity: str) -> None:
    """Let QuickBooks refuse, over HTTP, creates that refer to it."""
    reference = {"deposit": "DepositToAccount", "method": "PaymentMethod"}.get(case.column, "Item")
    fault = {"code": case.code, "message": "A title", "detail": case.text}
    match = {"operation": "create", "record": f"{reference}:{identity}"}
    rule = {"kind": "refused", "match": match, "times": None, "fault": fault}
    reply = requests.post(f"{sides.simulator.base_url}/_control/trouble", json=rule, timeout=10)
    assert reply.status_code == 200, reply.text


def begin(sides: BothSides, case: Thing) -> FakeRecord:
    """A record whose settings chose the thing, and what becomes of that."""
    identity = sides.build(customer("Ada", "ada"), case.made)["it"]
    paid_by = {"method": "Check"} if case.kind == "payment" else {}
    record = sides.record(sides.client("Ada"), "40.00", case.kind, reference="R-7", **paid_by)
    sides.match()
    assert "Settings saved" in sides.choose(**{case.field: identity})["notice"]
    if case.then:
        name = f"${case.made['create']}:{case.made['body']['Name']}"
        sides.build({**case.then, "update": name})
    else:
        refuse(sides, case, identity)
    return record


def another(sides: BothSides, field: str) -> str:
    """The id of something else that this field of Settings offers."""
    (found,) = [each for each in sides.form("settings").open({})["fields"] if each["name"] == field]
    return next(str(each["value"]) for each in found["choices"] if each["value"] and "Old" not in each["label"])


def identity_of(case: Thing, there: Json) -> str:
    """The id of what the transaction went out with in QuickBooks."""
    if case.kind == "credit_memo":
        return str(there["Line"][0]["SalesItemLineDetail"]["ItemRef"]["value"])
    return str(there["DepositToAccountRef" if case.column == "deposit" else "PaymentMethodRef"]["value"])


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_names_what_the_settings_chose_and_leads_there(sides: BothSides, name: str) -> None:
    case = CASES[name]
    record = begin(sides, case)
    row = sides.grid(record)[record.ref] if case.before else sides.export(record)[record.ref]
    assert row["outcome"] == ("not_ready" if case.before else "failed")
    assert case.says in row["message"]
    assert row["fixes"][0]["form"] == "settings"
    if case.column:
        shown = sides.grid(record)[record.ref]["cells"][case.column]["label"]
        assert shown == case.made["body"]["Name"]
    other = another(sides, case.field)
    sides.choose(**{case.field: other})
    ready = sides.grid(record)[record.ref]
    assert (ready["outcome"], ready["message"]) == ("ready", "")
    assert sides.export(record)[record.ref]["outcome"] == "synchronized"
    (there,) = sides.query("Payment" if case.kind == "payment" else "CreditMemo")
    assert (there["TotalAmt"], identity_of(case, there)) == (Decimal("40.00"), other)


def test_a_refusal_stands_while_nothing_it_was_of_has_changed(sides: BothSides) -> None:
    record = begin(sides, CASES["account not found"])
    said = sides.export(record)[record.ref]["message"]
    sides.choose(**{"payment_method:Check": "", "deposit_account:Visa": another(sides, "deposit_account:Visa")})
    row = sides.grid(record)[record.ref]
    assert (row["outcome"], row["message"]) == ("failed", said)


def test_a_payment_that_was_refused_for_its_customer_turns_ready_once_the_client_is_matched_to_another(sides: BothSides) -> None:
    ids = sides.build(customer("Ada", "ada"), customer("Zed", "zed"))
    record = sides.record(sides.client("Ada"), "40.00", reference="R-7")
    sides.match()
    fault = {"code": "2500", "message": "A title", "detail": f"Customers element id {ids['ada']} not found"}
    rule = {"kind": "refused", "match": {"operation": "create", "record": f"Customer:{ids['ada']}"}, "times": None, "fault": fault}
    assert requests.post(f"{sides.simulator.base_url}/_control/trouble", json=rule, timeout=10).status_code == 200
    row = sides.export(record)[record.ref]
    assert row["message"].startswith("Customer Ada has been made inactive")
    assert [fix["label"] for fix in row["fixes"]] == ["Open customer in QuickBooks", "Match client…"]
    assert row["fixes"][1]["request"] == {"answer": {"search": "Ada"}}
    sides.form("match-clients").act("link", {}, ["client:1"], {"client:1": {"customer": ids["zed"]}})
    ready = sides.grid(record)[record.ref]
    assert (ready["outcome"], ready["message"]) == ("ready", "")
    assert sides.export(record)[record.ref]["outcome"] == "synchronized"
    assert [each["CustomerRef"]["value"] for each in sides.query("Payment")] == [ids["zed"]]


def test_a_choice_that_is_gone_is_shown_so_in_settings_and_hinders_no_other_change(sides: BothSides) -> None:
    begin(sides, CASES["account inactive, seen before"])
    begin_label = labels_of(sides, "deposit_account:Check")
    assert [label for label in begin_label if "gone" in label] == ["Old Bank (gone from QuickBooks)"]
    assert labels_of(sides, "deposit_account:Visa") == begin_label  # the choices of a column are the same in each row
    assert "Settings saved" in sides.choose(pace="gentle")["notice"]
    assert "Old Bank (gone from QuickBooks)" in labels_of(sides, "deposit_account:Check")
    tested = sides.form("settings").act("test", sides.opened("settings"), [], {})
    assert {*tested["rejected"]} == {"deposit_account:Check"}
    sides.choose(**{"deposit_account:Check": ""})
    assert [label for label in labels_of(sides, "deposit_account:Check") if "gone" in label] == []


def labels_of(sides: BothSides, field: str) -> list[str]:
    """What a field of Settings offers, by name."""
    (found,) = [each for each in sides.form("settings").open({})["fields"] if each["name"] == field]
    return [str(each["label"]) for each in found["choices"]]


def test_two_receivable_accounts_are_told_apart_in_a_refusal(sides: BothSides) -> None:
    ids = sides.build(customer("Ada", "ada"), {"create": "Account", "as": "it", "body": {"Name": "Retail Debtors", **DEBTORS}})
    record = sides.record(sides.client("Ada"), "40.00", reference="R-7")
    sides.match()
    sides.choose(receivable_account=ids["it"])
    fault = {"code": "2500", "message": "A title", "detail": f"Accounts element id {ids['it']} not found"}
    rule = {"kind": "refused", "match": {"operation": "create", "text": "R-7"}, "times": None, "fault": fault}
    assert requests.post(f"{sides.simulator.base_url}/_control/trouble", json=rule, timeout=10).status_code == 200
    row = sides.export(record)[record.ref]
    assert row["message"].startswith("The receivable account Retail Debtors has been made inactive")
    assert row["fixes"][0]["form"] == "settings"
