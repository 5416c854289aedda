"""What QuickBooks wraps its answers in: single records, lists, batches, changes, and its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from qb_plugin.schemas.conversions import as_moment
from qb_plugin.schemas.text import BadReplyError, write_json


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query: the rows as they came, and how many there are in all when QuickBooks says so (invoices only)."""

    rows: tuple[object, ...]
    total: int | None = None


def read_time(envelope: object) -> datetime | None:
    """QuickBooks' clock out of the envelope's `time`; None when it is absent or another kind (a gateway sends milliseconds)."""
    try:
        return as_moment(_object(envelope, "an answer").get("time"))
    except ValidationError:
        return None


def read_page(envelope: object, entity: str) -> Page:
    """The rows of a query; `{}` is an empty list."""
    found = _object(_object(envelope, "an answer").get("QueryResponse"), "QueryResponse")
    rows = found.get(entity, [])
    if not isinstance(rows, list):
        raise BadReplyError(f"QueryResponse.{entity} is not a list")
    return Page(tuple(rows), _count_or_none(found.get("totalCount")))


def read_count(envelope: object) -> int:
    """The number a COUNT(*) answers."""
    found = _object(_object(envelope, "an answer").get("QueryResponse"), "QueryResponse")
    count = _count_or_none(found.get("totalCount"))
    if count is None:
        raise BadReplyError("QueryResponse.totalCount is not a number")
    return count


def _count_or_none(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_entity(envelope: object, entity: str) -> object:
    """The one record of an answer."""
    found = _object(envelope, "an answer")
    if entity not in found:
        raise BadReplyError(f"no {entity} in the answer")
    return found[entity]


def is_deleted(raw: object) -> bool:
    """Whether this is the stub that tells of a deletion."""
    return isinstance(raw, dict) and raw.get("status") == "Deleted"


def batch_body(items: tuple[tuple[str, str, str, str], ...]) -> bytes:
    """The body of a batch out of (bId, operation, entity, the entity's JSON text), put together as text so that a re-send
    of the same items is the same bytes."""
    parts = (f'{{"bId":"{bid}","operation":"{operation}","{entity}":{text}}}' for bid, operation, entity, text in items)
    return f'{{"BatchItemRequest":[{",".join(parts)}]}}'.encode()


def read_batch(envelope: object) -> Mapping[str, Mapping[str, Any] | None]:
    """The items of a batch answer by bId; None for a bId that came more than once, because then none can be believed."""
    items = _object(envelope, "an answer").get("BatchItemResponse")
    if not isinstance(items, list):
        raise BadReplyError("BatchItemResponse is not a list")
    found: dict[str, Mapping[str, Any] | None] = {}
    for item in items:
        bid = item.get("bId") if isinstance(item, dict) else None
        if isinstance(bid, str):
            found[bid] = None if bid in found else item
    return found


def read_changes(envelope: object, entity: str) -> tuple[tuple[object, ...], tuple[str, ...]]:
    """Changed records and ids of deleted ones of one entity, out of a CDC answer."""
    changed: list[object] = []
    deleted: list[str] = []
    for raw in _changed_rows(envelope, entity):
        if is_deleted(raw):
            deleted.append(str(_object(raw, entity).get("Id")))
        else:
            changed.append(raw)
    return tuple(changed), tuple(deleted)


def _changed_rows(envelope: object, entity: str) -> list[object]:
    try:
        answers = _object(envelope, "an answer")["CDCResponse"]
        return [raw for answer in answers for block in answer["QueryResponse"] for raw in block.get(entity, [])]
    except (KeyError, TypeError, AttributeError):
        raise BadReplyError("not a CDCResponse") from None


def stub_body(identity: str, sync_token: str, sparse: bool) -> str:
    """The JSON text that names a record and its version: all that a delete or a void needs."""
    body: dict[str, object] = {"Id": identity, "SyncToken": sync_token}
    return write_json({**body, "sparse": True} if sparse else body)


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadReplyError(f"{what} is not an object")
    return value
