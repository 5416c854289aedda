"""Repair of the host's marks by the links of the add-in, which are the truth."""

from __future__ import annotations

from qb_plugin.host import MarkChange, Marks
from qb_plugin.model import Entity
from qb_plugin.sync.ports import Links

ENTITIES = (Entity.PAYMENT, Entity.CREDIT_MEMO)


def repair_marks(marks: Marks, links: Links, realm: str) -> None:
    """Set *synchronized* on every record that is linked to this company, and take it off every record that is not.

    A process that was killed may have linked a record without marking it: the two lie in different transactions.
    """
    # The marks are read first: a run that goes on meanwhile links, then marks, so that a row in between is linked when the
    # links are read and its mark is set, never taken off.
    marks.use(realm)
    marked = set(marks.marked("synchronized", realm))
    linked = {str(link.source): link.quickbooks_id for entity in ENTITIES for link in links.all_of(realm, entity)}
    changes: list[MarkChange] = [
        {"ref": ref, "state": "synchronized", "external_id": linked[ref], "scope": realm} for ref in sorted(linked.keys() - marked)
    ]
    changes += [{"ref": ref, "state": "", "external_id": "", "scope": realm} for ref in sorted(marked - linked.keys())]
    if changes:
        marks.put(changes)
