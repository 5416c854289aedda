"""Marks wait until the host has taken them, the newest of each record, a group at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from qb_plugin.host import MarkChange
from qb_plugin.model import Entity, Link, LinkOrigin, Ref
from qb_plugin.runtime import Runtime
from qb_plugin.services.mark_queue import GROUP, MarkQueue
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_marks import FakeMarks


class RecordingMarks(FakeMarks):
    """Marks that note the size of each call, and do something before it."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.before = before

    def put(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Note, act, and change."""
        self.before()
        self.sizes.append(len(changes))
        super().put(changes)


def mark(number: int, state: str = "synchronized") -> MarkChange:
    """A change of a payment's mark."""
    return {"ref": f"payment:{number}", "state": state}


def broken() -> None:
    """A host whose database is away."""
    raise ConnectionError


def test_marks_go_in_groups() -> None:
    marks = RecordingMarks()
    queue = MarkQueue(marks)
    for number in range(2 * GROUP + 1):
        queue.add(mark(number))
    queue.write()
    assert (marks.sizes, len(queue), len(marks.marks)) == ([GROUP, GROUP, 1], 0, 2 * GROUP + 1)
    queue.write()
    assert len(marks.sizes) == 3


def test_what_the_host_has_not_taken_goes_on_waiting_and_the_newest_mark_wins() -> None:
    marks = RecordingMarks(broken)
    queue = MarkQueue(marks)
    queue.add(mark(1, "failed"))
    with pytest.raises(ConnectionError):
        queue.write()
    queue.add(mark(1))
    marks.before = lambda: None
    queue.write()
    assert (marks.marks["payment:1"].state, marks.sizes) == ("synchronized", [1])


def test_a_mark_that_comes_while_an_older_one_is_written_is_written_after_it() -> None:
    marks = RecordingMarks()
    queue = MarkQueue(marks)
    queue.add(mark(1, "not_confirmed"))
    newer = [mark(1)]
    marks.before = lambda: queue.add(newer.pop()) if newer else None
    queue.write()
    assert (marks.marks["payment:1"].state, marks.sizes, len(queue)) == ("synchronized", [1, 1], 0)


def test_the_settle_job_sets_what_a_run_could_not_and_the_links_have_the_last_word(runtime: Runtime, host: TextHost) -> None:
    runtime.settle_job.run()
    runtime.mark_queue.add(mark(1, "failed"))
    runtime.mark_queue.add(mark(2, "failed"))
    source = Ref.parse("payment:2")
    paid = Link(realm="9130", source=source, entity=Entity.PAYMENT, quickbooks_id="698", origin=LinkOrigin.MATCHED)
    runtime.links.add([paid])
    runtime.settle_job.run()
    assert {ref: found.state for ref, found in host.marks.marks.items()} == {"payment:1": "failed", "payment:2": "synchronized"}
