"""Families, shared customers and merges: whose payment it is, and whose invoice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from hostsim.qbo_simulator.books.lists.merge import merge_customers
from tests.support.addin.import_scene import ImportScene, labels


def child(scene: ImportScene, parent: str, name: str, **more: object) -> str:
    """A sub-customer that bills with its parent."""
    return scene.quickbooks.customer(name, ParentRef={"value": parent}, BillWithParent=True, **more)


def test_a_parent_pays_a_childs_invoice_and_the_row_says_whose_it_is(scene: ImportScene) -> None:
    parent = scene.client("Pam")
    kid = scene.client("Pam's Child", customer=child(scene, parent, "Pam's Child"))
    scene.bill("Pam's Child", "CH-1", "50.00")
    owed = scene.quickbooks.invoice(kid, 50, DocNumber="CH-1")
    paid = scene.quickbooks.pay(parent, 50, (owed["Id"], 50, "Invoice"))
    assert scene.quickbooks.get("Invoice", owed["Id"])["Balance"] == 0
    row = scene.take_one(paid)
    assert row["message"] == "Invoice CH-1 belongs to Pam's Child here, so 50.00 is unapplied."
    assert (scene.applied(paid), scene.open_here("CH-1")) == ({}, Decimal(50))


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
@pytest.mark.parametrize("own", [False, True])
def test_a_payment_on_a_project_comes_in_to_the_nearest_client_above(scene: ImportScene, levels: int, own: bool) -> None:
    name = f"Tree {levels} {own}"
    above = scene.client(name)
    if own:
        above = scene.client(f"{name} Own", customer=child(scene, above, f"{name} Own"))
        name = f"{name} Own"
    at = above
    for level in range(levels - own):
        at = child(scene, at, f"{name} level {level}")
    bill = scene.bill(name, f"T-{scene.number()}", "30.00")
    owed = scene.quickbooks.invoice(at, 30, DocNumber=bill.number)
    paid = scene.quickbooks.pay(at, 30, (owed["Id"], 30, "Invoice"))
    row = scene.take_one(paid)
    found = scene.here(paid)
    assert (row["outcome"], row["message"]) == ("synchronized", "")
    assert found is not None
    assert (found.client_name, scene.applied(paid), scene.open_here(bill.number)) == (name, {bill.number: Decimal(30)}, Decimal(0))


def test_a_customer_without_any_client_above_is_not_matched(scene: ImportScene) -> None:
    alone = scene.quickbooks.customer("Alone")
    paid = scene.quickbooks.pay(child(scene, alone, "Alone's job"), 5)
    row = scene.take_one(paid)
    assert (row["outcome"], labels(row)) == ("failed", ["Match client…", "Create client “Alone's job”"])


def test_the_number_of_a_stranger_is_not_taken_for_the_invoice(scene: ImportScene) -> None:
    payer = scene.client("Quin")
    scene.client("Stranger")
    scene.bill("Stranger", "Q-1", "50.00")
    owed = scene.quickbooks.invoice(payer, 50, DocNumber="Q-1")
    row = scene.take_one(scene.quickbooks.pay(payer, 50, (owed["Id"], 50, "Invoice")))
    assert row["message"] == "Invoice Q-1 is not here, so 50.00 is unapplied."


# --- merged -------------------------------------------------------------------------------------------


def merged(scene: ImportScene, name: str) -> tuple[str, Any]:
    """A client whose customer had a payment that came in, and was merged into another then: that customer, its next payment."""
    old = scene.client(name)
    scene.take_one(scene.quickbooks.pay(old, 7, PaymentRefNum="before"))
    new = scene.quickbooks.customer(f"{name} Group")
    merge(scene, old, new)
    return new, scene.quickbooks.pay(new, 9, PaymentRefNum="after")


def test_after_a_merge_the_row_says_so_and_the_button_relinks(scene: ImportScene) -> None:
    new, paid = merged(scene, "Rosa")
    seen = scene.look()[paid["Id"]]
    assert seen["outcome"] == "not_ready"
    row = scene.take_one(paid)
    assert (row["outcome"], labels(row)) == ("failed", ["Match Rosa to Rosa Group"])
    assert row["message"] == (
        "Rosa was merged into Rosa Group in QuickBooks: the payments of Rosa stand there now. Nothing was imported. "
        "Match Rosa to Rosa Group, then import again."
    )
    pressed = scene.press(row, "Match Rosa to Rosa Group")
    assert pressed["message"] == "Rosa is matched to Rosa Group now. Import this row again."
    again = scene.press(row, "Match Rosa to Rosa Group")  # as a colleague does who still sees the row as it was
    assert (
        again["message"] == "QuickBooks shows no merge of this row's customer any more. Nothing was changed. Load the list again."
    )
    assert scene.take_one(paid)["outcome"] == "synchronized"
    found = scene.here(paid)
    assert found is not None
    assert (found.client_name, found.amount) == ("Rosa", Decimal(9))
    assert scene.quickbooks.get("Payment", paid["Id"])["CustomerRef"]["value"] == new


@dataclass(slots=True)
class Merged:
    """Two clients, one's customer merged into the other's, each with an invoice of 100: their names, the invoices' numbers by the
    client, and QuickBooks' ids of the invoices by the number, of the customer that is left as `into`."""

    gone: str
    left: str
    into: str
    numbers: dict[str, str]
    there: dict[str, str]

    def lines(self, *clients: str) -> list[tuple[str, int, str]]:
        """10 on the invoice of each of these clients."""
        return [(self.there[self.numbers[client]], 10, "Invoice") for client in clients]


def merged_into_client(scene: ImportScene, came_before: bool) -> Merged:
    """With `came_before` a payment of the client whose customer is gone came in before the merge."""
    turn = scene.number()
    gone, left = f"Rosa {turn}", f"Bea {turn}"
    customers = {name: scene.client(name) for name in (gone, left)}
    numbers = {name: f"{name[0]}-{turn}" for name in customers}
    there = {number: scene.quickbooks.invoice(customers[name], 100, DocNumber=number)["Id"] for name, number in numbers.items()}
    for name, number in numbers.items():
        scene.bill(name, number, "100.00")
    if came_before:
        scene.take_one(scene.quickbooks.pay(customers[gone], 7, PaymentRefNum=f"before {turn}"))
    merge(scene, customers[gone], customers[left])
    return Merged(gone, left, customers[left], numbers, there)


def merge(scene: ImportScene, old: str, new: str) -> None:
    """One customer becomes another in QuickBooks."""
    core = scene.simulator.core
    with core.lock:
        merge_customers(scene.quickbooks.company, int(old), int(new), core.clock.now())


@pytest.mark.parametrize(
    ("came_before", "on"), [(True, "gone"), (False, "gone"), (True, "both"), (False, "both"), (True, "neither")]
)
def test_what_may_be_the_payment_of_a_client_whose_customer_was_merged_into_anothers_is_a_decision(
    scene: ImportScene, came_before: bool, on: str
) -> None:
    two = merged_into_client(scene, came_before)
    lines = two.lines(*{"gone": [two.gone], "both": [two.gone, two.left], "neither": []}[on])
    paid = scene.quickbooks.pay(two.into, 10 * max(len(lines), 1), *lines, PaymentRefNum=f"after {two.gone}")
    assert scene.look()[paid["Id"]]["outcome"] == "needs_decision"
    row = scene.take_one(paid)
    relink = f"Match {two.gone} to {two.left}"
    assert (row["outcome"], scene.here(paid), labels(row)) == ("needs_decision", None, [relink, two.left, "Not now"])
    assert row["message"] == (
        f"{two.gone} was merged into {two.left} in QuickBooks, so this payment may be of {two.gone}, or of {two.left}. "
        f"Nothing was imported. {relink}, then import again, or choose {two.left}."
    )
    assert scene.press(row, relink)["message"] == f"{two.gone} is matched to {two.left} now. Import this row again."
    again = scene.take_one(paid)
    if on != "gone":
        assert (again["outcome"], {*labels(again)}) == ("needs_decision", {two.gone, two.left, "Not now"})
        again = scene.press(again, two.gone)
    found = scene.here(paid)
    assert found is not None
    assert (again["outcome"], found.client_name) == ("synchronized", two.gone)
    assert scene.applied(paid) == ({} if on == "neither" else {two.numbers[two.gone]: Decimal(10)})


@pytest.mark.parametrize("came_before", [True, False])
def test_after_a_merge_the_others_invoice_is_said_to_be_the_others(scene: ImportScene, came_before: bool) -> None:
    two = merged_into_client(scene, came_before)
    own = scene.quickbooks.pay(two.into, 10, *two.lines(two.left), PaymentRefNum=f"own {two.left}")
    other = scene.quickbooks.pay(two.into, 10, *two.lines(two.gone), PaymentRefNum=f"other {two.left}")
    rows = scene.take(own, other)
    assert (rows[own["Id"]]["outcome"], scene.applied(own)) == ("synchronized", {two.numbers[two.left]: Decimal(10)})
    pressed, found = scene.press(rows[other["Id"]], two.left), scene.here(other)
    assert found is not None
    assert (pressed["outcome"], found.client_name) == ("synchronized", two.left)
    assert pressed["message"] == f"Invoice {two.numbers[two.gone]} belongs to {two.gone} here, so 10.00 is unapplied."


def test_a_payment_that_was_given_to_another_customer_by_hand_is_no_merge(scene: ImportScene) -> None:
    turn = scene.number()
    old, new = scene.client(f"Rosa {turn}"), scene.client(f"Bea {turn}")
    moved = scene.quickbooks.pay(old, 7, PaymentRefNum=f"moved {turn}")
    scene.take_one(moved)
    sparse = {"Id": moved["Id"], "SyncToken": moved["SyncToken"], "sparse": True, "CustomerRef": {"value": new}}
    assert scene.quickbooks.post("Payment", sparse)["CustomerRef"]["value"] == new
    paid = scene.quickbooks.pay(new, 9, PaymentRefNum=f"next {turn}")
    assert scene.take_one(paid)["outcome"] == "synchronized"


# --- shared -------------------------------------------------------------------------------------------


def shared(scene: ImportScene) -> tuple[str, str, str]:
    """Two clients of one customer, linked in the Match Clients form: the customer and their names."""
    turn = scene.number()
    one, two = f"Sam {turn}", f"Sue {turn}"
    customer = scene.client(one)
    scene.client(two, customer=customer, matched=False)
    identity = f"client:{scene.client_id(two)}"
    form = scene.host.forms["match-clients"]
    form.open({})
    done = form.act("link", {}, [identity], {identity: {"customer": customer}})
    assert done["notice"].startswith(f"1 client linked. Of one customer with another client: {two} (as {one}).")
    return customer, one, two


def pay_bills(scene: ImportScene, customer: str, *numbers: str) -> Any:
    """One payment of 10 on each of these invoices."""
    owed = [scene.quickbooks.invoice(customer, 10, DocNumber=number) for number in numbers]
    return scene.quickbooks.pay(customer, 10 * len(owed), *((each["Id"], 10, "Invoice") for each in owed))


@pytest.mark.parametrize("whose", [0, 1])
@pytest.mark.parametrize("strangers", [0, 1, 2])
def test_the_invoices_of_one_client_alone_decide(scene: ImportScene, whose: int, strangers: int) -> None:
    customer, *names = shared(scene)
    bills = [scene.bill(names[whose], f"S-{scene.number()}", "10.00") for _ in range(2)]
    numbers = [bill.number for bill in bills] + [f"X-{scene.number()}" for _ in range(strangers)]
    paid = pay_bills(scene, customer, *numbers)
    assert scene.take_one(paid)["outcome"] == "synchronized"
    found = scene.here(paid)
    assert found is not None
    assert (found.client_name, scene.applied(paid)) == (names[whose], {bill.number: Decimal(10) for bill in bills})


@pytest.mark.parametrize("chosen", [0, 1])
@pytest.mark.parametrize("theirs", [[], [0, 1], [0, 1, 1]])
def test_invoices_of_two_or_of_none_are_a_decision_and_a_press_chooses(scene: ImportScene, chosen: int, theirs: list[int]) -> None:
    customer, *names = shared(scene)
    bills = [scene.bill(names[whose], f"S-{scene.number()}", "10.00") for whose in theirs]
    paid = pay_bills(scene, customer, *[bill.number for bill in bills]) if bills else scene.quickbooks.pay(customer, 10)
    row = scene.take_one(paid)
    assert (row["outcome"], scene.here(paid), labels(row)) == ("needs_decision", None, [*names, "Not now"])
    assert row["message"] == (
        f"{names[0]} is {names[0]} and {names[1]} here, and this payment names no invoice of one of them alone. "
        "Nothing was imported. Choose whose it is."
    )
    assert scene.press(row, "Not now")["outcome"] == "skipped"
    assert scene.take_one(paid, force=True)["outcome"] == "needs_decision"
    assert scene.press(row, names[chosen])["outcome"] == "synchronized"
    found = scene.here(paid)
    own = {bill.number: Decimal(10) for bill, whose in zip(bills, theirs, strict=True) if whose == chosen}
    assert found is not None
    assert (found.client_name, scene.applied(paid)) == (names[chosen], own)


@pytest.mark.parametrize("chosen", [0, 1])
@pytest.mark.parametrize("level", ["the customer", "its job"])
@pytest.mark.parametrize(("theirs", "stranger"), [(1, False), (2, False), (1, True)])
def test_the_others_invoice_is_said_to_be_the_others_and_only_a_strangers_not_to_be_here(
    scene: ImportScene, chosen: int, level: str, theirs: int, stranger: bool
) -> None:
    customer, *names = shared(scene)
    at = child(scene, customer, f"Job of {names[0]}") if level == "its job" else customer
    own = scene.bill(names[chosen], f"S-{scene.number()}", "10.00").number
    others = [scene.bill(names[1 - chosen], f"S-{scene.number()}", "10.00").number for _ in range(theirs)]
    strangers = [f"X-{scene.number()}"] if stranger else []
    paid = pay_bills(scene, at, own, *others, *strangers)
    row = scene.press(scene.take_one(paid), names[chosen])
    assert scene.applied(paid) == {own: Decimal(10)}
    sentences = [f"Invoice {', '.join(others)} belongs to {names[1 - chosen]} here, so {10 * theirs}.00 is unapplied."]
    sentences += [f"Invoice {number} is not here, so 10.00 is unapplied." for number in strangers]
    assert {*sentences} == {sentence for sentence in sentences if sentence in row["message"]}
    assert row["message"].count("is not here") == len(strangers)
