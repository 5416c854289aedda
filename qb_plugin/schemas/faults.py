"""Faults in their three forms: `Fault`, the gateway's lower-case `fault`, and the XML of a throttle, sent even to JSON clients."""

from __future__ import annotations

import re
from html import unescape

from marshmallow import ValidationError

from qb_plugin.model import Fault
from qb_plugin.schemas.flat_schema import ReplySchema, load_reply, optional
from qb_plugin.schemas.text import BadReplyError

_LONGEST = 4000  # characters; a fault's detail may repeat a whole request
_XML_TAG = "<{name}\\b([^>]*)>"
_XML_TEXT = "<{name}>(.*?)</{name}>"


def as_short_text(value: object) -> str:
    """A text, or a number in the place of one (codes come as either), cut to what a message can show."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValidationError("not a text")
    return str(value)[:_LONGEST]


class ErrorReply(ReplySchema):
    """One error of a fault, its keys in lower case."""

    code = optional(as_short_text, "code", "")
    message = optional(as_short_text, "message", "")
    detail = optional(as_short_text, "detail", "")
    element = optional(as_short_text, "element", "")


def find_fault(answer: object, status: int = 200, tid: str = "") -> Fault | None:
    """The first error of the Fault in an answer or in one item of a batch; None when there is none."""
    if not isinstance(answer, dict):
        return None
    raw = answer.get("Fault") or answer.get("fault")
    return None if raw is None else _read_fault(raw, status, tid)


def _read_fault(raw: object, status: int, tid: str) -> Fault:
    fault = _lower_keys(raw)
    errors = fault.get("error")
    first = errors[0] if isinstance(errors, list) and errors else {}
    found = {key: value or "" for key, value in load_reply(ErrorReply, _lower_keys(first)).items()}
    found["text"] = found.pop("message")
    kind = fault.get("type")
    return Fault(type=kind if isinstance(kind, str) else "", status=status, tid=tid, **found)


def _lower_keys(raw: object) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise BadReplyError("a fault that is not an object")
    return {str(key).lower(): value for key, value in raw.items()}


def find_xml_fault(body: bytes, status: int = 200, tid: str = "") -> Fault | None:
    """The fault in an XML answer; None when there is none. Read by pattern: no XML parser for an untrusted body."""
    text = body[: _LONGEST * 4].decode("utf-8", "replace")
    fault, error = _find_tag("Fault", text), _find_tag("Error", text)
    if fault is None or error is None:
        return None
    return Fault(
        code=_find_attribute("code", error),
        text=_find_text("Message", text),
        detail=_find_text("Detail", text),
        element=_find_attribute("element", error),
        type=_find_attribute("type", fault),
        status=status,
        tid=tid,
    )


def _find_tag(name: str, text: str) -> str | None:
    found = re.search(_XML_TAG.format(name=name), text)
    return found[1] if found else None


def _find_attribute(name: str, attributes: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', attributes)
    return unescape(found[1]) if found else ""


def _find_text(name: str, text: str) -> str:
    found = re.search(_XML_TEXT.format(name=name), text, re.DOTALL)
    return unescape(found[1].strip())[:_LONGEST] if found else ""


def is_throttle(status: int, body: bytes) -> bool:
    """Whether QuickBooks throttles: 429, or the former 403 with the same code in its body."""
    return status == 429 or (status == 403 and (b"003001" in body[:_LONGEST] or b'"3001"' in body[:_LONGEST]))
