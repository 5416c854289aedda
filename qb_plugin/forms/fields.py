"""Fields of forms: one marshmallow schema describes them to the host as plain data and validates the answer."""

from __future__ import annotations

import re
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
    """The fields of a form. Their metadata hold what a person sees: label, help, choices, style, group, refilters."""

    class Meta:
        """Keys that the host adds (the token, the search text) are ignored here."""

        unknown = EXCLUDE


WHOLE_DATE = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")  # a half-typed year is 0002 or 0202 in a browser


class WholeDate(fields.Date):
    """A date that must be there, as YYYY-MM-DD: what is half-typed or impossible is no date, and no date is never every date."""

    def __init__(self, data_key: str, label: str) -> None:
        metadata = {"label": label, "refilters": True, "required": True}
        super().__init__(data_key=data_key, required=True, metadata=metadata)

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        if not isinstance(value, str) or not WHOLE_DATE.fullmatch(value):
            raise ValidationError(["field_date"])
        return super()._deserialize(value, attr, data, **more)


def describe_fields(schema: Schema) -> list[Field]:
    """The descriptions of all fields (docs/writing-a-host.md)."""
    return [describe_field(name, field) for name, field in schema.load_fields.items()]


def describe_field(name: str, field: fields.Field[Any]) -> Field:
    """The description of a field: its name in the answer, its type and its metadata."""
    kind = next(kind for cls, kind in TYPES if isinstance(field, cls))
    return cast(Field, {"name": field.data_key or name, "type": kind, **field.metadata})  # metadata has the keys of a Field


def load_answer(schema: Schema, answer: Answer) -> Any:
    """The answer as Python values by field, which each form names in a TypedDict; an empty field has its default.

    AnswerRejected names each field that does not fit.
    """
    try:
        return schema.load({name: value for name, value in answer.items() if value not in (None, "")})
    except ValidationError as error:
        raise build_rejection(schema, error) from None


def build_rejection(schema: Schema, error: ValidationError) -> AnswerRejected:
    """The rejection with a message for each bad field; errors of the whole schema carry the key of theirs."""
    found = error.messages_dict
    named = {field.data_key or name: field for name, field in schema.load_fields.items()}
    return AnswerRejected(Message("answer_rejected"), {name: choose_message(named.get(name), found[name]) for name in found})


def choose_message(field: fields.Field[Any] | None, reasons: Any) -> Message:
    """The message for a field: the key that our own check raised, else one for the field's type."""
    first = reasons[0] if isinstance(reasons, list) else reasons
    if isinstance(first, str) and first.startswith("field_"):
        return Message(first)
    return Message("field_date" if isinstance(field, fields.Date) else "field_value")


def check_dates(values: Mapping[str, object], start: str, end: str) -> None:
    """Refuse a range that ends before it begins; both ends may be missing."""
    first, last = values.get(start), values.get(end)
    if isinstance(first, date) and isinstance(last, date) and first > last:
        raise ValidationError({"to": ["field_dates_reversed"]})
