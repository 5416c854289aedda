"""WorkSpace records as the tables identify them: kind and id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from qb_plugin.model import Ref
from qb_plugin.store.sql.connections import portions


def by_kind(sources: Iterable[Ref]) -> Iterator[tuple[str, Sequence[str]]]:
    """The ids by kind, in portions that fit in one statement."""
    for kind, identities in ids_by_kind(sources).items():
        for portion in portions(identities):
            yield kind, portion


def ids_by_kind(sources: Iterable[Ref]) -> Mapping[str, Sequence[str]]:
    """All ids of each kind."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        kinds[source.kind.value].append(source.id)
    return kinds
