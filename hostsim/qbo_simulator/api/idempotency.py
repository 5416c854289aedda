"""Idempotency: the answers kept by request id, and how long they are kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from hostsim.qbo_simulator.base.faults import refuse
from hostsim.qbo_simulator.base.settings import Settings


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first answer to a request id: an HTTP status and a body, or the body of one batch item."""

    status: int
    body: bytes
    at: float
    asked: str


@dataclass(slots=True)
class IdempotencyStore:
    """Answers by (realm, request id, batch item id); the last is empty outside batches."""

    settings: Callable[[], Settings]
    answers: dict[tuple[str, str, str], StoredAnswer] = field(default_factory=dict)

    def find(self, key: tuple[str, str, str], asked: bytes, now: float) -> StoredAnswer | None:
        """The answer kept under `key`, unless its retention is over."""
        answer = self.answers.get(key)
        if answer is None or now - answer.at >= self.settings().requestid_retention:
            return None
        if answer.asked != fingerprint(asked) and self.settings().replay_other_body == "600":
            raise refuse("600", "Duplicate Request ID", "Duplicate Request ID : used before for something else", "")
        return answer

    def keep(self, key: tuple[str, str, str], status: int, body: bytes, asked: bytes, now: float) -> None:
        """Keep an answer; faults only with the switch `remember_faults`."""
        if status == 200 or self.settings().remember_faults:
            self.answers[key] = StoredAnswer(status, body, now, fingerprint(asked))


def check_request_id(text: str | None, item: str = "") -> None:
    """2130 for an id that is too long: 50 characters alone, and together with a batch item's."""
    if text is not None and len(text) + len(item) > 50:
        raise refuse("2130", "Invalid Request Id Format", f"Invalid Request Id Format : {text}", "")


def fingerprint(body: bytes) -> str:
    """A short hash of a body, to compare it with a later one."""
    return hashlib.sha256(body).hexdigest()[:16]
