"""Output of a run: failed rows, the summary line, or JSON; and the exit status."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, TypeAlias

import click

from hostsim.addins.descriptions import ActResult, RowChange, RunCounts, RunSummary
from hostsim.commands.plain_text import escaped_json, plain
from hostsim.commands.startup import CannotRun
from hostsim.terminal.options import RunRequest
from hostsim.terminal.selection import RowChoice

CountName: TypeAlias = Literal[
    "done", "changed", "needs_decision", "failed", "not_confirmed", "skipped", "not_tried", "ready", "not_ready"
]
COUNTS: tuple[CountName, ...] = ("done", "changed", "needs_decision", "failed", "not_confirmed", "skipped", "not_tried")
PREVIEWED: tuple[CountName, ...] = ("ready", "not_ready")
NOT_APPLIED: Literal["not_applied"] = "not_applied"  # part of those done
GOOD = ("done", "skipped")
ALWAYS_SHOWN = ("done", "failed")
ROW = ("id", "outcome", "message", "quickbooks_id", "applied")
ELSEWHERE: tuple[Literal["form", "open_url", "question", "ask"], ...] = ("form", "open_url", "question", "ask")
NO_COUNTS = RunCounts(
    tried=0,
    done=0,
    changed=0,
    needs_decision=0,
    failed=0,
    not_confirmed=0,
    skipped=0,
    not_tried=0,
    ready=0,
    not_ready=0,
)
ICONS = {
    "failed": "✗",
    "not_confirmed": "?",
    "needs_decision": "!",
    "ready": "→",
    "changed": "≠",
    "not_tried": "–",
}
# Rows that are printed with their reason; a run leaves one ready that it withdrew, or had nothing to withdraw of.
PRINTED = ("failed", "not_confirmed", "changed", "needs_decision", "removed", "ready", "not_ready")


def print_run(summary: RunSummary, chosen: RowChoice, request: RunRequest) -> int:
    """Print the end of a run; the exit status. CannotRun, with the add-in's sentence, when nothing could be tried."""
    if "counts" not in summary:
        said = " ".join(str(text) for text in summary.get("rejected", {}).values())
        raise CannotRun(said or str(summary.get("notice") or summary.get("text") or "The run could not start."))
    if summary.get("level") == "error" and not any(summary["counts"].get(key) for key in COUNTS):
        raise CannotRun(str(summary.get("text") or "The run could not start."))
    whole = with_unknown(summary, chosen)
    if request.json:
        click.echo(to_json(whole))
    else:
        _print_rows(whole, chosen, bool(request.answer.get("dry_run")))
    return exit_status(whole, dry=bool(request.answer.get("dry_run")))


def with_unknown(summary: RunSummary, chosen: RowChoice) -> RunSummary:
    """The summary with a failed row for each name that no row has."""
    unknown = [unknown_row(name) for name in chosen.unknown]
    counts: RunCounts = {**summary["counts"], "failed": summary["counts"].get("failed", 0) + len(unknown)}
    return {**summary, "counts": counts, "rows": [*summary.get("rows", ()), *unknown]}


def unknown_row(name: str) -> RowChange:
    """The failed row of a name that no row has."""
    text = "There is no such record. Nothing was done for it."
    return {"id": name, "outcome": "failed", "message": text, "quickbooks_id": None, "applied": []}


def exit_status(summary: RunSummary, *, dry: bool) -> int:
    """0 when every row is synchronized or was skipped by its user, 1 when any ended otherwise; of a dry run, ready is good, too."""
    bad: list[CountName] = [key for key in (*COUNTS, *PREVIEWED) if key not in GOOD and not (dry and key == "ready")]
    return 1 if any(summary["counts"].get(key) for key in bad) or summary.get("level") == "error" else 0


def to_json(summary: RunSummary, problem: str = "", notice: str = "") -> str:
    """The one shape of `--json`; `problem` says why it could not run, `notice` what an action said that was done at once."""
    found = summary["counts"]
    counts = {key: found.get(key, 0) for key in (*COUNTS, *(key for key in (*PREVIEWED, NOT_APPLIED) if found.get(key)))}
    rows = [{key: row.get(key) for key in ROW} for row in summary.get("rows", ())]
    extra = {key: text for key, text in (("problem", problem), ("notice", notice)) if text}
    return escaped_json(json.dumps({"run": summary.get("run"), "counts": counts, "rows": rows, **extra}, ensure_ascii=False))


def _print_rows(summary: RunSummary, chosen: RowChoice, every: bool) -> None:
    positions = {id: position for position, id in enumerate(chosen.rows.ids(0, chosen.rows.count))}
    for row in summary["rows"]:
        if every or row.get("outcome") in PRINTED:
            position = positions.get(row["id"])
            title = chosen.rows.page(position, position + 1)[0].get("title", row["id"]) if position is not None else row["id"]
            click.echo(
                plain("  ".join(filter(None, (ICONS.get(row.get("outcome", ""), "·"), str(title), row.get("message") or ""))))
            )
    if (every or not summary["rows"]) and summary.get("text"):
        click.echo(plain(summary["text"]))
    counts = summary["counts"]
    always = () if every else ALWAYS_SHOWN  # a dry run has done nothing
    shown = [key for key in (*COUNTS, *PREVIEWED) if counts.get(key) or key in always]
    words = {key: f"{key.replace('_', ' ')} {counts.get(key, 0)}" for key in shown}
    if counts.get("not_applied"):
        words["done"] += f" ({counts.get('not_applied')} not applied)"
    if words:
        click.echo(" · ".join(words.values()))
    if summary.get("level") == "error":
        click.echo(plain(summary.get("text") or ""), err=True)


def print_act(result: ActResult, request: RunRequest, unknown: Sequence[str] = ()) -> int:
    """Print the result of an action that was done at once; the exit status. CannotRun, with a sentence, when it did nothing."""
    said = " ".join([*map(str, (result.get("rejected") or {}).values()), str(result.get("notice") or "")]).strip()
    changed = bool(result.get("reload") or result.get("rows") or result.get("level") != "warning")
    if result.get("rejected") or not changed:
        raise CannotRun(said)
    if not said and any(result.get(key) for key in ELSEWHERE):
        raise CannotRun(f"{request.act} goes on in a window of its own, which a terminal does not have. Nothing was done.")
    rows, failed = list(result.get("rows") or ()), [unknown_row(name) for name in unknown]
    if request.json:
        counts: RunCounts = {**NO_COUNTS, "done": result.get("done", len(rows)), "failed": len(failed)}
        click.echo(to_json({"counts": counts, "rows": [*rows, *failed]}, notice=said))
    else:
        for line in [*(f"{ICONS['failed']}  {row['id']}  {row.get('message', '')}" for row in failed), said]:
            click.echo(plain(line))
    return 1 if failed or result.get("level") == "warning" else 0
