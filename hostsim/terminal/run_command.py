"""`hostsim run`: a form driven from the terminal, through the same calls the page makes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from typing import TypeVar

import click
from rich.console import Console

from hostsim.addins.acting_user import may_not
from hostsim.addins.descriptions import Answer, Edits, FormDescription, Rejected, RowChange, RunSummary
from hostsim.addins.form_protocol import Form, Rows
from hostsim.addins.registrars import RIGHTS
from hostsim.commands.startup import CannotRun, open_from, shared_options, today_option, user_option
from hostsim.practice.model import User
from hostsim.row_ends import count_rows, ended, is_open
from hostsim.terminal.listing import print_list
from hostsim.terminal.options import RunRequest, build_command
from hostsim.terminal.output import NO_COUNTS, print_act, print_run, to_json
from hostsim.terminal.progress import TerminalTask, WaitLine
from hostsim.terminal.selection import RowChoice, check_was_read, choose, pick, ref_of
from hostsim.workspace import Workspace

Result = TypeVar("Result")
HELP = ("--help", "-h")
LOOSE = {"ignore_unknown_options": True, "help_option_names": []}


@click.command("run", context_settings=LOOSE)
@shared_options
@today_option
@user_option
@click.argument("form", required=False, default="--help")
@click.argument("rest", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(
    context: click.Context,
    *,
    database: str | None,
    quickbooks: str | None,
    today: date | None,
    user: str | None,
    form: str,
    rest: tuple[str, ...],
) -> None:
    """Do from the terminal what a form does. `hostsim run FORM --help` lists what the form takes.

    Exit status 0: all done. 1: some rows failed or are not confirmed. 2: it could not run.
    """
    if form in HELP:  # not click's own help option: a form has its own, which must reach it
        click.echo(context.get_help())
        return
    try:
        workspace = open_from(database, quickbooks, today=today, user=user)
        wait_line = WaitLine(Console(stderr=True, highlight=False, markup=False, soft_wrap=True))
        workspace.wait_notices.listeners.append(wait_line.say)
        with closing(workspace):
            context.exit(drive(workspace, form, list(rest)))
    except CannotRun as problem:
        if "--json" in rest:
            click.echo(to_json({"counts": NO_COUNTS, "rows": []}, problem.message))
        raise


def drive(workspace: Workspace, name: str, arguments: list[str]) -> int:
    """Open the form, read the arguments by its fields, and do it; the exit status."""
    form = find(workspace, name)
    check_right(workspace, workspace.right_to_open(name))
    description = attempt(lambda: form.open({"selection": None, "answer": None}, user=workspace.user))
    workspace.wait_notices.say("")
    unavailable = description.get("unavailable")
    if unavailable and not description["actions"]:
        raise CannotRun(unavailable["text"])
    try:
        request = read_arguments(name, description, arguments)
    except click.NoSuchOption:
        refuse_what_others_may(workspace, form, arguments)
        raise
    if not isinstance(request, RunRequest):
        return 0  # help was asked for and printed
    check_right(workspace, right_of(description, request.act or request.run))
    if unavailable:
        raise CannotRun(unavailable["text"])
    if request.lists:
        return print_list(read_list(workspace, form, description, request), description, request.json)
    if request.act:
        return _act(workspace, form, description, request)
    return _run(workspace, form, description, request)


def read_arguments(name: str, description: FormDescription, arguments: list[str]) -> object:
    """The request that the arguments make by the form's fields and actions; else help was asked for and printed."""
    return build_command(name, description).main(arguments, prog_name=f"hostsim run {name}", standalone_mode=False)


def refuse_what_others_may(workspace: Workspace, form: Form, arguments: list[str]) -> None:
    """CannotRun where an option is missing because the person at work lacks the right of its action."""
    everything = User(workspace.user.name, frozenset(RIGHTS))
    whole = attempt(lambda: form.open({"selection": None, "answer": None}, user=everything))
    try:
        request = read_arguments(form.id, whole, arguments)
    except click.ClickException:
        return  # nobody has such an option
    if isinstance(request, RunRequest):
        check_right(workspace, right_of(whole, request.act or request.run))


def right_of(description: FormDescription, action: str) -> str:
    """The right that the form's action needs."""
    return next((str(each.get("right", "view")) for each in description.get("actions", ()) if each["id"] == action), "view")


def check_right(workspace: Workspace, right: str) -> None:
    """CannotRun when the person at work does not have the right."""
    if not workspace.may(right):
        raise CannotRun(f"{may_not(workspace.user.name, right)} Nothing was done.")


def find(workspace: Workspace, name: str) -> Form:
    """The form of this name among the commands that manifests state; CannotRun lists them."""
    offered = sorted(
        {each for addin in workspace.addins if addin.manifest and not addin.failure for each in addin.manifest.commands}
    )
    form = workspace.form(name) if name in offered else None
    if form is None:
        failed = "".join(f" The add-in {each.name} was not loaded: {each.failure}." for each in workspace.failures)
        runs = ", ".join(each for each in offered if workspace.form(each))
        raise CannotRun(f"There is no {name} to run. There is: {runs or 'nothing'}.{failed}")
    return form


def attempt(call: Callable[[], Result]) -> Result:
    """Call the form; an exception becomes a sentence."""
    try:
        return call()
    except CannotRun:
        raise
    except Exception as problem:  # an add-in may raise anything
        raise CannotRun(f"The add-in stopped with an error: {type(problem).__name__}: {problem}") from problem


def with_answer(description: FormDescription, request: RunRequest) -> Answer:
    """The form's own answer with what the arguments change."""
    return {**description["answer"], **request.answer, "token": description.get("token", "")}


def _act(workspace: Workspace, form: Form, description: FormDescription, request: RunRequest) -> int:
    """Do at once what was named, to the rows that were named where it needs any."""
    chosen = attempt_choice(workspace, form, description, request) if request.needs_rows else None
    ids, unknown = (chosen.ids, chosen.unknown) if chosen else ([], [])
    answer = with_answer(description, request)
    return print_act(attempt(lambda: form.act(request.act, answer, ids, {}, user=workspace.user)), request, unknown)


def _run(workspace: Workspace, form: Form, description: FormDescription, request: RunRequest) -> int:
    chosen = attempt_choice(workspace, form, description, request)
    workspace.wait_notices.say("")
    if chosen.warning:
        click.echo(chosen.warning, err=True)
    if not chosen.ids:
        return print_run({"counts": NO_COUNTS, "rows": [], "text": chosen.empty}, chosen, request)
    edits = find_edits(workspace, chosen, request)
    with TerminalTask(chosen.heading, len(chosen.ids), quiet=request.json or not sys.stderr.isatty()) as task:
        summary = attempt(lambda: form.run(request.run, chosen.answer, chosen.ids, edits, task, user=workspace.user))
    return print_run(with_rows(summary, task.rows(chosen.ids)), chosen, request)


def find_edits(workspace: Workspace, chosen: RowChoice, request: RunRequest) -> Edits:
    """The decisions by row id; CannotRun for a row that is not in the run."""
    edits: dict[str, dict[str, str | bool]] = {}
    for name, key, value in request.edits:
        found = [*pick(chosen.ids, [name])[0], ref_of(workspace.practice.ledger, name, "")]
        if found[0] not in chosen.ids:
            raise CannotRun(f"{name} is not among the rows of this run. Nothing was done.")
        edits.setdefault(found[0], {})[key] = value
    return edits


def with_rows(summary: RunSummary, rows: Sequence[RowChange]) -> RunSummary:
    """The summary with the rows that were reported, unless the form gives its own; those left open get their ends."""
    if "rows" in summary:
        return summary
    ends = [ended(row) for row in rows]
    whole: RunSummary = {**summary, "rows": ends}
    return {**whole, "counts": count_rows(ends)} if any(map(is_open, rows)) else whole


def read_list(workspace: Workspace, form: Form, description: FormDescription, request: RunRequest) -> Rows:
    """The rows of a form that only lists; CannotRun with the form's own sentences when it does not give any."""
    rows = attempt(lambda: form.rows(with_answer(description, request), None, user=workspace.user))
    if isinstance(rows, dict):
        raise CannotRun(rejection_text(description, rows))
    check_was_read(rows)
    return rows


def attempt_choice(workspace: Workspace, form: Form, description: FormDescription, request: RunRequest) -> RowChoice:
    """The rows of the run; CannotRun with the form's own sentences when the answer is rejected."""
    chosen = attempt(lambda: choose(workspace, form, description, request))
    if isinstance(chosen, RowChoice):
        return chosen
    raise CannotRun(rejection_text(description, chosen))


def rejection_text(description: FormDescription, rejected: Rejected) -> str:
    """Why the form did not give its rows, field by field."""
    labels = {field["name"]: field["label"] for field in description["fields"]}
    said = [f"{labels.get(name, name)}: {text}" for name, text in rejected.get("rejected", {}).items()]
    return " ".join(said) or str(rejected.get("notice") or "The rows could not be read.")
