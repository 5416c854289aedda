"""Marks follow the links: missing ones are set, those without a link taken off, others left alone."""

from __future__ import annotations

from qb_plugin.model import Entity, Link, LinkOrigin, Ref
from qb_plugin.runtime import Runtime
from qb_plugin.services.marks_repair import repair_marks
from tests.support.ledgers.fake_marks import FakeMarks


class CountingMarks(FakeMarks):
    """Marks that count their changes."""

    changes = 0

    def put(self, changes: object) -> None:
        """Count the call, and change."""
        self.changes += 1
        super().put(changes)  # type: ignore[arg-type]


def link(source: str, entity: Entity, quickbooks_id: str, realm: str = "9130") -> Link:
    """A link of this company."""
    return Link(realm=realm, source=Ref.parse(source), entity=entity, quickbooks_id=quickbooks_id, origin=LinkOrigin.MATCHED)


def test_marks_are_set_and_taken_off_by_the_links_of_the_company(runtime: Runtime) -> None:
    marks = CountingMarks()
    marks.put([{"ref": "payment:2", "state": "synchronized"}, {"ref": "payment:3", "state": "failed"}])
    runtime.links.add([link("payment:1", Entity.PAYMENT, "698"), link("credit_memo:1", Entity.CREDIT_MEMO, "699")])
    runtime.links.add([link("client:1", Entity.CUSTOMER, "58"), link("payment:4", Entity.PAYMENT, "700", realm="4")])
    repair_marks(marks, runtime.links, "9130")
    states = {ref: mark.state for ref, mark in marks.marks.items()}
    assert states == {"payment:1": "synchronized", "credit_memo:1": "synchronized", "payment:2": "", "payment:3": "failed"}
    assert [marks.marks[ref].external_id for ref in ("payment:1", "credit_memo:1", "payment:2")] == ["698", "699", ""]


def test_marks_that_fit_the_links_are_not_touched(runtime: Runtime) -> None:
    marks = CountingMarks()
    runtime.links.add([link("payment:1", Entity.PAYMENT, "698")])
    repair_marks(marks, runtime.links, "9130")
    repair_marks(marks, runtime.links, "9130")
    assert marks.changes == 1
