"""A run that was killed has done more than it marked; the next one, whatever it is, sets the host's marks right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from qb_plugin.model import Entity, Link, LinkOrigin, Ref
from tests.support.addin.cut_short import cut_short
from tests.support.hosts.both_sides import BothSides
from tests.support.hosts.undo_steps import press_undo
from tests.support.ledgers.fake_ledger_values import FakeRecord


@pytest.mark.parametrize("next_run", ["export", "undo"])
@pytest.mark.parametrize("killed", [True, False])
def test_a_mark_that_a_killed_undo_left_is_taken_off(sides: BothSides, next_run: str, killed: bool) -> None:
    ada = sides.ledger.people[0]
    undone, other = sides.record(ada, "150.00"), sides.record(ada, "20.00")
    sides.export(undone)
    if next_run == "undo":
        sides.export(other)
    realm = sides.addin.runtime().connection().realm
    sides.addin.runtime().links.remove(realm, [Ref.parse(undone.ref)])
    if killed:
        cut_short(sides.addin.runtime())
    ended = sides.export(other) if next_run == "export" else press_undo(sides, [other.ref], record=other.ref)["rows"]
    assert ended[other.ref]["outcome"] == ("synchronized" if next_run == "export" else "undone")
    mark = sides.ledger.marks.get([undone.ref], realm)[undone.ref]
    assert mark.state == ("" if killed else "synchronized")


def killed_export(sides: BothSides) -> tuple[FakeRecord, FakeRecord]:
    """A record that an export sent and linked when its process was killed, and one that it did not come to."""
    ada, runtime = sides.ledger.people[0], sides.addin.runtime()
    sent, other = sides.record(ada, "150.00"), sides.record(ada, "20.00")
    realm = runtime.connection().realm
    runtime.links.add(
        [Link(realm=realm, source=Ref.parse(sent.ref), entity=Entity.PAYMENT, quickbooks_id="900", origin=LinkOrigin.EXPORTED)]
    )
    cut_short(runtime)
    return sent, other


def test_a_mark_that_a_killed_export_left_out_is_set(sides: BothSides) -> None:
    sent, other = killed_export(sides)
    sides.export(other)
    mark = sides.ledger.marks.get([sent.ref], sides.addin.runtime().connection().realm)[sent.ref]
    assert (mark.state, mark.external_id) == ("synchronized", "900")


def listed(sides: BothSides) -> dict[str, str]:
    """The outcome of each row of the export form, as it opens: synchronized ones are hidden."""
    rows = sides.form("export-payments").rows(sides.opened("export-payments"), None)
    return {row["id"]: row["outcome"] for row in rows.page(0, rows.count)}


def test_before_any_run_follows_the_list_shows_what_a_killed_undo_has_taken_out_of_quickbooks(sides: BothSides) -> None:
    ada = sides.ledger.people[0]
    undone, other = sides.record(ada, "150.00"), sides.record(ada, "20.00")
    sides.export(undone, other)
    realm = sides.addin.runtime().connection().realm
    sides.addin.runtime().links.remove(realm, [Ref.parse(undone.ref)])
    assert listed(sides) == {}  # nobody knows of it: no run was cut short
    cut_short(sides.addin.runtime())
    assert listed(sides) == {undone.ref: "ready"}


def test_before_any_run_follows_the_list_hides_what_a_killed_export_has_sent(sides: BothSides) -> None:
    _, other = killed_export(sides)
    assert listed(sides) == {other.ref: "ready"}


def test_a_list_is_shown_though_the_marks_cannot_be_set_right(sides: BothSides, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = sides.ledger.people[0]
    undone, other = sides.record(ada, "150.00"), sides.record(ada, "20.00")
    sides.export(undone)
    sides.addin.runtime().links.remove(sides.addin.runtime().connection().realm, [Ref.parse(undone.ref)])
    cut_short(sides.addin.runtime())
    put = type(sides.ledger.marks).put

    def refused(_: Any, __: Sequence[Any]) -> None:
        raise OSError("the host's database is locked")

    monkeypatch.setattr(type(sides.ledger.marks), "put", refused)
    assert list(listed(sides)) == [other.ref]
    monkeypatch.setattr(type(sides.ledger.marks), "put", put)
    assert set(listed(sides)) == {undone.ref, other.ref}  # it is tried again


@pytest.mark.parametrize("press", ["export", "undo", "the next run after one that was killed"])
def test_who_dies_while_marks_are_set_holds_the_lease(sides: BothSides, monkeypatch: pytest.MonkeyPatch, press: str) -> None:
    """So that the next run knows: what was given back looks as if it had been through."""
    ada = sides.ledger.people[0]
    sent, other = sides.record(ada, "150.00"), sides.record(ada, "20.00")
    runtime, marks = sides.addin.runtime(), sides.ledger.marks
    realm, put = runtime.connection().realm, type(marks).put
    if press != "export":
        sides.export(sent)
    held = []

    def watched(these: Any, changes: Sequence[Any]) -> None:
        held.append(runtime.store.leases.current(realm) is not None)
        put(these, changes)

    if press.startswith("the next"):
        runtime.links.remove(realm, [Ref.parse(sent.ref)])
        cut_short(sides.addin.runtime())
    monkeypatch.setattr(type(marks), "put", watched)
    if press == "undo":
        press_undo(sides, [sent.ref], record=sent.ref)
    else:
        sides.export(sent if press == "export" else other)
    assert held == [True] * (2 if press.startswith("the next") else 1)
