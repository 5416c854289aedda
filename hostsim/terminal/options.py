"""A form's fields and actions as options of a command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from hostsim.addins.descriptions import Action, Field, FormDescription, RowEdit

SELECT = "These rows, by id (payment:17 or 17), by number (P-1017), or by what one cell alone says. More may follow."
GENERATED = re.compile("[0-9a-f]{32}")  # an id that no person chooses by


@dataclass(frozen=True, slots=True)
class RunRequest:
    """The arguments: fields that were named, which rows, and the action, of which `act` is done at once."""

    answer: Mapping[str, object] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    every: bool = False
    json: bool = False
    act: str = ""
    run: str = ""
    needs_rows: bool = False
    edits: Sequence[tuple[str, str, str | bool]] = ()  # row as it was named, key, value
    lists: bool = False  # the rows are printed, and nothing is done


def build_command(name: str, description: FormDescription) -> click.Command:
    """A command whose options are the form's fields; invoked, it returns a RunRequest."""
    runs = [action for action in description.get("actions", ()) if action.get("kind") == "run"]
    acts = [action for action in description.get("actions", ()) if action.get("kind") != "run" and not action.get("opens")]
    main = main_run(runs, acts)
    named = [action for action in (*acts, *runs) if action is not main]
    parameters: list[click.Parameter] = [field_option(each) for each in description.get("fields", ())]
    parameters += [
        click.Option([option_name(each["id"]), f"do_{each['id']}"], is_flag=True, help=each.get("tooltip") or each["label"])
        for each in named
    ]
    lists = only_lists(description)
    parameters += (
        row_options(bool(description.get("search")))
        if runs or picks_rows(acts)
        else [*list_options(lists, description), json_option()]
    )
    row_edits = description.get("row_edits", ())
    parameters += [edit_option(each) for each in row_edits]
    fields = {each["name"]: each for each in description.get("fields", ())}

    def read(**given: Any) -> RunRequest:
        if lists:
            return RunRequest(read_fields(fields, given), json=bool(given.get("as_json")), lists=True)
        return read_request(fields, given, main, named, list(read_edits(row_edits, given)))

    settings = {"help_option_names": ["-h", "--help"]}
    return click.Command(
        name, params=parameters, callback=read, help=str(description.get("title", name)), context_settings=settings
    )


def picks_rows(acts: Sequence[Action]) -> bool:
    """Whether an action that is done at once is done to rows that a person names."""
    return any(act.get("needs") == "selection" for act in acts)


def main_run(runs: Sequence[Action], acts: Sequence[Action]) -> Action | None:
    """The run that is meant when no action is named; None where the form's main button is another, or several runs stand side by
    side and none is the main one."""
    primary = next((action for action in runs if action.get("primary")), None)
    return primary or (runs[0] if len(runs) == 1 and not any(act.get("primary") for act in acts) else None)


def option_name(name: str) -> str:
    """`hide_synchronized` as `--hide-synchronized`."""
    return "--" + name.replace("_", "-")


def field_option(each: Field) -> click.Option:
    """An option for a field. A switch has both sides: a filter that hides has `show-`, the others `no-`."""
    name, help = each["name"], each.get("help") or each["label"]
    if each["type"] == "boolean":
        other = (
            f"--show-{name.removeprefix('hide_').replace('_', '-')}"
            if name.startswith("hide_")
            else f"--no-{name.replace('_', '-')}"
        )
        return click.Option([f"{option_name(name)}/{other}", f"field_{name}"], default=None, help=help)
    names = [option_name(name), f"field_{name}"]
    if each["type"] == "choice" and each.get("choices"):
        return choice_option(names, help, choice_names(each))
    return click.Option(names, default=None, help=help, metavar="DATE" if each["type"] == "date" else None)


def choice_option(names: Sequence[str], help: str, values: Sequence[str]) -> click.Option:
    """An option that takes one of the values; where they are ids, neither help nor a mistake lists them."""
    if values and not any(map(GENERATED.fullmatch, values)):
        return click.Option(names, default=None, help=help, type=click.Choice(values))

    def read(value: str) -> str:
        if value not in values:
            raise click.BadParameter(f"There is no {value}.")
        return value

    return click.Option(names, default=None, help=help, type=read, metavar="ID")


def choice_names(each: Field) -> list[str]:
    """The values of a field with choices, spelled with hyphens."""
    return [str(choice["value"]).replace("_", "-") for choice in each.get("choices", ()) if choice["value"] != ""]


def row_options(searchable: bool) -> list[click.Parameter]:
    """Which rows, and how to report."""
    return [
        *([search_option()] if searchable else []),
        click.Option(["--all", "every"], is_flag=True, help="Every row that the filters leave."),
        click.Option(["--select"], multiple=True, metavar="ID…", help=SELECT),
        click.Option(["--dry-run"], is_flag=True, help="Say what would be done, and do nothing."),
        json_option(),
        click.Argument(["more"], nargs=-1, metavar="[ID]..."),
    ]


def only_lists(description: FormDescription) -> bool:
    """Whether a form has rows, and nothing to run or to press."""
    return bool(description.get("columns")) and not description.get("actions")


def list_options(lists: bool, description: FormDescription) -> list[click.Option]:
    """The search of a form that only lists, if it has one."""
    return [search_option()] if lists and description.get("search") else []


def search_option() -> click.Option:
    """--search."""
    return click.Option(["--search", "field_search"], default=None, help="Only rows with these words.")


def json_option() -> click.Option:
    """--json."""
    return click.Option(["--json", "as_json"], is_flag=True, help="Print the result as JSON, and nothing else.")


def edit_option(each: RowEdit) -> click.Option:
    """An option that decides about one row; it may be given for several."""
    names = [f"--{each['option']}", f"edit_{each['name']}"]
    return click.Option(names, multiple=True, metavar=edit_metavar(each), help=each["label"])


def edit_metavar(each: RowEdit) -> str:
    """What the option takes: `REF`, `REF=ID`, or with another text than an id its name, `REF=NAME`."""
    return f"REF={'NAME' if each['name'] == 'name' else 'ID'}" if each["takes"] == "text" else "REF"


def read_edits(row_edits: Sequence[RowEdit], given: Mapping[str, Any]) -> Iterator[tuple[str, str, str | bool]]:
    """Row, key and value of each decision; a usage error for a text that is missing."""
    for each in row_edits:
        for text in given[f"edit_{each['name']}"]:
            row, _, value = text.partition("=")
            if not row.strip() or bool(value) != (each["takes"] == "text"):
                raise click.UsageError(f"--{each['option']} takes {edit_metavar(each)}.")
            yield row, each["name"], value or True


def read_request(
    fields: Mapping[str, Field],
    given: Mapping[str, Any],
    main: Action | None,
    named: Sequence[Action],
    edits: Sequence[tuple[str, str, str | bool]],
) -> RunRequest:
    """The values that click has read, as a RunRequest; a usage error when it is not clear which rows."""
    answer = read_fields(fields, given)
    wanted = next((action for action in named if given.get(f"do_{action['id']}")), main)
    if wanted and wanted["kind"] == "act" and given.get("dry_run"):
        raise click.UsageError(f"{option_name(wanted['id'])} is done at once and has no dry run. Nothing was done.")
    if wanted is None and not (given["select"] or given["more"] or given["every"] or given["dry_run"]):
        return RunRequest(answer, json=bool(given.get("as_json")), lists=True)
    if wanted is None:
        raise click.UsageError(f"Say what to do: {', '.join(option_name(action['id']) for action in named)}.")
    needs_rows = wanted.get("needs") == "selection"
    if wanted["kind"] == "act" and not needs_rows:
        return RunRequest(answer, json=bool(given.get("as_json")), act=wanted["id"])
    select = tuple(each for text in (*given["select"], *given["more"]) for each in text.split(",") if each)
    select = select or (() if given["every"] else tuple(dict.fromkeys(row for row, _, _ in edits)))
    if needs_rows and bool(select) == bool(given["every"]):
        raise click.UsageError("Say which rows: either --all, for every row that the filters leave, or --select ID.")
    if given["dry_run"]:
        answer["dry_run"] = True
    act, run = (wanted["id"], "") if wanted["kind"] == "act" else ("", wanted["id"])
    return RunRequest(answer, select, bool(given["every"]), bool(given["as_json"]), act, run, needs_rows, edits)


def read_fields(fields: Mapping[str, Field], given: Mapping[str, Any]) -> dict[str, object]:
    """The fields that were named, each with its value as the form has it."""
    return {
        name.removeprefix("field_"): as_value(fields.get(name.removeprefix("field_")), value)
        for name, value in given.items()
        if name.startswith("field_") and value is not None
    }


def as_value(each: Field | None, value: object) -> object:
    """A choice's own spelling; everything else as it was given."""
    for choice in each.get("choices", ()) if each else ():
        if str(choice["value"]).replace("_", "-") == value:
            return choice["value"]
    return value
