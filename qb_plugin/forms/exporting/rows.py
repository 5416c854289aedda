"""The rows of the export form: pages of the host's snapshot, each record beside what QuickBooks has of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from sys import intern
from typing import TypedDict

from qb_plugin.forms.descriptions import Cells, EmptyGrid, Option, Row
from qb_plugin.forms.presentation import present_message
from qb_plugin.forms.services import FormServices, lists_or_empty
from qb_plugin.host import Mark, Record, Snapshot
from qb_plugin.messages import Sentences
from qb_plugin.model import (
    Application,
    Kind,
    Link,
    ListEntry,
    Message,
    Outcome,
    Ref,
    ReferenceLists,
    RowResult,
    SourceRecord,
)
from qb_plugin.money import ZERO, plain_amount, show_amount

WORDS = {"payments": "payments", "credit_memos": "credit memos"}


class ExportValues(TypedDict):
    """A checked answer of the export form."""

    start: date | None  # both ends included
    end: date | None
    source: str  # payments, credit_memos
    hide_synchronized: bool
    show_hidden: bool
    auto_apply: bool


class ExportRows:
    """An ordered snapshot of records; any page of it is read by its ids."""

    def __init__(self, services: FormServices, snapshot: Snapshot, values: ExportValues) -> None:
        self._services, self._snapshot, self._values = services, snapshot, values

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._snapshot.count

    @property
    def total(self) -> str:
        """The money of all rows."""
        return plain_amount(self._snapshot.total)

    @property
    def notice(self) -> None:
        """Nothing to add to what the form says."""
        return

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def empty(self) -> EmptyGrid:
        """What an empty grid says, and the way out of it."""
        values = {"what": WORDS[self._values["source"]], "from": self._values["start"] or "…", "to": self._values["end"] or "…"}
        if not self._values["hide_synchronized"]:
            return {"text": self._services.sentences.text(Message("empty_export", values)), "link": None}
        text = self._services.sentences.text(Message("empty_export_hidden", values))
        return {"text": text, "link": {"label": "Show synchronized rows", "answer": {"hide_synchronized": False}}}

    def ids(self, start: int, stop: int) -> list[str]:
        """The rows' ids at these places."""
        return list(self._snapshot.refs(start, stop))

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these places."""
        return present_records(self._services, self.ids(start, stop))

    def total_of(self, ids: Sequence[str]) -> str:
        """The money of some rows."""
        return plain_amount(sum((record.amount for record in self._services.host.ledger.records(ids)), ZERO))


def present_records(services: FormServices, ids: Sequence[str]) -> list[Row]:
    """Rows for these records, with links, marks and last results read for all at once."""
    records = services.host.ledger.records(ids)
    connection = services.connection()
    realm = connection.realm
    refs = [row_ref(identity) for identity in ids]
    clients = [Ref(Kind.CLIENT, record.client_id) for record in records]
    links = services.links.by_source(realm, [*refs, *clients]) if realm else {}
    marks = services.host.marks.get(ids)
    results = services.run_ports.runs.last_results(realm, ids) if realm else {}
    presenter = RowPresenter(
        sentences=services.sentences,
        lists=lists_or_empty(services, connection),
        settings=services.settings(realm),
        links=links,
        connected=bool(realm),
    )
    return [presenter.row(record, marks.get(ref_of(record)), results.get(ref_of(record))) for record in records]


class RowPresenter:
    """Turns a record into a row; asks for nothing, so that a page costs the same with many rows as with one."""

    def __init__(
        self,
        *,
        sentences: Sentences,
        lists: ReferenceLists,
        settings: Mapping[str, object],
        links: Mapping[Ref, Link],
        connected: bool,
    ) -> None:
        self._sentences, self._settings, self._links, self._connected = sentences, settings, links, connected
        self._customers = {customer.id: customer for customer in lists.customers}
        self._methods = {choice.id: choice for choice in lists.methods}
        self._accounts = {choice.id: choice for choice in lists.accounts}

    def row(self, record: Record, mark: Mark | None, last: RowResult | None) -> Row:
        """The row with its cells, outcome and reason."""
        outcome, message = self._standing(record, mark, last)
        return {
            "id": ref_of(record),
            "cells": self._cells(record),
            "outcome": outcome.value,
            "selectable": True,
            "title": f"{record.number} {record.client_name} {show_amount(record.amount)}",
            **present_message(self._sentences, message),
        }

    def _cells(self, record: Record) -> Cells:
        return {
            "number": record.number,
            "date": record.date.isoformat(),
            "client": self._client(record),
            "reference": record.reference,
            "amount": plain_amount(record.amount),
            "method": self._choice(record, "payment_method", self._methods, "No method"),
            "deposit": self._choice(record, "deposit_account", self._accounts, "Undeposited Funds"),
        }

    def _client(self, record: Record) -> str:
        link = self._links.get(Ref(Kind.CLIENT, record.client_id))
        if link is None:
            return f"{record.client_name} → not matched" if self._connected else record.client_name
        customer = self._customers.get(link.quickbooks_id)
        same = customer is None or customer.full_name == record.client_name
        return record.client_name if same or customer is None else f"{record.client_name} → {customer.full_name}"

    def _choice(self, record: Record, setting: str, found: Mapping[str, ListEntry], default: str) -> Option:
        """What the settings choose for the record's method."""
        chosen = self._settings.get(setting)
        value = str(chosen.get(record.method, "")) if isinstance(chosen, Mapping) else ""
        return {"value": value, "label": found[value].name if value in found else default}

    def _standing(self, record: Record, mark: Mark | None, last: RowResult | None) -> tuple[Outcome, Message | None]:
        """The row's outcome as of now: a link outweighs the mark, and the mark what the last run said."""
        said = last.message if last else None
        if Ref(Kind(record.kind), record.id) in self._links:
            return Outcome.SYNCHRONIZED, said
        if mark and mark.hidden:
            return Outcome.HIDDEN, None
        if mark and mark.state in {"failed", "not_confirmed"}:
            return Outcome(mark.state), said
        if said and last and last.outcome is Outcome.NEEDS_DECISION:
            return Outcome.NEEDS_DECISION, said
        return Outcome.READY, None


def as_source(record: Record) -> SourceRecord:
    """The host's record as the rules take it; a run holds very many, so words that recur are kept once."""
    parts = tuple(Application(part.invoice_id, part.invoice_number, part.amount) for part in record.applications)
    return SourceRecord(
        ref=Ref(Kind(record.kind), record.id),
        number=record.number,
        client_id=intern(record.client_id),
        client_name=intern(record.client_name),
        date=record.date,
        amount=Decimal(record.amount),
        method=intern(record.method),
        reference=record.reference,
        memo=record.memo,
        applications=parts,
        version=str(record.version),
    )


def ref_of(record: Record) -> str:
    """The record's id in the grid."""
    return f"{record.kind}:{record.id}"


def row_ref(identity: str) -> Ref:
    """The record a row's id names."""
    return Ref.parse(identity)
