"""What a run prints: failed rows, the summary line, or JSON; and the exit status it ends with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from hostsim.commands.startup import CannotRun
from hostsim.terminal.options import RunRequest
from hostsim.terminal.selection import RowChoice
from hostsim.terminal.text import escaped_json, plain

COUNTS = ("done", "changed", "needs_decision", "failed", "not_confirmed", "skipped", "not_tried")
PREVIEWED = ("ready", "not_ready")
ALWAYS_SHOWN = ("done", "failed")
ROW = ("id", "outcome", "message", "quickbooks_id", "applied")
ICONS = {
    "failed": "✗",
    "not_confirmed": "?",
    "needs_decision": "!",
    "ready": "→",
    "changed": "≠",
    "not_tried": "–",
}
TOLD = ("failed", "not_confirmed", "changed", "needs_decision", "removed")  # rows that are printed with their reason


def print_run(summary: Mapping[str, Any], chosen: RowChoice, wish: RunRequest) -> int:
    """Print how a run ended; the exit status. CannotRun, with the add-in's sentence, when nothing could be tried."""
    if "counts" not in summary:
        said = " ".join(str(text) for text in summary.get("rejected", {}).values())
        raise CannotRun(said or str(summary.get("notice") or summary.get("text") or "The run could not start."))
    if summary.get("level") == "error" and not any(summary["counts"].get(key) for key in COUNTS):
        raise CannotRun(str(summary.get("text") or "The run could not start."))
    told = with_unknown(summary, chosen)
    if wish.json:
        click.echo(to_json(told))
    else:
        _print_rows(told, chosen, bool(wish.answer.get("dry_run")))
    return exit_status(told["counts"], summary)


def with_unknown(summary: Mapping[str, Any], chosen: RowChoice) -> dict[str, Any]:
    """The summary with a failed row for each name that no row has."""
    text = "There is no such record. Nothing was done for it."
    unknown: list[dict[str, Any]] = [
        {"id": name, "outcome": "failed", "message": text, "quickbooks_id": None, "applied": []} for name in chosen.unknown
    ]
    counts = dict(summary["counts"])
    counts["failed"] = counts.get("failed", 0) + len(unknown)
    return {**summary, "counts": counts, "rows": [*summary.get("rows", ()), *unknown]}


def exit_status(counts: Mapping[str, int], summary: Mapping[str, Any]) -> int:
    """0 when every row is synchronized or was skipped by its user, 1 when any ended otherwise."""
    troubled = any(counts.get(key) for key in (*COUNTS, "not_ready") if key not in ("done", "skipped"))
    return 1 if troubled or summary.get("level") == "error" else 0


def to_json(summary: Mapping[str, Any]) -> str:
    """The one shape of `--json`; `problem` is there when the list of rows could not be read."""
    found = summary["counts"]
    counts = {key: found.get(key, 0) for key in (*COUNTS, *(key for key in PREVIEWED if found.get(key)))}
    rows = [{key: row.get(key) for key in ROW} for row in summary.get("rows", ())]
    problem = {"problem": summary["problem"]} if summary.get("problem") else {}
    return escaped_json(json.dumps({"run": summary.get("run"), "counts": counts, "rows": rows, **problem}, ensure_ascii=False))


def _print_rows(summary: Mapping[str, Any], chosen: RowChoice, every: bool) -> None:
    positions = {id: position for position, id in enumerate(chosen.rows.ids(0, chosen.rows.count))}
    for row in summary["rows"]:
        if every or row["outcome"] in TOLD:
            position = positions.get(row["id"])
            title = chosen.rows.page(position, position + 1)[0].get("title", row["id"]) if position is not None else row["id"]
            click.echo(plain("  ".join(filter(None, (ICONS.get(row["outcome"], "·"), str(title), row.get("message") or "")))))
    if not summary["rows"] and summary.get("text"):
        click.echo(plain(summary["text"]))
    counts = summary["counts"]
    shown = [key for key in (*COUNTS, *PREVIEWED) if counts.get(key) or key in ALWAYS_SHOWN]
    click.echo(" · ".join(f"{key.replace('_', ' ')} {counts.get(key, 0)}" for key in shown))
    if summary.get("level") == "error":
        click.echo(plain(summary.get("text") or ""), err=True)


def print_act(result: Mapping[str, Any], wish: RunRequest) -> int:
    """Print what an action at once has answered; the exit status."""
    said = " ".join([*map(str, (result.get("rejected") or {}).values()), str(result.get("notice") or "")]).strip()
    changed = bool(result.get("reload") or result.get("rows") or result.get("level") != "warning")
    if result.get("rejected") or not changed:
        raise CannotRun(said)
    if wish.json:
        counts = {**dict.fromkeys(COUNTS, 0), "done": len(result.get("rows") or ())}
        click.echo(to_json({"run": None, "counts": counts, "rows": result.get("rows") or []}))
    else:
        click.echo(plain(said))
    return 1 if result.get("level") == "warning" else 0
