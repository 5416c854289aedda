"""From an answer to a Fault, and from a Fault to what to do next: one function each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from qb_plugin.errors import AddInError, Fatal, ReconnectNeeded, Unreachable
from qb_plugin.model import Fault, Message
from qb_plugin.quickbooks.http.client import ApiResponse
from qb_plugin.quickbooks.http.redaction import redact
from qb_plugin.schemas.faults import find_fault, find_xml_fault
from qb_plugin.schemas.text import BadReplyError, read_json

# Codes of our own, for answers that carry no fault of QuickBooks'.
NO_ANSWER = "no_answer"
UNREADABLE = "unreadable"
ITEM_MISSING = "item_missing"
ITEM_REPEATED = "item_repeated"
ITEM_FOREIGN = "item_foreign"
# The type of a fault that only tells why a call never left; its code is a sentence's key.
NOT_SENT = "NotSent"

SIGNED_OUT = frozenset({"100", "110", "130", "3200"})
NO_RIGHTS = frozenset({"120"})
NO_ACCESS = frozenset({"3100"})
LAPSED = frozenset({"6190"})
THROTTLED = frozenset({"3001"})
# A described fault begins with its HTTP status and code and ends with its trace id; what stands between may name people.
_CODE = rf"\d{{1,6}}|{NO_ANSWER}|{UNREADABLE}|{ITEM_MISSING}|{ITEM_REPEATED}|{ITEM_FOREIGN}"
_TID = r"(?=\S*\d)[0-9A-Za-z-]{3,64}"
_HEAD = re.compile(rf"(?:(?P<status>[1-5]\d\d)(?: |(?= ·|$)))?(?P<code>{_CODE})?(?= ·|$)")
_TAIL = re.compile(rf"(?:.* · )?intuit_tid (?P<intuit_tid>{_TID})$")
_SIGN_IN = re.compile(rf"HTTP (?P<status>[1-5]\d\d)(?: (?P<code>[a-z_]{{3,40}}))?(?: (?P<intuit_tid>{_TID}))?$")
ENDS_THE_RUN = SIGNED_OUT | NO_RIGHTS | NO_ACCESS | LAPSED | THROTTLED


def understand(reply: ApiResponse) -> tuple[object, Fault | None]:
    """The JSON of an answer and its fault, in whatever dress that came: JSON in both spellings, XML, HTML or nothing.
    The fault is None when it is a good answer."""
    try:
        envelope = read_json(reply.body)
        found = find_fault(envelope, reply.status, reply.tid)
    except BadReplyError:
        envelope, found = None, find_xml_fault(reply.body, reply.status, reply.tid) or _unreadable(reply)
    if found is None and reply.status != 200:
        found = _unreadable(reply)
    return envelope, found and cleaned(found)


def _unreadable(reply: ApiResponse) -> Fault:
    code = "" if reply.status >= 300 else UNREADABLE
    return Fault(
        code=code, text=f"HTTP {reply.status}, {len(reply.body)} bytes that are no answer", status=reply.status, tid=reply.tid
    )


def cleaned(fault: Fault) -> Fault:
    """Without tokens; the detail of an authentication fault is left out whole, because it repeats the token."""
    detail = "" if fault.status == 401 or fault.code in SIGNED_OUT else redact(fault.detail)
    return replace(fault, code=redact(fault.code), text=redact(fault.text), detail=detail, element=redact(fault.element))


def describe(fault: Fault) -> str:
    """The raw fault for *Details*, in one line."""
    number = f"{fault.status or ''} {fault.code}".strip()
    trace = fault.tid and f"intuit_tid {fault.tid}"
    return " · ".join(" ".join(part.split()) for part in (number, fault.text, fault.detail, fault.element, trace) if part)


def numbers_of(details: str) -> dict[str, str]:
    """What of a described fault names nobody and nothing: HTTP status, code and Intuit's trace id, as far as it holds them."""
    found = [shape.match(details) for shape in (_HEAD, _TAIL, _SIGN_IN)]
    return {name: number for match in found if match for name, number in match.groupdict("").items() if number}


def is_trouble(fault: Fault) -> bool:
    """Whether QuickBooks itself is in trouble, so that asking again later may help."""
    return fault.status >= 500 or fault.type == "SystemFault" or fault.code in {"10000", NO_ANSWER, UNREADABLE, ""}


_ENDS: tuple[tuple[Callable[[Fault], bool], type[AddInError], str], ...] = (
    (
        lambda fault: fault.status == 401 or (fault.code in SIGNED_OUT and fault.status < 500),
        ReconnectNeeded,
        "quickbooks_signed_out",
    ),
    (lambda fault: fault.code in NO_RIGHTS, ReconnectNeeded, "quickbooks_no_rights"),
    (lambda fault: fault.code in THROTTLED or fault.status == 429, Unreachable, "quickbooks_still_slow"),
    (lambda fault: fault.code in NO_ACCESS or fault.status == 403, ReconnectNeeded, "quickbooks_no_access"),
    (lambda fault: fault.code in LAPSED, Fatal, "quickbooks_company_status"),
    (is_trouble, Unreachable, "quickbooks_trouble"),
    (lambda _: True, Fatal, "quickbooks_question_refused"),
)


def failure_of(fault: Fault) -> AddInError:
    """What a fault that concerns the whole company, or a question of ours, makes of a run: the first line that fits."""
    kind, key = next((kind, key) for fits, kind, key in _ENDS if fits(fault))
    return kind(Message(key, details=describe(fault)))
