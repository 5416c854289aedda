"""The text host's scene, with short ways to change what is linked on either side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hostsim.addins.descriptions import Row
from tests.addin.forms.both_sides import BothSides
from tests.addin.forms.test_text_host import Scene, scene

__all__ = ["Linked", "linked", "scene"]


class Linked(BothSides):
    """Both sides of a firm, and what Changes says of them."""

    def exported_pair(self, amount: str, *, auto_apply: bool = False, **more: Any) -> tuple[str, str]:
        """A payment sent to QuickBooks: its ref here, its id there."""
        ref = self.here(amount, **more)
        row = self.export(ref, auto_apply=auto_apply)[ref]
        assert row["outcome"] == "synchronized", row
        self.wait(400.0)
        return ref, str(row["quickbooks_id"])

    def edit_here(self, ref: str, **values: Any) -> None:
        """Somebody changes a record here."""
        entries = self.scene.host.ledger.entries
        at = next(place for place, entry in enumerate(entries) if entry.ref == ref)
        entries[at] = replace(entries[at], version=entries[at].version + 1, **values)

    def record(self, ref: str) -> Any:
        """A record here; None when it is gone."""
        return next((entry for entry in self.scene.host.ledger.entries if entry.ref == ref), None)

    def edit_there(self, identity: str, **values: Any) -> Any:
        """Somebody changes a payment in QuickBooks."""
        found = self.books.get("Payment", identity)
        stub = {"Id": identity, "SyncToken": found["SyncToken"], "sparse": True, "Line": found["Line"]}
        return self.books.post("Payment", {**stub, **values})

    def end_there(self, identity: str, how: str) -> None:
        """Somebody deletes or voids a payment in QuickBooks."""
        found = self.books.get("Payment", identity)
        more = {"operation": "delete"} if how == "delete" else {"operation": "update", "include": "void"}
        self.books.post("Payment", {"Id": identity, "SyncToken": found["SyncToken"], "sparse": True}, **more)

    def changes(self, **answer: Any) -> dict[str, Row]:
        """The rows of Changes as it opens, by id."""
        rows = self.scene.form("changes").rows({**self.scene.opened("changes"), **answer}, None)
        assert not isinstance(rows, dict), rows
        assert rows.problem is None, rows.problem
        return {row["id"]: row for row in rows.page(0, rows.count)}

    def settle(self, way: str, *refs: str) -> Any:
        """Press a button of Changes for these rows; the rows by id."""
        self.scene.host.rows.clear()
        self.scene.form("changes").run(way, self.scene.opened("changes"), list(refs), {}, self.scene.host)
        return {ref: dict(self.scene.host.rows[ref]) for ref in refs}

    def reads(self) -> int:
        """Calls to QuickBooks so far that are metered."""
        return sum(entry.path.rsplit("/", 1)[1] != "batch" for entry in self.scene.simulator.core.log.entries)


@pytest.fixture
def linked(scene: Scene) -> Linked:
    """Both sides, and what Changes says of them."""
    return Linked(scene)
