"""Reconcile as any host draws it: totals to the cent, the groups that explain them, and the action that settles each."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from hostsim.addins.descriptions import Row
from qb_plugin.money import has_whole_cents
from tests.addin.forms.test_text_host import AMY, COOL, DIEGO, STRANGER, TODAY, Scene, payment
from tests.support.simulator.simulator_calls import Books as Entries

START = TODAY - timedelta(days=30)
WHOLE = {"from": START.isoformat(), "to": TODAY.isoformat()}
MEASURES = ("received", "applied", "unapplied", "credits")


def rows_of(scene: Scene, form: str, **answer: Any) -> dict[str, Row]:
    """The rows of a form as it opens, by id."""
    found = scene.form(form).rows({**scene.opened(form), **WHOLE, **answer}, None)
    assert not isinstance(found, dict), found
    assert found.problem is None, found.problem
    return {row["id"]: row for row in found.page(0, found.count)}


def cell(row: Row, name: str) -> str:
    return str(row["cells"][name])


def amount(row: Row, name: str) -> Decimal:
    return Decimal(cell(row, name))


def customer(scene: Scene, name: str) -> str:
    found = Entries(scene.simulator.core).query("select * from Customer maxresults 1000")["Customer"]
    return next(str(each["Id"]) for each in found if each["DisplayName"] == name)


def ledger_here(scene: Scene) -> dict[str, Decimal]:
    """The host's own ledger of the period, added up straight."""
    found = [each for each in scene.host.ledger.entries if START <= each.date <= TODAY and has_whole_cents(each.amount)]
    applied = [sum((part.amount for part in entry.applications), Decimal()) for entry in found]
    return {
        "received": sum((e.amount for e in found if e.kind == "payment"), Decimal()),
        "applied": sum(applied, Decimal()),
        "unapplied": sum((e.amount for e in found), Decimal()) - sum(applied, Decimal()),
        "credits": sum((e.amount for e in found if e.kind == "credit_memo"), Decimal()),
    }


def ledger_there(scene: Scene) -> dict[str, Decimal]:
    """QuickBooks' own ledger of the period, asked for straight."""
    books, days = Entries(scene.simulator.core), f"TxnDate >= '{START}' and TxnDate <= '{TODAY}' maxresults 1000"
    payments = [p for p in books.query(f"select * from Payment where {days}").get("Payment", []) if p["TotalAmt"]]
    memos = books.query(f"select * from CreditMemo where {days}").get("CreditMemo", [])
    received, credits = (sum((Decimal(str(each["TotalAmt"])) for each in found), Decimal()) for found in (payments, memos))
    rest = sum((Decimal(str(each["UnappliedAmt"])) for each in payments), Decimal())
    rest += sum((Decimal(str(each["RemainingCredit"])) for each in memos), Decimal())
    return {"received": received, "credits": credits, "unapplied": rest, "applied": received + credits - rest}


def check_explained(scene: Scene) -> None:
    """Both totals are those of the ledgers themselves, and the groups add up to the difference."""
    rows = rows_of(scene, "reconcile")
    ours, theirs = ledger_here(scene), ledger_there(scene)
    assert {name: amount(rows[f"total:USD:{name}"], "here") for name in MEASURES} == ours
    assert {name: amount(rows[f"total:USD:{name}"], "there") for name in MEASURES} == theirs
    groups = [row for identity, row in rows.items() if identity.startswith("group:USD:")]
    for name, column in (("received", "difference"), ("applied", "applied_difference"), ("credits", "credits_difference")):
        assert sum((amount(row, column) for row in groups), Decimal()) == ours[name] - theirs[name]
    items = rows_of(scene, "reconcile-items").values()
    whole = sum((amount(item, "difference") for item in items), Decimal())
    assert whole == ours["received"] + ours["credits"] - theirs["received"] - theirs["credits"]
    assert all(item["message"] for item in items)


def test_the_totals_are_both_ledgers_own_and_the_groups_explain_the_difference(scene: Scene) -> None:
    check_explained(scene)


def test_an_export_moves_its_payments_to_equal(scene: Scene) -> None:
    before = rows_of(scene, "reconcile")
    assert cell(before["group:USD:only_here"], "count_here") != "0"
    scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1", "payment:2"])
    after = rows_of(scene, "reconcile")
    assert cell(after["group:USD:equal"], "here") == "125.50"
    moved = amount(before["group:USD:only_here"], "here") - amount(after["group:USD:only_here"], "here")
    assert moved == Decimal("125.50")
    check_explained(scene)


def test_an_import_moves_its_payments_to_equal(scene: Scene) -> None:
    Entries(scene.simulator.core).pay(customer(scene, DIEGO), 77, TxnDate=TODAY.isoformat(), PaymentRefNum="N77")
    [item] = [row for row in rows_of(scene, "reconcile-items", group="only_there").values() if cell(row, "there") == "77.00"]
    fix = next(each for each in item["fixes"] if each["label"] == "Import…")
    answer = {**scene.opened("import-payments"), **(fix["request"]["answer"] or {})}
    found = scene.form("import-payments").rows(answer, None)
    ids = [row["id"] for row in found.page(0, found.count) if row["cells"]["amount"] == "77.00"]
    scene.run("import-payments", "import", answer, ids)
    assert [cell(row, "group") for row in rows_of(scene, "reconcile-items", group="equal").values()] == ["Equal"]
    check_explained(scene)


def test_a_client_that_is_not_matched_leads_to_match_clients(scene: Scene) -> None:
    rows = rows_of(scene, "reconcile-items", group="not_matched")
    mine = rows["payment:4"]
    assert mine["outcome"] == "not_ready"
    assert mine["fixes"][0] == {"label": "Match client…", "form": "match-clients", "request": {"answer": {"search": STRANGER}}}


def test_a_group_leads_to_the_export_of_exactly_its_records(scene: Scene) -> None:
    row = rows_of(scene, "reconcile")["group:USD:only_here"]
    fix = next(each for each in row["fixes"] if each["label"] == "Export…")
    described = scene.form("export-payments").open(fix["request"])
    found = scene.form("export-payments").rows({**described["answer"], "token": described["token"]}, None)
    wanted = {each for each in rows_of(scene, "reconcile-items", group="only_here") if each.startswith("payment:")}
    assert set(found.ids(0, found.count)) == wanted


def test_hidden_records_count_and_are_flagged(scene: Scene) -> None:
    before = rows_of(scene, "reconcile")
    scene.form("export-payments").act("hide", scene.opened("export-payments"), ["payment:1"], {})
    after = rows_of(scene, "reconcile")
    assert cell(after["group:USD:only_here"], "here") == cell(before["group:USD:only_here"], "here")
    assert cell(after["group:USD:only_here"], "hidden") == "1"
    assert cell(rows_of(scene, "reconcile-items")["payment:1"], "hidden") == "hidden"


def test_months_and_methods_add_up_and_the_chart_has_a_pair_a_month(scene: Scene) -> None:
    totals = rows_of(scene, "reconcile")
    for by in ("months", "methods"):
        rows = rows_of(scene, "reconcile", by=by)
        assert sum((amount(row, "here") for row in rows.values()), Decimal()) == amount(totals["total:USD:received"], "here")
        assert sum((amount(row, "there") for row in rows.values()), Decimal()) == amount(totals["total:USD:received"], "there")
    found = scene.form("reconcile").rows({**scene.opened("reconcile"), **WHOLE}, None)
    chart = found.notice["chart"]
    assert chart["labels"] == [row.partition("USD:")[2] for row in rows_of(scene, "reconcile", by="months")]
    assert [len(series["values"]) for series in chart["series"]] == [len(chart["labels"])] * 2


def test_a_record_with_fractions_of_a_cent_is_named_and_in_no_total(scene: Scene) -> None:
    found = scene.form("reconcile").rows({**scene.opened("reconcile"), **WHOLE}, None)
    assert "P-1006 is 10.005, with fractions of a cent, and is not counted." in found.notice["text"]
    item = rows_of(scene, "reconcile-items", group="needs_decision")["payment:6"]
    assert (cell(item, "difference"), item["message"][:16]) == ("0.00", "P-1006 is 10.005")
    for row in rows_of(scene, "reconcile").values():
        assert all(len(cell(row, name).rpartition(".")[2]) == 2 for name in ("here", "there", "difference"))


def test_when_both_sides_agree_it_says_so(scene: Scene) -> None:
    scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1"])
    day = (TODAY - timedelta(days=1)).isoformat()
    theirs = Entries(scene.simulator.core)
    for other in theirs.query(f"select * from Payment where TxnDate = '{day}'").get("Payment", []):
        if other["TotalAmt"] != Decimal(80):
            theirs.post("Payment", {"sparse": True, "Id": other["Id"], "SyncToken": other["SyncToken"]}, operation="delete")
    found = scene.form("reconcile").rows({**scene.opened("reconcile"), "from": day, "to": day}, None)
    assert found.notice["text"] == "USD: both sides agree to the cent."
    assert {row["outcome"] for row in found.page(0, found.count)} == {"synchronized", ""}
    for row in found.page(0, found.count):
        anything = any(row["cells"].get(name) not in {"", "0", "0.00"} for name in ("count_here", "count_there", "here", "there"))
        assert (row["outcome"] == "synchronized") == anything, row


def test_records_that_even_out_are_not_called_agreeing(scene: Scene) -> None:
    day = (TODAY - timedelta(days=1)).isoformat()
    theirs = Entries(scene.simulator.core)
    for other in theirs.query(f"select * from Payment where TxnDate = '{day}'").get("Payment", []):
        theirs.post("Payment", {"sparse": True, "Id": other["Id"], "SyncToken": other["SyncToken"]}, operation="delete")
    customer = theirs.query("select * from Customer where DisplayName = 'Diego Rodriguez'")["Customer"][0]["Id"]
    theirs.pay(customer, 80, TxnDate=day)
    found = scene.form("reconcile").rows({**scene.opened("reconcile"), "from": day, "to": day}, None)
    assert found.notice["level"] == "warning"
    assert found.notice["text"] == (
        "USD: the totals are the same on both sides, but 2 records are not the same one by one. The groups below name them."
    )


def test_without_quickbooks_nothing_is_said_about_the_period(scene: Scene) -> None:
    opened = scene.opened("reconcile")
    scene.simulator.stop()
    found = scene.form("reconcile").rows(opened, None)
    assert found.problem
    assert found.count == 0


@pytest.mark.parametrize("seed", range(12))
def test_any_history_of_both_sides_is_explained_to_the_cent(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        chance.choice(STEPS)(scene, chance)
    check_explained(scene)


def export_some(scene: Scene, chance: random.Random) -> None:
    answer = scene.opened("export-payments")
    answer["auto_apply"] = chance.random() < 0.5
    ids = scene.form("export-payments").rows(answer, None).ids(0, 99)
    if ids:
        scene.run("export-payments", "export", answer, chance.sample(list(ids), min(2, len(ids))))


def import_some(scene: Scene, chance: random.Random) -> None:
    answer = scene.opened("import-payments")
    ids = scene.form("import-payments").rows(answer, None).ids(0, 99)
    if ids:
        scene.run("import-payments", "import", answer, chance.sample(list(ids), min(2, len(ids))))


def pay_there(scene: Scene, chance: random.Random) -> None:
    who, day = chance.choice([AMY, DIEGO]), TODAY - timedelta(days=chance.randrange(60))
    Entries(scene.simulator.core).pay(customer(scene, who), chance.choice([80, 45.5, 12.34]), TxnDate=day.isoformat())


def enter_here(scene: Scene, chance: random.Random) -> None:
    number = chance.randrange(1_000, 100_000)
    client = chance.choice([("1", AMY), ("2", DIEGO), ("3", COOL), ("4", STRANGER)])
    kind = chance.choice(["payment", "payment", "credit_memo"])
    day = TODAY - timedelta(days=chance.randrange(60))
    scene.host.ledger.entries.append(payment(number, client, chance.choice(["80.00", "45.50", "12.34"]), kind=kind, day=day))


def any_there(scene: Scene, chance: random.Random) -> dict[str, Any]:
    found: list[dict[str, Any]] = Entries(scene.simulator.core).query("select * from Payment maxresults 1000")["Payment"]
    return chance.choice([each for each in found if each["TotalAmt"]])


def delete_there(scene: Scene, chance: random.Random) -> None:
    each = any_there(scene, chance)
    stub = {"sparse": True, "Id": each["Id"], "SyncToken": each["SyncToken"]}
    Entries(scene.simulator.core).call("POST", "payment", stub, operation="delete")


def void_there(scene: Scene, chance: random.Random) -> None:
    each = any_there(scene, chance)
    stub = {"sparse": True, "Id": each["Id"], "SyncToken": each["SyncToken"]}
    Entries(scene.simulator.core).call("POST", "payment", stub, operation="update", include="void")


def edit_there(scene: Scene, chance: random.Random) -> None:
    each = any_there(scene, chance)
    day = TODAY - timedelta(days=chance.randrange(60))
    Entries(scene.simulator.core).call("POST", "payment", {**each, "TxnDate": day.isoformat()})


def edit_here(scene: Scene, chance: random.Random) -> None:
    entry = chance.choice(scene.host.ledger.entries)
    change = {"key": str(chance.random()), "ref": entry.ref, "version": entry.version}
    day = TODAY - timedelta(days=chance.randrange(60))
    scene.host.ledger.update([{**change, "amount": chance.choice([Decimal("99.00"), entry.amount]), "date": day}])


def remove_here(scene: Scene, chance: random.Random) -> None:
    entry = chance.choice(scene.host.ledger.entries)
    scene.host.ledger.remove([{"key": str(chance.random()), "ref": entry.ref, "version": entry.version}])


STEPS: list[Callable[[Scene, random.Random], None]] = [
    export_some,
    export_some,
    import_some,
    pay_there,
    enter_here,
    delete_there,
    void_there,
    edit_there,
    edit_here,
    remove_here,
]
