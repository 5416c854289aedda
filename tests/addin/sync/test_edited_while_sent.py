"""A record that somebody edits here while a run sends it ends *changed*, and says what QuickBooks has; the look is at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qb_plugin.model import Outcome, Ref, SourceRecord
from qb_plugin.sync.exporting.edits import PORTION
from qb_plugin.sync.exporting.run_export import export
from qb_plugin.sync.exporting.snapshot import ExportOptions
from tests.support.addin.sync_firm import DAY, Ended, Firm, collect, firm_in, payment


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


@dataclass
class Host:
    """The host's records as they are at the end of a run, and in what portions they were asked for."""

    records: Sequence[SourceRecord]
    asked: list[int] = field(default_factory=list)

    def read(self, refs: Sequence[str | Ref]) -> list[SourceRecord]:
        self.asked.append(len(refs))
        wanted = {str(ref) for ref in refs}
        return [record for record in self.records if str(record.ref) in wanted]


def send(firm: Firm, records: Sequence[SourceRecord], host: Host) -> Ended:
    """Export the records, which are in the end what the host says."""
    context = replace(firm.context, read_records=host.read)
    return collect(lambda run: export(context, run, ExportOptions(), records))


EDITS = [
    ({"amount": Decimal("90.00")}, "amount 100.00, now 90.00"),
    ({"date": DAY + timedelta(days=1)}, f"date {DAY.isoformat()}, now {(DAY + timedelta(days=1)).isoformat()}"),
    ({"reference": "77"}, "reference –, now 77"),
    ({"client_id": "2", "client_name": "Client 2"}, "client, now Client 2"),
    ({"amount": Decimal("90.00"), "reference": "77"}, "amount 100.00, now 90.00; reference –, now 77"),
]


@pytest.mark.parametrize(("edit", "what"), EDITS)
def test_what_was_edited_meanwhile_is_changed_and_said(firm: Firm, edit: dict[str, Any], what: str) -> None:
    rows = [payment(1), payment(2)]
    ended = send(firm, rows, Host([replace(rows[0], version="1", **edit), rows[1]]))
    assert [ended.outcome(row) for row in rows] == [Outcome.CHANGED, Outcome.SYNCHRONIZED]
    told = ended.rows[str(rows[0].ref)].message
    assert told
    assert (told.key, told.values["what"]) == ("edited_while_sent", what)


def test_what_quickbooks_does_not_see_is_no_change(firm: Firm) -> None:
    row = payment(1)
    assert send(firm, [row], Host([replace(row, version="1", memo="typed since")])).outcome(row) is Outcome.SYNCHRONIZED


def test_what_was_removed_meanwhile_is_changed(firm: Firm) -> None:
    row = payment(1)
    ended = send(firm, [row], Host([]))
    told = ended.rows[str(row.ref)].message
    assert told
    assert (ended.outcome(row), told.key) == (Outcome.CHANGED, "removed_while_sent")


@pytest.mark.parametrize("versions", [1, 7, 10_000])
def test_records_are_read_in_portions_whatever_versions_they_have(firm: Firm, versions: int) -> None:
    rows = [payment(number, version=str(number % versions)) for number in range(PORTION + 5)]
    host = Host([replace(row, version="edited", amount=Decimal("90.00")) if row is rows[7] else row for row in rows])
    ended = send(firm, rows, host)
    assert [row.ref for row in rows if ended.outcome(row) is not Outcome.SYNCHRONIZED] == [rows[7].ref]
    assert host.asked == [PORTION, 5]
