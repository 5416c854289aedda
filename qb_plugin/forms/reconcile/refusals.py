"""What was said when items were to be settled and were refused: the newest ends of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome
from qb_plugin.sync.reconcile.items import Group, Item
from qb_plugin.sync.reconcile.remedies import row_of

REFUSED = frozenset({Outcome.FAILED, Outcome.CHANGED})


def read_refusals(services: FormServices, realm: str, items: Sequence[Item]) -> Mapping[str, Message]:
    """By row, of those that make a difference."""
    rows = [row_of(item) for item in items if item.group is not Group.EQUAL]
    results = services.run_ports.runs.last_results(realm, rows)
    return {row: result.message for row, result in results.items() if result.message and result.outcome in REFUSED}
