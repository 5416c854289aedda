"""Service times: with limits on, a client that waits for each answer before its next call never meets a 429."""

import time
from itertools import cycle

import pytest
import requests
from click.testing import CliRunner

from hostsim.qbo_simulator.base.http import Response
from hostsim.qbo_simulator.base.settings import Settings, paced
from hostsim.qbo_simulator.server.command import command
from hostsim.qbo_simulator.server.inprocess import InProcessAdapter
from hostsim.qbo_simulator.server.server import running_simulator
from tests.support.simulator.simulator_calls import TODAY, Books, new_books


def _batch(size: int) -> dict[str, object]:
    return {"BatchItemRequest": [{"bId": str(number), "Query": "select count(*) from Term"} for number in range(size)]}


def _one_after_the_other(books: Books, calls: list[tuple[str, str, object]], count: int) -> list[int]:
    """The statuses of that many calls, each sent when the answer before it has arrived."""
    statuses = []
    for (method, path, body), _ in zip(cycle(calls), range(count), strict=False):
        answer = books.send(method, path, body)
        assert isinstance(answer, Response)
        statuses.append(answer.status)
        books.core.clock.advance(answer.delay)
    return statuses


CALLS: dict[str, list[tuple[str, str, object]]] = {
    "reads": [("GET", "preferences", None)],
    "batches of one": [("POST", "batch", _batch(1))],
    "full batches": [("POST", "batch", _batch(30))],
    "both": [("GET", "preferences", None), ("POST", "batch", _batch(4)), ("GET", "companyinfo/1", None)],
}


@pytest.mark.parametrize("case", list(CALLS))
@pytest.mark.parametrize("items_count", [False, True])
def test_sequential_client_never_meets_a_limit(case: str, items_count: bool) -> None:
    books = new_books(limits=True, batch_items_count=items_count)
    assert set(_one_after_the_other(books, CALLS[case], 400)) == {200}


def test_without_service_time_the_same_client_does() -> None:
    books = new_books(limits=True, service_seconds=0.0)
    assert 429 in _one_after_the_other(books, CALLS["reads"], 11)


@pytest.mark.parametrize(("size", "seconds"), [(0, 1.5), (1, 1.5), (6, 1.5), (7, 1.75), (30, 7.5)])
def test_batches_take_a_quarter_of_a_second_an_item_and_never_less_than_one_and_a_half(size: int, seconds: float) -> None:
    answer = new_books(limits=True).send("POST", "batch", _batch(size))
    assert isinstance(answer, Response)
    assert answer.delay == seconds


def test_nothing_takes_time_without_limits() -> None:
    books = new_books()
    for method, path, body in (*CALLS["both"], ("POST", "batch", _batch(30))):
        answer = books.send(method, path, body)
        assert isinstance(answer, Response)
        assert answer.delay == 0


def test_turning_limits_on_brings_service_times_unless_they_are_given() -> None:
    books = new_books()
    switched = books.core.change_settings(limits=True)
    assert (switched.service_seconds, switched.batch_item_seconds, switched.batch_seconds) == (0.25, 0.25, 1.5)
    assert books.core.change_settings(limits=False) == Settings()
    kept = new_books().core.change_settings(limits=True, service_seconds=0.1)
    assert (kept.service_seconds, kept.batch_item_seconds, kept.batch_seconds) == (0.1, 0.0, 0.0)


def test_paces() -> None:
    assert paced(limits=False) == Settings()
    assert paced(limits=True, service_seconds=2.0).service_seconds == 2.0
    assert paced(limits=True, service_seconds=2.0).batch_item_seconds == 0.25
    assert paced(limits=False, batch_item_seconds=0.5).batch_item_seconds == 0.5


def test_in_process_the_wait_moves_the_clock() -> None:
    books = new_books(limits=True)
    before = books.core.clock.now()
    with requests.Session() as session:
        session.mount("http://", InProcessAdapter(books.core))
        headers = {"Authorization": f"Bearer {books.token}"}
        address = f"http://localhost:8401/v3/company/{books.realm}/preferences"
        assert {session.get(address, headers=headers).status_code for _ in range(50)} == {200}
    assert (books.core.clock.now() - before).total_seconds() == pytest.approx(12.5)


def test_the_server_answers_after_the_service_time() -> None:
    with running_simulator("empty", today=TODAY) as simulator:
        simulator.core.change_settings(service_seconds=0.2)
        books = Books(simulator.core)
        begun = time.monotonic()
        address = f"{simulator.base_url}/v3/company/{books.realm}/preferences"
        assert requests.get(address, headers={"Authorization": f"Bearer {books.token}"}, timeout=10).status_code == 200
        assert time.monotonic() - begun >= 0.2


def test_the_command_takes_service_times() -> None:
    shown = CliRunner().invoke(command, ["--help"]).output
    assert "--service-seconds" in shown
    assert "--batch-item-seconds" in shown
    wrong = CliRunner().invoke(command, ["--service-seconds", "-1"])
    assert (wrong.exit_code, "--service-seconds" in wrong.output) == (2, True)
