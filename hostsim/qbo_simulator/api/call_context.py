"""The context of one API call: the request, the company, the time, and the injected trouble that applies."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from hostsim.qbo_simulator.api.failures import failure
from hostsim.qbo_simulator.api.idempotency import IdempotencyStore
from hostsim.qbo_simulator.base.clock import envelope_time
from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.base.http import Request, Response
from hostsim.qbo_simulator.base.incoming import Part
from hostsim.qbo_simulator.books.company import Company


@dataclass(slots=True)
class Call:
    """What the routes work on; `troubles` are the kinds of trouble that apply during execution, with their seconds.

    `in_flight` holds the request ids of calls that were received but not executed yet; `item_faults` tell what
    the parts of the call are refused with.
    """

    request: Request
    company: Company
    idempotency: IdempotencyStore
    now: datetime
    troubles: dict[str, float] = field(default_factory=dict)
    in_flight: frozenset[str | None] = frozenset()
    tracebacks: list[str] = field(default_factory=list)
    item_faults: tuple[Callable[[Part], RefusedError | None], ...] = ()

    @contextmanager
    def lagging(self) -> Iterator[None]:
        """Within this, changes reach queries only after the lag, if this call has one."""
        if "query_lag" not in self.troubles:
            yield
            return
        tables = self.company.tables.values()
        until = self.now.timestamp() + self.troubles["query_lag"]
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

    def check_part(self, part: Part) -> None:
        """Raise the injected fault that concerns this body or item of a batch, if there is one."""
        for fault_of in self.item_faults:
            if fault := fault_of(part):
                raise fault

    def failure(self, error: Exception) -> RefusedError:
        """The refusal that `error` is, or the SystemFault for it."""
        return failure(error, self.tracebacks)

    def refusal(self, error: RefusedError) -> Response:
        """A service fault as a whole reply."""
        return Response(error.refusal.status, error.refusal.envelope(self.now))
