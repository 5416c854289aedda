"""Money that a person entered on the other side, too, is asked about: both sides are read, the ledger and QuickBooks over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from tests.addin.forms.both_sides import BothSides, row_there
from tests.addin.forms.test_text_host import Scene, scene

__all__ = ["scene"]


@pytest.fixture
def sides(scene: Scene) -> BothSides:
    return BothSides(scene)


# --- a person was faster -----------------------------------------------------------------------------


@pytest.mark.parametrize("reference", [None, "CHK 4411", "4411", "#0004411", "check no. 4411"])
def test_a_payment_that_a_person_entered_and_applied_there_is_held_and_not_sent(sides: BothSides, reference: str | None) -> None:
    application, invoice = sides.bill("HP-0", "100.00")
    record = sides.here("100.00", reference="4411", applications=(application,))
    typed = sides.there("100.00", (invoice, 100, "Invoice"), reference=reference)
    row = sides.export(record, auto_apply=True)[record]
    assert row["outcome"] == "needs_decision"
    assert "Invoice HP-0 is paid in QuickBooks by a payment of 100.00" in row["message"]
    assert f"reference {reference or '–'}" in row["message"]
    assert "reference 4411, entered by hand" in row["message"]
    assert [fix["label"] for fix in row["fixes"]] == ["Same one: link them", "Send anyway", "Not now"]
    assert row["fixes"][1]["confirm"]
    assert [each["Id"] for each in sides.read_there("100.00")] == [typed]
    assert Decimal(str(sides.books.get("Invoice", invoice)["Balance"])) == 0


# What stands there beside a payment of 70.00 here, reference 4411, of DAY: held or sent.
KINDS = [
    ("4411", 0, True),
    (" 4411 ", 0, True),
    ("CHK 4411", 0, True),
    ("CHK4411", 3, True),
    ("004411", 7, True),
    ("Check #4411", -7, True),
    ("VISA 4411", 1, True),
    (None, 0, True),
    (None, -7, True),
    (None, 7, True),
    ("4411", 8, False),
    (None, 8, False),
    (None, -8, False),
    ("4412", 0, False),
    ("CHK 44110", 0, False),
    ("deposit", 0, False),
    ("Check", 0, True),  # what says nothing is as good as missing
    ("CHK no.", 3, True),
    ("cheque #", -7, True),
    ("-", 0, True),
    (".", 6, True),
    ("000", 1, True),
    ("Payment ref", 7, True),
    ("Check", 8, False),
    ("-", -8, False),
    ("CHK 4411 / Bank 99", 0, True),
    ("Inv 1002, check 4411", 7, True),
    ("2026-11-02 no. 04411", -7, True),
    ("Inv 1002, check 44110", 0, False),
    ("CHK 4411 / Bank 99", 8, False),
]


@pytest.mark.parametrize(("reference", "later", "held"), KINDS)
def test_same_client_and_amount_within_a_week_with_a_like_or_no_reference_is_asked_about(
    sides: BothSides, reference: str | None, later: int, held: bool
) -> None:
    record = sides.here("70.00", reference="4411")
    sides.there("70.00", later=later, reference=reference)
    assert sides.export(record)[record]["outcome"] == ("needs_decision" if held else "synchronized")
    assert len(sides.read_there("70.00")) == (1 if held else 2)


@pytest.mark.parametrize("days", [9, 25, 40, 300])
def test_an_invoice_that_is_paid_there_on_another_day_is_asked_about(sides: BothSides, days: int) -> None:
    application, invoice = sides.bill("HP-1", "80.50")
    record = sides.here("80.50", reference="4411", applications=(application,))
    sides.there("80.50", (invoice, 80.5, "Invoice"), later=-days, reference="other")
    assert sides.export(record)[record]["outcome"] == "needs_decision"
    assert len(sides.read_there("80.50")) == 1


@pytest.mark.parametrize("count", [2, 3, 5])
def test_equal_payments_of_a_day_against_one_there_are_paired_one_to_one(sides: BothSides, count: int) -> None:
    records = [sides.here("60.00") for _ in range(count)]
    sides.there("60.00")
    ends = [row["outcome"] for row in sides.export(*records).values()]
    assert sorted(ends) == ["needs_decision", *["synchronized"] * (count - 1)]
    assert len(sides.read_there("60.00")) == count


def test_send_anyway_sends_and_is_remembered_for_the_pair_and_not_now_is_not(sides: BothSides) -> None:
    record = sides.here("61.00", reference="9")
    typed = sides.there("61.00")
    assert sides.export(record, edits={record: {"skip": True}})[record]["outcome"] == "skipped"
    assert sides.export(record)[record]["outcome"] == "needs_decision"
    assert sides.export(record, edits={record: {"force": True}})[record]["outcome"] == "synchronized"
    assert len(sides.read_there("61.00")) == 2
    row = sides.listed(hide_synchronized=True)[row_there(typed)]  # asked once: not again from the other side
    assert row["outcome"] == "ready"


@pytest.mark.parametrize("meanwhile", ["nothing", "another one", "another one in its place", "it is gone", "the terminal"])
def test_send_anyway_answers_for_what_was_shown_and_for_nothing_that_came_up_meanwhile(sides: BothSides, meanwhile: str) -> None:
    record = sides.here("63.00", reference="9")
    typed = sides.there("63.00")
    shown = sides.export(record)[record]
    answer = next(fix["edit"] for fix in shown["fixes"] if fix["label"] == "Send anyway")
    if meanwhile in {"another one in its place", "it is gone"}:
        sides.books.post("Payment", {"Id": typed, "SyncToken": "0"}, operation="delete")
    if meanwhile in {"another one", "another one in its place"}:
        sides.there("63.00", reference="9")  # more like it than the one before
    before = len(sides.read_there("63.00"))
    row = sides.export(record, edits={record: {"force": True} if meanwhile == "the terminal" else answer})[record]
    asks = meanwhile.startswith("another")
    assert row["outcome"] == ("needs_decision" if asks else "synchronized"), row
    assert len(sides.read_there("63.00")) == before + (0 if asks else 1)
    if asks:
        again = next(fix["edit"] for fix in row["fixes"] if fix["label"] == "Send anyway")
        assert sides.export(record, edits={record: again})[record]["outcome"] == "synchronized"
        assert len(sides.read_there("63.00")) == before + 1


@pytest.mark.parametrize("meanwhile", ["nothing", "another one in its place", "it is gone", "no word of it"])
def test_same_one_links_what_was_shown_and_nothing_that_came_up_meanwhile(sides: BothSides, meanwhile: str) -> None:
    record = sides.here("64.00", reference="9")
    typed = sides.there("64.00")
    shown = sides.export(record)[record]
    answer = next(fix["edit"] for fix in shown["fixes"] if fix["label"] == "Same one: link them")
    if meanwhile != "nothing":
        sides.books.post("Payment", {"Id": typed, "SyncToken": "0"}, operation="delete")
    other = sides.there("64.00", reference="9") if meanwhile in {"another one in its place", "no word of it"} else ""
    form, edits = sides.scene.form("export-payments"), {record: answer} if meanwhile != "no word of it" else {}
    row = form.act("link_possible_duplicate", {}, [record], edits)["rows"][0]
    ends = {"another one in its place": "needs_decision", "it is gone": "ready"}
    assert row["outcome"] == ends.get(meanwhile, "synchronized"), row
    if row["outcome"] == "needs_decision":
        assert row["quickbooks_id"] == other
        again = next(fix["edit"] for fix in row["fixes"] if fix["label"] == "Same one: link them")
        row = form.act("link_possible_duplicate", {}, [record], {record: again})["rows"][0]
        assert (row["outcome"], row["quickbooks_id"]) == ("synchronized", other)
    if meanwhile == "nothing":
        assert row["quickbooks_id"] == typed


def test_same_one_links_the_two_and_nothing_is_sent(sides: BothSides) -> None:
    record = sides.here("62.00", reference="9")
    typed = sides.there("62.00")
    sides.export(record)
    form = sides.scene.form("export-payments")
    assert form.act("link_possible_duplicate", {}, [record], {})["rows"][0]["outcome"] == "synchronized"
    assert sides.export(record)[record]["quickbooks_id"] == typed
    assert len(sides.read_there("62.00")) == 1
    assert row_there(typed) not in sides.listed()


# --- the other direction -----------------------------------------------------------------------------


def test_two_cash_payments_there_and_one_here_are_both_listed(sides: BothSides) -> None:
    sides.here("50.00")
    there = [row_there(sides.there("50.00")) for _ in range(2)]
    rows = sides.listed(hide_synchronized=True)
    assert sorted(rows[identity]["outcome"] for identity in there) == ["needs_decision", "ready"]
    free = next(identity for identity in there if rows[identity]["outcome"] == "ready")
    assert sides.import_(free)[free]["outcome"] == "synchronized"
    assert sides.received_here("50.00") == 2
    held = next(identity for identity in there if identity != free)
    assert sides.import_(held)[held]["outcome"] == "needs_decision"
    assert sides.import_(held, edits={held: {"force": True}})[held]["outcome"] == "synchronized"
    assert sides.received_here("50.00") == 3


@pytest.mark.parametrize(("here", "there", "hidden"), [(1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 3, 2), (3, 3, 3), (0, 2, 0)])
def test_only_exact_look_alikes_with_a_reference_are_hidden_one_to_one(
    sides: BothSides, here: int, there: int, hidden: int
) -> None:
    for _ in range(here):
        sides.here("51.00", reference="77")
    ids = {row_there(sides.there("51.00", reference="77")) for _ in range(there)}
    assert len(ids & set(sides.listed(hide_synchronized=True))) == there - hidden
    shown = sides.listed(hide_synchronized=False)
    assert sorted(shown[each]["outcome"] for each in ids) == sorted(["needs_decision"] * hidden + ["ready"] * (there - hidden))


@pytest.mark.parametrize(
    ("here", "there", "later", "listed_as"),
    [
        ("4411", "CHK 4411", 0, "needs_decision"),
        ("4411", None, 0, "needs_decision"),
        ("", "4411", 5, "needs_decision"),
        ("", None, -7, "needs_decision"),
        ("4411", "4411", 2, "needs_decision"),
        ("0004411", "ck 4411", 7, "needs_decision"),
        ("4411", "4411", 8, "ready"),
        ("4411", None, 9, "ready"),
        ("4411", "4412", 0, "ready"),
        ("A-1", "B-1", 0, "ready"),
        ("4411", "Check", 0, "needs_decision"),
        ("chk", "4411", 3, "needs_decision"),
        ("-", "no.", -2, "needs_decision"),
        ("check", "check", 5, "needs_decision"),
        ("4411", "Check", 8, "ready"),
    ],
)
def test_what_may_be_here_is_listed_and_asked_about(
    sides: BothSides, here: str, there: str | None, later: int, listed_as: str
) -> None:
    sides.here("52.00", reference=here)
    identity = row_there(sides.there("52.00", later=later, reference=there))
    assert sides.listed(hide_synchronized=True)[identity]["outcome"] == listed_as
    assert sides.import_(identity)[identity]["outcome"] == ("synchronized" if listed_as == "ready" else listed_as)
    assert sides.received_here("52.00") == (2 if listed_as == "ready" else 1)


def test_import_anyway_is_remembered_for_the_pair(sides: BothSides) -> None:
    record = sides.here("53.00", reference="5")
    identity = row_there(sides.there("53.00", reference="5"))
    assert sides.import_(identity, edits={identity: {"force": True}})[identity]["outcome"] == "synchronized"
    assert sides.export(record)[record]["outcome"] == "synchronized"
    assert (len(sides.read_there("53.00")), sides.received_here("53.00")) == (2, 2)


@pytest.mark.parametrize("meanwhile", ["nothing", "another one in its place", "it is gone", "the terminal"])
@pytest.mark.parametrize("button", ["Import anyway", "Same one: link them"])
@pytest.mark.parametrize("read", ["as it was listed", "anew"])
def test_an_answer_of_an_import_is_about_the_payment_here_that_was_shown(
    sides: BothSides, read: str, button: str, meanwhile: str
) -> None:
    first = sides.here("54.00", reference="5")
    identity = row_there(sides.there("54.00", reference="5", later=2))
    form, list_of = sides.scene.form("import-payments"), sides.scene.opened("import-payments")

    def button_of() -> Mapping[str, object]:
        rows = form.rows(list_of, None)
        shown = next(row for row in rows.page(0, rows.count) if row["id"] == identity)
        return next(fix["edit"] for fix in shown["fixes"] if fix["label"] == button)

    def press(edit: Mapping[str, object]) -> Mapping[str, object]:
        of = list_of if read == "as it was listed" else sides.scene.opened("import-payments")
        if button != "Import anyway":
            linked: Mapping[str, object] = form.act("link_possible_duplicate", of, [identity], {identity: edit})["rows"][0]
            return linked
        form.run("import", of, [identity], {identity: edit}, sides.scene.host)
        return sides.scene.host.rows[identity]

    answer = button_of()
    if meanwhile in {"another one in its place", "it is gone"}:
        sides.delete_here(first)
    other = sides.here("54.00", reference="5") if meanwhile == "another one in its place" else ""
    before = sides.received_here("54.00")
    row = press({"force": True} if meanwhile == "the terminal" else answer)
    if meanwhile == "another one in its place":
        assert (row["outcome"], sides.received_here("54.00")) == ("needs_decision", before), row
        list_of = sides.scene.opened("import-payments")
        again = button_of()
        assert again["about_here"] == other
        row = press(again)
    assert row["outcome"] == ("ready" if meanwhile == "it is gone" and button != "Import anyway" else "synchronized"), row
    assert sides.received_here("54.00") == before + (1 if button == "Import anyway" else 0)
