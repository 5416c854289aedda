"""How a record stands by this add-in's own tables: its link, how that came to be, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qb_plugin.forms.history.entry_rows import quickbooks_id
from qb_plugin.forms.history.words import ORIGINS, show_action, show_moment
from qb_plugin.forms.records.building import fact, name_of, open_there
from qb_plugin.forms.records.shapes import Fact, SectionLink
from qb_plugin.forms.services import FormServices
from qb_plugin.model import (
    Connection,
    EntryKind,
    HistoryEntry,
    HistoryQuery,
    IntentState,
    Kind,
    Link,
    LinkOrigin,
    Message,
    Outcome,
    Ref,
)

DONE = (Outcome.SYNCHRONIZED, Outcome.CHANGED)
HAPPENED = {LinkOrigin.EXPORTED: "Sent", LinkOrigin.IMPORTED: "Came in"}
LATEST = 200
"""Entries that are looked through for what brought the record where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the tables hold of one record in one company."""

    link: Link | None
    #: the newest entries of its history, newest first
    entries: Sequence[HistoryEntry]
    #: ids of all its entries, newest first
    entry_ids: Sequence[str]


def read_standing(services: FormServices, realm: str, source: Ref) -> Standing:
    """Read the link and the history of a record."""
    ids = services.history.entry_ids(HistoryQuery(realm=realm, records=(str(source),)))
    link = services.links.by_source(realm, [source]).get(source)
    return Standing(link=link, entries=services.history.entries(ids[:LATEST]), entry_ids=ids)


def present_standing(services: FormServices, connection: Connection, source: Ref, standing: Standing) -> list[Fact]:
    """The facts: how it stands, its number there, when and by whom it came there, by which run."""
    if standing.link:
        return _linked(services, connection, standing.link, standing.entries)
    return [fact("State", services.sentences.text(_state(source, standing.entries))), *_last(services, standing.entries)]


def _linked(services: FormServices, connection: Connection, link: Link, entries: Sequence[HistoryEntry]) -> list[Fact]:
    origin = find_origin(link, entries)
    sent = [each.intent.sent_at for each in origin.attempts if each.intent.sent_at] if origin else []
    at = sent[-1] if sent else link.made_at
    noted = services.sentences.text(Message("record_not_noted"))
    pruned, sent_or_came = services.sentences.text(Message("record_run_pruned")), link.origin in HAPPENED
    run = origin.run if origin else None
    page = open_there(services, connection, link.entity, link.quickbooks_id)
    opened: list[SectionLink] = []
    if run:
        opened = [{"label": "Open run", "form": "history-entries", "request": {"answer": {"run": run.id}}}]
    by_run = services.sentences.dates(f"{show_action(run.action)}, {show_moment(run.started)}") if run else pruned
    ran = [fact("Run", by_run, links=opened)] if run or sent_or_came else []
    return [
        fact("State", "matched" if source_is_client(link) else "synchronized"),
        fact("In QuickBooks as", name_of(link.entity, link.quickbooks_id), links=page),
        fact(HAPPENED.get(link.origin, "Linked"), show_moment(at) if at else noted, "moment"),
        fact("By", link.by or (run.user if run else noted)),
        *ran,
        fact("How", ORIGINS[link.origin]),
    ]


def source_is_client(link: Link) -> bool:
    """Whether the link is a client's: matched, not sent."""
    return link.source.kind is Kind.CLIENT


def find_origin(link: Link, entries: Sequence[HistoryEntry]) -> HistoryEntry | None:
    """The entry of the run that made the link: the oldest that ended well with this record there."""
    return next((entry for entry in reversed(entries) if _ended_as(entry, link)), None)


def _ended_as(entry: HistoryEntry, link: Link) -> bool:
    return entry.result is not None and entry.result.outcome in DONE and quickbooks_id(entry) == link.quickbooks_id


def _state(source: Ref, entries: Sequence[HistoryEntry]) -> Message:
    """Why it is not linked: in doubt, taken back, or never there."""
    if any(each.intent.state is IntentState.OPEN for entry in entries for each in entry.attempts):
        return Message("record_in_doubt")
    was = next((entry for entry in entries if entry.kind is EntryKind.UNLINKED and entry.link), None)
    client = source.kind is Kind.CLIENT
    if was and was.link:
        values = {"there": name_of(was.link.entity, was.link.quickbooks_id), "when": show_moment(was.at)}
        if was.link.by:
            return Message("record_client_was_by" if client else "record_was_by", values | {"name": was.link.by})
        return Message("record_client_was" if client else "record_was", values)
    return Message("record_client_unmatched" if client else "record_not_linked")


def _last(services: FormServices, entries: Sequence[HistoryEntry]) -> list[Fact]:
    """What the last run made of it, with its reason."""
    last = next((entry for entry in entries if entry.result), None)
    if last is None or last.result is None:
        return []
    run = f"{show_action(last.run.action)} by {last.run.user}" if last.run else ""
    said = f"{last.result.outcome.value.replace('_', ' ')}: {run}, {show_moment(last.at)}"
    reason = services.sentences.text(last.result.message) if last.result.message else ""
    return [fact("Last run", services.sentences.dates(said)), *([fact("Reason", reason)] if reason else [])]
