"""The change check: linked pairs that are not the same any more, from where the last check ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from qb_plugin.host import Host
from qb_plugin.model import Connection, Entity
from qb_plugin.sync.changes.pairs import ChangedPair
from qb_plugin.sync.changes.reading import ChangeReader, Checkpoint, Key
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.ports import Settings

SINCE, UNSETTLED = "changes_since", "changes_unsettled"  # the names under which a company's checkpoint is kept


class ChangeCheck:
    """Checks the connected company's links, and keeps where it ended, for the next check of whichever workstation."""

    def __init__(self, host: Host, settings: Settings, open_context: Callable[[Connection], SyncContext]) -> None:
        self._host, self._settings, self._open_context = host, settings, open_context

    def check(self, connection: Connection) -> Sequence[ChangedPair]:
        """The pairs to settle. Raises what opening or reading QuickBooks raises; then the next check begins where this did."""
        context = self._open_context(connection)
        last = read_checkpoint(self._settings.get(context.realm))
        found = ChangeReader(context, self._host.ledger).read(last)
        if found.same:
            context.links.renew(found.same)
        self._settings.put(context.realm, checkpoint_values(found.checkpoint))
        return found.pairs


def read_checkpoint(values: Mapping[str, object]) -> Checkpoint:
    """Where the last check ended; the beginning for a company that was never checked."""
    since, unsettled = values.get(SINCE), values.get(UNSETTLED)
    keys = frozenset(map(read_key, unsettled)) if isinstance(unsettled, list) else frozenset()
    return Checkpoint(datetime.fromisoformat(since) if isinstance(since, str) else None, keys)


def checkpoint_values(checkpoint: Checkpoint) -> dict[str, object]:
    """The checkpoint as settings keep it."""
    since = checkpoint.since.isoformat() if checkpoint.since else None
    return {SINCE: since, UNSETTLED: sorted(f"{entity}:{identity}" for entity, identity in checkpoint.unsettled)}


def read_key(text: object) -> Key:
    """`Payment:698` as entity and id."""
    entity, _, identity = str(text).partition(":")
    return Entity(entity), identity
