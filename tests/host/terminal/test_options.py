"""Options of a form's command: which action is meant, and to which rows it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import pytest

from hostsim.addins.descriptions import Action, FormDescription
from hostsim.terminal.options import RunRequest, build_command

ACCEPT: Action = {"id": "accept_all", "label": "Accept", "kind": "act", "needs": "nothing", "primary": True}
LINK: Action = {"id": "link", "label": "Link", "kind": "act", "needs": "selection"}
CREATE: Action = {"id": "create", "label": "Create", "kind": "run", "needs": "selection"}
SEND: Action = {"id": "send", "label": "Send", "kind": "run", "needs": "selection", "primary": True}


def read(actions: Sequence[Action], *arguments: str) -> RunRequest:
    """What a command of these actions reads out of the arguments."""
    description: FormDescription = {
        "id": "form",
        "title": "Form",
        "subtitle": "",
        "fields": [],
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
