"""What a whole export costs, counted and never timed: calls, batches, bytes, SQL statements and commits of a fixed run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from hostsim.qbo_simulator.base.request_log import LoggedCall
from hostsim.qbo_simulator.server.server import running_simulator
from qb_plugin.clock import SystemClock
from tests.bench.processes.servers import Server
from tests.bench.subjects.addin import FREE, form_of, open_addin, run_form
from tests.bench.subjects.books import fill_books
from tests.bench.subjects.firm import Shape, make_practice

TODAY = date(2026, 11, 20)
ROWS = 300


class TimelessClock(SystemClock):
    """No time passes, so that nothing is written just because a second is over."""

    def monotonic(self) -> float:
        """Always the same."""
        return 0.0

    def uptime(self) -> float:
        """Always the same."""
        return 0.0


ONE_AFTER_THE_OTHER = replace(FREE, in_flight=1)  # so that no count depends on which answer comes first


@dataclass(slots=True)
class Costs:
    """What was counted: statements and commits by whose database connection it was, and QuickBooks' log of the run."""

    sql: Counter[str] = field(default_factory=Counter)
    calls: list[LoggedCall] = field(default_factory=list)
    ended: dict[str, Any] = field(default_factory=dict)

    def kinds(self) -> Counter[str]:
        """How many calls there were of each kind."""
        return Counter(entry.path.split("/")[4] for entry in self.calls)

    def sent(self) -> int:
        """The bytes of all batches."""
        return sum(len(entry.asked) for entry in self.calls if entry.path.endswith("/batch"))

    def listen(self, whose: str, engine: Engine) -> None:
        """Count on this engine."""
        event.listen(engine, "after_cursor_execute", lambda *_: self.sql.update([f"{whose} statements"]))
        event.listen(engine, "commit", lambda _: self.sql.update([f"{whose} commits"]))


@contextmanager
def exported(folder: Path, rows: int) -> Iterator[Costs]:
    """A run of so many payments of sixty clients, with Auto Apply, between the real host and the simulator."""
    costs, shape, url = Costs(), Shape(60, rows, rows), f"sqlite:///{folder / 'firm.db'}"
    make_practice(url, shape, TODAY)
    with running_simulator("empty", today=TODAY) as simulator:
        fill_books(Server(simulator.base_url), shape, TODAY)
        with open_addin(url, simulator.base_url, TODAY, ONE_AFTER_THE_OTHER, TimelessClock()) as workspace:
            costs.listen("add-in", form_of(workspace, "export-payments")._services.store.database.engine)
            costs.listen("host", workspace.practice.database.engine)
            newest = simulator.core.log.count
            costs.ended = run_form(workspace, "export-payments", TODAY, rows, auto_apply=True)
            entries = [entry for entry in simulator.core.log.entries if entry.number > newest]
            costs.calls = [entry for entry in entries if entry.path.startswith("/v3/")]
            yield costs


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Costs]:
    with exported(tmp_path_factory.mktemp("firm"), ROWS) as found:
        yield found


def test_every_row_of_the_run_came_through(costs: Costs) -> None:
    assert costs.ended["counts"]["done"] == ROWS


def test_thirty_payments_go_out_in_a_call_and_little_is_asked_around_them(costs: Costs) -> None:
    kinds = costs.kinds()
    assert kinds.pop("batch") == ROWS // 30
    assert sum(kinds.values()) <= 16, kinds


def test_a_payment_is_less_than_400_bytes(costs: Costs) -> None:
    assert 200 * ROWS < costs.sent() < 400 * ROWS


def test_the_add_in_commits_twice_a_batch_and_little_else(costs: Costs) -> None:
    # One of them looks whether the run before was cut short, so that its marks are set right.
    assert costs.sql["add-in commits"] <= 2 * ROWS // 30 + 28, costs.sql
    assert costs.sql["add-in statements"] <= 8 * ROWS // 30 + 50, costs.sql


def test_the_host_is_asked_for_all_rows_together(costs: Costs) -> None:
    assert costs.sql["host commits"] <= 4, costs.sql
    assert costs.sql["host statements"] <= 32, costs.sql


def test_rows_more_cost_batches_more_and_nothing_else(costs: Costs, tmp_path: Path) -> None:
    with exported(tmp_path, 2 * ROWS) as twice:
        batches = ROWS // 30
        assert twice.kinds()["batch"] == 2 * batches
        assert len(twice.calls) - len(costs.calls) == batches
        assert twice.sql["add-in statements"] - costs.sql["add-in statements"] <= 8 * batches, twice.sql


def test_a_run_of_three_thousand_reads_less_than_once_in_fifty_payments(tmp_path: Path) -> None:
    rows = 3000
    with exported(tmp_path, rows) as found:
        kinds = found.kinds()
        assert found.ended["counts"]["done"] == rows
        assert kinds.pop("batch") == rows // 30
        assert 0 < sum(kinds.values()) <= 0.02 * rows, kinds
