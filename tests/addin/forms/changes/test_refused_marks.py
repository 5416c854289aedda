"""What is refused in Changes, Reconcile or Undo is no failure of the export: marks follow links, and its rows say nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
import requests

from tests.addin.forms.changes.conftest import Linked
from tests.addin.forms.changes.test_late_matching import here_of, imported, invoice_there
from tests.addin.forms.changes.test_reconcile_settles import press


def undo(linked: Linked, ref: str) -> str:
    """Press Undo for a record; how it ended."""
    linked.scene.host.rows.clear()
    linked.scene.form("undo").run("undo", {**linked.scene.opened("undo"), "record": ref}, [ref], {}, linked.scene.host)
    return str(linked.scene.host.rows[ref]["outcome"])


def waiting(linked: Linked) -> str:
    """An imported payment whose invoice is not here."""
    invoice = invoice_there(linked, "L-1", "100.00")
    return str(here_of(linked, imported(linked, "100.00", (invoice, 100, "Invoice"))).ref)


def take_in_changes(linked: Linked) -> str:
    ref = waiting(linked)
    assert linked.settle("take", ref)[ref]["outcome"] == "failed"
    return ref


def take_in_reconcile(linked: Linked) -> str:
    ref = waiting(linked)
    assert press(linked, "take", ref)["outcome"] == "failed"
    return ref


def send_locked(linked: Linked) -> str:
    ref, identity = linked.exported_pair("20.00")
    address = f"{linked.scene.simulator.base_url}/_control/deposit"
    assert requests.post(address, json={"payments": [identity]}, timeout=10).status_code == 200
    linked.edit_here(ref, amount=Decimal("21.00"))
    assert linked.settle("send", ref)[ref]["outcome"] == "failed"
    return ref


def undo_edited(linked: Linked) -> str:
    ref, identity = linked.exported_pair("20.00")
    linked.edit_there(identity, PaymentRefNum="2b")
    assert undo(linked, ref) == "failed"
    return ref


REFUSED: dict[str, Callable[[Linked], str]] = {
    "take in changes": take_in_changes,
    "take in reconcile": take_in_reconcile,
    "send of what is locked": send_locked,
    "undo of what was edited": undo_edited,
}


def mark_of(linked: Linked, ref: str) -> str:
    """The host's mark."""
    return str(linked.scene.host.marks.marks[ref].state) if ref in linked.scene.host.marks.marks else ""


def export_list(linked: Linked) -> set[str]:
    """What the export form lists with Hide Synchronized on."""
    rows = linked.scene.form("export-payments").rows({**linked.scene.opened("export-payments"), "hide_synchronized": True}, None)
    return set(rows.ids(0, rows.count))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_linked_stays_synchronized_and_out_of_the_list(linked: Linked, name: str) -> None:
    ref = REFUSED[name](linked)
    row = linked.exported(ref)
    assert (mark_of(linked, ref), ref in export_list(linked)) == ("synchronized", False)
    assert (row["outcome"], row.get("message", "")) == ("synchronized", "")


def test_an_undo_of_what_was_never_sent_marks_nothing(linked: Linked) -> None:
    ref = linked.here("20.00")
    assert undo(linked, ref) == "failed"
    assert (mark_of(linked, ref), linked.exported(ref)["outcome"]) == ("", "ready")


def test_what_was_undone_can_be_exported_again(linked: Linked) -> None:
    ref, _ = linked.exported_pair("20.00")
    assert undo(linked, ref) == "undone"
    assert (mark_of(linked, ref), linked.exported(ref)["outcome"], ref in export_list(linked)) == ("", "ready", True)


def test_why_an_export_was_refused_stays_though_an_undo_was_refused_after_it(linked: Linked) -> None:
    ref = linked.here("20.00")
    entries = linked.scene.host.ledger.entries
    entries[-1] = replace(entries[-1], reference="R" * 30)
    refused = linked.export(ref)[ref]
    assert refused["outcome"] == "failed", refused
    assert undo(linked, ref) == "failed"
    row = linked.exported(ref)
    assert (mark_of(linked, ref), row["outcome"], row["message"]) == ("failed", "failed", refused["message"])
