"""The QuickBooks transaction that may be a record: not linked to any, and of the same customer, amount, date and reference."""

from __future__ import annotations

from qb_plugin.model import Kind, QboTransaction, Ref, SourceRecord
from qb_plugin.sync.exporting.snapshot import ExportSnapshot
from qb_plugin.sync.matching import record_key


def find_possible_duplicate(record: SourceRecord, snapshot: ExportSnapshot) -> QboTransaction | None:
    """The record's possible duplicate, if there is one and the client is matched."""
    link = snapshot.links.get(Ref(Kind.CLIENT, record.client_id))
    return snapshot.unclaimed.get(record_key(record, link.quickbooks_id)) if link else None


def find_linkable(record: SourceRecord, snapshot: ExportSnapshot) -> QboTransaction | None:
    """What a person who says *the same one* means: the possible duplicate, else what stands under the record's number."""
    claim = snapshot.claims.get(record.ref)
    return find_possible_duplicate(record, snapshot) or (claim.candidate if claim else None)
