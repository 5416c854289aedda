"""gzip in both directions; what cannot be unpacked, or would unpack to too much, is a fault and changes nothing."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
import requests

from hostsim.qbo_simulator.base.encoding import MOST_BYTES
from hostsim.qbo_simulator.base.http import Request, Response, dump, load
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from tests.support.simulator.simulator_calls import TODAY, Books, new_books, payment


@pytest.fixture
def books() -> Books:
    books = new_books()
    books.customer()
    return books


def _post(books: Books, body: bytes, encoding: str, path: str = "payment") -> tuple[int, str]:
    headers = {"authorization": f"Bearer {books.token}", "content-encoding": encoding}
    answer = books.core.handle(Request("POST", f"/v3/company/{books.realm}/{path}", (), headers, body))
    assert isinstance(answer, Response)
    errors = load(answer.body).get("Fault", {}).get("Error", [])
    return answer.status, errors[0]["code"] if errors else ""


@pytest.mark.parametrize("encoding", ["gzip", "GZIP ", "x-gzip", "identity", ""])
def test_packed_bodies_are_read(books: Books, encoding: str) -> None:
    body = dump(payment("1", 5))
    packed = body if encoding in ("identity", "") else gzip.compress(body)
    assert _post(books, packed, encoding) == (200, "")
    assert books.query("select count(*) from Payment") == {"totalCount": 1}


BROKEN = {
    "no gzip": b"{}",
    "empty": b"",
    "cut": gzip.compress(dump(payment("1", 5)))[:-9],
    "two members": gzip.compress(b"{}") * 2,
    "wrong sum": gzip.compress(dump(payment("1", 5)))[:-8] + b"\0" * 8,
    "deflate": zlib.compress(b"{}"),
}


@pytest.mark.parametrize("case", list(BROKEN))
@pytest.mark.parametrize("path", ["payment", "batch", "query"])
def test_bodies_that_cannot_be_unpacked_are_refused(books: Books, case: str, path: str) -> None:
    assert _post(books, BROKEN[case], "gzip", path) == (400, "2010")
    assert books.query("select count(*) from Payment") == {"totalCount": 0}


def test_unknown_encodings_are_refused(books: Books) -> None:
    assert _post(books, dump(payment("1", 5)), "br") == (400, "2010")


def test_bodies_that_are_too_long_are_refused(books: Books) -> None:
    padding = b" " * MOST_BYTES
    assert _post(books, dump(payment("1", 5)) + padding, "") == (400, "2010")
    assert _post(books, gzip.compress(dump(payment("1", 5)) + padding), "gzip") == (400, "2010")


def test_a_gzip_bomb_takes_no_more_memory_than_the_longest_body(books: Books) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * 2**24) for _ in range(4)) + packer.flush()  # 64 MB
    tracemalloc.start()
    try:
        assert _post(books, bomb, "gzip") == (400, "2010")
        assert tracemalloc.get_traced_memory()[1] < 3 * MOST_BYTES
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def sim() -> Iterator[RunningSimulator]:
    with running_simulator("sample", today=TODAY) as simulator:
        yield simulator


def _get(sim: RunningSimulator, path: str, accepted: str, **parameters: str) -> requests.Response:
    books = Books(sim.core)
    headers = {"Authorization": f"Bearer {books.token}", "Accept-Encoding": accepted}
    return requests.get(f"{sim.base_url}/v3/company/{books.realm}/{path}", parameters, headers=headers, timeout=10)


@pytest.mark.parametrize(("accepted", "packed"), [("gzip, deflate", True), ("gzip;q=0", False), ("identity", False)])
def test_long_answers_are_packed_for_clients_that_accept_it(sim: RunningSimulator, accepted: str, packed: bool) -> None:
    answer = _get(sim, "query", accepted, query="select * from Invoice")
    assert (answer.headers.get("Content-Encoding") == "gzip") is packed
    assert len(answer.json()["QueryResponse"]["Invoice"]) == 31
    assert (int(answer.headers["Content-Length"]) < len(answer.content)) is packed


def test_short_answers_are_not_packed(sim: RunningSimulator) -> None:
    answer = _get(sim, "query", "gzip", query="select count(*) from Invoice")
    assert "Content-Encoding" not in answer.headers


def test_a_packed_write_reaches_the_books(sim: RunningSimulator) -> None:
    books = Books(sim.core)
    headers = {"Authorization": f"Bearer {books.token}", "Content-Encoding": "gzip", "Content-Type": "application/json"}
    address = f"{sim.base_url}/v3/company/{books.realm}/payment"
    answer = requests.post(address, gzip.compress(dump(payment("1", 5))), headers=headers, timeout=10)
    assert answer.json()["Payment"]["TotalAmt"] == 5
    long = requests.post(address, b" " * (MOST_BYTES + 5), headers=headers, timeout=10)
    assert (long.status_code, long.json()["Fault"]["Error"][0]["code"]) == (400, "2010")
