"""What a create gives back: a payment, a credit memo or a customer."""

from __future__ import annotations

from qb_plugin.model import Entity, SavedRecord
from qb_plugin.schemas.lists import read_customer
from qb_plugin.schemas.transactions import read_transaction


def read_saved_record(entity: str, raw: object) -> SavedRecord:
    """A record by the name of its entity; BadReplyError for any other entity."""
    return read_customer(raw) if entity == Entity.CUSTOMER else read_transaction(entity, raw)
