"""Summaries of records for the history: what a row was about when its run ended it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from marshmallow import Schema

from qb_plugin.forms.descriptions import Answer
from qb_plugin.host import PaymentLedger, Record
from qb_plugin.model import RecordSummary, RowResult, Side, side_of

Summarize: TypeAlias = Callable[[Sequence[str]], Mapping[str, RecordSummary]]
"""Summaries of rows that show QuickBooks' records, by row id."""


def no_summaries(ids: Sequence[str]) -> Mapping[str, RecordSummary]:  # noqa: ARG001
    """None."""
    return {}


class Summaries:
    """Summaries of the records that results are about: the host's own, else those of QuickBooks that the form has read."""

    def __init__(self, ledger: PaymentLedger, summarize: Summarize = no_summaries) -> None:
        self._ledger, self._summarize = ledger, summarize

    def describe(self, results: Sequence[RowResult]) -> Sequence[RowResult]:
        """The results with their summaries; without, where the host cannot be read: a run does not end for its history's sake."""
        try:
            found = self._read(results)
        except Exception:  # the host may raise anything
            return results
        return [result.with_words(summary=found.get(result.id)) for result in results]

    def _read(self, results: Sequence[RowResult]) -> Mapping[str, RecordSummary]:
        rows = {str(result.source): result.id for result in results if result.source}
        rows |= {result.id: result.id for result in results if not result.source and side_of(result.id) is Side.WORKSPACE}
        there = self._summarize([result.id for result in results if side_of(result.id) is Side.QUICKBOOKS])
        records = self._ledger.records(list(rows)) if rows else []
        here = {rows[ref]: summary_of(each) for each in records if (ref := f"{each.kind}:{each.id}") in rows}
        return {**there, **here}


def summary_of(record: Record) -> RecordSummary:
    """A record of the host in a few words."""
    return RecordSummary(
        number=record.number,
        client=record.client_name,
        date=record.date,
        amount=record.amount,
        reference=record.reference,
        method=record.method,
    )


def present_filters(schema: Schema, answer: Answer) -> dict[str, str]:
    """The fields of an answer by label, as a person reads them; empty ones are left out."""
    named = {field.data_key or name: field.metadata.get("label", name) for name, field in schema.load_fields.items()}
    given = {label: answer.get(name) for name, label in (named | {"search": "Search"}).items()}
    return {label: _show(value) for label, value in given.items() if value not in (None, "")}


def _show(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
