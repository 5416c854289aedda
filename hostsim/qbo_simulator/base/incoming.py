"""An incoming call before it is routed: its path in parts, its time, and the trouble that applies to it."""

from dataclasses import dataclass, field
from datetime import datetime

from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.base.http import Request


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """One request as received.

    `unreadable` is the refusal of a body that cannot be unpacked; `tracebacks` collects the unexpected exceptions met
    while the call is answered.
    """

    request: Request
    parts: list[str]
    now: datetime
    during: dict[str, float]
    unreadable: RefusedError | None = None
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
