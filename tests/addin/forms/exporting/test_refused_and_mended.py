"""Rows that QuickBooks refuses, each mended by a button of its own and then there once: read on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice, lines_of
from tests.support.ledgers.fake_ledger_values import FakeRecord

Json = dict[str, Any]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


@dataclass(frozen=True, slots=True)
class Refusal:
    """What QuickBooks refuses a payment with, how its row begins then, its button, and what is entered there."""

    code: str
    text: str
    says: str
    button: str
    entered: str = ""
    element: str = ""
    there: str = ""  # QuickBooks' name of what was entered
    lasts: bool = True  # for ever for what was sent; else once


CASES = (
    Refusal("620", "Transaction ID cannot be linked", "QuickBooks cannot apply this to B-1", "Send without applying it"),
    Refusal(
        "6000", "The payments add up to more than the open balance", "QuickBooks rejected the amounts", "Send without applying it"
    ),
    Refusal("6000", "Amounts can't be less than the charges", "QuickBooks rejected the amounts", "Send without applying it"),
    Refusal("6200", "Account Period Closed", "The books are closed in QuickBooks", "Correct date…", "2026-11-04", there="TxnDate"),
    Refusal("6210", "The period has closed", "The books are closed in QuickBooks", "Correct date…", "2026-11-05", there="TxnDate"),
    Refusal(
        *("6000", "Reference number 7 is already used", "Reference R-7 is already on", "Correct reference…", "R-8"),
        there="PaymentRefNum",
    ),
    Refusal(
        *("2040", "Invalid Characters", "Reference has a character", "Correct reference…", "R-9"),
        element="Payment.PaymentRefNum",
        there="PaymentRefNum",
    ),
    Refusal(
        "6140", "Duplicate Document Number Error", "Number R-7 is already on", "Correct reference…", "R-10", there="PaymentRefNum"
    ),
    Refusal(
        "6000", "Reference no. 7 is already there", "Reference R-7 is already", "Correct reference…", "R-11", there="PaymentRefNum"
    ),
    Refusal("5010", "The period is closed", "The books are closed in QuickBooks", "Correct date…", "2026-11-06", there="TxnDate"),
    Refusal(
        "2290",
        "Invalid Negative Amount",
        "QuickBooks does not take amounts",
        "Correct amount…",
        "12.50",
        there="TotalAmt",
        lasts=False,
    ),
)


def refuse(sides: BothSides, text: str, match: Json, *, lasts: bool, code: str, element: str = "") -> None:
    """Let QuickBooks refuse creates with this content, over HTTP."""
    fault = {"code": code, "message": text, "detail": f"{text}.", **({"element": element} if element else {})}
    rule = {"kind": "refused", "match": {"operation": "create", **match}, "times": None if lasts else 1, "fault": fault}
    reply = requests.post(f"{sides.simulator.base_url}/_control/trouble", json=rule, timeout=10)
    assert reply.status_code == 200, reply.text


def press(sides: BothSides, record: FakeRecord, label: str, entered: str) -> Json:
    """Press the row's button, enter what it asks for, and export where that alone does not; the row as it is told last."""
    (fix,) = [each for each in sides.grid(record)[record.ref]["fixes"] if each["label"] == label]
    if "run" in fix:
        rows: dict[str, Json] = sides.run([record], {"auto_apply": True}, {record.ref: fix["edit"]})["rows"]
        return rows[record.ref]
    form, answer = sides.form("export-payments"), sides.opened("export-payments", selection=[record.ref])
    asked = form.act(fix["act"], answer, [record.ref], {})["ask"]
    form.act(fix["act"], answer, [record.ref], {asked["row"]: {asked["key"]: entered}})
    assert sides.grid(record)[record.ref]["outcome"] == "ready"
    return sides.export(record, auto_apply=True)[record.ref]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.text[:24]}")
def test_what_quickbooks_refused_goes_once_it_is_mended(sides: BothSides, case: Refusal) -> None:
    ids = sides.build(
        customer("Ada", "ada"), invoice("ada", "B-1", "40.00"), preferences={"SalesFormsPrefs": {"CustomTxnNumbers": True}}
    )
    record = sides.record(sides.client("Ada"), "40.00", reference="R-7")
    sides.match()
    match = {"record": f"Invoice:{ids['B-1']}"} if "applying" in case.button else {"text": "R-7"}
    if case.there == "TxnDate":
        match = {"text": str(record.date)}
    refuse(sides, case.text, match, lasts=case.lasts, code=case.code, element=case.element)
    failed = sides.export(record, auto_apply=True)[record.ref]
    assert (failed["outcome"], failed["message"][: len(case.says)]) == ("failed", case.says)
    done = press(sides, record, case.button, case.entered)
    assert done["outcome"] == "synchronized", done
    (there,) = sides.query("Payment")
    assert there["Id"] == done["quickbooks_id"]
    applied = lines_of(there)
    if "applying" in case.button:
        assert (applied, Decimal(there["TotalAmt"]), done["message"]) == ({}, Decimal("40.00"), "")
    else:
        assert str(there[case.there]).startswith(case.entered)
        assert applied == {ids["B-1"]: Decimal("12.50") if case.there == "TotalAmt" else Decimal("40.00")}


def test_a_refused_currency_leads_to_the_settings_and_to_the_client(sides: BothSides) -> None:
    sides.build(customer("Ada", "ada"))
    record = sides.record(sides.client("Ada"), "40.00", reference="R-7")
    sides.match()
    refuse(sides, "The currency of the account differs", {"text": "R-7"}, lasts=True, code="6000")
    row = sides.export(record)[record.ref]
    assert row["message"].startswith("The currencies do not agree")
    assert [fix.get("form", fix["label"]) for fix in row["fixes"]] == ["settings", "match-clients", "Not now"]


def test_a_client_with_a_bad_address_gets_its_customer_without_it(sides: BothSides) -> None:
    client = sides.client("Ada")
    sides.ledger.people[0] = type(client)(client.id, client.name, True, client.currency, email="ada at home.example")
    record = sides.record(client, "40.00")
    refuse(sides, "Invalid Email Address format", {"text": "ada at home"}, lasts=True, code="2210")
    create: dict[str, Json] = {record.ref: {}}
    failed = sides.form("export-payments").run(
        "create_customers", sides.opened("export-payments"), [record.ref], create, sides.host
    )
    assert failed["counts"]["failed"] == 1
    row = sides.host.rows[record.ref]
    assert row["message"].startswith("The client's e-mail address is not valid")
    (fix,) = row["fixes"]
    sides.form("export-payments").run(
        "create_customers", sides.opened("export-payments"), [record.ref], {record.ref: fix["edit"]}, sides.host
    )
    (there,) = sides.query("Customer")
    assert (there["DisplayName"], "PrimaryEmailAddr" in there) == ("Ada", False)
    assert sides.export(record)[record.ref]["outcome"] == "synchronized"
