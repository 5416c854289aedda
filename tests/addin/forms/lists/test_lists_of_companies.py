"""What a person presses in a list is meant for the company that the list is of: connect another one, and nothing of it is done
before the list is loaded again. Both companies are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from qb_plugin.model import Entity
from tests.addin.forms.both_sides import BothSides
from tests.addin.forms.test_another_company import connect_empty
from tests.addin.forms.test_text_host import Scene, connect, scene
from tests.support.simulator.simulator_calls import Books

__all__ = ["scene"]

PAYMENT = "quickbooks_payment:1"  # of the company that is connected afterwards there is one, too
STALE = "What is shown here is of Alder & Finch, and Empty Company is connected since. Nothing was done."


@dataclass(slots=True)
class Desk:
    """Both companies, and two payments that were exported to both: one was changed in QuickBooks since."""

    sides: BothSides
    sent: str
    changed: str
    new: str
    alike: str
    other: Books


@pytest.fixture
def desk(scene: Scene) -> Desk:
    """The first company is connected; the second has the same payments, and another amount for the changed one."""
    sides = BothSides(scene)
    sent, changed = sides.here("55.00", reference="e1"), sides.here("44.00", reference="c1")
    sides.export(sent, changed)
    other = connect_empty(sides)
    sides.export(sent, changed)
    connect(scene)
    edit(sides.books, next(each["Id"] for each in sides.read_there("44.00")), "40")
    edit(other, next(each["Id"] for each in all_of(other) if each["TotalAmt"] == 44), "30")
    new, alike = sides.here("66.00", reference="n1"), sides.here("77.00", reference="a1")
    sides.there("77.00", reference="a1")
    other.pay(other.query("select * from Customer")["Customer"][0]["Id"], 77, PaymentRefNum="a1", TxnDate="2026-11-11")
    sides.export(alike)
    return Desk(sides, sent, changed, new, alike, other)


def all_of(books: Books) -> list[Any]:
    found: list[Any] = books.query("select * from Payment maxresults 1000").get("Payment", [])
    return found


def edit(books: Books, identity: str, amount: str) -> None:
    found = books.get("Payment", identity)
    kept = {name: found[name] for name in ("Id", "SyncToken", "CustomerRef")}
    books.post("Payment", {**kept, "sparse": True, "TotalAmt": Decimal(amount)})


def opened(desk: Desk, name: str, **request: Any) -> dict[str, Any]:
    """The answer of a form whose list the person sees."""
    found = desk.sides.scene.form(name).open(request)
    answer = {**found["answer"], "token": found["token"]}
    if name == "reconcile-items":
        answer |= {"from": "2026-11-01", "to": "2026-11-20"}
    if name != "settings":
        assert desk.sides.scene.form(name).rows(answer, None).count >= 0
    return answer


Press = Callable[[Desk, dict[str, Any]], dict[str, Any]]


def runs(form: str, action: str, row: str, **edits: Any) -> Press:
    """A press that is a run; its row."""

    def press(desk: Desk, answer: dict[str, Any]) -> dict[str, Any]:
        host, ref = desk.sides.scene.host, getattr(desk, row, row)
        host.rows.clear()
        desk.sides.scene.form(form).run(action, answer, [ref], {ref: edits} if edits else {}, host)
        return dict(host.rows[ref])

    return press


def acts(form: str, action: str, row: str, **edits: Any) -> Press:
    """A press that is done at once; its notice as the row's message."""

    def press(desk: Desk, answer: dict[str, Any]) -> dict[str, Any]:
        ref = getattr(desk, row, row)
        done = desk.sides.scene.form(form).act(action, answer, [ref], {ref: edits} if edits else {})
        return {"outcome": "not_tried", "message": done.get("notice") or "", "rows": done.get("rows")}

    return press


def saves(action: str) -> Press:
    """The settings pressed with another account than before."""

    def press(desk: Desk, answer: dict[str, Any]) -> dict[str, Any]:
        done = desk.sides.scene.form("settings").act(action, {**answer, "deposit_account:Check": "6"}, [], {})
        return {"outcome": "not_tried", "message": done.get("notice") or ""}

    return press


PRESSES: dict[str, tuple[str, dict[str, Any], Press]] = {
    "export": ("export-payments", {}, runs("export-payments", "export", "new")),
    "send anyway": ("export-payments", {}, runs("export-payments", "export", "alike", force=True)),
    "send again": ("export-payments", {}, runs("export-payments", "export", "sent", send_again=True)),
    "unlink in a run": ("export-payments", {}, runs("export-payments", "export", "sent", unlink=True)),
    "same one: link": ("export-payments", {}, acts("export-payments", "link_possible_duplicate", "alike")),
    "unlink": ("export-payments", {}, acts("export-payments", "unlink", "sent")),
    "withdraw": ("export-payments", {}, acts("export-payments", "withdraw", "new")),
    "import": ("import-payments", {}, runs("import-payments", "import", PAYMENT)),
    "import anyway": ("import-payments", {}, runs("import-payments", "import", PAYMENT, force=True)),
    "not now": ("import-payments", {}, runs("import-payments", "import", PAYMENT, skip=True)),
    "unlink in an import": ("import-payments", {}, runs("import-payments", "import", PAYMENT, unlink=True)),
    "same one, imported": ("import-payments", {}, acts("import-payments", "link_possible_duplicate", PAYMENT)),
    "unlink what was imported": ("import-payments", {}, acts("import-payments", "unlink", PAYMENT)),
    "apply the credit": ("import-payments", {}, acts("import-payments", "apply_credits", PAYMENT)),
    "match a merged customer": ("import-payments", {}, acts("import-payments", "relink_client", PAYMENT)),
    "create the payer": ("import-payments", {}, acts("import-payments", "create_client", PAYMENT)),
    "take": ("changes", {}, runs("changes", "take", "changed")),
    "send": ("changes", {}, runs("changes", "send", "changed")),
    "leave": ("changes", {}, runs("changes", "leave", "changed")),
    "unlink a change": ("changes", {}, acts("changes", "unlink", "changed")),
    "undo": ("undo", {"selection": ["payment:101"]}, runs("undo", "undo", "sent")),
    "take a difference": ("reconcile-items", {}, runs("reconcile-items", "take", "changed")),
    "send a difference": ("reconcile-items", {}, runs("reconcile-items", "send", "changed")),
    "match a client": ("match-clients", {}, acts("match-clients", "link", "client:4", customer="1")),
    "accept matches": ("match-clients", {}, acts("match-clients", "accept_all", "client:4")),
    "unmatch a client": ("match-clients", {}, acts("match-clients", "unlink", "client:2")),
    "create a customer": ("match-clients", {}, runs("match-clients", "create_customers", "client:4")),
    "match a customer": (
        "match-customers",
        {"answer": {"waiting": False}},
        acts("match-customers", "link", "customer:1", client="4"),
    ),
    "create a client": ("match-customers", {"answer": {"waiting": False}}, acts("match-customers", "create_clients", "customer:1")),
    "save settings": ("settings", {}, saves("save")),
    "test settings": ("settings", {}, saves("test")),
}


def stands(desk: Desk) -> object:
    """All that stands on the three sides, and which pairs are linked."""
    ledger = [(entry.ref, entry.amount) for entry in desk.sides.scene.host.ledger.entries]
    books = [[(each["Id"], each["SyncToken"], each["TotalAmt"]) for each in all_of(b)] for b in (desk.sides.books, desk.other)]
    runtime, realms = desk.sides.scene.addin.runtime(), (desk.sides.books.realm, desk.other.realm)
    links = [sorted(map(str, runtime.links.all_of(realm, kind))) for realm in realms for kind in (Entity.PAYMENT, Entity.CUSTOMER)]
    people = [len(each.query("select * from Customer maxresults 1000")["Customer"]) for each in (desk.sides.books, desk.other)]
    kept = {name: value for name, value in desk.sides.scene.form("settings").open({})["answer"].items() if name != "token"}
    return ledger, books, links, people, len(desk.sides.scene.host.ledger.people), kept


@pytest.mark.parametrize("name", PRESSES)
def test_nothing_of_one_companys_list_is_done_in_another(desk: Desk, name: str) -> None:
    form, request, press = PRESSES[name]
    answer = opened(desk, form, **request)
    connect_empty(desk.sides)
    before = stands(desk)
    told = press(desk, answer)
    assert (told["outcome"], told["message"].startswith(STALE)) == ("not_tried", True), told
    assert stands(desk) == before


MANY = 70  # forms that were opened since: more than any keeps what it has read for


LONG_OPEN = (
    "export",
    "unlink",
    "import",
    "unlink what was imported",
    "take",
    "unlink a change",
    "undo",
    "take a difference",
    "match a client",
    "match a customer",
    "save settings",
)


@pytest.mark.parametrize("name", LONG_OPEN)
def test_nor_is_it_when_many_others_were_opened_since_and_it_can_be_loaded_again(desk: Desk, name: str) -> None:
    form, request, press = PRESSES[name]
    answer = opened(desk, form, **request)
    for _ in range(MANY):
        desk.sides.scene.form(form).open(request)
    connect_empty(desk.sides)
    before = stands(desk)
    told = press(desk, answer)
    assert (told["outcome"], told["message"].startswith(STALE)) == ("not_tried", True), told
    assert stands(desk) == before
    if form != "settings":
        desk.sides.scene.form(form).rows(answer, None)
        assert not press(desk, answer)["message"].startswith(STALE)


@pytest.mark.parametrize("name", ["export", "take", "undo", "take a difference"])
def test_a_list_that_was_loaded_again_is_of_the_company_that_is_connected(desk: Desk, name: str) -> None:
    form, request, press = PRESSES[name]
    answer = opened(desk, form, **request)
    connect_empty(desk.sides)
    desk.sides.scene.form(form).rows(answer, None)
    first = [(each["Id"], each["SyncToken"]) for each in all_of(desk.sides.books)]
    assert press(desk, answer)["outcome"] in {"synchronized", "undone"}
    assert [(each["Id"], each["SyncToken"]) for each in all_of(desk.sides.books)] == first


@pytest.mark.parametrize("name", ["export", "take", "undo", "take a difference"])
def test_a_list_stands_while_its_own_company_is_connected_again(desk: Desk, name: str) -> None:
    form, request, press = PRESSES[name]
    answer = opened(desk, form, **request)
    connect_empty(desk.sides)
    connect(desk.sides.scene)
    other = [(each["Id"], each["SyncToken"]) for each in all_of(desk.other)]
    assert press(desk, answer)["outcome"] in {"synchronized", "undone"}
    assert [(each["Id"], each["SyncToken"]) for each in all_of(desk.other)] == other


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(("form", "row"), [("export", "new"), ("import", PAYMENT)])
def test_nor_is_what_a_preview_planned_in_one_done_in_another(desk: Desk, form: str, row: str, again: bool) -> None:
    scene, name = desk.sides.scene, f"{form}-preview"
    answer, ref = opened(desk, f"{form}-payments"), getattr(desk, row, row)
    request = scene.form(f"{form}-payments").act("preview", answer, [ref], {})["request"]
    preview = scene.form(name).open(request)
    connect_empty(desk.sides)
    before = stands(desk)
    if again:
        shown = scene.form(name).open(request)
        assert shown["unavailable"]["text"].startswith(STALE)
        assert shown["actions"] == []
    scene.host.rows.clear()
    scene.form(name).run(f"{form}_previewed", {"token": preview["token"]}, [ref], {}, scene.host)
    told = scene.host.rows[ref]
    assert (told["outcome"], told["message"].startswith(STALE)) == ("not_tried", True), told
    assert stands(desk) == before
    pressed = press_in_list(desk, form, answer, ref)
    assert (pressed["outcome"], pressed["message"].startswith(STALE)) == ("not_tried", True), pressed
    assert stands(desk) == before


def press_in_list(desk: Desk, action: str, answer: dict[str, Any], row: str) -> dict[str, Any]:
    """The list that the preview was picked in is pressed after it."""
    return runs(f"{action}-payments", action, row)(desk, answer)
