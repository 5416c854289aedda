"""History as any host draws it: runs, what became of each row, all of a record, and the way to QuickBooks."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from hostsim.addins.descriptions import Row
from qb_plugin.model import Ref
from tests.addin.forms.test_text_host import Scene
from tests.support.hosts.text_host import TextUser


def list_rows(scene: Scene, form: str, answer: dict[str, Any] | None = None, **request: Any) -> list[Row]:
    """The rows of a form as it opens, of all time, with parts of its answer replaced: the scene's day is not the clock's."""
    rows = scene.form(form).rows({**scene.opened(form, **request), "from": "", "to": "", **(answer or {})}, None)
    assert not isinstance(rows, dict), rows
    return list(rows.page(0, rows.count))


def export(scene: Scene, *ids: str) -> dict[str, Any]:
    return scene.run("export-payments", "export", scene.opened("export-payments"), list(ids))


def run_answer(row: Row) -> dict[str, Any]:
    """What the button of a run opens with."""
    fix = row["fixes"][0]
    assert (fix["label"], fix["form"]) == ("Open", "history-entries")
    return dict(fix["request"])


def test_a_run_tells_who_when_what_where_and_how_it_ended(scene: Scene) -> None:
    export(scene, "payment:1", "payment:4")
    [row] = list_rows(scene, "history")
    cells = row["cells"]
    assert (cells["who"], cells["company"], cells["what"]) == ("Lee Park", "Alder & Finch", "Export payments")
    assert (cells["rows"], cells["done"], cells["failed"]) == ("2", "1", "1")
    assert "Hide Synchronized yes" in cells["filters"]
    assert "From 20" in cells["filters"]
    assert str(cells["took"]).endswith(" s")
    assert row["outcome"] == "failed"
    assert row["message"].startswith("Export payments of 2 rows by Lee Park for Alder & Finch on 20")


def test_under_a_run_stand_its_rows_with_request_and_answer(scene: Scene) -> None:
    summary = export(scene, "payment:1", "payment:4")
    [run] = list_rows(scene, "history")
    failed, done = sorted(list_rows(scene, "history-entries", **run_answer(run)), key=lambda row: row["outcome"])
    there = {row["id"]: row["quickbooks_id"] for row in summary["rows"]}["payment:1"]
    cells = done["cells"]
    assert (cells["number"], cells["client"], cells["amount"]) == ("P-1001", "Amy's Bird Sanctuary", "80.00")
    assert cells["request"] == "create payment 80.00 of 2026-11-19, reference 501"
    assert (cells["change"], cells["quickbooks"]) == (f"not in QuickBooks → in QuickBooks as {there}", there)
    assert cells["tid"]
    assert f"intuit_tid {cells['tid']}" in done["details"]
    assert "requestid" in done["details"]
    assert failed["cells"]["request"] == ""
    assert failed["message"].startswith("Nobody & Co. is not matched")


def test_the_way_to_quickbooks_leads_to_the_record(scene: Scene) -> None:
    export(scene, "payment:1")
    [run] = list_rows(scene, "history")
    [entry] = list_rows(scene, "history-entries", **run_answer(run))
    opened = scene.form("history-entries").act("quickbooks", {}, [entry["id"]], {})
    page = requests.get(opened["open_url"], timeout=10)
    assert page.status_code == 200
    assert "80.00" in page.text


@pytest.mark.parametrize("name", ["payment:1", "P-1001", "p-1001"])
def test_all_of_a_record_from_its_first_try_to_its_link(scene: Scene, name: str) -> None:
    export(scene, "payment:1")
    export(scene, "payment:1", "payment:2")
    scene.addin.runtime().links.remove(scene.addin.runtime().connection().realm, [])
    found = list_rows(scene, "history-entries", answer={"record": name, "from": "", "to": ""})
    assert sorted(str(row["cells"]["what"]) for row in found) == ["Export payments", "Export payments", "Linked"]
    assert all("P-1001" in row["title"] or "payment:1" in row["title"] for row in found)


def test_a_right_click_shows_the_records_that_were_picked(scene: Scene) -> None:
    export(scene, "payment:1", "payment:2")
    assert (("billing.payments", "QuickBooks History"), "history-entries") in scene.host.entries
    rows = list_rows(scene, "history-entries", selection=["payment:2"])
    assert [row["cells"]["number"] for row in rows] == ["P-1002", "P-1002"]


INTERNAL = re.compile(r"\b(payment|credit_memo|client|quickbooks_payment|quickbooks_credit_memo):\w+")
ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def shown_texts(scene: Scene, form: str, rows: list[Row]) -> list[str]:
    """Everything of the form and its rows that people read as it is: cells of dates are the host's to write."""
    opened = scene.form(form).open({})
    typed = {column["key"] for column in opened["columns"] if column["type"] == "date"}
    texts = [choice["label"] for field in opened["fields"] for choice in field.get("choices", ())]
    texts += [str((opened.get("notice") or {}).get("text", ""))]
    for row in rows:
        texts += [row["title"], row["message"], row.get("details", "")]
        texts += [str(cell) for key, cell in row["cells"].items() if key not in typed]
    return texts


def test_people_read_names_and_dates_as_they_write_them_and_no_ids(scene: Scene) -> None:
    """Runs, rows, links, unlinks, attempts, imports; of payments and clients; of records that are there and that are gone."""
    scene.host.dates = "DD.MM.YYYY"
    export(scene, "payment:1", "payment:4")
    answer = scene.opened("import-payments")
    found = scene.form("import-payments").rows(answer, None)
    scene.run("import-payments", "import", answer, [found.ids(0, 1)[0]])
    context = scene.addin.runtime().context(scene.addin.runtime().connection())
    context.links.remove(context.realm, [Ref.parse("payment:1"), Ref.parse("client:1")])
    rows = list_rows(scene, "history-entries")
    linked = [row["message"] for row in rows if "linked" in str(row["cells"]["what"]).lower()]
    assert any(text.startswith("P-1001 and Payment ") for text in linked)
    assert any(text.startswith("Amy's Bird Sanctuary and Customer ") for text in linked)
    texts = [*shown_texts(scene, "history-entries", rows), *shown_texts(scene, "history", list_rows(scene, "history"))]
    texts += shown_texts(scene, "undo", [])
    assert [text for text in texts if INTERNAL.search(text)] == []
    assert [text for text in texts if ISO.search(text)] == []
    scene.host.ledger.entries.clear()
    gone = [row["message"] for row in list_rows(scene, "history-entries")]
    assert any(text.startswith("payment 1 and Payment ") for text in gone)


def test_an_import_says_what_came_in_and_what_it_became(scene: Scene) -> None:
    answer = scene.opened("import-payments")
    rows = scene.form("import-payments").rows(answer, None)
    ready = [row for row in rows.page(0, rows.count) if row["outcome"] == "ready"][:1]
    scene.run("import-payments", "import", answer, [row["id"] for row in ready])
    [run] = list_rows(scene, "history")
    [entry] = list_rows(scene, "history-entries", **run_answer(run))
    assert entry["outcome"] == "synchronized"
    assert entry["cells"]["amount"] == ready[0]["cells"]["amount"]
    assert entry["cells"]["quickbooks"] == ready[0]["id"].partition(":")[2]
    assert str(entry["cells"]["change"]).startswith("not here → here as P-")


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ({}, 1),
        ({"what": "import-payments"}, 0),
        ({"outcome": "failed"}, 1),
        ({"outcome": "changed"}, 0),
        ({"search": "cool cars"}, 1),
        ({"search": "nobody here"}, 0),
        ({"from": "2001-01-01", "to": "2001-12-31"}, 0),
        ({"from": "", "to": ""}, 1),
    ],
)
def test_runs_are_filtered_and_searched(scene: Scene, answer: dict[str, Any], count: int) -> None:
    export(scene, "payment:3")
    assert len(list_rows(scene, "history", answer={"from": "", "to": "", **answer})) == count


def test_an_empty_history_says_so(scene: Scene) -> None:
    rows = scene.form("history").rows(scene.opened("history"), None)
    assert rows.count == 0
    assert rows.empty["text"].startswith("No run fits.")


def test_a_range_that_ends_before_it_begins_is_refused(scene: Scene) -> None:
    rejected = scene.form("history").rows({"from": "2026-11-30", "to": "2026-11-01"}, None)
    assert list(rejected["rejected"]) == ["to"]


def test_the_oldest_first_on_request(scene: Scene) -> None:
    for ref in ("payment:1", "payment:2"):
        export(scene, ref)
    answer = {**scene.opened("history"), "from": "", "to": ""}
    newest, oldest = (scene.form("history").rows(answer, {"key": "when", "descending": down}).ids(0, 9) for down in (True, False))
    assert newest == oldest[::-1]
    assert len(newest) == 2


@pytest.mark.parametrize(("years", "left"), [("", 1), ("10", 1), ("3", 0)])
def test_old_runs_go_as_the_settings_say_and_it_is_written_down(scene: Scene, years: str, left: int) -> None:
    runtime = scene.addin.runtime()
    realm, clock = runtime.connection().realm, runtime.parts.clock
    old = replace(runtime.new_run("export-payments", 0), started=clock.now() - timedelta(days=5 * 366))
    runtime.store.runs.start(old)
    runtime.store.runs.finish(old.id, {"done": 0}, clock.now())
    saved = scene.form("settings").act("save", {**scene.opened("settings"), "history_years": years}, [], {})
    assert "rejected" not in saved
    scene.host.jobs["prune-history"]()
    assert len(list_rows(scene, "history")) == left
    assert [(each.runs, each.user) for each in runtime.store.prunings.prunings(realm)] == [(1, "the program")] * (1 - left)


@pytest.mark.parametrize("form", ["history", "history-entries", "reconcile", "reconcile-items"])
def test_without_the_right_to_view_nothing_is_shown(scene: Scene, form: str) -> None:
    export(scene, "payment:1")
    stranger = TextUser("Somebody", frozenset({"export"}))
    assert "may not view" in scene.form(form).open({}, user=stranger)["unavailable"]["text"]
    assert list(scene.form(form).rows({}, None, user=stranger)["rejected"]) == ["user"]
    assert list(scene.form(form).act("nonsense", {}, [], {})["rejected"]) == ["action"]
