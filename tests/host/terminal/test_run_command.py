"""`hostsim run`: options come from the form's fields; the exit status and the JSON say how it ended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from hostsim.addins.descriptions import ActResult, RowChange
from hostsim.addins.host_services import Options
from hostsim.cli import main
from hostsim.commands.startup import CannotRun
from hostsim.practice.database import open_practice
from hostsim.terminal.options import RunRequest, build_command
from hostsim.terminal.output import COUNTS, NO_COUNTS, print_act, print_run
from hostsim.terminal.progress import TerminalTask
from hostsim.terminal.run_command import drive, with_rows
from hostsim.terminal.selection import RowChoice, find_records, pick, pick_by_cell
from hostsim.testing import KEY, demo_practice
from hostsim.workspace import Workspace, open_workspace
from tests.support.hosts.fake_addin import MANIFEST, ParcelAddIn, Parcels, SendForm, parcel_source

COMMANDS = MANIFEST.replace('commands = ["send", "connect"]', 'commands = ["send", "connect", "address"]')


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo firm's database."""
    practice, url = demo_practice(tmp_path_factory.mktemp("firm"), date(2026, 11, 22))
    practice.close()
    return url


@pytest.fixture
def addin() -> ParcelAddIn:
    """Twelve parcels: one fails, one is in doubt."""
    return ParcelAddIn(SendForm(size=12))


@pytest.fixture
def workspace(firm: str, tmp_path: Path, addin: ParcelAddIn) -> Iterator[Workspace]:
    """The host without its pages."""
    source = parcel_source(tmp_path, lambda: addin, COMMANDS)
    opened = open_workspace(open_practice(firm), [source], Options(firm), lambda _: KEY)
    yield opened
    opened.close()


def test_all_rows_are_run_and_the_status_tells_of_failures(
    workspace: Workspace, addin: ParcelAddIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drive(workspace, "send", ["--all"]) == 1
    assert addin.form.sent[0]["ids"] == [f"parcel:{n}" for n in range(12)]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "✗  P-1 Parcel  The address is wrong. Nothing was sent."
    assert lines[1] == "?  P-2 Parcel  We are checking."
    assert lines[-1] == "done 10 · failed 1 · not confirmed 1"


def test_json_is_the_one_shape_and_nothing_else(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    drive(workspace, "send", ["--json", "--all"])
    told = json.loads(capsys.readouterr().out)
    assert sorted(told) == ["counts", "rows", "run"]
    assert told["counts"] == {**dict.fromkeys(COUNTS, 0), "done": 10, "failed": 1, "not_confirmed": 1}
    assert {tuple(sorted(row)) for row in told["rows"]} == {("applied", "id", "message", "outcome", "quickbooks_id")}


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ([], {"insured": False, "hide_gone": True, "source": "letters"}),
        (["--insured"], {"insured": True}),
        (["--no-insured"], {"insured": False}),
        (["--show-gone"], {"hide_gone": False}),
        (["--source", "big-boxes"], {"source": "big_boxes"}),
        (["--from", "2026-11-05"], {"from": "2026-11-05"}),
        (["--dry-run"], {"dry_run": True}),
    ],
)
def test_each_field_is_an_option(workspace: Workspace, addin: ParcelAddIn, arguments: list[str], answer: dict[str, Any]) -> None:
    drive(workspace, "send", ["--all", *arguments])
    assert answer.items() <= addin.form.sent[0]["answer"].items()


def test_decisions_go_to_their_rows_and_name_the_rows_of_the_run(workspace: Workspace, addin: ParcelAddIn) -> None:
    drive(workspace, "send", ["--shelf", "5=7", "--not-now", "4", "--shelf", "4=8"])
    assert addin.form.sent[0]["ids"] == ["parcel:5", "parcel:4"]
    assert addin.form.sent[0]["edits"] == {"parcel:5": {"shelf": "7"}, "parcel:4": {"shelf": "8", "skip": True}}
    drive(workspace, "send", ["--all", "--not-now", "4"])
    assert (len(addin.form.sent[1]["ids"]), addin.form.sent[1]["edits"]) == (12, {"parcel:4": {"skip": True}})


def test_a_decision_about_a_row_that_is_not_in_the_run_stops_it(workspace: Workspace, addin: ParcelAddIn) -> None:
    with pytest.raises(CannotRun, match="99 is not among the rows of this run"):
        drive(workspace, "send", ["--select", "4", "--not-now", "99"])
    assert addin.form.sent == []


@pytest.mark.parametrize("arguments", [["--shelf", "4"], ["--not-now", "4=5"], ["--not-now", "4", "--all", "--select", "5"]])
def test_an_unclear_decision_is_a_usage_error(workspace: Workspace, arguments: list[str]) -> None:
    with pytest.raises(click.UsageError):
        drive(workspace, "send", arguments)


def test_a_rejected_field_is_said_with_its_label_and_nothing_runs(workspace: Workspace, addin: ParcelAddIn) -> None:
    with pytest.raises(CannotRun, match="From: Enter the first day\\."):
        drive(workspace, "send", ["--all", "--from", "soon"])
    assert not addin.form.sent


@pytest.mark.parametrize(
    "arguments", [[], ["--all", "--select", "1"], ["--all", "--colour", "red"], ["--all", "--source", "planes"]]
)
def test_unclear_arguments_are_a_usage_error(workspace: Workspace, arguments: list[str]) -> None:
    with pytest.raises(click.UsageError) as told:
        drive(workspace, "send", arguments)
    assert told.value.exit_code == 2


def test_an_unknown_command_lists_what_there_is(workspace: Workspace) -> None:
    with pytest.raises(CannotRun, match=r"There is no mail to run. There is: address, send\."):
        drive(workspace, "mail", [])


def test_an_addin_that_raises_cannot_run_and_is_said_plainly(workspace: Workspace) -> None:
    with pytest.raises(CannotRun, match="stopped with an error: RuntimeError: the shelf broke") as told:
        drive(workspace, "send", ["--all", "--search", "crash"])
    assert told.value.exit_code == 2


def test_no_rows_is_no_failure(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert drive(workspace, "send", ["--all", "--search", "zzz"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "No parcel waits."


def test_an_action_at_once_is_a_switch(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert drive(workspace, "address", ["--save", "--town", "Cork"]) == 0
    assert capsys.readouterr().out == "Saved.\n"
    with pytest.raises(CannotRun, match="Enter a town"):
        drive(workspace, "address", ["--save"])


def test_records_are_named_by_ref_id_or_number(workspace: Workspace) -> None:
    ledger = workspace.practice.ledger
    payment = ledger.records(ledger.snapshot({"kinds": ["payment"]}).refs(0, 1))[0]
    memo = ledger.records(ledger.snapshot({"kinds": ["credit_memo"]}).refs(0, 1))[0]
    names = [payment.ref, payment.id, payment.number, memo.number.lower(), "P-99999", "payment:99999", "rubbish:1", "%"]
    refs, unknown = find_records(ledger, names, "payment")
    assert refs == [payment.ref, memo.ref]
    assert unknown == ["P-99999", "payment:99999", "rubbish:1", "%"]
    assert find_records(ledger, [memo.id], "credit_memo")[0] == [memo.ref]


def test_selected_records_are_run_alone_and_an_unknown_one_is_a_failed_row(
    workspace: Workspace, addin: ParcelAddIn, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = workspace.practice.ledger
    number = ledger.records(ledger.snapshot({"kinds": ["payment"], "descending": False}).refs(0, 1))[0].number
    assert drive(workspace, "send", ["--select", number, "P-99999", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert len(addin.form.sent[0]["ids"]) == 1
    assert told["rows"][-1]["id"] == "P-99999"
    assert told["rows"][-1]["message"] == "There is no such record. Nothing was done for it."


def test_without_a_terminal_a_wait_is_said_once_and_not_counted_down(capsys: pytest.CaptureFixture[str]) -> None:
    with TerminalTask("Export", 2, quiet=True) as task:
        for seconds in (60, 59, 58):
            task.notice(f"QuickBooks asked us to slow down. Continuing in {seconds} s.")
        task.notice("")
        task.notice("QuickBooks cannot be reached. Trying again in 2 s.")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "QuickBooks asked us to slow down. Continuing in 60 s.",
        "QuickBooks cannot be reached. Trying again in 2 s.",
    ]


def test_a_row_that_the_run_has_left_open_gets_its_end_and_is_counted() -> None:
    told: list[RowChange] = [{"id": "a", "outcome": "synchronized"}, {"id": "b", "outcome": "running"}]
    whole = with_rows({"counts": {**NO_COUNTS, "tried": 2, "done": 2}}, told)
    assert [row.get("outcome") for row in whole["rows"]] == ["synchronized", "not_confirmed"]
    assert whole["counts"] == {**NO_COUNTS, "tried": 2, "done": 1, "not_confirmed": 1}
    assert with_rows({"counts": NO_COUNTS}, told[:1]) == {"counts": NO_COUNTS, "rows": told[:1]}


@pytest.mark.parametrize(
    "arguments", [["--search", "crash", "--all"], ["--from", "soon", "--all"], ["--select", "4", "--not-now", "99"]]
)
def test_json_says_why_it_could_not_run(firm: str, tmp_path: Path, arguments: list[str]) -> None:
    """Whatever stops it: standard output holds the one shape, with the reason that stands on standard error."""
    for words in ([*arguments, "--json"], ["--json", *arguments]):
        done = CliRunner().invoke(main, ["run", "export-payments", "--database", firm, *words], env={"HOME": str(tmp_path)})
        told = json.loads(done.stdout)
        assert (done.exit_code, told["rows"], set(told["counts"].values())) == (2, [], {0})
        assert told["problem"] == done.stderr.strip()


def test_a_row_is_named_by_what_one_cell_alone_says() -> None:
    rows = Parcels(None, 12)
    assert pick_by_cell(rows, ["Parcel 7", "PARCEL 3", "nothing", "Parcel"]) == (["parcel:7", "parcel:3"], ["nothing", "Parcel"])
    with pytest.raises(CannotRun, match=r"^10\.00 may be parcel:0, parcel:1, parcel:2, parcel:4, parcel:5, …\. Nothing was done\."):
        pick_by_cell(rows, ["Parcel 7", "10.00"])


def test_the_rows_of_an_act_that_are_not_there_are_said_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    request, result = RunRequest(act="unlink"), ActResult(notice="2 clients unlinked.", level="info", done=2, reload=True)
    assert print_act(result, request, ["999", "nobody"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "✗  999  There is no such record. Nothing was done for it.",
        "✗  nobody  There is no such record. Nothing was done for it.",
        "2 clients unlinked.",
    ]
    assert print_act(result, RunRequest(act="unlink", json=True), ["999"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["counts"]["done"], told["counts"]["failed"], told["notice"]) == (2, 1, "2 clients unlinked.")
    assert [row["id"] for row in told["rows"]] == ["999"]
    assert print_act(result, request) == 0


@pytest.mark.parametrize("key", ["form", "open_url", "question", "ask"])
def test_an_act_that_goes_on_elsewhere_has_done_nothing_here(key: str) -> None:
    result: Any = {key: "preview-export"}
    with pytest.raises(CannotRun, match=r"preview goes on in a window of its own, .* Nothing was done\."):
        print_act(result, RunRequest(act="preview"))


def test_a_row_that_a_run_leaves_ready_is_printed_and_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[RowChange] = [{"id": "parcel:7", "outcome": "ready", "message": "Nothing was withdrawn."}]
    chosen = RowChoice(rows=Parcels(None, 12), ids=["parcel:7"], unknown=[], answer={}, heading="")
    assert print_run({"counts": {**NO_COUNTS, "ready": 1}, "rows": rows}, chosen, RunRequest()) == 1
    assert capsys.readouterr().out.splitlines()[0] == "→  P-7 Parcel  Nothing was withdrawn."
    dry = RunRequest({"dry_run": True})
    assert print_run({"counts": {**NO_COUNTS, "ready": 1}, "rows": rows}, chosen, dry) == 0


def test_no_rows_leave_no_empty_line(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = RowChoice(rows=Parcels([], 0), ids=[], unknown=[], answer={}, heading="")
    print_run({"counts": NO_COUNTS, "rows": [], "text": "No parcel waits."}, chosen, RunRequest({"dry_run": True}))
    assert capsys.readouterr().out.splitlines() == ["No parcel waits."]


def test_rows_are_picked_by_id_with_or_without_their_kind() -> None:
    assert pick(["quickbooks_payment:7", "quickbooks_payment:8"], ["8", "quickbooks_payment:7", "8", "9"]) == (
        ["quickbooks_payment:8", "quickbooks_payment:7"],
        ["9"],
    )


@pytest.mark.parametrize("words", [["run"], ["run", "--help"], ["run", "-h"]])
def test_run_alone_says_what_it_takes(words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "hostsim", *words], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "hostsim run FORM --help" in done.stdout


def test_of_several_buttons_one_is_chosen_by_its_option() -> None:
    actions = [{"id": each, "label": each.title(), "kind": "run", "needs": "selection"} for each in ("take", "send")]
    description: Any = {"id": "changes", "title": "Changes", "fields": [], "answer": {}, "columns": [], "actions": actions}
    command = build_command("changes", description)
    for chosen in ("take", "send"):
        request = command.main([f"--{chosen}", "--all"], standalone_mode=False)
        assert (request.run, request.every, request.needs_rows) == (chosen, True, True)
    with pytest.raises(click.UsageError, match=r"Say what to do: --take, --send\."):
        command.main(["--all"], standalone_mode=False)
