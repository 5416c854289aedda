"""What Changes and Reconcile say of imported payments whose lines pay more than invoices here, and what a press makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from tests.support.addin.import_scene import ImportScene, labels
from tests.support.simulator.open_items import entry_lines, expense

MONTH = {"from": "2026-11-01", "to": "2026-11-30"}
Line = tuple[str, int]


@dataclass(slots=True)
class Case:
    """A client with a payment of 100.00, and what stands around it on both sides."""

    scene: ImportScene
    name: str
    customer: str
    paid: Any = None

    def line(self, what: str, amount: int) -> dict[str, Any]:
        """A line of the payment. `here` is an invoice on both sides, `closed` has nothing open here, `absent` is there alone,
        `other` is another client's here."""
        quickbooks, number = self.scene.quickbooks, f"N-{self.scene.number()}"
        if what == "entry":
            entry = quickbooks.post("JournalEntry", {"Line": entry_lines(self.customer, self.customer, Decimal(amount), "Debit")})
            return linked(amount, entry["Id"], "JournalEntry", entry["Line"][0]["Id"])
        if what == "back":
            body = {"AccountRef": {"value": "6"}, "EntityRef": {"value": self.customer, "type": "Customer"}, "DocNumber": number}
            check = quickbooks.post("Purchase", {**body, "PaymentType": "Check", "Line": [expense(amount)]})
            return linked(amount, check["Id"], "Check", check["Line"][0]["Id"])
        if what == "memo":
            return linked(amount, quickbooks.memo(self.customer, amount, DocNumber=number)["Id"], "CreditMemo")
        owner = self.customer
        if what == "other":
            child = {"ParentRef": {"value": owner}, "BillWithParent": True}
            owner = self.scene.client(f"Child {number}", customer=quickbooks.customer(f"Child {number}", **child))
        if what != "absent":
            name = f"Child {number}" if what == "other" else self.name
            self.scene.bill(name, number, f"{amount}.00", "0.00" if what == "closed" else None)
        return linked(amount, quickbooks.invoice(owner, amount, DocNumber=number)["Id"], "Invoice")

    def pay(self, *lines: Line) -> None:
        """The payment in QuickBooks."""
        body = {"CustomerRef": {"value": self.customer}, "TotalAmt": 100, "TxnDate": "2026-11-17"}
        self.paid = self.scene.quickbooks.post("Payment", {**body, "Line": [self.line(*line) for line in lines]})

    def edit(self, *lines: Line, **values: Any) -> None:
        """Somebody edits it in QuickBooks: values, or more lines."""
        now = self.scene.quickbooks.get("Payment", self.paid["Id"])
        body = {name: now[name] for name in ("Id", "SyncToken", "TotalAmt")}
        self.scene.quickbooks.post(
            "Payment", {**body, "sparse": True, "Line": now["Line"] + [self.line(*x) for x in lines], **values}
        )

    @property
    def here(self) -> Any:
        return self.scene.here(self.paid)

    def rows(self, form: str, **answer: str) -> dict[str, Any]:
        """A form's row of the payment, empty for none; both sides are read anew."""
        self.scene.addin.runtime().ledger_readings.forget()
        opened = self.scene.host.forms[form].open({})
        rows = self.scene.host.forms[form].rows({**opened["answer"], "token": opened["token"], **answer}, None)
        return next((row for row in rows.page(0, rows.count) if row["id"] == self.here.ref), {})

    def press(self, way: str) -> dict[str, Any]:
        """Press a button of Changes."""
        form = self.scene.host.forms["changes"]
        opened = form.open({})
        self.scene.host.rows.clear()
        form.run(way, {**opened["answer"], "token": opened["token"]}, [self.here.ref], {}, self.scene.host)
        return dict(self.scene.host.rows[self.here.ref])


def linked(amount: int, identity: str, kind: str, line: str | None = None) -> dict[str, Any]:
    """A line of a payment on a transaction."""
    return {"Amount": amount, "LinkedTxn": [{"TxnId": identity, "TxnType": kind, **({"TxnLineId": line} if line else {})}]}


@pytest.fixture
def case(scene: ImportScene) -> Case:
    name = f"Payer {scene.number()}"
    return Case(scene, name, scene.client(name))


LINES: list[tuple[list[Line], str]] = [
    ([], ""),
    ([("here", 100)], ""),
    ([("here", 60)], ""),
    ([("entry", 100)], ""),
    ([("here", 60), ("entry", 40)], ""),
    ([("entry", 40), ("here", 60)], ""),
    ([("here", 102), ("memo", 2)], ""),
    ([("here", 50), ("entry", 52), ("memo", 2)], ""),
    ([("absent", 60), ("entry", 40)], "waiting"),
    ([("closed", 100)], "waiting"),
    ([("other", 100)], "waiting"),
    ([("here", 30), ("other", 30), ("entry", 40)], "waiting"),
    ([("back", 30)], ""),
    ([("back", 30), ("here", 70)], ""),
    ([("here", 20), ("back", 30), ("entry", 50)], ""),
    ([("absent", 70), ("back", 30)], "waiting"),
]


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize(("lines", "waits"), LINES, ids=[" ".join(f"{w} {a}" for w, a in lines) or "none" for lines, _ in LINES])
def test_only_what_an_invoice_can_take_here_waits_and_what_went_back_never_comes_in(
    case: Case, lines: list[Line], waits: str, edited: bool
) -> None:
    case.pay(*lines)
    back = sum(amount for what, amount in lines if what == "back")
    assert case.scene.take_one(case.paid, force=True)["outcome"] == "synchronized"
    before = case.here
    assert before.amount == 100 - back
    if edited:
        case.edit(PrivateNote="a note")
    row = case.rows("changes")
    assert (row.get("cells") or {}).get("what", "") == (
        "" if not waits else "Applied there since" if edited else "Waiting for invoice"
    )
    if not row:
        assert case.press("take")["message"] == "The two agree by now in all that can be taken or sent from here."
    else:
        assert labels(row)[0] == "Apply here too"
        told = case.press("take")
        assert (told["outcome"], told["message"].partition(":")[0]) == (
            "failed",
            f"Nothing more of {before.number} could be applied",
        )
        assert edited or "the invoice is not here, is another client's here, or has nothing open" in row["message"]
    assert case.here == before


@pytest.mark.parametrize(
    ("first", "then", "values", "what", "button", "amount"),
    [
        ([("back", 30)], [], {"TotalAmt": 90}, "Amount changed there", "Take 60.00", "60.00"),
        ([("back", 30)], [("back", 20)], {}, "Amount changed there", "Take 50.00", "50.00"),
        ([("back", 30)], [("entry", 70)], {}, "", "", "70.00"),
        ([], [("back", 30)], {}, "Money went back", "Take 70.00", "70.00"),
        ([], [("back", 100)], {}, "Money went back", "Unlink", "100.00"),
        ([("entry", 40)], [("back", 10)], {}, "Money went back", "Take 90.00", "90.00"),
        ([("here", 40)], [("back", 10)], {"TxnDate": "2026-11-16"}, "Money went back", "Take 90.00", "90.00"),
        ([("here", 60)], [], {"TotalAmt": 80}, "Amount changed there", "Take 80.00", "80.00"),
        ([("entry", 40)], [], {"TotalAmt": 80}, "Amount changed there", "Take 80.00", "80.00"),
        ([("here", 60)], [("entry", 40)], {}, "", "", "100.00"),
        ([("here", 60)], [("entry", 40)], {"TxnDate": "2026-11-16"}, "Date changed there", "Take 2026-11-16", "100.00"),
    ],
)
def test_an_edit_is_taken_without_what_went_back(
    case: Case, first: list[Line], then: list[Line], values: dict[str, Any], what: str, button: str, amount: str
) -> None:
    case.pay(*first)
    case.scene.take_one(case.paid, force=True)
    case.edit(*then, **values)
    row = case.rows("changes")
    assert (row.get("cells") or {}).get("what", "") == what
    if row:
        assert labels(row)[0] == button
        assert [label for label in labels(row) if label.startswith("Send")] == [] or not {"back", "entry"} & dict(
            first + then
        ).keys()
        case.press("take")
    there = case.scene.quickbooks.get("Payment", case.paid["Id"])
    assert (case.here.amount, there["TotalAmt"]) == (Decimal(amount), values.get("TotalAmt", 100))
    assert sum(each.amount for each in case.here.applications) == dict(first).get("here", 0)


@pytest.mark.parametrize(
    ("lines", "group", "words"),
    [
        ([("back", 30)], "needs_decision", "30.00 of QuickBooks' "),
        ([("back", 30), ("here", 70)], "needs_decision", "It cannot be settled from here."),
        ([("entry", 40)], "applied_differs", "40.00 of QuickBooks' "),
        ([("entry", 40), ("here", 60)], "applied_differs", "It cannot be settled from here."),
        ([("here", 60)], "equal", "Both sides have it alike."),
    ],
)
def test_reconcile_offers_no_button_that_settles_nothing(case: Case, lines: list[Line], group: str, words: str) -> None:
    case.pay(*lines)
    case.scene.take_one(case.paid, force=True)
    row = case.rows("reconcile-items", group=group, **MONTH)
    assert words in row["message"]
    assert labels(row) == ["Open in QuickBooks"]


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("lines", [[("here", 100)], [("here", 60)], [("here", 60), ("entry", 40)], [("here", 50), ("back", 30)]])
def test_what_a_person_took_off_its_invoice_is_not_put_back_by_an_import(case: Case, lines: list[Line], left: bool) -> None:
    case.pay(*lines)
    case.scene.take_one(case.paid, force=True)
    ledger, before = case.scene.ledger, case.here
    ledger.spend(before.applications, -1)
    ledger.entries[ledger.entries.index(before)] = replace(before, version=before.version + 1, applications=())
    row = case.rows("changes")
    assert (row["cells"]["what"], labels(row)[0]) == ("Applied differently here", "Apply here too")
    if left:
        assert case.press("leave")["outcome"] == "synchronized"
        assert case.rows("changes") == {}
    other = case.scene.quickbooks.pay(case.customer, 7, TxnDate="2026-11-17")
    case.scene.take_one(other)
    assert (case.here.applications, list(case.scene.host.rows)) == ((), [f"quickbooks_payment:{other['Id']}"])
    if not left:
        assert case.press("take")["outcome"] == "synchronized"
        assert case.here.applications == before.applications


@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize("values", [{"TotalAmt": 90}, {"TxnDate": "2026-11-16"}, {"TotalAmt": 90, "TxnDate": "2026-11-16"}])
def test_a_project_of_the_client_is_not_another_customer(case: Case, levels: int, values: dict[str, Any]) -> None:
    for level in range(levels):
        parent = {"ParentRef": {"value": case.customer}, "BillWithParent": True}
        case.customer = case.scene.quickbooks.customer(f"{case.name} {level}", **parent)
    case.pay()
    case.scene.take_one(case.paid)
    case.edit(**values)
    assert case.rows("changes")["cells"]["what"].split()[0] in {"Amount", "Date"}
    assert case.press("take")["outcome"] == "synchronized"
    assert (case.here.amount, case.here.date.isoformat()) == (values.get("TotalAmt", 100), values.get("TxnDate", "2026-11-17"))


def test_moved_to_a_project_of_another_client_it_is_another_customer(case: Case) -> None:
    parent = {"ParentRef": {"value": case.customer}, "BillWithParent": True}
    own = case.scene.client(f"{case.name} own", customer=case.scene.quickbooks.customer(f"{case.name} own", **parent))
    case.pay()
    case.scene.take_one(case.paid)
    case.edit(CustomerRef={"value": own})
    assert case.rows("changes")["cells"]["what"] == "Customer changed there"


@pytest.mark.parametrize("way", ["take", "send"])
@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_no_amount_is_taken_or_sent_over_two_currencies(case: Case, way: str, currency: str) -> None:
    case.pay()
    case.scene.take_one(case.paid)
    people = case.scene.ledger.people
    client = next(each for each in people if each.name == case.name)
    people[people.index(client)] = replace(client, currency=currency)
    case.edit(TotalAmt=90)
    row = case.rows("changes")
    assert (row["cells"]["what"], labels(row)) == ("Other currency", ["Unlink", "Leave", "Open in QuickBooks"])
    assert case.press(way)["outcome"] == "failed"
    assert (case.here.amount, case.scene.quickbooks.get("Payment", case.paid["Id"])["TotalAmt"]) == (Decimal(100), 90)


@pytest.mark.parametrize("by", ["import", "press"])
def test_one_that_was_undone_and_came_in_again_waits_and_is_applied_like_the_first(case: Case, by: str) -> None:
    case.pay(("absent", 100))
    number = case.scene.quickbooks.get("Invoice", case.paid["Line"][0]["LinkedTxn"][0]["TxnId"])["DocNumber"]
    scene, ledger = case.scene, case.scene.ledger
    scene.take_one(case.paid)
    bill = scene.bill(case.name, number, "100.00")
    for turn in range(2):
        if by == "press":
            assert case.press("take")["outcome"] == "synchronized"
        else:
            scene.take_one(scene.quickbooks.pay(case.customer, 7 + turn, TxnDate="2026-11-17"))
        assert (scene.applied(case.paid), scene.open_here(number)) == ({number: Decimal(100)}, Decimal(0))
        opened = scene.host.forms["undo"].open({"selection": [case.here.ref]})
        row = f"quickbooks_payment:{case.paid['Id']}"
        scene.host.forms["undo"].run("undo", {**opened["answer"], "token": opened["token"]}, [row], {}, scene.host)
        assert (scene.host.rows[row]["outcome"], scene.open_here(number)) == ("undone", Decimal(100))
        at = next(place for place, each in enumerate(ledger.bills) if each.id == bill.id)
        ledger.bills[at] = replace(ledger.bills[at], balance=Decimal(0))
        scene.take_one(case.paid)
        assert scene.applied(case.paid) == {}
        ledger.bills[at] = replace(ledger.bills[at], balance=Decimal(100))


#: the invoices that pay before and after an edit there, of those here; `away` is one that is not here
MOVES = [
    ({"a": 100}, {"b": 100}),
    ({"a": 100}, {"away": 100}),
    ({"a": 60, "b": 40}, {"a": 40, "b": 60}),
    ({"a": 60, "b": 40}, {"b": 40, "c": 60}),
    ({"a": 60, "b": 40}, {"a": 60, "c": 40}),
    ({"a": 50}, {"c": 50}),
    ({"a": 30, "b": 30}, {"c": 60}),
    ({"a": 60}, {"a": 30, "b": 30}),
    ({"a": 60, "b": 40}, {"b": 40, "a": 60}),
    ({"a": 100}, {"a": 100}),
    ({}, {}),
]


@pytest.mark.parametrize(("before", "after"), MOVES)
def test_money_that_quickbooks_moved_to_another_invoice_is_shown_and_taken(
    case: Case, before: dict[str, int], after: dict[str, int]
) -> None:
    made = {name: case.line("absent" if name == "away" else "here", 100) for name in sorted({*before, *after})}
    numbers = {name: case.scene.quickbooks.get("Invoice", made[name]["LinkedTxn"][0]["TxnId"])["DocNumber"] for name in made}
    body = {"CustomerRef": {"value": case.customer}, "TotalAmt": 100, "TxnDate": "2026-11-17"}
    lines = [{**made[name], "Amount": amount} for name, amount in before.items()]
    case.paid = case.scene.quickbooks.post("Payment", {**body, "Line": lines})
    case.scene.take_one(case.paid)
    edited = {"Id": case.paid["Id"], "SyncToken": "0", "sparse": True, "TotalAmt": 100}
    lines = [{**made[name], "Amount": amount} for name, amount in after.items()]
    case.scene.quickbooks.post("Payment", {**edited, "Line": lines})
    row = case.rows("changes")
    assert bool(row) is (before != after)
    if row:
        assert (row["cells"]["what"], labels(row)[0]) == ("Applied there since", "Take what is applied")
        assert (
            f"here {sum(before.values())}.00 of {case.here.number} pays {', '.join(numbers[name] for name in before)}."
            in row["message"]
        )
        assert case.press("take")["outcome"] == ("changed" if "away" in after else "synchronized")
    here = {numbers[name]: Decimal(amount) for name, amount in after.items() if name != "away"}
    assert (case.scene.applied(case.paid), case.rows("changes").get("cells", {}).get("what")) == (
        here,
        "Waiting for invoice" if "away" in after else None,
    )
    for name in set(made) - {"away"}:
        assert case.scene.open_here(numbers[name]) == 100 - after.get(name, 0)
