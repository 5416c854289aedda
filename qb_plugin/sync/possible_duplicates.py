"""The QuickBooks transaction that looks like a record: no marker, no link, but the same customer, amount, date and reference."""

from __future__ import annotations

from qb_plugin.model import Kind, QboTransaction, Ref, SourceRecord
from qb_plugin.sync.exporting.snapshot import ExportSnapshot
from qb_plugin.sync.matching import duplicate_key


def find_possible_duplicate(record: SourceRecord, snapshot: ExportSnapshot) -> QboTransaction | None:
    """The record's possible duplicate, if there is one and the client is matched."""
    link = snapshot.links.get(Ref(Kind.CLIENT, record.client_id))
    if link is None:
        return None
    return snapshot.unclaimed.get(duplicate_key(link.quickbooks_id, record.date, record.amount, reference_of(record)))


def reference_of(record: SourceRecord) -> str:
    """What stands in QuickBooks where people look for the reference: a memo's own number if it has none."""
    return record.reference or (record.number if record.ref.kind is Kind.CREDIT_MEMO else "")
