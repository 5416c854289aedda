"""Which records are still in the host: a link to one that is gone holds nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qb_plugin.forms.services import FormServices
from qb_plugin.model import Kind, Ref


def standing_records(services: FormServices) -> Callable[[Sequence[Ref]], frozenset[Ref]]:
    """A function that gives those of the records which are still there."""

    def find(refs: Sequence[Ref]) -> frozenset[Ref]:
        found = services.host.ledger.records([str(ref) for ref in refs])
        return frozenset(Ref(Kind(record.kind), record.id) for record in found)

    return find
