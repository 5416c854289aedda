"""The request log: calls and answers, secrets masked."""

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hostsim.qbo_simulator.base.clock import envelope_time
from hostsim.qbo_simulator.base.http import LostAnswer, Request, Response

_MOST_BYTES = 16_384
_SECRETS = re.compile(
    r'("(?:access_token|refresh_token|id_token|token|client_secret)"\s*:\s*")[^"]*|'
    r"((?:^|&)(?:refresh_token|client_secret|code|token)=)[^&]*|(Token expired: )[^\"]*",
)


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call and its answer; status 0 means that the answer was lost."""

    number: int
    time: str
    method: str
    path: str
    query: str
    status: int
    troubles: tuple[str, ...]
    tid: str
    asked: bytes
    answered: bytes
    traceback: str

    def as_json(self) -> dict[str, Any]:
        """The entry as plain data, without secrets."""
        return {
            "number": self.number,
            "time": self.time,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "troubles": list(self.troubles),
            "intuit_tid": self.tid,
            "request": hidden(self.asked),
            "response": hidden(self.answered),
            "traceback": self.traceback,
        }


@dataclass(slots=True)
class RequestLog:
    """The last 2,000 calls, newest last."""

    entries: deque[LoggedCall] = field(default_factory=lambda: deque(maxlen=2000))
    count: int = 0

    def add(
        self, request: Request, answer: Response | LostAnswer, now: datetime, troubles: list[str], tracebacks: list[str]
    ) -> None:
        """Note one call."""
        self.count += 1
        found = isinstance(answer, Response)
        tid = next((value for name, value in answer.headers if name == "intuit_tid"), "") if isinstance(answer, Response) else ""
        entry = LoggedCall(
            self.count,
            envelope_time(now),
            request.method,
            request.path,
            "&".join(f"{name}={value}" for name, value in request.query),
            answer.status if isinstance(answer, Response) else 0,
            tuple(troubles),
            tid,
            request.body[:_MOST_BYTES],
            answer.body[:_MOST_BYTES] if isinstance(answer, Response) and found else b"",
            "\n".join(tracebacks),
        )
        self.entries.append(entry)


def hidden(body: bytes) -> str:
    """A body as text, every token replaced by dots."""
    return _SECRETS.sub(lambda match: f"{match[1] or match[2] or match[3]}…", body.decode("utf-8", "replace"))
