"""One marshmallow schema describes a form's fields and validates its answer; the host receives the description as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from qb_plugin.errors import AnswerRejected
from qb_plugin.forms.descriptions import Answer, Field
from qb_plugin.model import Message

TYPES: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (fields.Date, "date"),
    (fields.Boolean, "boolean"),
    (fields.String, "text"),
)


class FormSchema(Schema):
    """A form's fields. What a field is for people stands in its metadata: label, help, choices, style, group, refilters."""

    class Meta:
        """What the host adds for itself (the token, the search text) is not a field's business."""

        unknown = EXCLUDE


def describe_fields(schema: Schema) -> list[Field]:
    """The fields as the host draws them (docs/writing-a-host.md)."""
    return [describe_field(name, field) for name, field in schema.load_fields.items()]


def describe_field(name: str, field: fields.Field[Any]) -> Field:
    """One field: its name on the wire, its type and everything in its metadata."""
    kind = next(kind for cls, kind in TYPES if isinstance(field, cls))
    return cast(Field, {"name": field.data_key or name, "type": kind, **field.metadata})  # metadata has the keys of a Field


def load_answer(schema: Schema, answer: Answer) -> Any:
    """The answer as Python values by field, which each form names in a TypedDict; an empty field has its default.

    AnswerRejected names each field that does not fit.
    """
    try:
        return schema.load({name: value for name, value in answer.items() if value not in (None, "")})
    except ValidationError as error:
        raise rejected(schema, error) from None


def rejected(schema: Schema, error: ValidationError) -> AnswerRejected:
    """Each bad field with a sentence of ours, by the field's type; schema-wide errors carry their key themselves."""
    found = error.messages_dict
    named = {field.data_key or name: field for name, field in schema.load_fields.items()}
    return AnswerRejected(Message("answer_rejected"), {name: sentence_for(named.get(name), found[name]) for name in found})


def sentence_for(field: fields.Field[Any] | None, reasons: Any) -> Message:
    """Our own sentence: a key raised by a check of ours, else one that fits the field's type."""
    first = reasons[0] if isinstance(reasons, list) else reasons
    if isinstance(first, str) and first.startswith("field_"):
        return Message(first)
    return Message("field_date" if isinstance(field, fields.Date) else "field_value")


def check_dates(values: Mapping[str, object], start: str, end: str) -> None:
    """Refuse a range that ends before it begins; both ends may be missing."""
    first, last = values.get(start), values.get(end)
    if isinstance(first, date) and isinstance(last, date) and first > last:
        raise ValidationError({"to": ["field_dates_reversed"]})
