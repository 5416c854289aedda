"""All that is asked about a row is asked at once, because one answer serves it all; and what cannot be read there and may be
the row, as a person may have entered it, is asked about. Both sides are read, QuickBooks over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.hosts.both_sides import TODAY, BothSides, both_sides, customer
from tests.support.ledgers.fake_ledger_values import FakeRecord

DAY = TODAY - timedelta(days=20)
UNREADABLE = {"Line": "none"}
ELSEWHERE = {"external_key": "quickbooks:9999:Payment:5"}


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothSides]:
    with both_sides(Path(tmp_path_factory.mktemp("asked"))) as found:
        yield found


def there(owner: str, name: str, amount: str = "70.00", later: int = 0, **more: Any) -> dict[str, Any]:
    """The step that enters a payment in QuickBooks."""
    day = (DAY + timedelta(days=later)).isoformat()
    return {
        "create": "Payment",
        "as": name,
        "body": {"CustomerRef": f"${owner}", "TotalAmt": Decimal(amount), "TxnDate": day, **more},
    }


def spoil(sides: BothSides, payment: str, values: dict[str, Any]) -> None:
    body = {"record": f"Payment:{payment}", "set": values}
    reply = requests.post(f"{sides.simulator.base_url}/_control/record", json=body, timeout=10)
    assert reply.status_code == 200, reply.text


def paid(sides: BothSides, owner: str) -> list[dict[str, Any]]:
    """QuickBooks' payments of this customer."""
    return sides.query("Payment", f"CustomerRef = '{owner}'")


@dataclass(frozen=True, slots=True)
class Case:
    """What is known against a payment of 70.00, and what its row says of it."""

    name: str
    said: tuple[str, ...]
    alike: bool = False  # QuickBooks has one like it
    odd: dict[str, Any] = field(default_factory=dict)  # and one that cannot be read
    here: dict[str, Any] = field(default_factory=dict)
    marked: bool = False  # QuickBooks has other money under its number
    buttons: tuple[str, ...] = ("Send anyway", "Not now")


SAME, ODD, FOREIGN, NUMBER = "Is it the same one?", "which we cannot read", "came from", "under the number of"
LINK = "Same one: link them"
CASES = [
    Case("one like it", (SAME,), alike=True, buttons=(LINK, "Send anyway", "Not now")),
    Case("an odd one", (ODD,), odd=UNREADABLE),
    Case("from elsewhere", (FOREIGN,), here=ELSEWHERE, buttons=("Send to this company", "Not now")),
    Case("like, and odd", (ODD, SAME), alike=True, odd=UNREADABLE, buttons=("Send anyway", "Not now", LINK)),
    Case("like, and elsewhere", (SAME, FOREIGN), alike=True, here=ELSEWHERE, buttons=(LINK, "Send anyway", "Not now")),
    Case("odd, and elsewhere", (ODD, FOREIGN), odd=UNREADABLE, here=ELSEWHERE),
    Case(
        "like, odd, and elsewhere",
        (ODD, SAME, FOREIGN),
        alike=True,
        odd=UNREADABLE,
        here=ELSEWHERE,
        buttons=("Send anyway", "Not now", LINK),
    ),
    Case("its number used", (NUMBER,), marked=True, buttons=(LINK, "Send as new", "Not now")),
    Case(
        "its number used, and elsewhere", (NUMBER, FOREIGN), marked=True, here=ELSEWHERE, buttons=(LINK, "Send as new", "Not now")
    ),
    Case("its number used, and odd", (ODD, NUMBER), marked=True, odd=UNREADABLE, buttons=("Send anyway", "Not now", LINK)),
]


def arrange(sides: BothSides, case: Case) -> tuple[str, FakeRecord]:
    """The customer, and the payment here."""
    name = f"Client {len(sides.ledger.people)}"
    record = sides.record(sides.client(name), "70.00", **case.here)
    steps = [customer(name, "me"), *([there("me", "same", later=1)] if case.alike else [])]
    steps += [there("me", "odd", later=2)] if case.odd else []
    firm = sides.host.firm_id
    steps += [there("me", "number", "55.00", PrivateNote=f"[WS {firm}-payment-{record.id}]")] if case.marked else []
    ids = sides.build(*steps)
    if case.odd:
        spoil(sides, ids["odd"], case.odd)
    sides.match()
    return ids["me"], record


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_answer_serves_all_that_was_asked_and_nothing_that_was_not(sides: BothSides, case: Case) -> None:
    owner, record = arrange(sides, case)
    before = len(paid(sides, owner))
    row = sides.export(record)[record.ref]
    assert row["outcome"] == "needs_decision"
    assert [words for words in (ODD, SAME, NUMBER, FOREIGN) if words in row["message"]] == list(case.said), row["message"]
    assert tuple(fix["label"] for fix in row["fixes"]) == case.buttons
    assert len(paid(sides, owner)) == before
    sent = next(fix for fix in row["fixes"] if fix.get("edit", {}).get("force"))
    again = sides.run([record], {"auto_apply": False}, {record.ref: sent["edit"]})["rows"][record.ref]
    assert again["outcome"] == "synchronized", again
    assert len(paid(sides, owner)) == before + 1


@pytest.mark.parametrize("case", [case for case in CASES if case.here], ids=lambda case: case.name)
def test_the_button_of_a_list_answers_for_nothing_that_only_quickbooks_could_tell(sides: BothSides, case: Case) -> None:
    """A list asks which company a record came from; that QuickBooks has one like it is found by the run, and asked about then."""
    owner, record = arrange(sides, case)
    before, form = len(paid(sides, owner)), sides.host.forms["export-payments"]
    opened = form.open({})
    rows = form.rows({**opened["answer"], "from": DAY.isoformat(), "token": opened["token"], "search": record.number}, None)
    (listed,) = rows.page(0, rows.count)
    answer = next(fix["edit"] for fix in listed["fixes"] if fix["label"] == "Send to this company")
    row = sides.run([record], {"auto_apply": False}, {record.ref: answer})["rows"][record.ref]
    alone = case.said == (FOREIGN,)
    assert row["outcome"] == ("synchronized" if alone else "needs_decision"), row
    assert len(paid(sides, owner)) == before + alone
    if not alone:
        assert [words for words in (ODD, SAME, NUMBER, FOREIGN) if words in row["message"]] == list(case.said), row["message"]
        again = next(fix["edit"] for fix in row["fixes"] if fix.get("edit", {}).get("force"))
        assert sides.run([record], {"auto_apply": False}, {record.ref: again})["rows"][record.ref]["outcome"] == "synchronized"


@dataclass(frozen=True, slots=True)
class Entered:
    """A payment in QuickBooks that cannot be read, beside one of 70.00 here, and whether that one is held."""

    name: str
    odd: dict[str, Any]
    held: bool = True
    owner: str = "me"  # or job, other
    amount: str = "70.00"
    later: int = 0
    note: str = ""


ENTERED = [
    Entered("its lines are odd", {"Line": "none"}),
    Entered("a line without an amount", {"Line": [{"LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]}]}),
    Entered("its method is odd", {"PaymentMethodRef": 5}),
    Entered("its account is odd", {"DepositToAccountRef": "Bank"}),
    Entered("its reference is a number", {"PaymentRefNum": 4411}),
    Entered("its times are odd", {"MetaData": {"CreateTime": "yesterday"}}),
    Entered("its currency is odd", {"CurrencyRef": "USD"}),
    Entered("its rest is odd", {"UnappliedAmt": "70"}),
    Entered("six days later", {"Line": "none"}, later=6),
    Entered("a week before", {"Line": "none"}, later=-7),
    Entered("on a project", {"Line": "none"}, owner="job"),
    Entered("eight days later", {"Line": "none"}, later=8, held=False),
    Entered("another amount", {"Line": "none"}, amount="70.01", held=False),
    Entered("another customer's", {"Line": "none"}, owner="other", held=False),
    Entered("with another firm's mark", {"Line": "none"}, note="[WS OTHER-payment-9]", held=False),
]


@pytest.mark.parametrize("case", ENTERED, ids=lambda case: case.name)
def test_what_a_person_may_have_entered_is_asked_about_though_it_cannot_be_read(sides: BothSides, case: Entered) -> None:
    number = len(sides.ledger.people)
    record = sides.record(sides.client(f"Client {number}"), "70.00", reference="4411", day=DAY)
    note = {"PrivateNote": case.note} if case.note else {}
    ids = sides.build(
        customer(f"Client {number}", "me"),
        customer(f"Job {number}", "job", ParentRef="$me", Job=True),
        customer(f"Other {number}", "other"),
        there(case.owner, "odd", case.amount, case.later, PaymentRefNum="4411", **note),
    )
    spoil(sides, ids["odd"], case.odd)
    sides.match()
    row = sides.export(record)[record.ref]
    assert row["outcome"] == ("needs_decision" if case.held else "synchronized"), row
    if case.held:
        assert row["message"].startswith(f"QuickBooks holds {ids['odd']}, which we cannot read")
    assert len([each for each in paid(sides, ids["me"]) if each["Id"] != ids["odd"]]) == (not case.held)


def test_one_that_is_linked_here_and_cannot_be_read_any_more_holds_nobody_else(sides: BothSides) -> None:
    number = len(sides.ledger.people)
    client = sides.client(f"Client {number}")
    sides.build(customer(f"Client {number}", "me"))
    sides.match()
    first, second = (sides.record(client, "70.00", reference=each, day=DAY) for each in ("1", "2"))
    made = sides.export(first)[first.ref]["quickbooks_id"]
    spoil(sides, made, UNREADABLE)
    assert sides.export(second)[second.ref]["outcome"] == "synchronized"
