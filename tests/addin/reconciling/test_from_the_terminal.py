"""History, Reconcile, Changes and Undo from a terminal: each lists, and each settles there what it settles on the screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from click import UsageError

from hostsim.terminal.run_command import drive
from tests.browser.demo import Demo, running_demo
from tests.browser.review.month import Month

PERIOD = ("--from", "2026-11-01", "--to", "2026-11-30")
NAMES = ("TAKEN", "SENT", "LEFT", "UNDONE", "GONE", "LOCKED")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """The demo firm with payments that were exported, and then changed in QuickBooks."""
    with running_demo(tmp_path_factory.mktemp("terminal")) as running:
        month = Month(running)
        for number, name in enumerate(NAMES):
            month.receive_here(name, "Amy's Bird Sanctuary", f"{2101 + number}.00")
        assert drive(running.host.workspace, "export-payments", ["--select", ",".join(month.refs[name] for name in NAMES)]) == 0
        for name in ("TAKEN", "SENT", "LEFT"):
            month.edit_there(name, TotalAmt=3000)
        month.deposit("LOCKED")
        month.edit_here("LOCKED", amount="3000.00")
        month.end_there("GONE", operation="update", include="void")
        yield month


def run(demo: Demo, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """A command's exit status, and its JSON."""
    capsys.readouterr()
    status = drive(demo.host.workspace, arguments[0], [*arguments[1:], "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("history",), 0, "Export payments"),
        (("history", "--what", "export-payments"), 0, "Export payments"),
        (("history-entries",), 0, "Amy's Bird Sanctuary"),
        (("history-entries", "--search", "TAKEN"), 0, "TAKEN"),
        (("reconcile", *PERIOD), 1, "Received"),
        (("reconcile", *PERIOD, "--by", "months"), 1, "2026-11"),
        (("reconcile", *PERIOD, "--by", "methods"), 1, "Check"),
        (("reconcile-items", *PERIOD), 1, "is 2,101.00 here and 3,000.00 in QuickBooks"),
        (("reconcile-items", *PERIOD, "--group", "only-here"), 1, "is void there"),
        (("reconcile-items", *PERIOD, "--group", "amount-differs", "--search", "SENT"), 1, "Amount differs"),
        (("changes",), 1, "differ in"),
        (("changes", "--search", "2,102.00"), 1, "2102.00"),
    ],
)
def test_every_form_lists(
    month: Month, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, says: str
) -> None:
    ended, listed = run(month.demo, capsys, *arguments)
    assert ended == status
    assert listed["rows"]
    assert says in json.dumps(listed, ensure_ascii=False)


def test_what_differs_is_settled_by_each_way(month: Month, capsys: pytest.CaptureFixture[str]) -> None:
    demo = month.demo
    assert run(demo, capsys, "reconcile-items", *PERIOD, "--take", "--select", month.numbers["TAKEN"])[0] == 0
    assert run(demo, capsys, "reconcile-items", *PERIOD, "--send", "--select", month.refs["SENT"])[0] == 0
    assert run(demo, capsys, "changes", "--leave", "--select", month.numbers["LEFT"])[0] == 0
    assert (month.record("TAKEN").amount, month.there("SENT")["TotalAmt"]) == (Decimal(3000), 2102)
    assert (month.record("LEFT").amount, month.there("LEFT")["TotalAmt"]) == (Decimal("2103.00"), 3000)


def test_what_is_refused_is_listed_with_its_reason_as_not_settled(month: Month, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = run(month.demo, capsys, "reconcile-items", *PERIOD, "--send", "--select", month.numbers["LOCKED"])
    assert (status, told["rows"][0]["outcome"]) == (1, "failed")
    status, listed = run(month.demo, capsys, "reconcile-items", *PERIOD, "--group", "unsettled")
    [message] = [row["message"] for row in listed["rows"] if row["id"] == month.refs["LOCKED"]]
    assert "Tried before: " in message
    assert "deposit" in message
    assert run(month.demo, capsys, "reconcile-items", *PERIOD, "--take", "--select", month.numbers["LOCKED"])[0] == 0
    assert month.record("LOCKED").amount == Decimal("2106.00")


def test_what_was_voided_is_removed_here_and_a_payment_is_undone(month: Month, capsys: pytest.CaptureFixture[str]) -> None:
    demo = month.demo
    assert run(demo, capsys, "reconcile-items", *PERIOD, "--take", "--select", month.numbers["GONE"])[0] == 0
    assert demo.ledger.records([month.refs["GONE"]]) == []
    status, told = run(demo, capsys, "undo", "--record", month.numbers["UNDONE"], "--all", "--dry-run")
    assert (status, [row["outcome"] for row in told["rows"]]) == (0, ["ready"])
    assert run(demo, capsys, "undo", "--record", month.numbers["UNDONE"], "--all")[0] == 0
    assert demo.quickbooks_payment("UNDONE") == []


def test_rows_without_a_way_are_a_mistake(month: Month) -> None:
    with pytest.raises(UsageError, match="Say what to do: --take, --send"):
        drive(month.demo.host.workspace, "reconcile-items", [*PERIOD, "--all"])
