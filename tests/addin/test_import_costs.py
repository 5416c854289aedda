"""What a whole import costs, counted and never timed: calls, SQL statements and commits of a fixed run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hostsim.qbo_simulator.server.server import running_simulator
from tests.addin.test_export_costs import ONE_AFTER_THE_OTHER, TODAY, Costs, TimelessClock
from tests.bench.processes.servers import Server
from tests.bench.subjects.addin import form_of, open_addin, run_form
from tests.bench.subjects.books import fill_books, fill_payments
from tests.bench.subjects.firm import Shape, make_practice

ROWS = 1000
GROUPS = ROWS // 500


@contextmanager
def imported(folder: Path, rows: int) -> Iterator[Costs]:
    """A run of so many payments of sixty clients, each applied to an invoice, between the real host and the simulator."""
    costs, shape, url = Costs(), Shape(60, 0, rows), f"sqlite:///{folder / 'firm.db'}"
    make_practice(url, shape, TODAY)
    with running_simulator("empty", today=TODAY) as simulator:
        server = Server(simulator.base_url)
        fill_payments(server, fill_books(server, shape, TODAY), shape, TODAY)
        simulator.clock.advance(600)  # what was entered just before the list is read counts as changed since
        with open_addin(url, simulator.base_url, TODAY, ONE_AFTER_THE_OTHER, TimelessClock()) as workspace:
            costs.listen("add-in", form_of(workspace, "import-payments")._services.store.database.engine)
            costs.listen("host", workspace.practice.database.engine)
            newest = simulator.core.log.count
            costs.ended = run_form(workspace, "import-payments", TODAY, rows)
            entries = [entry for entry in simulator.core.log.entries if entry.number > newest]
            costs.calls = [entry for entry in entries if entry.path.startswith("/v3/")]
            yield costs


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Costs]:
    with imported(tmp_path_factory.mktemp("firm"), ROWS) as found:
        yield found


def test_every_row_of_the_run_came_through(costs: Costs) -> None:
    assert costs.ended["counts"]["done"] == ROWS


def test_a_thousand_payments_are_a_page_and_one_call_asks_what_changed_since(costs: Costs) -> None:
    # The last page adds nothing; sales receipts and bank deposits are counted for the line above the grid.
    assert [entry.path.split("/")[4] for entry in costs.calls] == ["query"] * 4 + ["cdc"]


def test_the_add_in_asks_and_commits_a_few_times_a_group(costs: Costs) -> None:
    assert costs.sql["add-in commits"] <= 13 * GROUPS + 26, costs.sql
    assert costs.sql["add-in statements"] <= 30 * GROUPS + 55, costs.sql


def test_the_host_commits_a_group_as_one_and_its_marks_as_one(costs: Costs) -> None:
    assert costs.sql["host commits"] == 2 * GROUPS, costs.sql
    assert costs.sql["host statements"] <= 38 * GROUPS + 20, costs.sql


def test_rows_more_cost_pages_and_groups_more_and_one_call_still_tells_what_changed(costs: Costs, tmp_path: Path) -> None:
    with imported(tmp_path, 2 * ROWS) as twice:
        assert twice.kinds() == {"query": 6, "cdc": 1}  # each page begins with the last row of the one before
        assert twice.sql["add-in statements"] - costs.sql["add-in statements"] <= 30 * GROUPS, twice.sql
        # One of them notes who recorded the group.
        assert twice.sql["host statements"] - costs.sql["host statements"] <= 39 * GROUPS, twice.sql
