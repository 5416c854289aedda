"""The pages' JSON: forms, snapshots, pages, selections, actions and runs, over real HTTP."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hostsim.addins.host_services import User
from hostsim.builtin.payment_grid import PaymentGrid, kind_totals, show_whole
from hostsim.practice.database import open_practice
from hostsim.practice.model import Kind
from hostsim.testing import RunningHost, Session, demo_practice, running_host
from tests.support.hosts.fake_addin import ANSWER, ParcelAddIn, SendForm, parcel_source

DAY = date(2026, 11, 22)
COLUMNS = [{"key": "name", "label": "Name", "type": "text"}, {"key": "amount", "label": "Amount", "type": "money"}]


@pytest.fixture
def addin() -> ParcelAddIn:
    """The small add-in, with 1,250 parcels and a run that waits for nobody."""
    return ParcelAddIn(SendForm(size=1250))


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo firm's database, made once."""
    practice, url = demo_practice(tmp_path_factory.mktemp("firm"), DAY)
    practice.close()
    return url


@pytest.fixture
def host(firm: str, tmp_path: Path, addin: ParcelAddIn) -> Iterator[RunningHost]:
    """A running host with it."""
    with running_host(open_practice(firm), [parcel_source(tmp_path, lambda: addin)], database=firm) as running:
        yield running


@pytest.fixture
def session(host: RunningHost) -> Session:
    """The person's own browser."""
    return host.session()


def rows_of(session: Session, form: str = "send", **answer: Any) -> dict[str, Any]:
    """A form's rows."""
    body = {"answer": {**ANSWER, **answer}, "columns": COLUMNS}
    found: dict[str, Any] = session.post(f"/api/forms/{form}/rows", body).json()
    return found


def finished(host: RunningHost, task: str) -> dict[str, Any]:
    """The task's end."""
    running = host.workspace.tasks.get(task)
    assert running is not None
    assert running.wait(10)
    return dict(running.summary)


def test_opening_a_form_gives_its_description_and_what_it_may_do(session: Session) -> None:
    description = session.post("/api/forms/send/open").json()
    assert description["title"] == "Send Parcels"
    assert description["running"] is None
    assert description["actions"][0]["disabled"] is None


def test_a_form_nobody_has_is_not_found(session: Session) -> None:
    answer = session.post("/api/forms/nothing/open")
    assert (answer.status_code, answer.json()) == (404, {"error": {"text": "There is no form nothing."}})


def test_a_page_gets_its_grid_and_rows_in_one_answer(session: Session) -> None:
    opened = session.get("/api/pages/billing.payments").json()
    assert opened["description"] == session.post("/api/forms/billing.payments/open").json()
    rows = rows_of(session, "billing.payments")
    assert opened["state"] | {"token": ""} == rows | {"token": ""}
    page = session.get(f"/api/snapshots/{opened['state']['token']}/page?start=0&stop=1").json()
    assert page["rows"] == rows["rows"][:1]


@pytest.mark.parametrize("form", ["send", "about", "nothing"])
def test_what_has_no_page_is_not_opened_by_reading_an_address(session: Session, form: str) -> None:
    answer = session.get(f"/api/pages/{form}")
    assert (answer.status_code, answer.json()) == (404, {"error": {"text": f"There is no page with a form {form}."}})


def test_rows_come_with_a_token_and_the_first_page(session: Session) -> None:
    state = rows_of(session)
    assert (state["count"], state["total"], len(state["rows"])) == (1250, "12500.00", 100)
    assert state["rows"][0]["cells"]["name"] == "Parcel 0"


def test_any_page_is_read_by_its_places(session: Session) -> None:
    token = rows_of(session)["token"]
    page = session.get(f"/api/snapshots/{token}/page?start=1240&stop=1250").json()
    assert [row["id"] for row in page["rows"]] == [f"parcel:{n}" for n in range(1240, 1250)]


@pytest.mark.parametrize("positions", ["start=0&stop=501", "start=9&stop=3", "start=-1&stop=2", "start=a&stop=2", "start=1"])
def test_a_page_out_of_bounds_is_refused(session: Session, positions: str) -> None:
    token = rows_of(session)["token"]
    assert session.get(f"/api/snapshots/{token}/page?{positions}").status_code == 400


def test_rows_put_away_are_said_to_be_gone(session: Session) -> None:
    answer = session.get("/api/snapshots/unknown/page?start=0&stop=1")
    assert answer.status_code == 410
    assert answer.json()["error"]["gone"] is True


def test_a_rejected_answer_names_the_field(session: Session) -> None:
    assert rows_of(session, **{"from": ""})["rejected"] == {"from": "Enter the first day."}


def test_an_addin_that_raises_is_named_and_the_host_goes_on(session: Session) -> None:
    answer = session.post("/api/forms/send/rows", {"answer": {**ANSWER, "search": "crash"}})
    assert answer.status_code == 500
    assert answer.json()["error"]["text"] == "Parcel post stopped with an error: RuntimeError. Nothing else is affected."
    assert "the shelf broke" in answer.json()["error"]["details"]
    assert session.get("/billing/payments").status_code == 200


def test_a_selection_is_counted_without_rows_that_cannot_be_selected(session: Session) -> None:
    token = rows_of(session)["token"]
    found = session.post(f"/api/snapshots/{token}/selection", {"ranges": [[0, 100], [150, 160]]}).json()
    assert found == {"count": 109, "total": "1090.00"}


@pytest.mark.parametrize("ranges", [None, [[0]], [[5, 2]], [[0, 9], [3, 12]], [[0, 1251]], [["0", 2]], [[True, 2]], [[3, 3]]])
def test_a_selection_that_does_not_fit_is_refused(session: Session, ranges: Any) -> None:
    token = rows_of(session)["token"]
    assert session.post(f"/api/snapshots/{token}/selection", {"ranges": ranges}).status_code == 400


def test_a_run_gets_exactly_the_selected_ids_and_edits(host: RunningHost, session: Session, addin: ParcelAddIn) -> None:
    token = rows_of(session)["token"]
    body = {
        "action": "send",
        "answer": ANSWER,
        "snapshot": token,
        "ranges": [[0, 3], [98, 101]],
        "edits": {"parcel:0": {"way": "fast"}},
    }
    summary = finished(host, session.post("/api/forms/send/run", body).json()["task"])
    assert addin.form.sent[0]["ids"] == ["parcel:0", "parcel:1", "parcel:2", "parcel:98", "parcel:100"]
    assert addin.form.sent[0]["edits"] == {"parcel:0": {"way": "fast"}}
    assert summary["counts"]["failed"] == 1


def test_a_page_read_after_a_run_shows_what_the_run_left(host: RunningHost, session: Session) -> None:
    token = rows_of(session)["token"]
    body = {"action": "send", "answer": ANSWER, "snapshot": token, "ranges": [[0, 2]]}
    finished(host, session.post("/api/forms/send/run", body).json()["task"])
    first, second, third = session.get(f"/api/snapshots/{token}/page?start=0&stop=3").json()["rows"]
    assert [row["outcome"] for row in (first, second, third)] == ["synchronized", "failed", "ready"]
    assert second["message"] == "The address is wrong. Nothing was sent."


def test_one_form_runs_once_at_a_time_and_a_second_window_finds_the_run(
    host: RunningHost, session: Session, addin: ParcelAddIn
) -> None:
    addin.form.gate = threading.Semaphore(0)
    token = rows_of(session)["token"]
    body = {"action": "send", "answer": ANSWER, "snapshot": token, "ranges": [[0, 5]]}
    task = session.post("/api/forms/send/run", body).json()["task"]
    second = session.post("/api/forms/send/run", body)
    assert (second.status_code, second.json()["error"]["running"]["task"]) == (409, task)
    assert re.fullmatch(r"Maria Ortiz started this at \d\d:\d\d; watching it\.", second.json()["error"]["text"])
    assert session.post("/api/forms/send/open").json()["running"]["task"] == task
    session.post(f"/api/tasks/{task}/cancel")
    addin.form.gate.release(5)
    assert finished(host, task)["counts"]["not_tried"] > 0
    assert session.get(f"/api/tasks/{task}").json()["state"] == "ended"


def test_a_form_opened_while_it_runs_has_the_fields_its_run_was_started_with(
    host: RunningHost, session: Session, addin: ParcelAddIn
) -> None:
    addin.form.gate = threading.Semaphore(0)
    answer = {**ANSWER, "from": "2026-10-05", "search": "", "token": "parcel:4|parcel:5"}
    body = {"action": "send", "answer": answer, "snapshot": rows_of(session)["token"], "ranges": [[4, 6]]}
    task = session.post("/api/forms/send/run", body).json()["task"]
    again = session.post("/api/forms/send/open", {"selection": ["payment:9"], "answer": {"from": "2026-11-09"}}).json()
    assert (again["answer"]["from"], again["token"]) == ("2026-10-05", "parcel:4|parcel:5")
    assert again["notice"]["text"].endswith("; watching it.")
    addin.form.gate.release(2)
    finished(host, task)
    assert session.post("/api/forms/send/open").json()["answer"]["from"] == ANSWER["from"]


def test_an_action_the_form_does_not_offer_is_refused(session: Session) -> None:
    body = {"action": "burn", "answer": ANSWER, "snapshot": rows_of(session)["token"], "ranges": [[0, 1]]}
    assert session.post("/api/forms/send/act", body).status_code == 400
    assert session.post("/api/forms/send/run", {**body, "action": "hide"}).status_code == 400


def test_an_action_at_once_answers_with_its_rows(session: Session, addin: ParcelAddIn) -> None:
    body = {"action": "hide", "answer": ANSWER, "snapshot": rows_of(session)["token"], "ranges": [[4, 6]]}
    assert session.post("/api/forms/send/act", body).json()["notice"] == "2 hidden"
    assert addin.form.acted == [("hide", ["parcel:4", "parcel:5"])]


def test_a_context_action_is_called_with_the_selection(session: Session, addin: ParcelAddIn) -> None:
    grid = session.post("/api/forms/billing.payments/rows", {"answer": {}}).json()
    menu = session.post("/api/forms/billing.payments/open").json()["context"]
    index = next(item["index"] for item in menu if item["label"] == "Hide from Parcel")
    body = {"snapshot": grid["token"], "ranges": [[0, 2]]}
    assert session.post(f"/api/context/billing.payments/{index}", body).status_code == 200
    assert addin.called == [[row["id"] for row in grid["rows"][:2]]]
    assert session.post("/api/context/billing.payments/99", body).status_code == 404


def test_a_form_opened_on_a_selection_is_given_its_ids(session: Session) -> None:
    grid = session.post("/api/forms/billing.payments/rows", {"answer": {}}).json()
    described = session.post("/api/forms/send/open", {"snapshot": grid["token"], "ranges": [[1, 3]]}).json()
    assert described["token"] == "|".join(row["id"] for row in grid["rows"][1:3])


def test_options_are_searched(session: Session) -> None:
    assert session.get("/api/forms/send/options?name=to&search=cor").json() == [{"value": "C", "label": "Cork"}]


@pytest.mark.parametrize("body", ["[1]", "{", '"x"', "[" * 3000])
def test_a_body_that_is_no_json_object_is_refused(session: Session, body: str) -> None:
    headers = {"Origin": session.url, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    answer = session.http.post(f"{session.url}/api/forms/send/open", data=body, headers=headers, timeout=10)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]


CALLS: dict[str, dict[str, Any]] = {
    "open": {},
    "rows": {"answer": ANSWER},
    "act": {"action": "hide", "answer": ANSWER},
    "run": {"action": "send", "answer": ANSWER},
}


def test_rights_are_held_on_the_server_too(firm: str, tmp_path: Path, addin: ParcelAddIn) -> None:
    viewer = User("Lee", frozenset({"view"}))
    with running_host(open_practice(firm), [parcel_source(tmp_path, lambda: addin)], database=firm, user=viewer) as host:
        session = host.session()
        words = "Lee may not export. Ask whoever manages users."
        for call, body in CALLS.items():
            refused = session.post(f"/api/forms/send/{call}", body)
            assert (refused.status_code, refused.json()["error"]["text"]) == (403, words)
        assert session.get("/api/forms/send/options?name=to&search=").status_code == 403
        assert not addin.form.sent
        assert words in session.get("/billing/payments").text


def test_payments_and_credit_memos_are_totalled_apart(session: Session) -> None:
    grid = session.post("/api/forms/billing.payments/rows", {"answer": {}}).json()
    kinds = [row["cells"]["kind"] for row in session.get(f"/api/snapshots/{grid['token']}/page?start=0&stop=500").json()["rows"]]
    memo, payment = kinds.index("Credit memo"), kinds.index("Payment")
    ranges = sorted([[memo, memo + 1], [payment, payment + 1]])
    total = session.post(f"/api/snapshots/{grid['token']}/selection", {"ranges": ranges}).json()["total"]
    assert total.startswith("payments ")
    assert " · credit memos " in total


@pytest.mark.parametrize(("form", "column"), [("clients", "name"), ("billing.invoices", "client"), ("billing.payments", "amount")])
def test_the_hosts_own_grids_sort_both_ways(session: Session, form: str, column: str) -> None:
    def order(descending: bool) -> list[str]:
        body = {"answer": {}, "sort": {"key": column, "descending": descending}}
        return [row["cells"][column] for row in session.post(f"/api/forms/{form}/rows", body).json()["rows"]]

    assert order(False)[0] != order(True)[0]


def test_marks_of_an_addin_show_in_its_column(session: Session, host: RunningHost) -> None:
    grid = session.post("/api/forms/billing.payments/rows", {"answer": {}}).json()
    refs = [row["id"] for row in grid["rows"][:4]]
    states = ["synchronized", "failed", "not_confirmed"]
    host.workspace.practice.marks("parcel").put([{"ref": ref, "state": state} for ref, state in zip(refs, states, strict=False)])
    host.workspace.practice.marks("parcel").put([{"ref": refs[3], "hidden": True}])
    page = session.get(f"/api/snapshots/{grid['token']}/page?start=0&stop=4").json()["rows"]
    assert [row["cells"]["mark:parcel"] for row in page] == ["✓ synced", "✗ failed", "? not confirmed", "hidden"]
    assert [row["outcome"] for row in page] == ["synchronized", "failed", "not_confirmed", "hidden"]


def test_a_total_is_in_cents_and_names_the_record_that_is_not(session: Session) -> None:
    assert kind_totals({Kind.PAYMENT: Decimal("434359.7"), Kind.CREDIT_MEMO: Decimal(75)}) == (
        "payments 434,359.70 · credit memos 75.00"
    )
    assert show_whole(Decimal("-434359.7000"), []) == "-434359.70"
    grid = session.post("/api/forms/billing.payments/rows", {"answer": {}}).json()
    rows = session.get(f"/api/snapshots/{grid['token']}/page?start=0&stop=500").json()["rows"]
    amounts = {row["cells"]["number"]: Decimal(row["cells"]["amount"]) for row in rows}
    (odd,) = [number for number, amount in amounts.items() if amount != round(amount, 2)]
    words = f"without {odd} (10.005)"
    assert re.fullmatch(rf"-?[0-9,]+\.[0-9]{{2}} {re.escape(words)}", grid["total"])
    place = list(amounts).index(odd)
    for ranges, said in (
        ([[place, place + 2]], words),
        ([[place + 1, place + 2]], ""),
        ([[0, grid["count"]]], words),
        ([[0, grid["count"] - 1]], words),
    ):
        total = session.post(f"/api/snapshots/{grid['token']}/selection", {"ranges": ranges}).json()["total"]
        assert re.search(r"\.[0-9]{2}( without|$)", total), total
        assert total.endswith(said)
        assert ("without" in total) == bool(said)


def test_a_total_reads_no_record_but_those_that_are_not_in_cents(host: RunningHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """It read them all: of a hundred thousand the page took three seconds to open."""
    practice = host.workspace.practice
    rows, asked = PaymentGrid(practice, {}).rows({}, None), list[Sequence[str]]()

    def read(_: object, refs: Sequence[str]) -> list[object]:
        asked.append(refs)
        return []

    monkeypatch.setattr(type(practice.ledger), "records", read)
    assert rows.count > 400
    assert " without P-" in rows.total
    assert " without P-" in rows.whole
    assert asked == []


def test_money_of_most_rows_is_the_same_as_of_each(session: Session) -> None:
    grid = session.post("/api/forms/billing.payments/rows", {"answer": {}}).json()

    def total(*ranges: list[int]) -> str:
        told: str = session.post(f"/api/snapshots/{grid['token']}/selection", {"ranges": list(ranges)}).json()["total"]
        return told

    def amounts(text: str) -> dict[str, Decimal]:
        parts = (part.rpartition(" ") for part in text.partition(" without ")[0].split(" · "))
        return {kind: Decimal(amount.replace(",", "")) for kind, _, amount in parts}

    count = grid["count"]
    half = count // 2 - 10
    whole, most, rest = amounts(total([0, count])), amounts(total([half, count])), amounts(total([0, half]))
    assert sorted(whole) == ["credit memos", "payments"]
    for kind, amount in whole.items():
        assert abs(most[kind] + rest[kind] - amount) < Decimal("0.02")
