"""Rows of the Changes form after a press that settles them: both sides as they are by then, not as they were listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from qb_plugin.errors import AddInError
from qb_plugin.forms.changes.rows import both_cells, cells_of, fixes_of
from qb_plugin.forms.descriptions import RowChange
from qb_plugin.forms.protocol import Task
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.told_rows import ended_well, tell_again
from qb_plugin.model import Outcome, Ref, UnreadableRecord
from qb_plugin.sync.changes.pairs import ChangedPair
from qb_plugin.sync.changes.reading import ChangeReader

SETTLED = "Settled"


def tell_settled(services: FormServices, listed: Sequence[ChangedPair], heard: Mapping[str, RowChange], task: Task) -> None:
    """Tell the rows that were settled, or in part, with the cells and buttons that they have now; where QuickBooks cannot be read,
    their sentence is all."""
    partly = [identity for identity, said in heard.items() if said.get("outcome") == Outcome.CHANGED.value]
    done = [pair for pair in listed if pair.key in heard and ended_well(heard[pair.key])]
    if not done and not partly:
        return
    with suppress(AddInError):
        host, context = services.host, services.context(services.connection())
        reader = ChangeReader(context, host.ledger)
        for left in reader.read_pairs(map(Ref.parse, partly)).values() if partly else ():
            if left:
                task.row({**heard[left.key], "cells": cells_of(left), "fixes": fixes_of(left, host.ledger.can, host.program)})
        sides = reader.read_sides([Ref.parse(pair.key) for pair in done])
        rows: dict[str, RowChange] = {}
        for pair in done:
            record, now = sides.get(pair.key, (None, None))
            there = None if isinstance(now, UnreadableRecord) else now
            rows[pair.key] = {"id": pair.key, "cells": both_cells(pair, SETTLED, record, there)}
        tell_again(task, heard, rows)
