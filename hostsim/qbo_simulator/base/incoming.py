"""An incoming call before it is routed: its path in parts, its time, and the trouble that applies to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.base.http import Record, Request

Part = tuple[str, object]
"""An entity's name (empty for a query) and what is sent of it."""


def part_of_item(item: Record) -> Part:
    """What one item of a batch sends."""
    kind = next((key for key in item if key in KINDS), "")
    return (kind, item[kind]) if kind else ("", item)


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """One request as received.

    `unreadable` is the refusal of a body that cannot be unpacked; `item_faults` tell what each of its parts (entity, body) is
    refused with by an injected fault; `tracebacks` collects the unexpected exceptions met
    while the call is answered.
    """

    request: Request
    parts: list[str]
    now: datetime
    during: dict[str, float]
    unreadable: RefusedError | None = None
    item_faults: tuple[Callable[[Part], RefusedError | None], ...] = ()
    tracebacks: list[str] = field(default_factory=list)

    @property
    def realm(self) -> str:
        """The company that an API call is for."""
        return self.parts[2] if len(self.parts) > 2 else ""

    @property
    def rest(self) -> list[str]:
        """The path after the realm."""
        return self.parts[3:]

    @property
    def items(self) -> int:
        """The approximate number of items of a batch."""
        return self.request.body.count(b'"bId"')
