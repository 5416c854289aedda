"""Schemas without hooks, read by one plain loop in the place of marshmallow's `load`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing
from marshmallow.exceptions import SCHEMA
from marshmallow.schema import SchemaMeta

from qb_plugin.schemas.text import BadReplyError, ReplyValues

_TOLD = object()  # of a field whose `deserialize` must be asked what stands for a missing value
_OBJECTS = (dict, Mapping)  # `dict` first: an instance check against the abstract class costs more, and a dict is the usual case


class FlatSchemaMeta(SchemaMeta):
    """Refuses, when a schema class is built, whatever the plain loop would silently leave out; TypeError names both."""

    def __init__(cls, name: str, bases: tuple[type, ...], attributes: dict[str, object]) -> None:
        super().__init__(name, bases, attributes)  # type: ignore[no-untyped-call]
        ignored = sorted(_ignored_parts(cls))
        if ignored:
            raise TypeError(f"{name}: a flat schema does not call {', '.join(ignored)}; convert and check in the field's function")


def _ignored_parts(schema: SchemaMeta) -> Iterator[str]:
    """Hooks of the class and checks of its fields, as `@post_load tidy` or `validate= of number`."""
    for tag, hooks in schema.resolve_hooks().items():
        yield from (f"@{tag} {name}" for name, *_ in hooks)
    for name, field in schema._declared_fields.items():
        # The loop would call these on a plain field and skip them on a Converted one: one rule for both is easier to keep.
        checks = {"validate=": field.validators, "pre_load=": field.pre_load, "post_load=": field.post_load}
        yield from (f"{check} of {name}" for check, found in checks.items() if found)
    if any("handle_error" in vars(base) for base in schema.__mro__ if base is not Schema):
        yield "handle_error"


class FlatSchema(Schema, metaclass=FlatSchemaMeta):
    """A shape whose fields each convert one value. Keys that it does not list are left out; hooks are refused."""

    class Meta:
        unknown = EXCLUDE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if self.many or self.partial or self.unknown != EXCLUDE:
            raise TypeError(f"{type(self).__name__}: a flat schema reads one whole record, without `many`, `partial` and `unknown`")
        self._steps = [_step(name, field) for name, field in self.load_fields.items()]

    def load(self, data: Any, **_: Any) -> ReplyValues:
        """The values under the names of the fields; ValidationError with every field that does not fit.

        Three times as fast as `Schema.load`, which looks for options and hooks again at each record.
        """
        if not isinstance(data, _OBJECTS):
            raise ValidationError({SCHEMA: ["Invalid input type."]})
        found: ReplyValues = {}
        wrong: dict[str, object] = {}
        get = data.get
        for key, name, convert, deserialize, absent in self._steps:
            value = get(key)
            if value is None and absent is not _TOLD and key not in data:
                found[name] = absent
                continue
            try:
                # `None` may be a missing key or a null, which `deserialize` distinguishes; every other value needs no more than
                # its conversion.
                value = convert(value) if value is not None else deserialize(get(key, missing))
            except ValidationError as problem:
                wrong[key] = problem.messages
            else:
                if value is not missing:
                    found[name] = value
        if wrong:
            raise ValidationError(wrong)
        return found

    def load_parts(self, data: Mapping[str, Any]) -> tuple[ReplyValues, frozenset[str]]:
        """Each value by itself, None for one that does not fit; and the names of those."""
        found: ReplyValues = {}
        wrong: set[str] = set()
        for key, name, convert, deserialize, _ in self._steps:
            value = data.get(key)
            try:
                found[name] = convert(value) if value is not None else deserialize(data.get(key, missing))
            except ValidationError:
                found[name] = None
                wrong.add(name)
        return found, frozenset(wrong)


class ReplySchema(FlatSchema):
    """A shape QuickBooks sends. Unlisted keys are ignored, because Intuit adds keys without notice."""


class Converted(fields.Field[Any]):
    """A field that is one function: flat, and several times as fast as a nested schema."""

    def __init__(self, convert: Callable[[Any], Any], **options: Any) -> None:
        super().__init__(**options)
        self.convert = convert

    def deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        """The converted value, or the default for a missing one; half the time of `Field.deserialize`, which also runs
        processors and validators (FlatSchemaMeta refuses both)."""
        if value is not missing and value is not None:
            return self.convert(value)
        self._validate_missing(value)
        return self.load_default if value is missing else None


def _step(name: str, field: fields.Field[Any]) -> tuple[str, str, Callable[[Any], Any], Callable[[Any], Any], object]:
    """The key in the data, the name in the result, the conversion of a value, the treatment of a missing one or null, and what
    stands for a missing one where that is a plain value."""
    convert = field.convert if isinstance(field, Converted) else field.deserialize
    default = field.load_default
    absent = _TOLD if field.required or default is missing or callable(default) else default
    return field.data_key or name, field.attribute or name, convert, field.deserialize, absent


def optional(convert: Callable[[Any], Any], name: str, default: object = None) -> Converted:
    """A field that may be absent or null: QuickBooks omits properties without a value."""
    return Converted(convert, data_key=name, load_default=default, allow_none=True)


def required(convert: Callable[[Any], Any], name: str) -> Converted:
    """A field without which the record cannot be used."""
    return Converted(convert, data_key=name, required=True)


@cache
def build_schema(kind: type[FlatSchema]) -> FlatSchema:
    """The schema of this class, built at its first use: building one costs as much as reading ten records."""
    return kind()


def load_parts(kind: type[ReplySchema], raw: object) -> tuple[ReplyValues, frozenset[str]]:
    """What can be read of `raw`, None for each part that cannot, and the names of those parts; all of them of what is no object."""
    return build_schema(kind).load_parts(raw if isinstance(raw, _OBJECTS) else {})


def load_reply(kind: type[ReplySchema], raw: object) -> ReplyValues:
    """The values of `raw` under the names of the fields; BadReplyError names the fields that do not fit."""
    try:
        return build_schema(kind).load(raw)
    except ValidationError as problem:
        wrong = f"{kind.__name__}: {problem.messages}"
    # Raised out here, so that the traceback does not show `problem`: its values are the firm's.
    raise BadReplyError(wrong)
