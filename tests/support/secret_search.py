"""Looks for secrets, in every dress they are likely to wear, in whatever a session left behind."""

from __future__ import annotations

import base64
import json
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any
from urllib.parse import quote, quote_plus

OURS = ("qb_plugin", "hostsim/", "requests", "urllib3", "intuitlib", "sqlalchemy")
NOT_OURS = ("hostsim/qbo_simulator",)  # the other side: a simulator has to know its tokens


def dresses(secret: bytes) -> set[bytes]:
    """A secret as it is, in hexadecimal, percent-encoded, escaped as in JSON or Python, and in both base64s at any offset."""
    found = {secret, secret.hex().encode(), secret.hex().upper().encode(), repr(secret)[2:-1].encode()}
    found |= {quote(secret).encode(), quote(secret, safe="").encode(), quote_plus(secret).encode()}
    with suppress(UnicodeDecodeError):
        found |= {
            json.dumps(secret.decode())[1:-1].encode(),
            repr(secret.decode())[1:-1].encode(),
            secret.decode().encode("utf-16-le"),
        }
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret)
        kept = encoded[4:-4] if shift else encoded.rstrip(b"=")[:-2]
        found |= {kept, kept.translate(bytes.maketrans(b"+/", b"-_"))}
    return {dress for dress in found if len(dress) >= 12}


def find(secrets: Mapping[str, bytes], places: Mapping[str, bytes]) -> list[str]:
    """Every hit: which secret, where."""
    looked_for = {name: dresses(secret) for name, secret in secrets.items()}
    return [
        f"{name} in {grid}"
        for grid, content in places.items()
        for name, forms in looked_for.items()
        if any(form in content for form in forms)
    ]


class Raised:
    """Every exception raised in our code and the libraries below it, as tracebacks and reports would show it."""

    def __init__(self) -> None:
        self.seen: dict[int, BaseException] = {}
        self.texts: list[str] = []

    def note(self, problem: BaseException) -> None:
        """Keep it, once; that it is kept keeps its number its own. The end of a generator is nothing that is ever shown."""
        if id(problem) not in self.seen and not isinstance(problem, StopIteration):
            self.seen[id(problem)] = problem

    def tell(self) -> bytes:
        """All of them as text."""
        return "\n".join(text for problem in self.seen.values() for text in shown(problem)).encode("utf-8", "replace")


def shown(problem: BaseException) -> Iterable[str]:
    """What may be printed of an exception."""
    yield from traceback.TracebackException.from_exception(problem).format(chain=True)
    yield from (str(problem), repr(problem), repr(problem.args), repr(getattr(problem, "message", "")))
    notes = getattr(problem, "__notes__", ())
    yield from map(str, notes)


@contextmanager
def every_exception() -> Iterator[Raised]:
    """Watch exceptions of all threads as they are raised, those that are caught again too."""
    raised, before = Raised(), sys.gettrace()

    def inside(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "exception":
            raised.note(argument[1])
        return inside

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        name = frame.f_code.co_filename
        if not any(part in name for part in OURS) or any(part in name for part in NOT_OURS):
            return None
        frame.f_trace_lines = False
        return inside

    threading.settrace(enter)
    sys.settrace(enter)
    try:
        yield raised
    finally:
        sys.settrace(before)
        threading.settrace(before)
