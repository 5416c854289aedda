"""Who linked two records by hand, and who took that back: in the history, in the record's window and in the data of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice
from tests.support.hosts.text_host import TextUser

CLERK, BOSS = "Noor Haddad", "Ines Brandt"
DAY = "2026-10-31"  # of the first record
ALL: dict[str, Any] = {"from": DAY, "hide_synchronized": False}  # the filters that leave it


class Happened(NamedTuple):
    """The record, what was done by hand, and who did it."""

    ref: str
    what: str
    who: str


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as made:
        made.build(customer("Ada", "ada"), customer("Adah", "adah"), invoice("ada", "A-1", "400.00"))
        made.client("Ada")
        made.match()
        yield made


def by(sides: BothSides, name: str) -> None:
    """From now on somebody else sits there."""
    sides.host.user = replace(TextUser(), name=name)


def act(sides: BothSides, form: str, action: str, *ids: str, **answer: Any) -> None:
    """Press a button of a form for these rows."""
    opened = {**sides.opened(form), **answer}
    sides.form(form).rows(opened, None)
    told = sides.form(form).act(action, opened, list(ids), {})
    assert not told.get("rejected"), told


def typed_on_both(sides: BothSides) -> tuple[str, str]:
    """The same cheque, entered on both sides: its ref here and its id there."""
    record = sides.record(sides.ledger.people[0], "80.00", reference="501")
    ada = sides.query("Customer", "DisplayName = 'Ada'")[0]["Id"]
    return record.ref, str(sides.entries.pay(ada, "80.00", TxnDate=DAY, PaymentRefNum="501")["Id"])


def sent(sides: BothSides, kind: str = "payment") -> str:
    """A record that Lee Park exported."""
    sides.choose(credit_memo_item="1")
    record = sides.record(sides.ledger.people[0], "80.00", kind)
    assert sides.export(record)[record.ref]["outcome"] == "synchronized"
    return record.ref


def export_link_button(sides: BothSides) -> Happened:
    ref, _ = typed_on_both(sides)
    by(sides, CLERK)
    act(sides, "export-payments", "link_possible_duplicate", ref)
    return Happened(ref, "Linked", CLERK)


def export_link_option(sides: BothSides) -> Happened:
    ref = sent(sides)
    [there] = [each["Id"] for each in sides.query("Payment") if str(each["TotalAmt"]) == "80.00"]
    act(sides, "export-payments", "unlink", ref)
    by(sides, CLERK)
    [record] = [each for each in sides.ledger.entries if each.ref == ref]
    assert sides.run([record], {}, {ref: {"link": there}})["rows"][ref]["quickbooks_id"] == there
    return Happened(ref, "Linked", CLERK)


def import_link_button(sides: BothSides) -> Happened:
    ref, there = typed_on_both(sides)
    by(sides, BOSS)
    act(
        sides,
        "import-payments",
        "link_possible_duplicate",
        f"quickbooks_payment:{there}",
        **{"from": DAY, "hide_synchronized": False},
    )
    return Happened(ref, "Linked", BOSS)


def match_button(sides: BothSides) -> Happened:
    client = sides.client("Adah")
    by(sides, CLERK)
    sides.match()
    return Happened(f"client:{client.id}", "Linked", CLERK)


def match_cell(sides: BothSides) -> Happened:
    by(sides, BOSS)
    adah = sides.query("Customer", "DisplayName = 'Adah'")[0]["Id"]
    sides.form("match-clients").open({})
    sides.form("match-clients").act("link", {}, ["client:1"], {"client:1": {"customer": adah}})
    return Happened("client:1", "Linked", BOSS)


def unlink_in(form: str, kind: str = "payment") -> Callable[[BothSides], Happened]:
    """Unlink by the button of a form."""

    def press(sides: BothSides) -> Happened:
        ref = sent(sides, kind)
        by(sides, BOSS)
        act(sides, form, "unlink", ref)
        return Happened(ref, "Unlinked", BOSS)

    return press


def unlink_by_import(sides: BothSides) -> Happened:
    ref = sent(sides)
    [there] = [each["Id"] for each in sides.query("Payment") if str(each["TotalAmt"]) == "80.00"]
    by(sides, BOSS)
    act(sides, "import-payments", "unlink", f"quickbooks_payment:{there}", **ALL)
    return Happened(ref, "Unlinked", BOSS)


def unlink_option(sides: BothSides) -> Happened:
    ref = sent(sides)
    by(sides, CLERK)
    [record] = [each for each in sides.ledger.entries if each.ref == ref]
    sides.run([record], {}, {ref: {"unlink": True}})
    return Happened(ref, "Unlinked", CLERK)


def unmatch(sides: BothSides) -> Happened:
    by(sides, BOSS)
    sides.form("match-clients").open({})
    sides.form("match-clients").act("unlink", {}, ["client:1"], {})
    return Happened("client:1", "Unlinked", BOSS)


def not_now(sides: BothSides) -> Happened:
    ref, _ = typed_on_both(sides)
    by(sides, CLERK)
    [record] = [each for each in sides.ledger.entries if each.ref == ref]
    assert sides.run([record], {}, {ref: {"skip": True}})["rows"][ref]["outcome"] == "skipped"
    return Happened(ref, "Export payments", CLERK)


def sent_again_by_another(sides: BothSides) -> Happened:
    ref, _ = typed_on_both(sides)
    by(sides, BOSS)
    [record] = [each for each in sides.ledger.entries if each.ref == ref]
    assert sides.run([record], {}, {ref: {"force": True}})["rows"][ref]["outcome"] == "synchronized"
    return Happened(ref, "Export payments", BOSS)


ACTS = [
    export_link_button,
    export_link_option,
    import_link_button,
    match_button,
    match_cell,
    unlink_in("export-payments"),
    unlink_in("changes"),
    unlink_in("export-payments", "credit_memo"),
    unlink_by_import,
    unlink_option,
    unmatch,
    not_now,
    sent_again_by_another,
]


@pytest.mark.parametrize("act_by_hand", ACTS)
def test_it_is_told_who_did_it_by_hand(sides: BothSides, act_by_hand: Callable[[BothSides], Happened]) -> None:
    happened = act_by_hand(sides)
    by(sides, "Lee Park")
    rows = sides.form("history-entries").rows(sides.opened("history-entries", selection=[happened.ref]), None)
    newest = next(row for row in rows.page(0, rows.count) if row["cells"]["what"] == happened.what)
    assert newest["cells"]["who"] == happened.who
    shown = sides.host.show(happened.ref)
    assert any(happened.who in line and happened.what in line for line in shown), shown
    if happened.what == "Linked":
        assert f"By: {happened.who}" in "\n".join(shown)
    if happened.what == "Unlinked":
        assert f"when {happened.who} took that back" in "\n".join(shown)


def test_what_the_program_linked_names_nobody(sides: BothSides) -> None:
    ref = sent(sides)
    rows = sides.form("history-entries").rows(sides.opened("history-entries", selection=[ref]), None)
    assert [row["cells"]["who"] for row in rows.page(0, rows.count) if row["cells"]["what"] == "Linked"] == [""]
