"""Rules of trouble: which calls fail, how, and how often."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hostsim.qbo_simulator.base.faults import RefusedError, refuse, system
from hostsim.qbo_simulator.base.incoming import Part
from hostsim.qbo_simulator.fault_injection.content import holds_record, holds_text

BEFORE = frozenset(
    {"answer_lost_before", "reset_before", "status_500_before", "status_502_before", "status_503_before", "system_fault"}
    | {"throttled", "token_expired", "token_revoked", "late_commit"}
)
_BATCHES_ONLY = frozenset({"batch_half", "batch_item_missing", "batch_item_repeated", "batch_shuffled"})
DURING = (
    _BATCHES_ONLY
    | {"query_lag", "requestid_forgotten", "replay_6000", "links_dropped", "changed_by_other"}
    | {"internal_error", "item_fault", "refused"}
)
OF_PARTS = frozenset({"item_fault", "refused"})  # kinds that one part of a call meets, and the others do not
_FAULT = frozenset({"code", "message", "detail", "element"})
AFTER = frozenset(
    {"answer_lost_after", "reset_after", "status_500_after", "status_502_after", "status_503_after"} | {"slow", "truncated", "html"}
)
KINDS = BEFORE | DURING | AFTER
_WRITES_ONLY = frozenset({"late_commit", "query_lag", "links_dropped", "changed_by_other", "internal_error"})
_MATCHES = frozenset({"method", "path", "entity", "operation", "record", "text"})


@dataclass(frozen=True, slots=True)
class Described:
    """A call as rules match it: a batch has the entities and operations of all its items, and `batch`."""

    method: str
    path: str
    entities: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    parts: Callable[[], list[Part]] = list

    @property
    def writes(self) -> bool:
        """Whether the call may change something."""
        return bool(self.operations & {"create", "update", "delete", "void"})


@dataclass(slots=True)
class Trouble:
    """One rule; `times` None means without end."""

    kind: str
    match: dict[str, str] = field(default_factory=dict)
    nth: int = 1
    probability: float | None = None
    seed: int = 0
    times: int | None = 1
    seconds: float = 0.0
    fault: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0
    random: Random = field(default_factory=Random)

    def strikes(self, call: Described) -> bool:
        """Whether the rule applies to this call; the call is counted."""
        if not self._concerns(call) or (self.times is not None and self.fired >= self.times):
            return False
        self.seen += 1
        hit = self.seen >= self.nth if self.probability is None else self.random.random() < self.probability
        self.fired += hit
        return hit

    def _concerns(self, call: Described) -> bool:
        if (self.kind in _WRITES_ONLY and not call.writes) or (self.kind in _BATCHES_ONLY and "batch" not in call.operations):
            return False
        tests: dict[str, Callable[[str], bool]] = {
            "method": lambda wanted: wanted.upper() == call.method,
            "path": lambda wanted: wanted in call.path,
            "entity": lambda wanted: wanted.lower() in {each.lower() for each in call.entities},
            "operation": lambda wanted: wanted.lower() in call.operations,
        }
        return all(tests[name](wanted) for name, wanted in self.match.items() if name in tests) and self._concerns_part_of(call)

    def _concerns_part_of(self, call: Described) -> bool:
        """Whether one part of the call holds the record and the text that the rule names, if it names any."""
        return not self.match.keys() & {"record", "text"} or any(map(self.holds, call.parts()))

    def holds(self, part: Part) -> bool:
        """Whether this part of a call, or item of a batch, holds the record and the text that the rule names."""
        record, text = self.match.get("record"), self.match.get("text")
        return (record is None or holds_record(part, record)) and (text is None or holds_text(part, text))

    def fault_of(self, part: Part) -> RefusedError | None:
        """What this part of a call, or item of a batch, is refused with; None where the rule does not concern it."""
        if not self.holds(part):
            return None
        if self.kind == "refused":
            return refuse(self.fault["code"], self.fault["message"], self.fault["detail"], self.fault.get("element"))
        return system("java.lang.NullPointerException", 500)

    def as_json(self) -> dict[str, Any]:
        """The rule as given, with its counts so far."""
        return {
            "kind": self.kind,
            "match": self.match,
            "nth": self.nth,
            "probability": self.probability,
            "seed": self.seed,
            "times": self.times,
            "seconds": self.seconds,
            "fault": self.fault,
            "seen": self.seen,
            "fired": self.fired,
        }


def read_trouble(given: dict[str, Any]) -> Trouble:
    """A rule from plain data; ValueError when it is not valid."""
    unknown = set(given) - {"kind", "match", "nth", "probability", "seed", "times", "seconds", "fault"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    if given.get("kind") not in KINDS:
        raise ValueError(f"kind is one of {', '.join(sorted(KINDS))}")
    match = given.get("match") or {}
    if not isinstance(match, dict) or not set(match) <= _MATCHES:
        raise ValueError(f"match has {', '.join(sorted(_MATCHES))}")
    fault = _read_fault(given)
    chance = given.get("probability")
    seed = int(given.get("seed") or 0)
    times = given.get("times", 1 if chance is None else None)
    return Trouble(
        str(given["kind"]),
        {name: str(value) for name, value in match.items()},
        int(given.get("nth") or 1),
        None if chance is None else float(chance),
        seed,
        int(times) if times else None,
        float(given.get("seconds") or 0),
        fault,
        random=Random(seed),  # noqa: S311 - repeatable on purpose
    )


def _read_fault(given: dict[str, Any]) -> dict[str, str]:
    """The error of a refusal: code, message and detail, and perhaps the element; none for every other kind."""
    fault = given.get("fault") or {}
    wanted = _FAULT - {"element"} if given["kind"] == "refused" else frozenset()
    if not isinstance(fault, dict) or not wanted <= set(fault) <= (_FAULT if wanted else wanted):
        raise ValueError("fault has code, message and detail, and perhaps element, where kind is refused")
    return {name: str(value) for name, value in fault.items()}
