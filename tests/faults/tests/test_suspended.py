"""A process that is suspended right before a send, and wakes when another one has taken its lease and finished its work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qb_plugin.model import Outcome
from tests.faults.cases.run_case import NAME, company, options_of, prepare
from tests.faults.cases.scenarios import SCENARIOS, Scenario
from tests.faults.cases.verdict import judge_end, read_truth
from tests.faults.harness.databases import Databases, sqlite_files
from tests.faults.harness.points import Points
from tests.faults.harness.process import Desk, Ended, Site
from tests.faults.harness.server import FaultyQuickBooks, new_server
from tests.faults.harness.shared_time import SharedTime


class Suspended(Points):
    """Sleeps right before the first send, while something else happens."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile: Callable[[], None] | None = meanwhile

    def reach(self, name: str) -> None:
        super().reach(name)
        if name == "before the send" and self._meanwhile:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()


def play(scenario: Scenario, server: str, databases: Databases) -> tuple[FaultyQuickBooks, Desk, Ended]:
    """One desk is suspended before it sends; another presses the same button and comes to its end; the first one wakes."""
    prepare(databases)
    time = SharedTime()
    core = new_server(company(), time, server)
    site = Site(databases.fresh(NAME), core, time)
    ends: list[Ended] = []

    def meanwhile() -> None:
        time.sleep(61)  # the lease has run out
        ends.append(Desk(site, 2).press(scenario.records, options_of(scenario)))

    desk = Desk(site, 1, Suspended(meanwhile))
    desk.press(scenario.records, options_of(scenario))
    return core, desk, ends[0]


@pytest.mark.parametrize("name", ["payments", "applied", "memos"])
def test_what_it_sends_on_waking_is_taken_for_what_was_sent_before(name: str) -> None:
    with sqlite_files() as databases:
        core, desk, other = play(SCENARIOS[name], "replay", databases)
        assert {result.outcome for result in other.rows.values()} == {Outcome.SYNCHRONIZED}
        assert judge_end(SCENARIOS[name], core, desk.store, "none", {}) == []
        desk.close()


def test_only_the_request_id_protects_it() -> None:
    """The one case left to QuickBooks' memory (docs/reliability.md): had it forgotten the id, the bytes would count again."""
    with sqlite_files() as databases:
        core, desk, _ = play(SCENARIOS["payments"], "forgets", databases)
        assert [len(read_truth(core).of(record.ref)) for record in SCENARIOS["payments"].records] == [2, 2, 2]
        desk.close()
