"""Where the money of a case should lie in the end: planned row by row, or in the order in which late rows came to stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qb_plugin.model import Ref, SourceRecord
from tests.faults.cases.scenarios import BILLS, CLIENTS, Applied, Scenario

ENDED = frozenset({"doubt_settled", "application_doubt_settled"})  # a row's doubt that has ended: its customer's others go on
FAILED = "failed"


def expected_shares(
    scenario: Scenario, stands: Mapping[Ref, int], real: Mapping[Ref, Applied], said: Mapping[str, set[str]]
) -> Mapping[Ref, Applied]:
    """The invoices of each row. `stands` has the number in QuickBooks of what spends a row's money, `real` where that lies.

    Rows are planned in their order. A row that had ended before it was exported once more, as failed or because its doubt had, no
    longer held its customer's others up (docs/architecture.md rule 11): then they may have gone before it, all of them as if in the
    order in which they stand.
    """
    found = {record.ref: scenario.expected[str(record.ref)] for record in scenario.records}
    for client in {record.client_id for record in scenario.records}:
        rows = [record for record in scenario.records if record.client_id == client]
        if scenario.auto_apply and any(has_ended(said.get(str(row.ref), set())) for row in rows):
            late = in_turn(sorted(rows, key=lambda row: stands.get(row.ref, 0)))
            if all(real[ref] == shares for ref, shares in late.items()):
                found |= late
    return found


def has_ended(said: set[str]) -> bool:
    """Whether a row was told that it had failed, or that its doubt had ended."""
    return any(key in ENDED or outcome == FAILED for outcome, _, key in (sentence.partition(":") for sentence in said))


def in_turn(rows: Sequence[SourceRecord]) -> dict[Ref, Applied]:
    """Where QuickBooks' default process puts these rows of one customer, one after the other."""
    name = CLIENTS[rows[0].client_id]
    left = {bill.number: Decimal(bill.amount) for bill in BILLS if bill.customer == name}  # the oldest first
    return {row.ref: spend(left, row.amount) for row in rows}


def spend(left: dict[str, Decimal], amount: Decimal) -> Applied:
    """Take an amount from what is left on invoices: all from the one it equals, otherwise from the oldest first."""
    exact = [number for number, open_ in left.items() if open_ == amount][:1]
    parts: list[tuple[str, str]] = []
    for number in exact or list(left):
        part = min(amount, left[number])
        left[number], amount = left[number] - part, amount - part
        if part:
            parts.append((number, str(part)))
    return tuple(sorted(parts))
