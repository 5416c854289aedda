"""The simulator as a server: real connections, the control endpoint, the state file, the web page, the command."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from hostsim.qbo_simulator.base.request_log import hidden
from hostsim.qbo_simulator.books.changes import Write, perform
from hostsim.qbo_simulator.server.command import command
from hostsim.qbo_simulator.server.control import allowed
from hostsim.qbo_simulator.server.server import RunningSimulator, begin, fill, new_quickbooks, open_state, running_simulator
from hostsim.qbo_simulator.simulator import QuickBooks
from tests.support.simulator.simulator_calls import TODAY, Books, payment


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module")
def sim() -> Iterator[RunningSimulator]:
    with running_simulator("demo", today=TODAY) as sim:
        yield sim


@pytest.fixture
def api(sim: RunningSimulator, session: requests.Session) -> Iterator[str]:
    told = sim.credentials()
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    auth = (told["client_id"], told["client_secret"])
    answer = session.post(f"{sim.base_url}/oauth2/v1/tokens/bearer", data=form, auth=auth, timeout=10)
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    yield f"{sim.base_url}/v3/company/{told['realm']}"
    del session.headers["Authorization"]
    sim.core.clear_trouble()


def test_answers_come_over_the_wire_with_their_date(api: str, session: requests.Session) -> None:
    answer = session.get(f"{api}/companyinfo/1", timeout=10)
    assert answer.json()["CompanyInfo"]["CompanyName"] == "Alder & Finch"
    assert answer.headers["date"] == "Fri, 20 Nov 2026 20:00:00 GMT"
    assert answer.headers["server"] == "istio-envoy"


@pytest.mark.parametrize("kind", ["answer_lost_before", "reset_before", "reset_after", "answer_lost_after"])
def test_lost_answers_end_the_connection(sim: RunningSimulator, api: str, session: requests.Session, kind: str) -> None:
    sim.trouble(kind)
    with pytest.raises(requests.ConnectionError):
        session.get(f"{api}/preferences", timeout=10)
    assert session.get(f"{api}/preferences", timeout=10).status_code == 200


def test_truncated_answers_end_in_the_middle(sim: RunningSimulator, api: str, session: requests.Session) -> None:
    sim.trouble("truncated")
    with (
        session.get(f"{api}/preferences", timeout=10, stream=True) as answer,
        pytest.raises(requests.exceptions.ChunkedEncodingError),
    ):
        _ = answer.content


def test_slow_answers_outlast_a_short_patience(sim: RunningSimulator, api: str, session: requests.Session) -> None:
    sim.trouble("slow", seconds=2)
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{api}/preferences", timeout=0.1)


def _control(sim: RunningSimulator, session: requests.Session, method: str, name: str, body: object = None, **more: Any) -> Any:
    return session.request(method, f"{sim.base_url}/_control/{name}", json=body, timeout=10, **more)


def test_control_steers_trouble_clock_and_switches(sim: RunningSimulator, session: requests.Session) -> None:
    assert _control(sim, session, "GET", "healthz").json()["status"] == "ok"
    rule = {"kind": "slow", "match": {"entity": "Payment"}, "nth": 3, "seconds": 2}
    assert _control(sim, session, "POST", "trouble", rule).json()["nth"] == 3
    assert len(_control(sim, session, "GET", "trouble").json()) == 1
    assert _control(sim, session, "DELETE", "trouble").json() == []
    before = _control(sim, session, "GET", "clock").json()["now"]
    after = _control(sim, session, "POST", "clock", {"advance": 60}).json()["now"]
    assert (before, after) == ("2026-11-20T20:00:00+00:00", "2026-11-20T20:01:00+00:00")
    assert _control(sim, session, "POST", "clock", {"set": before}).json() == {"now": before, "frozen": True}
    assert _control(sim, session, "POST", "settings", {"per_second": 5}).json()["per_second"] == 5
    assert _control(sim, session, "GET", "settings").json()["choices"]["over_application"] == ["6000", "620", "accept", "overpay"]
    _control(sim, session, "POST", "settings", {"per_second": 10})
    assert _control(sim, session, "GET", "credentials").json() == sim.credentials()


@pytest.mark.parametrize(
    ("method", "name", "body", "status"),
    [
        ("POST", "trouble", {"kind": "rain"}, 400),
        ("POST", "trouble", [], 400),
        ("POST", "settings", {"x": 1}, 400),
        ("POST", "clock", {"set": "noon"}, 400),
        ("POST", "consent", {"url": "http://x/?client_id=1"}, 400),
        ("GET", "nothing", None, 404),
        ("POST", "deposit", {"payments": [999999]}, 400),
        ("POST", "merge", {"from": 999999, "into": 1}, 400),
        ("POST", "merge", {"from": 1, "into": 1}, 400),
        ("POST", "merge", {"from": 1}, 404),
        ("GET", "trial-balance?realm=1", None, 404),
    ],
)
def test_control_refuses_nonsense(
    sim: RunningSimulator, session: requests.Session, method: str, name: str, body: object, status: int
) -> None:
    assert _control(sim, session, method, name, body).status_code == status


def test_control_is_for_this_machine_and_its_own_page() -> None:
    host = {"host": "127.0.0.1:8401"}
    assert allowed("127.0.0.1", host)
    assert allowed("::1", {**host, "origin": "http://127.0.0.1:8401"})
    assert not allowed("192.168.1.5", host)
    assert not allowed("127.0.0.1", {"host": "evil.example"})
    assert not allowed("127.0.0.1", {**host, "origin": "http://evil.example"})
    assert not allowed("127.0.0.1", {**host, "sec-fetch-site": "cross-site"})
    assert not allowed("somewhere", host)


def test_control_over_http_refuses_other_sites(sim: RunningSimulator, session: requests.Session) -> None:
    assert _control(sim, session, "GET", "credentials", headers={"Origin": "http://evil.example"}).status_code == 403


def test_reset_begins_anew(sim: RunningSimulator, api: str, session: requests.Session) -> None:
    session.post(f"{api}/payment", json=payment("1", 5), timeout=10)
    count = f"{api}/query?query=select count(*) from Payment"
    more = session.get(count, timeout=10).json()["QueryResponse"]["totalCount"]
    assert _control(sim, session, "POST", "reset").status_code == 200
    assert session.get(count, timeout=10).json()["QueryResponse"]["totalCount"] == more - 1


def test_log_keeps_bodies_but_no_tokens(sim: RunningSimulator, api: str, session: requests.Session) -> None:
    session.get(f"{api}/customer/1", timeout=10)
    entries = _control(sim, session, "GET", "log").json()
    assert "Amy's Bird Sanctuary" in entries[-1]["response"]
    text = json.dumps(entries)
    told = sim.credentials()
    assert told["refresh_token"] not in text
    assert told["client_secret"] not in text
    assert str(session.headers["Authorization"]).partition(" ")[2] not in text


@pytest.mark.parametrize(
    "body",
    [
        b'{"token": "SECRET"}',
        b'{"access_token":"SECRET","x":1}',
        b"grant_type=x&refresh_token=SECRET",
        b'"detail":"Token expired: SECRET"',
    ],
)
def test_secrets_are_hidden(body: bytes) -> None:
    assert "SECRET" not in hidden(body)


def test_page_shows_books_log_and_switches(sim: RunningSimulator, session: requests.Session) -> None:
    def page(path: str) -> str:
        answer = session.get(f"{sim.base_url}{path}", timeout=10)
        assert answer.status_code == 200
        return answer.text

    front = page("/")
    assert "Alder &amp; Finch" in front
    for path in set(re.findall(r'href="(/[^"]+)"', front)):
        assert page(path)
    realm = sim.credentials()["realm"]
    payments = page(f"/books/{realm}/Payment")
    first = re.search(r'href="(/books/[^"]+/Payment/\d+)"', payments)
    assert first is not None
    assert f"/books/{realm}/Customer/" in page(first[1])
    assert session.get(f"{sim.base_url}/books/{realm}/Payment/999999", timeout=10).status_code == 404
    assert session.get(f"{sim.base_url}/books/1/Payment", timeout=10).status_code == 404
    assert session.get(f"{sim.base_url}/books/{realm}/Estimate", timeout=10).status_code == 404
    assert session.get(f"{sim.base_url}/log/999999", timeout=10).status_code == 404
    headers = session.get(f"{sim.base_url}/", timeout=10).headers
    assert "default-src 'none'" in headers["content-security-policy"]


def test_page_has_buttons_that_work(sim: RunningSimulator, session: requests.Session) -> None:
    def press(what: str, status: int = 303, **form: str) -> None:
        answer = session.post(f"{sim.base_url}/press/{what}", data=form, allow_redirects=False, timeout=10)
        assert answer.status_code == status

    press("trouble", kind="slow", entity="Payment", nth="2", seconds="1", times="1")
    assert sim.core.troubles[0].match == {"entity": "Payment"}
    press("trouble", status=400, kind="rain")
    press("clear")
    assert sim.core.troubles == []
    before = sim.clock.now()
    press("clock", advance="30")
    assert (sim.clock.now() - before).total_seconds() == 30
    press("switch", name="over_application", value="620")
    assert sim.core.settings.over_application == "620"
    press("switch", name="over_application", value="6000")
    press("switch", name="limits", value="true")
    press("switch", name="limits", value="false")
    press("reset")
    other = session.post(f"{sim.base_url}/press/clear", headers={"Origin": "http://evil.example"}, timeout=10)
    assert other.status_code == 403


def _contents(core: QuickBooks) -> dict[str, Any]:
    company = next(iter(core.realms.values()))
    return {kind: company.all(kind) for kind in company.tables} | {"order": list(company.tables["Invoice"].rows)}


def test_several_companies_stand_side_by_side() -> None:
    core = new_quickbooks("demo,sample", today=TODAY)
    demo, sample = core.realms
    books = Books(core)
    assert books.call("GET", "companyinfo/1")[1]["CompanyInfo"]["CompanyName"] == "Alder & Finch"
    books.realm = sample
    assert books.call("GET", "companyinfo/1")[0] == 403
    assert core.credentials(realm=sample)["realm"] == sample
    books.refresh()
    assert books.call("GET", "companyinfo/1")[1]["CompanyInfo"]["CompanyName"] == "Greenbriar Gardens & Design"
    assert core.credentials(realm=demo)["refresh_token"] != core.credentials(realm=sample)["refresh_token"]


def test_state_file_brings_everything_back(tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    core = QuickBooks(new_quickbooks("empty", today=TODAY).clock)
    if open_state(core, path):
        begin(core, "demo", [])
    told = core.credentials()
    core.change_settings(over_application="620", rotate_after=5.0)
    company = next(iter(core.realms.values()))
    invoice = next(each for each in company.all("Invoice") if each["Balance"])
    perform(company, Write("Payment", "delete", {"Id": company.all("Payment")[0]["Id"], "SyncToken": "0"}), core.clock.now())
    core.idempotency.keep(("r", "id", ""), 200, b"{}", b"", 1.0)
    grant = next(iter(core.vault.grants.values()))
    token = core.vault.access(grant, core.clock.now().timestamp())
    core.change_settings(limits=False)
    before, counters = _contents(core), dict(company.counters)
    assert core.state is not None
    core.state.close()
    again = QuickBooks(core.clock)
    if open_state(again, path):
        begin(again, "demo", [])
    assert _contents(again) == before
    assert again.credentials() == told
    assert next(iter(again.realms.values())).counters == counters
    assert again.settings.over_application == "620"
    assert again.vault.holder(token, core.clock.now().timestamp()) is not None
    assert ("r", "id", "") in again.idempotency.answers
    restored = next(iter(again.realms.values()))
    assert restored.applied == company.applied
    assert restored.tables["Payment"].buried == company.tables["Payment"].buried != {}
    assert restored.get("Invoice", invoice["Id"]) == invoice
    fill(again, "demo", TODAY)
    assert again.state is not None
    again.state.close()


def test_state_file_is_written_after_every_call(tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    core = QuickBooks(new_quickbooks("empty", today=TODAY).clock)
    if open_state(core, path):
        begin(core, "empty", [])
    company = next(iter(core.realms.values()))
    assert company.tables["Account"].rows
    with sqlite3.connect(path) as base:
        assert base.execute("select count(*) from record where kind = 'Account'").fetchone()[0] == len(company.tables["Account"])
    base.close()
    assert core.state is not None
    core.state.close()


def test_command_asks_the_running_simulator(sim: RunningSimulator) -> None:
    result = CliRunner().invoke(command, ["--credentials", "--port", str(sim.port)])
    assert json.loads(result.output) == sim.credentials()
    again = CliRunner().invoke(command, ["--credentials"], env={"HOSTSIM_QUICKBOOKS": sim.base_url})
    assert json.loads(again.output)["base"] == sim.base_url


def test_command_says_what_is_wrong(sim: RunningSimulator) -> None:
    taken = CliRunner().invoke(command, ["--port", str(sim.port)])
    assert (taken.exit_code, "--port" in taken.output) == (2, True)
    silent = CliRunner().invoke(command, ["--credentials", "--quickbooks", "http://127.0.0.1:1"])
    assert (silent.exit_code, "No simulator answers" in silent.output) == (2, True)


def test_control_merges_customers_and_tells_the_trial_balance(sim: RunningSimulator, session: requests.Session) -> None:
    before = _control(sim, session, "GET", "trial-balance").json()["accounts"]
    assert _control(sim, session, "POST", "merge", {"from": 2, "into": 1}).json() == {"merged": "2", "into": "1"}
    gone = sim.company.get("Customer", 2) or {}
    assert (gone["Active"], gone["Balance"]) == (False, 0)
    after = _control(sim, session, "GET", "trial-balance").json()["accounts"]
    assert before == after
    assert round(sum(each["balance"] for each in after), 6) == 0
    assert {each["name"] for each in after} >= {"Accounts Receivable (A/R)", "Undeposited Funds"}


def test_a_connection_that_is_idle_for_a_minute_is_kept(sim: RunningSimulator) -> None:
    assert sim._server.config.timeout_keep_alive > 60
