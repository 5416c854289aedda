"""Which rows a run from the terminal takes: all that the filters leave, or those named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from hostsim.addins.form_protocol import Form, Rows
from hostsim.commands.startup import CannotRun
from hostsim.practice.ledger import PracticeLedger
from hostsim.terminal.options import RunRequest
from hostsim.workspace import Workspace

PLACE = "billing.payments"
KINDS = ("payment", "credit_memo")


class ListUnreadable(CannotRun):
    """The list of rows could not be read, so nothing can be said about any row."""


@dataclass(frozen=True, slots=True)
class RowChoice:
    """The rows of a run: `ids` go to the form, `unknown` are names that no row has."""

    rows: Rows
    ids: Sequence[str]
    unknown: Sequence[str]
    answer: Mapping[str, Any]
    heading: str
    warning: str = ""
    empty: str = ""


def choose(workspace: Workspace, form: Form, description: Mapping[str, Any], wish: RunRequest) -> RowChoice | Mapping[str, Any]:
    """The rows of the run; the form's own `{"rejected"}` or `{"notice"}` when it does not give any."""
    takes_records = any(action.form == form.id for action in workspace.actions(PLACE))
    if wish.select and takes_records:
        return _named_records(workspace, form, description, wish)
    answer = {**description["answer"], **wish.answer, "token": description.get("token", "")}
    rows = form.rows(answer, None)
    if isinstance(rows, Mapping):
        return rows
    check_was_read(rows)
    ids = list(rows.ids(0, rows.count))
    unknown: list[str] = []
    if wish.select:
        ids, unknown = pick(ids, wish.select)
    return _chosen(description, answer, rows, ids, unknown)


def check_was_read(rows: Rows) -> None:
    """ListUnreadable, with the form's reason, when its list could not be read: that nothing is shown says nothing then."""
    problem = getattr(rows, "problem", None)
    if problem:
        raise ListUnreadable(str(rows.empty["text"]) if rows.empty else str(problem))


def _named_records(
    workspace: Workspace, form: Form, description: Mapping[str, Any], wish: RunRequest
) -> RowChoice | Mapping[str, Any]:
    """As from the right-click: exactly the records named, whatever the filters say."""
    source = str(wish.answer.get("source") or description["answer"].get("source") or "")
    refs, unknown = find_records(workspace.practice.ledger, wish.select, "credit_memo" if "memo" in source else "payment")
    described = form.open({"selection": refs, "answer": None}) if refs else description
    answer = {**described["answer"], **wish.answer, "token": described.get("token", "")}
    rows = form.rows(answer, None)
    if isinstance(rows, Mapping):
        return rows
    check_was_read(rows)
    return _chosen(described, answer, rows, list(rows.ids(0, rows.count)) if refs else [], unknown)


def _chosen(description: Mapping[str, Any], answer: Mapping[str, Any], rows: Rows, ids: list[str], unknown: list[str]) -> RowChoice:
    amount = rows.total if len(ids) == rows.count else rows.total_of(ids)
    heading = " · ".join(
        filter(None, (description.get("subtitle"), f"{len(ids):,} {_noun(description, answer)}", show_money(amount)))
    )
    warning = (description.get("warning") or {}).get("text", "")
    return RowChoice(rows, ids, unknown, answer, heading, warning, str((rows.empty or {}).get("text", "")))


def show_money(text: str) -> str:
    """`38210.00` as `38,210.00`; other text as it is."""
    try:
        return f"{Decimal(text):,}"
    except InvalidOperation:
        return text


def _noun(description: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """What the rows are called: by the form's own field Source where it has one."""
    source: Mapping[str, Any] = next((each for each in description["fields"] if each["name"] == "source"), {})
    labels = [str(choice["label"]).lower() for choice in source.get("choices", ()) if choice["value"] == answer.get("source")]
    return labels[0] if labels else "rows"


def find_records(ledger: PracticeLedger, names: Sequence[str], kind: str) -> tuple[list[str], list[str]]:
    """Records by `payment:17`, `17` (of this kind) or their number `P-1017`; and the names that no record has."""
    refs = {name: ref_of(ledger, name, kind) for name in names}
    known = {record.ref for record in ledger.records([ref for ref in refs.values() if ref])}
    return (
        list(dict.fromkeys(ref for ref in refs.values() if ref in known)),
        [name for name, ref in refs.items() if ref not in known],
    )


def ref_of(ledger: PracticeLedger, name: str, kind: str) -> str:
    """The record's ref; empty when the name is of no known shape, or a number that nobody has."""
    if name.isascii() and name.isdigit():
        return f"{kind}:{name}"
    if name.partition(":")[0] in KINDS:
        return name
    found = ledger.snapshot({"search": name, "show_hidden": True})
    records = ledger.records(found.refs(0, min(found.count, 500)))
    return next((record.ref for record in records if record.number.casefold() == name.casefold()), "")


def pick(ids: Sequence[str], names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The rows with these ids, with or without their kind; and the names that no row has."""
    by_name = {name: id for id in ids for name in (id.rpartition(":")[2], id)}
    found = [by_name[name] for name in names if name in by_name]
    return list(dict.fromkeys(found)), [name for name in names if name not in by_name]
