"""Runs that break off with answers lost, and how the next one settles them."""

from __future__ import annotations

from functools import partial

from qb_plugin.model import IntentState, Outcome, Settlement, SourceRecord
from qb_plugin.sync.exporting.run_export import settle_open
from tests.support.addin.sync_firm import Ended, Firm, collect

CALL, LAG, WAY = 120.0, 30.0, 30.0  # docs/architecture.md rule 3
BETWEEN = CALL + LAG + WAY


def settlement_of(intent_id: str, state: IntentState) -> Settlement:
    return Settlement(intent_id=intent_id, state=state, quickbooks_id="900" if state is IntentState.CONFIRMED else None)


def send_and_die(firm: Firm, *rows: SourceRecord) -> None:
    """A batch goes out, its answer is lost, and the process dies."""
    firm.break_off(*rows, when=lambda ended: all(is_in_doubt(ended, row) for row in rows))


def is_in_doubt(ended: Ended, row: SourceRecord) -> bool:
    return str(row.ref) in ended.rows and ended.outcome(row) is Outcome.NOT_CONFIRMED


def settle(firm: Firm) -> Ended:
    return collect(partial(settle_open, firm.context))
