"""WorkSpace records as the tables identify them: kind and id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from qb_plugin.model import Ref
from qb_plugin.store.sql.connections import portions


def by_kind(sources: Iterable[Ref]) -> Iterator[tuple[str, Sequence[str]]]:
    """The ids by kind, in portions that fit in one statement."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        kinds[source.kind.value].append(source.id)
    for kind, identities in kinds.items():
        for portion in portions(identities):
            yield kind, portion
