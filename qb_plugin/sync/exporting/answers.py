"""What a person answered about single rows of an export, remembered for the pairs that they were asked about."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.model import Pair, PairAnswer, SourceRecord
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.adoption import key_of
from qb_plugin.sync.exporting.snapshot import ExportOptions, ExportSnapshot


def remember_answers(
    context: SyncContext, records: Sequence[SourceRecord], snapshot: ExportSnapshot, options: ExportOptions
) -> None:
    """Remember *Send anyway*: the record and what it was asked about are not the same. *Not now* is for the run only."""
    forced = [record for record in records if record.ref in options.force and record.ref not in snapshot.links]
    asked = {record.ref: pair for record in forced if (pair := asked_about(record, snapshot))}
    beside = {odd.id for odd in snapshot.unreadable}  # asked about with it, and named first
    pairs = [pair for ref, pair in asked.items() if options.asked_about.get(ref, "") in {"", pair.quickbooks_id, *beside}]
    context.links.answer(context.realm, pairs, PairAnswer.DIFFERENT, options.user)


def asked_about(record: SourceRecord, snapshot: ExportSnapshot) -> Pair | None:
    """The record and the transaction that a person is asked about because of it."""
    duplicate, claim = snapshot.duplicates.get(record.ref), snapshot.claims.get(record.ref)
    found = duplicate.transaction if duplicate else claim.candidate if claim else None
    return Pair(record.ref, *key_of(found)) if found else None
