"""Notes of what ran by itself, as a host's window shows them: what was found, and the buttons that open the form concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qb_plugin.forms.by_itself.fields import LABELS
from qb_plugin.forms.descriptions import Action, FormLink, WindowNote
from qb_plugin.forms.services import FormServices
from qb_plugin.model import JobNote, Message
from qb_plugin.sync.scheduling.timetable import Job

KIND = "note"
SHOWN = 3  # notes in a window; the form By Itself lists all
PUT_AWAY: Action = {"id": "put_away_note", "label": "Put Away", "kind": "act", "needs": "nothing", "right": "view"}
FORMS: Mapping[str, FormLink] = {
    Job.IMPORT: {"label": "Import Payments…", "form": "import-payments"},
    Job.CHANGES: {"label": "Changes…", "form": "changes"},
    Job.RECONCILE: {"label": "Reconcile…", "form": "reconcile"},
}
CONNECTION: FormLink = {"label": "Connection…", "form": "connection"}
ALL: FormLink = {"label": "By Itself…", "form": "by-itself", "request": {"answer": {"show": "notes"}}}


def present_notes(services: FormServices, realm: str) -> list[WindowNote]:
    """The newest notes that nobody has put away; how many there are beside them is said with the last."""
    if not realm:
        return []
    unread = services.notes.unread(realm)
    shown = [present_note(services, note) for note in unread[:SHOWN]]
    more = len(unread) - SHOWN
    if more > 0:
        text = services.sentences.text(Message("by_itself_more", {"n": more}))
        shown[-1] = {**shown[-1], "text": f"{shown[-1]['text']} {text}", "links": [*shown[-1]["links"], ALL]}
    return shown


def present_note(services: FormServices, note: JobNote) -> WindowNote:
    """A note for the window."""
    return {
        "id": f"{KIND}:{note.number}",
        "title": services.sentences.dates(title_of(note)),
        "text": text_of(services, note.lines),
        "level": "warning" if note.warns else "info",
        "links": links_of(note),
    }


def title_of(note: JobNote) -> str:
    """`Import payments, 2026-11-26 06:00`: a person may have begun it."""
    what = LABELS[Job(note.topic)] if note.topic in set(Job) else "QuickBooks"
    return f"{what}, {note.at.astimezone():%Y-%m-%d %H:%M}"


def text_of(services: FormServices, lines: Sequence[Message]) -> str:
    """The lines as sentences."""
    return " ".join(map(services.sentences.text, lines))


def links_of(note: JobNote) -> list[FormLink]:
    """The forms concerned: the one that does the same at a press, for the same days, and the run's rows."""
    if note.topic not in FORMS:
        return [CONNECTION] if any(line.key == "by_itself_signed_out" for line in note.lines) else [ALL]
    days = {name: note.opens[name] for name in ("from", "to") if name in note.opens}
    form = FORMS[note.topic]
    link: FormLink = {**form, "request": {"answer": days}} if days else form
    run = note.opens.get("run")
    rows: FormLink = {"label": "Its rows…", "form": "history-entries", "request": {"answer": {"run": run, "from": "", "to": ""}}}
    return [link, *([rows] if run else [])]


def put_away(services: FormServices, realm: str, identity: str) -> None:
    """Put a note away, for everybody of the firm; one that is away already stays so."""
    number = identity.removeprefix(f"{KIND}:")
    if number.isdecimal():
        services.notes.put_away(realm, [int(number)], services.user_name)
