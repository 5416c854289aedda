"""Rows of a run from the terminal: all that the filters leave, or those named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from hostsim.addins.descriptions import Answer, FormDescription, Option, Rejected
from hostsim.addins.form_protocol import Form, Rows
from hostsim.commands.startup import CannotRun
from hostsim.practice.ledger import PracticeLedger
from hostsim.terminal.options import RunRequest
from hostsim.workspace import Workspace

GRID = "billing.payments"
KINDS = ("payment", "credit_memo")
PAGE = 500
LISTED = 5


class ListUnreadable(CannotRun):
    """The list of rows could not be read, so nothing can be said about any row."""


@dataclass(frozen=True, slots=True)
class RowChoice:
    """The rows of a run: `ids` go to the form, `unknown` are names that no row has."""

    rows: Rows
    ids: Sequence[str]
    unknown: Sequence[str]
    answer: Answer
    heading: str
    warning: str = ""
    empty: str = ""


def choose(workspace: Workspace, form: Form, description: FormDescription, request: RunRequest) -> RowChoice | Rejected:
    """The rows of the run; the form's own refusal when it does not give any."""
    takes_records = any(action.form == form.id for action in workspace.actions(GRID))
    if request.select and takes_records:
        return _named_records(workspace, form, description, request)
    answer = {**description["answer"], **request.answer, "token": description.get("token", "")}
    rows = form.rows(answer, None, user=workspace.user)
    if isinstance(rows, dict):
        return rows
    check_was_read(rows)
    ids = list(rows.ids(0, rows.count))
    unknown: list[str] = []
    if request.select:
        refs = {name: ref_of(workspace.practice.ledger, name, "") for name in request.select}
        shown = set(ids)  # a row that shows a record may be named by the record's number
        ids, missing = pick(ids, [refs[name] if refs[name] in shown else name for name in request.select])
        found, unknown = pick_by_cell(rows, missing)
        ids = list(dict.fromkeys([*ids, *found]))
    return _chosen(description, answer, rows, ids, unknown)


def check_was_read(rows: Rows) -> None:
    """ListUnreadable, with the form's reason, when its list could not be read: an empty list says nothing then."""
    if rows.problem:
        raise ListUnreadable(rows.empty["text"] if rows.empty else rows.problem)


def _named_records(workspace: Workspace, form: Form, description: FormDescription, request: RunRequest) -> RowChoice | Rejected:
    """As from the right-click: exactly the records named, whatever the filters say."""
    source = str(request.answer.get("source") or description["answer"].get("source") or "")
    refs, unknown = find_records(workspace.practice.ledger, request.select, "credit_memo" if "memo" in source else "payment")
    described = form.open({"selection": refs, "answer": None}, user=workspace.user) if refs else description
    answer = {**described["answer"], **request.answer, "token": described.get("token", "")}
    rows = form.rows(answer, None, user=workspace.user)
    if isinstance(rows, dict):
        return rows
    check_was_read(rows)
    return _chosen(described, answer, rows, list(rows.ids(0, rows.count)) if refs else [], unknown)


def _chosen(description: FormDescription, answer: Answer, rows: Rows, ids: list[str], unknown: list[str]) -> RowChoice:
    amount = rows.total if len(ids) == rows.count else rows.total_of(ids)
    heading = " · ".join(
        filter(None, (description.get("subtitle"), f"{len(ids):,} {_noun(description, answer)}", show_money(amount)))
    )
    warning, empty = description.get("warning"), rows.empty
    return RowChoice(rows, ids, unknown, answer, heading, warning["text"] if warning else "", empty["text"] if empty else "")


def show_money(text: str) -> str:
    """`38210.00` as `38,210.00`; other text as it is."""
    try:
        return f"{Decimal(text):,}"
    except InvalidOperation:
        return text


def _noun(description: FormDescription, answer: Answer) -> str:
    """Name of the rows, by the form's own field Source where it has one."""
    choices = next((each.get("choices", ()) for each in description["fields"] if each["name"] == "source"), ())
    labels = [choice["label"].lower() for choice in choices if choice["value"] == answer.get("source")]
    return labels[0] if labels else "rows"


def find_records(ledger: PracticeLedger, names: Sequence[str], kind: str) -> tuple[list[str], list[str]]:
    """Records by `payment:17`, `17` (of this kind) or their number `P-1017`; and the names that no record has."""
    refs = {name: ref_of(ledger, name, kind) for name in names}
    found = {record.ref for record in ledger.records([ref for ref in refs.values() if ref])}
    return (
        list(dict.fromkeys(ref for ref in refs.values() if ref in found)),
        [name for name, ref in refs.items() if ref not in found],
    )


def ref_of(ledger: PracticeLedger, name: str, kind: str) -> str:
    """The record's ref; empty when the name has another shape, or is a number that no record has."""
    if name.isascii() and name.isdigit():
        return f"{kind}:{name}"
    if name.partition(":")[0] in KINDS:
        return name
    found = ledger.snapshot({"search": name, "show_hidden": True})
    records = ledger.records(found.refs(0, min(found.count, 500)))
    return next((record.ref for record in records if record.number.casefold() == name.casefold()), "")


def pick_by_cell(rows: Rows, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The rows of which one cell says such a name; and the names that no cell says. CannotRun where several rows say it."""
    by_text: dict[str, list[str]] = {name.casefold(): [] for name in names}
    for start in range(0, rows.count if names else 0, PAGE):
        for row in rows.page(start, min(start + PAGE, rows.count)):
            for text in {text_of(cell).casefold() for cell in row.get("cells", {}).values()} & by_text.keys():
                by_text[text].append(row["id"])
    for name in names:
        if len(found := by_text[name.casefold()]) > 1:
            listed = ", ".join(found[:LISTED]) + (", …" if len(found) > LISTED else "")
            raise CannotRun(f"{name} may be {listed}. Nothing was done. Say which.")
    return [id for name in names for id in by_text[name.casefold()]], [name for name in names if not by_text[name.casefold()]]


def text_of(cell: str | Option) -> str:
    """A cell's text."""
    return cell["label"] if isinstance(cell, Mapping) else cell


def pick(ids: Sequence[str], names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The rows with these ids, with or without their kind; and the names that no row has."""
    by_name = {name: id for id in ids for name in (id.rpartition(":")[2], id)}
    found = [by_name[name] for name in names if name in by_name]
    return list(dict.fromkeys(found)), [name for name in names if name not in by_name]
