"""All that this add-in tells of a record that the host opens: how it stands, what it is in QuickBooks now, its history."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from qb_plugin.errors import AddInError, AnswerRejected
from qb_plugin.forms.access.call_checks import check_ids, check_right
from qb_plugin.forms.history.words import ORIGINS, show_moment
from qb_plugin.forms.presentation import present_title
from qb_plugin.forms.records.building import column, fact, name_of
from qb_plugin.forms.records.customer import read_customer
from qb_plugin.forms.records.invoice import read_invoice
from qb_plugin.forms.records.past import present_past
from qb_plugin.forms.records.shapes import Section, SectionLink, SectionRow
from qb_plugin.forms.records.standing import Standing, present_standing, read_standing
from qb_plugin.forms.records.transaction import TITLE, read_transaction
from qb_plugin.forms.services import FormServices, use_dates
from qb_plugin.host import User
from qb_plugin.model import Connection, ConnectionState, Kind, Message, Ref
from qb_plugin.sync.context import SyncContext

KINDS = frozenset(kind.value for kind in Kind)
CONNECT: SectionLink = {"label": "Connect…", "form": "connection"}
MATCH: SectionLink = {"label": "Match Clients…", "form": "match-clients"}
ELSEWHERE = [column("company", "Company"), column("there", "There as"), column("when", "Since", "moment"), column("how", "How")]


class RecordReader:
    """What hosts call when a record is opened (docs/writing-a-host.md, the record's window)."""

    def __init__(self, services: FormServices) -> None:
        self._services = services

    def __call__(self, ref: str, *, user: User | None = None) -> Sequence[Section]:
        """The sections of this record; for a user who may not view, or for no record, the reason in their place."""
        acting = user or self._services.host.user
        text = self._services.sentences.text
        try:
            check_right(acting, "view")
            check_ids(KINDS, [ref])
        except AnswerRejected as rejection:
            return [{"title": "QuickBooks", "facts": [], "problem": text(rejection.message)}]
        with self._services.acting(acting):
            use_dates(self._services)
            return read_sections(self._services, Ref.parse(ref))


def read_sections(services: FormServices, source: Ref) -> list[Section]:
    """Each section by itself: one that cannot be read says so, and the others stand."""
    connection = services.connection()
    try:
        standing = read_standing(services, connection.realm, source) if connection.realm else None
        elsewhere = present_elsewhere(services, connection, source)
    except AddInError as failure:
        why = services.sentences.text(failure.message)
        return [{"title": head(connection), "facts": [], "problem": not_read(services, "record_past_not_read", why)}]
    if standing is None:
        return [present_unconnected(services), *elsewhere]
    first: Section = {"title": head(connection), "facts": present_standing(services, connection, source, standing)}
    if source.kind is Kind.INVOICE:
        first["facts"] = []
    if source.kind is Kind.CLIENT and not standing.link:
        first["facts"] = [{**first["facts"][0], "links": [MATCH]}, *first["facts"][1:]]
    return [
        *([first] if first["facts"] else []),
        *read_now(services, connection, source, standing),
        *elsewhere,
        *([] if source.kind is Kind.INVOICE else [present_past(services, connection, source, standing)]),
    ]


def head(connection: Connection) -> str:
    """`QuickBooks: Alder & Finch (simulator)`."""
    return f"QuickBooks: {present_title(None, connection)}" if connection.company else "QuickBooks"


def present_unconnected(services: FormServices) -> Section:
    """That no company is connected: nothing is said of what QuickBooks has."""
    said = services.sentences.text(Message("connection_none"))
    return {"title": "QuickBooks", "facts": [{"label": "Connection", "value": said, "links": [CONNECT]}]}


def not_read(services: FormServices, key: str, why: str) -> str:
    """That something could not be read, and why."""
    return services.sentences.text(Message(key, {"reason": why}))


def read_now(services: FormServices, connection: Connection, source: Ref, standing: Standing) -> list[Section]:
    """What QuickBooks has of it now; that it could not be read, where it could not."""
    try:
        section = ask_quickbooks(services, connection, source, standing)
    except AddInError as failure:
        problem = not_read(services, "record_not_read", services.sentences.text(failure.message))
        facts = [fact("Connection", "signed out", links=[CONNECT])] if connection.state is ConnectionState.RECONNECT else []
        return [{"title": TITLE, "facts": facts, "problem": problem}]
    return [section] if section else []


def ask_quickbooks(services: FormServices, connection: Connection, source: Ref, standing: Standing) -> Section | None:
    """The section of what the record is there; None for one that is not linked, of which there is nothing to ask."""
    open_context = partial(services.context, connection)
    if source.kind is Kind.INVOICE:
        found = services.host.ledger.invoices([source.id])
        return read_invoice(services, connection, open_context(), found[0]) if found else None
    if standing.link is None:
        return None
    context: SyncContext = open_context()
    if source.kind is Kind.CLIENT:
        return read_customer(services, context, standing.link)
    return read_transaction(services, connection, context, standing.link)


def present_elsewhere(services: FormServices, connection: Connection, source: Ref) -> list[Section]:
    """The links of the record in other companies; no section without any."""
    rows: list[SectionRow] = [
        {
            "cells": {
                "company": services.company_name(link.realm),
                "there": name_of(link.entity, link.quickbooks_id),
                "when": show_moment(link.made_at) if link.made_at else "",
                "how": ORIGINS[link.origin],
            }
        }
        for link in services.links.elsewhere(connection.realm, source)
    ]
    note = services.sentences.text(Message("record_elsewhere"))
    return [{"title": "In other companies", "facts": [], "columns": ELSEWHERE, "rows": rows, "note": note}] if rows else []
