"""Intents as rows of their table, and back."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Row

from qb_plugin.model import Intent, IntentState, Kind, Operation, Ref
from qb_plugin.store.sql.encoding import decode_message, encode_message, encode_moment
from qb_plugin.store.sql.tables import intents

_TRANSLATED = ("source_kind", "source_id", "operation", "state", "message")
_MOMENTS = ("quickbooks_time", "sent_at", "first_look_at", "record_updated")
_OURS = ("opened_at", "place", "settled_at")
_PLAIN = [column.name for column in intents.c if column.name not in (*_TRANSLATED, *_MOMENTS, *_OURS, "settled_by")]
_plain_values = attrgetter(*_PLAIN)
COLUMNS = (*_TRANSLATED, *_MOMENTS, *_OURS, *_PLAIN)  # in the order of `row_of`


def row_of(intent: Intent, opened_at: str, place: int) -> tuple[Any, ...]:
    """The values of `COLUMNS`; `place` is that within its batch."""
    return (
        intent.source.kind.value,
        intent.source.id,
        intent.operation.value,
        intent.state.value,
        encode_message(intent.message),
        encode_moment(intent.quickbooks_time),
        _moment(intent.sent_at),
        _moment(intent.first_look_at),
        _moment(intent.record_updated),
        opened_at,
        place,
        None,
        *_plain_values(intent),
    )


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else encode_moment(moment)


def intent_of(row: Row[Any]) -> Intent:
    """The intent of a row."""
    values: dict[str, Any] = {name: getattr(row, name) for name in (*_PLAIN, *_MOMENTS)}
    return Intent(
        **values,
        source=Ref(Kind(row.source_kind), row.source_id),
        operation=Operation(row.operation),
        state=IntentState(row.state),
        message=decode_message(row.message),
    )
