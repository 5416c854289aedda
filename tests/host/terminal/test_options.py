"""Options of a form's command: which action is meant, and to which rows it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import pytest

from hostsim.addins.descriptions import Action, Field, FormDescription, RowEdit
from hostsim.terminal.options import RunRequest, build_command

ACCEPT: Action = {"id": "accept_all", "label": "Accept", "kind": "act", "needs": "nothing", "primary": True}
LINK: Action = {"id": "link", "label": "Link", "kind": "act", "needs": "selection"}
CREATE: Action = {"id": "create", "label": "Create", "kind": "run", "needs": "selection"}
SEND: Action = {"id": "send", "label": "Send", "kind": "run", "needs": "selection", "primary": True}


PREVIEW: Action = {"id": "preview", "label": "Preview", "kind": "act", "needs": "selection", "opens": True}
EDITS: list[RowEdit] = [
    {"name": "link", "option": "link", "label": "Link", "takes": "text"},
    {"name": "name", "option": "name", "label": "Name", "takes": "text"},
    {"name": "skip", "option": "not-now", "label": "Skip", "takes": "switch"},
]


def read(actions: Sequence[Action], *arguments: str, fields: Sequence[Field] = (), edits: Sequence[RowEdit] = ()) -> RunRequest:
    """What a command of these actions reads out of the arguments."""
    description: FormDescription = {
        "id": "form",
        "title": "Form",
        "subtitle": "",
        "fields": fields,
        "row_edits": edits,
        "answer": {},
        "columns": [],
        "actions": actions,
        "row_actions": [],
        "notice": None,
        "token": "",
    }
    found: Any = build_command("form", description).main(list(arguments), standalone_mode=False)
    assert isinstance(found, RunRequest)
    return found


def test_a_primary_run_is_meant_when_no_action_is_named() -> None:
    assert read([SEND, LINK], "--all").run == "send"
    assert read([CREATE], "17").run == "create"


def test_beside_a_primary_act_a_run_must_be_named() -> None:
    with pytest.raises(click.UsageError, match="Say what to do: --accept-all, --link, --create"):
        read([ACCEPT, LINK, CREATE], "--all")
    request = read([ACCEPT, LINK, CREATE], "--create", "--select", "17,18")
    assert (request.run, request.act, request.select) == ("create", "", ("17", "18"))


def test_an_act_that_needs_rows_takes_them_and_one_that_needs_none_does_not() -> None:
    request = read([ACCEPT, LINK, CREATE], "--link", "--select", "17")
    assert (request.act, request.run, request.select, request.needs_rows) == ("link", "", ("17",), True)
    assert read([ACCEPT, LINK], "--link", "--all").every
    assert not read([ACCEPT, LINK], "--accept-all").needs_rows
    with pytest.raises(click.UsageError, match="Say which rows"):
        read([ACCEPT, LINK], "--link")


@pytest.mark.parametrize("action", ["accept-all", "link"])
@pytest.mark.parametrize("rows", [[], ["--all"], ["--select", "17"], ["17", "--json"]])
def test_what_is_done_at_once_has_no_dry_run_and_is_refused_with_one(action: str, rows: list[str]) -> None:
    with pytest.raises(click.UsageError, match=rf"^--{action} is done at once and has no dry run\. Nothing was done\.$"):
        read([ACCEPT, LINK, CREATE], f"--{action}", "--dry-run", *rows)
    assert read([ACCEPT, LINK, CREATE], "--create", "--dry-run", "17").answer["dry_run"] is True


def test_an_action_that_opens_a_window_is_none_of_the_terminals() -> None:
    with pytest.raises(click.NoSuchOption):
        read([SEND, PREVIEW], "--preview", "--all")
    assert read([SEND, PREVIEW], "--all").run == "send"


@pytest.mark.parametrize(
    ("given", "takes"),
    [
        (["--link", "P-1"], "--link takes REF=ID."),
        (["--link", "P-1="], "--link takes REF=ID."),
        (["--link", "=7"], "--link takes REF=ID."),
        (["--link", " =7"], "--link takes REF=ID."),
        (["--link", ""], "--link takes REF=ID."),
        (["--name", "17"], "--name takes REF=NAME."),
        (["--name", "=Pye"], "--name takes REF=NAME."),
        (["--not-now", ""], "--not-now takes REF."),
        (["--not-now", "  "], "--not-now takes REF."),
        (["--not-now", "P-1=yes"], "--not-now takes REF."),
    ],
)
def test_a_decision_without_its_row_or_its_text_says_what_it_takes(given: list[str], takes: str) -> None:
    with pytest.raises(click.UsageError) as told:
        read([SEND], *given, edits=EDITS)
    assert told.value.message == takes


def test_choices_that_are_ids_are_not_listed(capsys: pytest.CaptureFixture[str]) -> None:
    ids = [f"{n:032x}" for n in range(200)]
    field: Field = {
        "name": "run",
        "label": "All its rows",
        "type": "choice",
        "choices": [{"value": each, "label": "Export"} for each in ids],
    }
    assert read([SEND], "--run", ids[7], "--all", fields=[field]).answer == {"run": ids[7]}
    with pytest.raises(click.UsageError) as told:
        read([SEND], "--run", "0", "--all", fields=[field])
    assert told.value.format_message() == "Invalid value for '--run': There is no 0."
    with pytest.raises(AssertionError):
        read([SEND], "-h", fields=[field])
    assert "--run ID" in (help := capsys.readouterr().out)
    assert ids[7] not in help
