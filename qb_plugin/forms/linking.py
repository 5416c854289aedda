"""Linking a record to the QuickBooks transaction that looks the same, once a person said that it is."""

from __future__ import annotations

from qb_plugin.forms.services import Office
from qb_plugin.model import Link, Message, Outcome, RowResult, SourceRecord
from qb_plugin.sync.exporting.planning import ENTITY
from qb_plugin.sync.exporting.snapshot import ExportOptions, read_known
from qb_plugin.sync.possible_duplicates import find_twin


def link_twin(office: Office, record: SourceRecord) -> RowResult:
    """Link the record to its look-alike; the twin is looked for again, so that what is linked is what is there now."""
    place = office.place()
    twin = find_twin(record, read_known(place, [record], ExportOptions()))
    if twin is None:
        return RowResult(str(record.ref), Outcome.READY, Message("twin_gone"))
    place.links.add([Link(place.realm, record.ref, ENTITY[record.ref.kind], twin.id, "matched", twin.sync_token, record.version)])
    office.host.marks.put([{"ref": str(record.ref), "state": "synchronized"}])
    return RowResult(str(record.ref), Outcome.SYNCHRONIZED, Message("twin_linked"), twin.id)
