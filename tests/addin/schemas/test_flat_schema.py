"""A flat schema refuses every hook and option that its own loop would silently leave out."""

from __future__ import annotations

from collections.abc import Callable
from types import new_class
from typing import Any

import pytest
from marshmallow import (
    EXCLUDE,
    INCLUDE,
    ValidationError,
    fields,
    post_dump,
    post_load,
    pre_dump,
    pre_load,
    validate,
    validates,
    validates_schema,
)

from qb_plugin.schemas.conversions import as_text, as_whole
from qb_plugin.schemas.flat_schema import Converted, ReplySchema, load_reply, optional, required
from qb_plugin.schemas.text import BadReplyError


class Sample(ReplySchema):
    """A text that must be there and a number that may be."""

    id = required(as_text, "Id")
    count = optional(as_whole, "Count", 7)


def test_a_record_is_read_under_our_names_and_unlisted_keys_are_left_out() -> None:
    assert Sample().load({"Id": "1", "Count": 2, "New": True}) == {"id": "1", "count": 2}


@pytest.mark.parametrize(("raw", "found"), [({"Id": "1"}, 7), ({"Id": "1", "Count": None}, None)])
def test_an_absent_value_has_the_default_and_null_is_none(raw: dict[str, Any], found: object) -> None:
    assert Sample().load(raw)["count"] == found


def test_every_field_that_does_not_fit_is_named() -> None:
    with pytest.raises(BadReplyError, match=r"Sample: .*'Id': .*'Count': "):
        load_reply(Sample, {"Id": None, "Count": "two"})


def build(name: str, bases: tuple[type, ...], attributes: dict[str, Any]) -> type:
    """A class with these attributes."""
    return new_class(name, bases, exec_body=lambda namespace: namespace.update(attributes))


HOOKS: dict[str, Callable[[Any], Any]] = {
    "pre_load": pre_load,
    "post_load": post_load,
    "pre_dump": pre_dump,
    "post_dump": post_dump,
    "validates": validates("id"),
    "validates_schema": validates_schema,
}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_class_with_a_hook_is_refused_when_it_is_built(hook: str) -> None:
    def tidy(self: Any, *_: Any, **__: Any) -> Any:
        raise AssertionError("never called")

    with pytest.raises(TypeError, match=rf"^Hooked: .*@{hook} tidy"):
        build("Hooked", (Sample,), {"tidy": HOOKS[hook](tidy)})


def test_a_hook_of_a_base_class_is_refused() -> None:
    class Tidying:
        """A base class that brings the hook along."""

        @post_load
        def tidy(self, values: Any, **_: Any) -> Any:
            return values

    with pytest.raises(TypeError, match=r"^Child: .*@post_load tidy"):
        build("Child", (Tidying, Sample), {})


def test_an_error_handler_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^Handling: .*handle_error"):
        build("Handling", (ReplySchema,), {"handle_error": lambda *_: None})


CHECK = validate.Range(min=1)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (Converted(as_whole, validate=CHECK), "validate="),
        (Converted(as_whole, pre_load=abs), "pre_load="),
        (Converted(as_whole, post_load=abs), "post_load="),
        (fields.Integer(validate=CHECK), "validate="),
    ],
)
def test_a_field_with_a_check_of_its_own_is_refused(field: fields.Field[Any], name: str) -> None:
    with pytest.raises(TypeError, match=f"^Checked: .*{name} of number"):
        build("Checked", (ReplySchema,), {"number": field})


@pytest.mark.parametrize("options", [{"many": True}, {"partial": True}, {"unknown": INCLUDE}])
def test_an_option_that_the_loop_does_not_know_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"^Sample: "):
        Sample(**options)


def test_the_options_it_has_anyway_are_taken() -> None:
    assert Sample(unknown=EXCLUDE, many=False).load({"Id": "1"}) == {"id": "1", "count": 7}


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(ValidationError):
        Sample().load([])
