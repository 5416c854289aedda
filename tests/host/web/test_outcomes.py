"""A grid's rows by outcome: counted, filtered, and as a run has left them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hostsim.practice.database import open_practice
from hostsim.testing import RunningHost, Session, running_host
from hostsim.web.grids.filtered_rows import FilteredRows, runs_of
from tests.support.hosts.fake_addin import ANSWER, ParcelAddIn, Parcels, SendForm, parcel_source

COLUMNS = [{"key": "title", "label": "Title", "type": "text", "width": 100}]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RunningHost]:
    """A host with twelve parcels: of a run one fails, one is in doubt."""
    firm = f"sqlite:///{tmp_path / 'firm.db'}"
    source = parcel_source(tmp_path, lambda: ParcelAddIn(SendForm(size=12)))
    with running_host(open_practice(firm), [source], database=firm) as running:
        yield running


@pytest.fixture
def session(host: RunningHost) -> Session:
    """A browser of it."""
    return host.session()


def rows_of(session: Session) -> dict[str, Any]:
    """The rows of the form."""
    found: dict[str, Any] = session.post("/api/forms/send/rows", {"answer": ANSWER, "columns": COLUMNS}).json()
    return found


def run(host: RunningHost, session: Session, token: str, *ranges: list[int]) -> str:
    """Run the rows to the end; the task."""
    body = {"action": "send", "answer": ANSWER, "snapshot": token, "ranges": list(ranges)}
    task = host.workspace.tasks.get(session.post("/api/forms/send/run", body).json()["task"])
    assert task
    assert task.wait(20)
    return task.id


def counts(session: Session, token: str) -> dict[str, int]:
    """Rows by outcome."""
    found: dict[str, int] = session.get(f"/api/snapshots/{token}/outcomes").json()["counts"]
    return found


def only(session: Session, token: str, outcome: str, **more: str) -> dict[str, Any]:
    """The rows of this outcome."""
    found: dict[str, Any] = session.post(f"/api/snapshots/{token}/filter", {"outcome": outcome, **more}).json()
    return found


def test_rows_are_counted_as_a_run_has_left_them(host: RunningHost, session: Session) -> None:
    token = rows_of(session)["token"]
    assert counts(session, token) == {"ready": 12}
    run(host, session, token, [0, 12])
    assert counts(session, token) == {"synchronized": 10, "failed": 1, "not_confirmed": 1}


def test_a_filter_shows_the_rows_of_one_outcome_and_leaves_the_list_as_it_is(host: RunningHost, session: Session) -> None:
    whole = rows_of(session)
    run(host, session, whole["token"], [0, 12])
    part = only(session, whole["token"], "failed")
    assert [(row["id"], row["outcome"]) for row in part["rows"]] == [("parcel:1", "failed")]
    assert (part["count"], part["empty"]) == (1, None)
    assert session.post(f"/api/snapshots/{part['token']}/selection", {"ranges": [[0, 1]]}).json()["count"] == 1
    assert counts(session, part["token"]) == counts(session, whole["token"])  # of the whole list
    again = only(session, part["token"], "")
    assert (again["token"], again["count"]) == (whole["token"], 12)


def test_a_run_over_filtered_rows_takes_these_alone_and_the_whole_list_knows(host: RunningHost, session: Session) -> None:
    whole = rows_of(session)
    run(host, session, whole["token"], [0, 6])
    part = only(session, whole["token"], "ready")
    assert part["count"] == 6
    run(host, session, part["token"], [1, 3])
    assert [row["outcome"] for row in only(session, whole["token"], "")["rows"]][6:] == [
        *("ready", "synchronized", "synchronized", "ready", "ready", "ready")
    ]


def test_what_failed_in_a_run_is_told_from_what_failed_before(host: RunningHost, session: Session) -> None:
    whole = rows_of(session)
    run(host, session, whole["token"], [0, 3])
    last = run(host, session, whole["token"], [4, 6])
    assert only(session, whole["token"], "failed", task=last)["count"] == 0
    assert only(session, whole["token"], "synchronized", task=last)["count"] == 2


def test_what_was_done_about_a_row_since_the_run_is_counted_and_stays_when_the_rows_are_read_again(
    host: RunningHost, session: Session
) -> None:
    whole = rows_of(session)
    run(host, session, whole["token"], [0, 12])
    before = counts(session, whole["token"])
    failed = only(session, whole["token"], "failed")
    body = {"action": "hide", "answer": ANSWER, "snapshot": failed["token"], "ranges": [[0, 1]]}
    [done] = session.post("/api/forms/send/act", body).json()["rows"]
    assert before["failed"] == failed["count"] == 1
    assert counts(session, whole["token"]) == {**{name: n for name, n in before.items() if name != "failed"}, "hidden": 1}
    read = only(session, whole["token"], "")["rows"]
    assert next(row["outcome"] for row in read if row["id"] == done["id"]) == "hidden"


def test_rows_that_are_gone_are_read_again(session: Session) -> None:
    assert session.get("/api/snapshots/nonsense/outcomes").status_code == 410
    assert session.post("/api/snapshots/nonsense/filter", {"outcome": "failed"}).status_code == 410


def test_very_long_lists_are_not_counted(tmp_path: Path) -> None:
    firm = f"sqlite:///{tmp_path / 'firm.db'}"
    source = parcel_source(tmp_path, lambda: ParcelAddIn(SendForm(size=5001)))
    with running_host(open_practice(firm), [source], database=firm) as host:
        session = host.session()
        token = rows_of(session)["token"]
        assert session.get(f"/api/snapshots/{token}/outcomes").json() == {"counts": None, "reasons": []}
        assert session.post(f"/api/snapshots/{token}/filter", {"outcome": "failed"}).status_code == 400


@pytest.mark.parametrize(
    ("places", "ranges"),
    [([], []), ([3], [(3, 4)]), ([0, 1, 2], [(0, 3)]), ([0, 2, 3, 7], [(0, 1), (2, 4), (7, 8)]), ([5, 6, 9], [(5, 7), (9, 10)])],
)
def test_neighbours_are_read_at_once(places: list[int], ranges: list[tuple[int, int]]) -> None:
    assert list(runs_of(places)) == ranges
    rows = FilteredRows(Parcels(None, 12), places)
    assert rows.ids(0, 99) == [f"parcel:{place}" for place in places]
    assert [row["id"] for row in rows.page(0, 99)] == rows.ids(0, 99)
    assert (rows.empty is None) == bool(places)
