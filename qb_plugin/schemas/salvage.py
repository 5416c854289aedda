"""What can still be read of a payment or credit memo that is not as the reference describes: each part by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from marshmallow import ValidationError

from qb_plugin.model import Entity, UnreadableRecord
from qb_plugin.schemas.conversions import as_day, as_money, as_reference, as_text
from qb_plugin.schemas.text import BadReplyError

T = TypeVar("T")


def tolerant(entity: Entity, read: Callable[[object], T]) -> Callable[[object], T | UnreadableRecord]:
    """A reader that gives the record, or what can be read of it.

    BadReplyError when it has not even an Id: then nobody could name it, and the whole answer is not what was asked for.
    """

    def read_or_salvage(raw: object) -> T | UnreadableRecord:
        try:
            return read(raw)
        except BadReplyError as problem:
            what = str(problem)
        return salvage(entity, raw, what)

    return read_or_salvage


def salvage(entity: Entity, raw: object, problem: str) -> UnreadableRecord:
    """Each part that can be read; a part that is odd, or missing where QuickBooks always sends one, is None."""
    values = raw if isinstance(raw, dict) else {}
    identity = _part(as_text, values.get("Id"))
    if not identity:
        raise BadReplyError(problem)
    customer_id, customer_name = _part(as_reference, values.get("CustomerRef")) or (None, "")
    note = values.get("PrivateNote")
    return UnreadableRecord(
        id=identity,
        entity=entity,
        problem=problem,
        customer_id=customer_id,
        customer_name=customer_name,
        total=_part(as_money, values.get("TotalAmt")),
        date=_part(as_day, values.get("TxnDate")),
        note="" if note is None else _part(as_text, note),
    )


def _part(read: Callable[[object], T], value: object) -> T | None:
    try:
        return read(value)
    except ValidationError:
        return None
