"""Envelopes of QuickBooks' answers: single records, query pages, batches, changed records, and the server's time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from marshmallow import ValidationError

from qb_plugin.schemas.conversions import as_moment
from qb_plugin.schemas.text import BadReplyError, JsonObject


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query: the rows as received, and the total count where QuickBooks gives one (invoices only)."""

    rows: tuple[object, ...]
    total: int | None = None


def read_time(envelope: object) -> datetime | None:
    """The server's time, from the envelope's `time`; None when it is absent or no ISO instant (a gateway sends milliseconds)."""
    try:
        return as_moment(_require_object(envelope, "an answer").get("time"))
    except ValidationError:
        return None


def read_page(envelope: object, entity: str) -> Page:
    """The rows of a query; `{}` is an empty list."""
    found = _require_object(_require_object(envelope, "an answer").get("QueryResponse"), "QueryResponse")
    rows = found.get(entity, [])
    if not isinstance(rows, list):
        raise BadReplyError(f"QueryResponse.{entity} is not a list")
    return Page(tuple(rows), _read_count(found.get("totalCount")))


def read_count(envelope: object) -> int:
    """The result of a COUNT(*)."""
    found = _require_object(_require_object(envelope, "an answer").get("QueryResponse"), "QueryResponse")
    count = _read_count(found.get("totalCount"))
    if count is None:
        raise BadReplyError("QueryResponse.totalCount is not a number")
    return count


def _read_count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_entity(envelope: object, entity: str) -> object:
    """The one record of an answer."""
    found = _require_object(envelope, "an answer")
    if entity not in found:
        raise BadReplyError(f"no {entity} in the answer")
    return found[entity]


def is_deleted(raw: object) -> bool:
    """Whether this is the stub of a deleted record."""
    return isinstance(raw, dict) and raw.get("status") == "Deleted"


def write_batch(items: tuple[tuple[str, str, str, str], ...]) -> bytes:
    """The body of a batch of (bId, operation, entity, the entity's JSON text), joined as text so that the same items give
    the same bytes when they are sent again."""
    parts = (f'{{"bId":"{bid}","operation":"{operation}","{entity}":{text}}}' for bid, operation, entity, text in items)
    return f'{{"BatchItemRequest":[{",".join(parts)}]}}'.encode()


def read_batch(envelope: object) -> Mapping[str, JsonObject | None]:
    """The items of a batch answer by bId; None for a bId that came more than once, because none of them can be trusted then."""
    items = _require_object(envelope, "an answer").get("BatchItemResponse")
    if not isinstance(items, list):
        raise BadReplyError("BatchItemResponse is not a list")
    found: dict[str, JsonObject | None] = {}
    for item in items:
        bid = item.get("bId") if isinstance(item, dict) else None
        if isinstance(bid, str):
            found[bid] = None if bid in found else item
    return found


def read_changes(envelope: object, entity: str) -> tuple[tuple[object, ...], tuple[str, ...]]:
    """Changed records, and the ids of deleted ones, of one entity in the answer of a change data capture."""
    changed: list[object] = []
    deleted: list[str] = []
    for raw in _read_changed_rows(envelope, entity):
        if is_deleted(raw):
            deleted.append(str(_require_object(raw, entity).get("Id")))
        else:
            changed.append(raw)
    return tuple(changed), tuple(deleted)


def _read_changed_rows(envelope: object, entity: str) -> list[object]:
    try:
        answers = _require_object(envelope, "an answer")["CDCResponse"]
        return [raw for answer in answers for block in answer["QueryResponse"] for raw in block.get(entity, [])]
    except (KeyError, TypeError, AttributeError):
        raise BadReplyError("not a CDCResponse") from None


def _require_object(value: object, what: str) -> JsonObject:
    if not isinstance(value, dict):
        raise BadReplyError(f"{what} is not an object")
    return value
