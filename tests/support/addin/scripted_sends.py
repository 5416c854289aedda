"""What may happen to one send of one record, for the QuickBooks of the rules' tests to act out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qb_plugin.errors import AddInError
from qb_plugin.model import Fault, Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one send of one record."""

    arrives: bool = True
    late: float | None = None  # it is saved only so many seconds after the send
    answer: bool = True
    fault: Fault | None = None
    fatal: AddInError | None = None
    verdict: Verdict | None = None  # just this, and nothing is saved
    change: Mapping[str, Any] = field(default_factory=dict)  # what QuickBooks saves differently


WELL = Step()
LOST = Step(answer=False)  # saved, and the answer lost
BROKEN = Step(verdict=Verdict.DOUBT, fault=Fault(code="500", text="an error", status=500))
UNSENT = Step(arrives=False, answer=False)  # never arrived


def refusal(code: str, text: str = "no") -> Fault:
    return Fault(code=code, text=text, type="ValidationFault")


def refuses(code: str, text: str = "no") -> Step:
    return Step(fault=refusal(code, text))


def late(seconds: float) -> Step:
    return Step(late=seconds, answer=False)
