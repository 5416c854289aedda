"""The event stream: numbered, gathered, resumed where it broke off, and ended with the host."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from hostsim.event_feed import CAPACITY, Event, Feed, coalesce
from hostsim.testing import RunningHost, Session, demo_practice, running_host
from tests.support.hosts.fake_addin import ANSWER, ParcelAddIn, SendForm, parcel_source


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RunningHost]:
    """A running host with forty parcels."""
    practice, url = demo_practice(tmp_path, date(2026, 11, 22))
    with running_host(practice, [parcel_source(tmp_path, lambda: ParcelAddIn(SendForm(size=40)))], database=url) as running:
        yield running


def listen(session: Session, after: str) -> Iterator[tuple[str, str, Any]]:
    """The stream's messages: kind, id, content."""
    answer = session.http.get(f"{session.url}/events?after={after}", stream=True, timeout=20)
    kind, position = "", ""
    for line in answer.iter_lines(decode_unicode=True):
        if line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("id: "):
            position = line[4:]
        elif line.startswith("data: "):
            yield kind, position, json.loads(line[6:])


def run_all(session: Session) -> str:
    """Send the forty parcels; the task's id."""
    state = session.post("/api/forms/send/rows", {"answer": ANSWER}).json()
    body = {"action": "send", "answer": ANSWER, "snapshot": state["token"], "ranges": [[0, 40]]}
    task: str = session.post("/api/forms/send/run", body).json()["task"]
    return task


def test_every_row_and_the_end_of_a_run_arrive(host: RunningHost) -> None:
    session = host.session()
    start = host.workspace.feed.position()
    task, rows, ended = run_all(session), set(), None
    for _, _, change in listen(session, start):
        for part in change["tasks"]:
            assert part["task"] == task
            rows |= {row["id"] for row in part["rows"]}
            ended = part.get("summary") or ended
        if ended:
            break
    assert rows == {f"parcel:{n}" for n in range(40)}
    assert ended is not None
    assert ended["counts"]["done"] == 38


def test_a_stream_that_broke_off_goes_on_after_its_last_event(host: RunningHost) -> None:
    feed, session = host.workspace.feed, host.session()
    feed.publish({"task": "t", "row": {"id": "a"}})
    seen = feed.position()
    feed.publish({"task": "t", "row": {"id": "b"}})
    _, position, change = next(listen(session, seen))
    assert [row["id"] for row in change["tasks"][0]["rows"]] == ["b"]
    assert position == feed.position()


def test_a_run_goes_on_when_every_browser_is_gone_and_the_next_one_finds_what_became_of_it(tmp_path: Path) -> None:
    gate = threading.Semaphore(0)
    practice, url = demo_practice(tmp_path, date(2026, 11, 22))
    with running_host(practice, [parcel_source(tmp_path, lambda: ParcelAddIn(SendForm(size=40, gate=gate)))], database=url) as host:
        session, start = host.session(), host.workspace.feed.position()
        task = run_all(session)
        gate.release(5)
        next(listen(session, start))
        session.http.close()
        gate.release(35)
        later = host.session()
        change: dict[str, Any] = {}
        while not change.get("summary"):
            change = later.get(f"/api/tasks/{task}").json()
        assert change["summary"]["counts"]["done"] == 38


@pytest.mark.parametrize("position", ["other-life-5", "nonsense", "-"])
def test_a_page_that_was_away_too_long_is_told_to_read_again(host: RunningHost, position: str) -> None:
    kind, now, _ = next(listen(host.session(), position))
    assert (kind, now) == ("reset", host.workspace.feed.position())


def test_the_stream_ends_with_the_host(tmp_path: Path) -> None:
    practice, url = demo_practice(tmp_path, date(2026, 11, 22))
    with running_host(practice, database=url) as host:
        session = host.session()
        host.workspace.feed.publish({"task": "t", "notice": "x"})
        messages = listen(session, f"{host.workspace.feed.boot}-0")
        next(messages)
        ended = threading.Thread(target=lambda: list(messages))
        ended.start()
    ended.join(10)
    assert not ended.is_alive()


def test_changes_of_one_moment_come_as_one_message() -> None:
    events: list[Event] = [
        {"task": "t", "row": {"id": "a", "outcome": "running"}},
        {"task": "t", "row": {"id": "a", "outcome": "failed"}},
        {"task": "u", "notice": "wait"},
        {"task": "t", "progress": {"done": 1, "total": 2, "left": None}},
        {"addins": "changed"},
    ]
    assert coalesce(events) == {
        "tasks": [
            {"task": "t", "rows": [{"id": "a", "outcome": "failed"}], "progress": {"done": 1, "total": 2, "left": None}},
            {"task": "u", "rows": [], "notice": "wait"},
        ],
        "others": [{"addins": "changed"}],
    }


def test_old_events_are_forgotten_and_then_not_claimed() -> None:
    feed = Feed("life")
    for number in range(CAPACITY + 10):
        feed.publish({"task": str(number)})
    assert feed.since("life-5") is None
    found = feed.since(f"life-{CAPACITY + 8}")
    assert found is not None
    assert [number for number, _ in found] == [CAPACITY + 9, CAPACITY + 10]
    assert feed.since(f"life-{CAPACITY + 11}") is None


def test_a_stream_needs_the_cookie(host: RunningHost) -> None:
    assert requests.get(f"{host.url}/events", timeout=10).status_code == 401
