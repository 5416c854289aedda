"""The replaceable parts of the add-in: a test passes its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from qb_plugin.clock import Clock, SystemClock
from qb_plugin.errors import AddInError, StartRefused
from qb_plugin.messages import Sentences
from qb_plugin.quickbooks.factory import QuickBooks, build_quickbooks
from qb_plugin.quickbooks.http.connections import seconds_on_the_way
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.store.database import Store, open_store
from qb_plugin.sync.context import Waits
from qb_plugin.sync.ports import Ids


class RandomIds:
    """Request ids that no other process has used: random UUIDs."""

    def requestid(self) -> str:
        """32 hexadecimal digits."""
        return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The clock, the ids, the waits and limits, and the functions that open the store and build the QuickBooks side."""

    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=RandomIds)
    #: how long a lost answer is left to settle; unless given, as long as this system may keep bytes on their way
    waits: Waits | None = None
    #: QuickBooks' limits; wider ones only in front of a simulator
    limits: Limits = field(default_factory=Limits)
    #: opens the add-in's tables at an address
    open_store: Callable[[str], Store] = open_store
    #: called with the keyword arguments of `build_quickbooks`
    connect: Callable[..., QuickBooks] = build_quickbooks

    @property
    def waits_in_doubt(self) -> Waits:
        """How long a lost answer is left to settle (docs/architecture.md rule 3)."""
        return self.waits or Waits(margin=seconds_on_the_way(self.limits))

    @property
    def stand_in_clock(self) -> Clock | None:
        """The clock, unless it is this machine's own: one that stands in for it knows nothing of the database server's."""
        return None if type(self.clock) is SystemClock else self.clock


def open_or_refuse(parts: Parts, url: str, sentences: Sentences) -> Store:
    """The add-in's tables; StartRefused, with the sentence, when they cannot be used."""
    try:
        return parts.open_store(url)
    except AddInError as failure:
        raise StartRefused(sentences.text(failure.message)) from failure
