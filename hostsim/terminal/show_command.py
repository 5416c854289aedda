"""`hostsim show`: what *Open* shows of a record, as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

import click
from rich.console import Console

from hostsim.addins.record_sections import FactType, Section, SectionLink
from hostsim.commands.plain_text import escaped_json, plain
from hostsim.commands.startup import CannotRun, open_from, shared_options, today_option, user_option
from hostsim.practice.database import Practice
from hostsim.terminal.progress import WaitLine
from hostsim.terminal.run_command import check_right
from hostsim.terminal.selection import ref_of, show_money
from hostsim.workspace import Workspace

KINDS = ("payment", "credit_memo", "invoice", "client")


@click.command("show")
@shared_options
@today_option
@user_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a record.")
@click.argument("names", nargs=-1, required=True, metavar="REF…")
@click.pass_context
def command(
    context: click.Context,
    *,
    database: str | None,
    quickbooks: str | None,
    today: date | None,
    user: str | None,
    as_json: bool,
    names: tuple[str, ...],
) -> None:
    """Show all that is known of records, here and in QuickBooks: payment:17, P-1017, CM-0031, invoice:5, 1037 or a client's name.

    Exit status 0: all was read. 1: something of it could not be read. 2: there is no such record, or it could not run.
    """
    workspace = open_from(database, quickbooks, today=today, user=user)
    workspace.wait_notices.listeners.append(WaitLine(Console(stderr=True, highlight=False, markup=False, soft_wrap=True)).say)
    try:
        check_right(workspace, "view")
        refs = [find_ref(workspace.practice, name) for name in names]
        context.exit(max([show(workspace, ref, as_json) for ref in refs]))
    finally:
        workspace.close()


def find_ref(practice: Practice, name: str) -> str:
    """The record that a person means; CannotRun where it is none, or more than one."""
    kind, _, id = name.partition(":")
    if kind in KINDS and id:
        return name
    found = [] if kind in KINDS or name.isdigit() else [ref_of(practice.ledger, name, "")]
    found += [f"invoice:{each.id}" for each in practice.ledger.invoices_by_number([name])]
    found += [f"client:{each.id}" for each in practice.ledger.clients() if each.name.casefold() == name.casefold()]
    found = [ref for ref in found if ref]
    if len(found) == 1:
        return found[0]
    meant = f"{name} may be {', '.join(found)}. Say which." if found else f"There is no {name}."
    raise CannotRun(meant)


def show(workspace: Workspace, ref: str, as_json: bool) -> int:
    """Print one record's page; the exit status."""
    form = workspace.form("record")
    if form is None:
        raise CannotRun("This host shows no records.")
    description = form.open({"selection": [ref], "answer": None}, user=workspace.user)
    own: Sequence[Section] = description.get("sections", ())  # type: ignore[assignment]
    sections = [*own, *workspace.addin_sections(ref)]
    workspace.wait_notices.say("")
    if as_json:
        page = {"record": ref, "title": description["title"], "sections": sections}
        click.echo(escaped_json(json.dumps(page, ensure_ascii=False)))
    else:
        for line in (description["title"], *section_lines(sections)):
            click.echo(plain(line))
    return 1 if any(section.get("problem") for section in sections) else 0


def section_lines(sections: Sequence[Section]) -> Iterator[str]:
    """The sections as lines of text, tables with aligned columns."""
    for section in sections:
        yield ""
        yield section["title"]
        said = {"  ! ": section.get("problem"), "  ": section.get("note")}
        yield from (f"{mark}{text}" for mark, text in said.items() if text)
        width = max([len(fact["label"]) for fact in section["facts"]], default=0)
        for fact in section["facts"]:
            value = shown(fact["value"], fact.get("type", "text"))
            yield f"  {fact['label'].ljust(width)}  {value}{link_text(fact.get('links', ()))}"
        yield from table_lines(section)


def table_lines(section: Section) -> Iterator[str]:
    """The table of a section: heads, then rows; money at the right."""
    columns, rows = section.get("columns", ()), section.get("rows", ())
    if not rows:
        yield from [f"  {section['empty']}"] if section.get("empty") else []
        return
    cells = [[shown(row["cells"].get(column["key"], ""), column.get("type", "text")) for column in columns] for row in rows]
    widths = [max(len(line[at]) for line in [[each["label"] for each in columns], *cells]) for at in range(len(columns))]
    yield "  " + "  ".join(column["label"].ljust(width) for column, width in zip(columns, widths, strict=True)).rstrip()
    for row, line in zip(rows, cells, strict=True):
        aligned = [
            text.rjust(width) if column.get("type") == "money" else text.ljust(width)
            for column, text, width in zip(columns, line, widths, strict=True)
        ]
        yield "  " + "  ".join(aligned).rstrip() + link_text(row.get("links", ()))


def shown(value: str, type: FactType) -> str:
    """A value as a person reads it."""
    return show_money(value) if type == "money" else " ".join(value.split())


def link_text(links: Sequence[SectionLink]) -> str:
    """`[invoice:5]`, or an address: what a terminal can follow."""
    found = [link.get("url") or link.get("record") or "" for link in links]
    return "".join(f"  [{each}]" for each in found if each)
