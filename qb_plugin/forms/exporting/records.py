"""The host's records of an export's rows, as the rules take them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from qb_plugin.host import Ledger
from qb_plugin.model import Message, Outcome, RowResult, SourceRecord
from qb_plugin.sync.sources import ClientCurrencies, read_sources

PORTION = 1000  # records read from the host at a time


def read_records(
    ledger: Ledger, currencies: ClientCurrencies, ids: Sequence[str], report: Callable[[RowResult], None]
) -> list[SourceRecord]:
    """The host's records of these rows, read in portions; rows that are not there (any more) end at once."""
    found: list[SourceRecord] = []
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        records = read_sources(ledger, portion, currencies)
        for unknown in report_unknown_rows(portion, {str(record.ref) for record in records}):
            report(unknown)
        found += records
    return found


def report_unknown_rows(ids: Sequence[str], found: set[str]) -> Iterator[RowResult]:
    """A failed result for each row whose record does not exist, or no longer."""
    return (
        RowResult(id=identity, outcome=Outcome.FAILED, message=Message("record_unknown"))
        for identity in ids
        if identity not in found
    )
