"""What a fault's sentence may name of a row."""

from __future__ import annotations

from collections.abc import Mapping

from qb_plugin.model import Entity
from qb_plugin.sync.exporting.drafting.mapped_names import Names, keys_used, name_mapped
from qb_plugin.sync.exporting.planning import PlannedRow


def row_context(row: PlannedRow, names: Names) -> Mapping[str, object]:
    """What a fault's sentence may name: people's words for what the row is about, and for what it goes out with."""
    record = row.record
    return {
        **name_mapped(row.draft, names, record.method),
        "keys": keys_used(row.draft),
        "client": record.client_name,
        "customer": row.customer.full_name,
        "number": record.reference or record.number,
        "date": record.date,
        "amount": record.amount,
        "invoices": ", ".join(line.number or line.id for line in row.lines if line.type == Entity.INVOICE),
        "entity": row.entity,
    }
