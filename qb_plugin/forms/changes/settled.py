"""Rows of the Changes form after a press that settles them: both sides as they are by then, not as they were listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from qb_plugin.errors import AddInError
from qb_plugin.forms.changes.rows import both_cells
from qb_plugin.forms.descriptions import RowChange
from qb_plugin.forms.protocol import Task
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.told_rows import ended_well, tell_again
from qb_plugin.model import Ref, UnreadableRecord
from qb_plugin.sync.changes.pairs import ChangedPair
from qb_plugin.sync.changes.reading import ChangeReader

SETTLED = "Settled"


def tell_settled(services: FormServices, listed: Sequence[ChangedPair], heard: Mapping[str, RowChange], task: Task) -> None:
    """Tell the rows that were settled with the cells that they have now; where QuickBooks cannot be read, their sentence is all."""
    done = [pair for pair in listed if pair.key in heard and ended_well(heard[pair.key])]
    if not done:
        return
    with suppress(AddInError):
        context = services.context(services.connection())
        sides = ChangeReader(context, services.host.ledger).read_sides([Ref.parse(pair.key) for pair in done])
        rows: dict[str, RowChange] = {}
        for pair in done:
            record, now = sides.get(pair.key, (None, None))
            there = None if isinstance(now, UnreadableRecord) else now
            rows[pair.key] = {"id": pair.key, "cells": both_cells(pair, SETTLED, record, there)}
        tell_again(task, heard, rows)
