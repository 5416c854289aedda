"""What a person answered about single rows of an export, remembered for the pairs that they were asked about."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qb_plugin.model import Pair, PairAnswer, Ref, SourceRecord
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.adoption import key_of
from qb_plugin.sync.exporting.snapshot import ExportSnapshot


def remember_answers(
    context: SyncContext, records: Sequence[SourceRecord], snapshot: ExportSnapshot, force: Collection[Ref], by: str
) -> None:
    """Remember *Send anyway*: the record and what it was asked about are not the same. *Not now* is for the run only."""
    forced = [record for record in records if record.ref in force and record.ref not in snapshot.links]
    pairs = [pair for record in forced if (pair := asked_about(record, snapshot))]
    context.links.answer(context.realm, pairs, PairAnswer.DIFFERENT, by)


def asked_about(record: SourceRecord, snapshot: ExportSnapshot) -> Pair | None:
    """The record and the transaction that a person is asked about because of it."""
    duplicate, claim = snapshot.duplicates.get(record.ref), snapshot.claims.get(record.ref)
    found = duplicate.transaction if duplicate else claim.candidate if claim else None
    return Pair(record.ref, *key_of(found)) if found else None
