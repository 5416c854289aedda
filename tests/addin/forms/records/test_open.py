"""What is told of a record that is opened is so on both sides, QuickBooks read over HTTP; what cannot be read is said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from hostsim.qbo_simulator.companies import DEFAULT_REALMS
from hostsim.qbo_simulator.server.server import fill
from qb_plugin.store.database import open_store
from tests.support.addin.store_samples import NOON, sample_intent
from tests.support.hosts.both_sides import TODAY, BothSides
from tests.support.hosts.text_host import TextUser
from tests.support.hosts.undo_steps import change, last_run, press_undo, trouble
from tests.support.ledgers.fake_ledger_values import FakeRecord

ADA, LONG, CLEO = range(3)


class Expected(NamedTuple):
    """The record that is opened, and what must and must not be read of it."""

    ref: str
    said: tuple[str, ...]
    unsaid: tuple[str, ...] = ()


def entered(sides: BothSides, amount: str = "450.00", client: int = ADA, **more: object) -> FakeRecord:
    """A payment of one of the clients."""
    return sides.record(sides.ledger.people[client], amount, **more)  # type: ignore[arg-type]


def sent(sides: BothSides, amount: str = "450.00", auto_apply: bool = False, **more: object) -> tuple[FakeRecord, str]:
    """A payment that was exported, and its id in QuickBooks."""
    record = entered(sides, amount, **more)  # type: ignore[arg-type]
    rows = sides.export(record, auto_apply=auto_apply)
    assert rows[record.ref]["outcome"] == "synchronized", rows
    return record, str(rows[record.ref]["quickbooks_id"])


def never_sent(sides: BothSides) -> Expected:
    record = entered(sides)
    said = ("State: Not in QuickBooks, as far as is known here.", "Nothing was sent, brought in or linked for it.")
    return Expected(record.ref, said, ("In QuickBooks now", "could not"))


def sent_and_applied(sides: BothSides) -> Expected:
    bill = sides.invoice(sides.ledger.people[ADA], "1037", "400.00")
    record, identity = sent(sides, "450.00", auto_apply=True)
    there = sides.read("Payment", identity)
    assert (str(there["TotalAmt"]), str(there["UnappliedAmt"])) == ("450.00", "50.00")
    line = there["Line"][0]["LinkedTxn"][0]["TxnId"]
    link = f"<Open in QuickBooks: {sides.simulator.base_url}/books/{sides.entries.realm}"
    return Expected(
        record.ref,
        (
            "State: synchronized",
            f"In QuickBooks as: Payment {identity} {link}/Payment/{identity}>",
            "By: Lee Park",
            "Run: Export payments, ",
            "Amount: 450.00",
            "Unapplied: 50.00",
            f"Invoice 1037 | 400.00 <Open 1037: invoice:{bill.id}> {link}/Invoice/{line}>",
            "Not the same on both sides: applied nothing here, 1037 400.00 in QuickBooks.",
        ),
        ("amount 450", "date "),
    )


def refused(sides: BothSides) -> Expected:
    record = entered(sides, client=CLEO)
    assert sides.export(record)[record.ref]["outcome"] == "failed"
    said = (
        "Not in QuickBooks, as far as is known here.",
        "Last run: failed: Export payments by Lee Park",
        "Reason: Cleo is not matched",
    )
    return Expected(record.ref, said, ("In QuickBooks now",))


def in_doubt(sides: BothSides) -> Expected:
    record = entered(sides)
    with closing(open_store(sides.host.database_url)) as store:
        intent = replace(sample_intent(1), realm=sides.entries.realm, sent_at=NOON)
        assert str(intent.source) == record.ref
        store.journal.open([intent], fence=10_000)
    return Expected(record.ref, ("State: Not confirmed: it was sent, and may have arrived.",), ("Not in QuickBooks",))


def imported(sides: BothSides) -> Expected:
    ada = sides.query("Customer", "DisplayName = 'Ada'")[0]["Id"]
    identity = str(sides.entries.pay(ada, "80.00", TxnDate=TODAY.isoformat(), PaymentRefNum="77")["Id"])
    sides.host.rows.clear()
    row = f"quickbooks_payment:{identity}"
    sides.form("import-payments").run("import", sides.opened("import-payments"), [row], {}, sides.host)
    assert sides.host.rows[row]["outcome"] == "synchronized", sides.host.rows
    [record] = [each for each in sides.ledger.entries if each.external_key]
    said = (f"Payment {identity}", "Came in: 20", "Run: Import payments, ", "How: imported from there", "Reference: 77")
    return Expected(record.ref, said, ("Sent:", "Not the same"))


def undone(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    assert press_undo(sides, [record.ref], run=last_run(sides))["rows"][record.ref]["outcome"] == "undone"
    assert sides.query("Payment", f"Id = '{identity}'") == []
    said = (f"State: Not in QuickBooks any more: it was Payment {identity} until 20", "Last run: undone: Undo by Lee Park")
    return Expected(record.ref, said, ("State: synchronized", "In QuickBooks now"))


def unlinked(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    sides.form("export-payments").act("unlink", sides.opened("export-payments"), [record.ref], {})
    assert sides.read("Payment", identity)["Id"] == identity
    return Expected(record.ref, (f"it was Payment {identity} until 20", "were unlinked"), ("State: synchronized",))


def deleted_here(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    sides.ledger.entries.remove(record)
    said = ("State: synchronized", f"Payment {identity}", "and not in Park Practice any more", "Amount (USD): 450.00")
    return Expected(record.ref, said, ("Not the same",))


def deleted_there(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    change(sides, "Payment", identity, operation="delete")
    sides.addin.runtime().parts.clock.sleep(1000.0)
    return Expected(record.ref, (f"Payment {identity} is not in QuickBooks any more: it was deleted there.",), ("could not",))


def voided_there(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    change(sides, "Payment", identity, operation="void")
    return Expected(record.ref, (f"Payment {identity} was voided in QuickBooks", "Amount: 0.00"), ("could not",))


def changed_there(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    change(sides, "Payment", identity, TotalAmt=410, CustomerRef=sides.read("Payment", identity)["CustomerRef"])
    return Expected(record.ref, ("amount 450.00 here, 410.00 in QuickBooks", "Amount: 410.00"))


def given_to_another(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    other = next(each for each in sides.query("Customer") if each["DisplayName"].startswith("Hern"))
    change(sides, "Payment", identity, CustomerRef={"value": other["Id"]})
    said = ("Not the same on both sides: customer Ada here, Hernández", "Customer: Hernández")
    return Expected(record.ref, said, ("amount 450",))


def on_a_project(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    ada = sides.query("Customer", "DisplayName = 'Ada'")[0]["Id"]
    project = sides.entries.post("Customer", {"DisplayName": "Roof", "ParentRef": {"value": ada}, "Job": True})
    change(sides, "Payment", identity, CustomerRef={"value": str(project["Id"])})
    assert sides.read("Payment", identity)["CustomerRef"]["value"] == str(project["Id"])
    return Expected(record.ref, ("Customer: Roof",), ("Not the same",))


def memo(sides: BothSides) -> Expected:
    sides.choose(credit_memo_item="1")
    record = entered(sides, "30.00", kind="credit_memo")
    rows = sides.export(record)
    identity = rows[record.ref]["quickbooks_id"]
    assert str(sides.read("CreditMemo", identity)["RemainingCredit"]) == "30.00"
    return Expected(record.ref, (f"In QuickBooks as: Credit memo {identity}", "Unapplied: 30.00", "Run: Export credit memos, "))


def long_name(sides: BothSides) -> Expected:
    people = sides.ledger.people
    link = next(each["Id"] for each in sides.query("Customer") if each["DisplayName"].startswith("Hern"))
    row = f"client:{people[LONG].id}"
    sides.form("match-clients").act("link", {}, [row], {row: {"customer": link}})
    record, identity = sent(sides, client=LONG)
    return Expected(record.ref, (f"Payment {identity}", "Customer: Hernández, López & Söhne"))


def matched_client(sides: BothSides) -> Expected:
    identity = sides.query("Customer", "DisplayName = 'Ada'")[0]["Id"]
    return Expected(
        f"client:{sides.ledger.people[ADA].id}", ("State: matched", f"Customer {identity}", "Name: Ada", "State: active")
    )


def unmatched_client(sides: BothSides) -> Expected:
    said = ("State: Not matched to a customer. <Match Clients…: match-clients>",)
    return Expected(f"client:{sides.ledger.people[CLEO].id}", said, ("In QuickBooks now",))


def invoice_there(sides: BothSides) -> Expected:
    bill = sides.invoice(sides.ledger.people[ADA], "1037", "400.00")
    identity = sides.query("Invoice", "DocNumber = '1037'")[0]["Id"]
    there = f"{sides.simulator.base_url}/books/{sides.entries.realm}/Invoice/{identity}"
    said = f"1037 | Ada | 2026-10-01 | 400.00 | 400.00 <Open in QuickBooks: {there}>"
    return Expected(f"invoice:{bill.id}", (said,))


def invoice_of_another(sides: BothSides) -> Expected:
    bill = sides.invoice(sides.ledger.people[ADA], "1038", "400.00")
    return Expected(f"invoice:{bill.id}", ("1038 | Hernández", "That is another customer's", "90.00"))


def invoice_alone(sides: BothSides) -> Expected:
    bill = sides.invoice(sides.ledger.people[ADA], "W-9", "400.00")
    return Expected(f"invoice:{bill.id}", ("QuickBooks has no invoice with the number W-9.",), ("could not",))


def not_connected(sides: BothSides) -> Expected:
    record, _ = sent(sides)
    sides.form("connection").act("disconnect", {}, [], {})
    return Expected(record.ref, ("Connection: No QuickBooks company is connected. <Connect…: connection>",), ("Not in QuickBooks",))


def out_of_reach(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    trouble(sides, "reset_before", times=None)
    said = ("What is in QuickBooks now could not be read.", "State: synchronized", f"Payment {identity}", "By: Lee Park")
    return Expected(record.ref, said, ("deleted", "Nothing is applied"))


def unreadable(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    address = f"{sides.simulator.base_url}/_control/record"
    reply = requests.post(address, json={"record": f"Payment:{identity}", "remove": ["TotalAmt"]}, timeout=10)
    assert reply.status_code == 200, reply.text
    return Expected(record.ref, (f"Payment {identity} could not be understood", "State: synchronized"), ("Amount:",))


def connect_to(sides: BothSides, company: str) -> None:
    """Connect another company, while the host runs."""
    core = sides.simulator.core
    if DEFAULT_REALMS[company] not in core.realms:
        fill(core, company, TODAY)
    url = sides.form("connection").act("connect", {}, [], {})["open_url"]
    body = {"url": url, "realm": DEFAULT_REALMS[company]}
    reply = requests.post(f"{sides.simulator.base_url}/_control/consent", json=body, timeout=10)
    assert sides.host.callbacks[0](dict(parse_qsl(urlsplit(reply.json()["redirect"]).query)))["ok"]


def in_two_companies(sides: BothSides) -> Expected:
    record, identity = sent(sides)
    connect_to(sides, "demo")
    said = ("QuickBooks: Alder & Finch (simulator)", "Not in QuickBooks, as far as is known here.", "== In other companies")
    return Expected(record.ref, (*said, f"Empty Company | Payment {identity} | 20"), ("State: synchronized", "In QuickBooks now"))


def of_no_record(sides: BothSides) -> Expected:
    return Expected("payment:999", ("Not in QuickBooks, as far as is known here.",), ("could not",))


MEMBERS: tuple[Callable[[BothSides], Expected], ...] = (
    never_sent,
    sent_and_applied,
    refused,
    in_doubt,
    imported,
    undone,
    unlinked,
    deleted_here,
    deleted_there,
    voided_there,
    changed_there,
    given_to_another,
    on_a_project,
    memo,
    long_name,
    matched_client,
    unmatched_client,
    invoice_there,
    invoice_of_another,
    invoice_alone,
    not_connected,
    out_of_reach,
    unreadable,
    in_two_companies,
    of_no_record,
)


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.__name__)
def test_a_record_tells_how_it_stands(sides: BothSides, member: Callable[[BothSides], Expected]) -> None:
    expected = member(sides)
    drawn = "\n".join(sides.host.show(expected.ref))
    assert [text for text in expected.said if text not in drawn] == [], drawn
    assert [text for text in expected.unsaid if text in drawn] == [], drawn


def test_who_may_not_view_is_told_so_and_nothing_else(sides: BothSides) -> None:
    record, identity = sent(sides)
    drawn = sides.host.show(record.ref, replace(TextUser(), name="Ann", rights=frozenset({"export"})))
    assert drawn == ["== QuickBooks", "Ann may not view. Ask whoever manages users. Nothing was done."]
    assert identity not in "".join(drawn)


@pytest.mark.parametrize("ref", ["payment:", "payment", "", "journal:1", "client: "])
def test_what_is_no_record_is_refused_with_a_sentence(sides: BothSides, ref: str) -> None:
    [section] = sides.host.readers["payment"](ref) if ref != "client: " else sides.host.readers["client"]("client:")
    assert section["problem"]
    assert section["facts"] == []
