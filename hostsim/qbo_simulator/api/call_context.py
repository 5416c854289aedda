"""One API call in hand: whose books, what time it is, and which trouble touches it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from hostsim.qbo_simulator.api.idempotency import Replays
from hostsim.qbo_simulator.base.clock import envelope_time
from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.base.http import Request, Response
from hostsim.qbo_simulator.books.company import Company


@dataclass(frozen=True, slots=True)
class Visit:
    """One request at the door: the parts of its path, when it came, and the trouble that strikes inside."""

    request: Request
    parts: list[str]
    now: datetime
    during: dict[str, float]

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
        """About how many items a batch has."""
        return self.request.body.count(b'"bId"')


@dataclass(slots=True)
class Call:
    """What the routes work on; `troubles` strike while the call is carried out.

    `in_flight` are the request ids of calls that were sent but have not been carried out yet.
    """

    request: Request
    company: Company
    replays: Replays
    now: datetime
    troubles: dict[str, float] = field(default_factory=dict)
    in_flight: frozenset[str | None] = frozenset()

    @contextmanager
    def lagging(self) -> Iterator[None]:
        """Within this, changes reach queries only after the lag, if this call has one."""
        tables = self.company.tables.values()
        until = self.now.timestamp() + self.troubles["query_lag"] if "query_lag" in self.troubles else 0.0
        for table in tables:
            table.lag_until = until
        try:
            yield
        finally:
            for table in tables:
                table.lag_until = 0.0

    def envelope(self, name: str, body: bytes) -> bytes:
        """A successful reply around one thing."""
        return b'{"%s":%s,"time":"%s"}' % (name.encode(), body, envelope_time(self.now).encode())

    def success(self, name: str, body: bytes) -> Response:
        """HTTP 200 around one thing."""
        return Response(200, self.envelope(name, body))

    def refusal(self, error: RefusedError) -> Response:
        """A service fault as a whole reply."""
        return Response(error.refusal.status, error.refusal.envelope(self.now))
