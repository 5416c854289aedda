"""Match Clients through the form, and QuickBooks read over HTTP: tabs, reasons, accepting, and customers created there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


def rows_of(sides: BothSides, **answer: object) -> list[dict[str, Any]]:
    found = sides.form("match-clients").rows({**sides.opened("match-clients"), **answer}, None)
    return list(found.page(0, found.count))


def create(sides: BothSides, *names: str, **edits: Any) -> dict[str, dict[str, Any]]:
    """Press Create Customers for these clients; each row's end by the client's name."""
    by_name = {client.name: f"client:{client.id}" for client in sides.ledger.people}
    sides.host.rows.clear()
    given = {by_name[name]: edit for name, edit in edits.items()}
    summary = sides.form("match-clients").run("create_customers", {}, [by_name[name] for name in names], given, sides.host)
    assert "counts" in summary, summary
    return {name: dict(sides.host.rows[by_name[name]]) for name in names}


def customers(sides: BothSides, name: str) -> list[dict[str, Any]]:
    return [each for each in sides.query("Customer", "Active IN (true, false)") if each["DisplayName"] == name]


def field_of(sides: BothSides) -> list[str]:
    """The tabs with their counts."""
    [show] = sides.form("match-clients").open({})["fields"]
    return [choice["label"] for choice in show["choices"]]


NAMES = ("Yellowstone Yoga", "Pye's Cakes", "amy's bird sanctuary", "Bailey and Sons")


def test_tabs_count_and_filter_and_rows_are_in_order_of_names(sides: BothSides) -> None:
    sides.build(customer("Bailey & Sons", "b"), customer("Yellowstone Yoga Studio LLC", "y"), customer("Amy's Bird Sanctuary", "a"))
    for name in NAMES:
        sides.client(name)
    assert field_of(sides) == ["Unmatched 1", "Suggested 3", "Matched 0", "All 4"]
    assert [row["title"] for row in rows_of(sides)] == [
        "amy's bird sanctuary",
        "Bailey and Sons",
        "Pye's Cakes",
        "Yellowstone Yoga",
    ]
    assert [row["title"] for row in rows_of(sides, show="unmatched")] == ["Pye's Cakes"]
    [yoga] = rows_of(sides, search="yoga")
    assert yoga["cells"]["why"] == "What sort of business it is stands on one side only; Legal form on one side only"
    assert yoga["cells"]["likeness"] == "92 %"
    found = sides.form("match-clients").rows(sides.opened("match-clients"), {"key": "likeness", "descending": True})
    assert [row["cells"]["likeness"] for row in found.page(0, 9)] == ["100 %", "99 %", "92 %", ""]


def test_accept_takes_all_above_the_line_whatever_is_selected_and_no_twin(sides: BothSides) -> None:
    sides.build(customer("Bailey & Sons", "b"), customer("Amy's Bird Sanctuary", "a"), customer("Cool Cars", "c"))
    bailey, _, _, _ = (sides.client(name) for name in ("Bailey and Sons", "amy's bird sanctuary", "Cool Cars", "Cool  Cars."))
    [accept, *_] = sides.form("match-clients").open({})["actions"]
    assert accept["label"] == "Accept 2 Suggestions ≥ 95 %"
    notice = sides.form("match-clients").act("accept_all", {"show": "unmatched"}, [f"client:{bailey.id}"], {})["notice"]
    assert notice == "2 clients linked."
    assert [row["title"] for row in rows_of(sides, show="suggested")] == ["Cool  Cars.", "Cool Cars"]
    assert field_of(sides) == ["Unmatched 0", "Suggested 2", "Matched 2", "All 4"]


def test_what_is_linked_and_unlinked_is_counted_truly(sides: BothSides) -> None:
    sides.build(customer("Amy", "a"), customer("Bea", "b"), customer("Cleo", "c"))
    ids = {name: f"client:{sides.client(name).id}" for name in ("Amy", "Bea", "Cleo", "Nobody There")}

    def act(action: str, *names: str) -> tuple[object, object]:
        done = sides.form("match-clients").act(action, {}, [ids[name] for name in names], {})
        return done["notice"], done["done"]

    sides.form("match-clients").open({})
    assert act("link", "Amy", "Nobody There") == ("1 client linked.", 1)
    assert act("accept_all") == ("2 clients linked.", 2)
    assert act("accept_all") == ("0 clients linked.", 0)
    assert act("unlink", "Amy", "Nobody There") == ("1 client unlinked.", 1)
    assert act("unlink", "Amy") == ("0 clients unlinked.", 0)
    assert act("unlink", "Amy", "Bea", "Cleo") == ("2 clients unlinked.", 2)
    assert field_of(sides)[2] == "Matched 0"


def test_a_vendor_or_employee_of_the_name_and_an_inactive_customer_are_said(sides: BothSides) -> None:
    ids = sides.build(
        {"create": "Vendor", "as": "v", "body": {"DisplayName": "Brosnahan Insurance"}},
        {"create": "Employee", "as": "e", "body": {"DisplayName": "Emily Platt"}},
        customer("Freeman", "f"),
    )
    sides.entries.post("Customer", {"Id": ids["f"], "SyncToken": "0", "sparse": True, "Active": False})
    for name in ("Brosnahan Insurance", "Emily Platt", "Freeman"):
        sides.client(name)
    said = {row["title"]: row["cells"]["why"] for row in rows_of(sides)}
    assert "a vendor in QuickBooks has that name" in said["Brosnahan Insurance"]
    assert "an employee in QuickBooks has that name" in said["Emily Platt"]
    assert said["Freeman"] == "Same name; Inactive in QuickBooks"


def test_where_vendors_cannot_be_read_clients_are_matched_all_the_same(sides: BothSides) -> None:
    sides.build(customer("Amy's", "a"))
    sides.client("Amy's")
    sides.simulator.trouble("system_fault", match={"path": "query", "entity": "Vendor"})
    described = sides.form("match-clients").open({})
    assert described["unavailable"] is None
    assert described["actions"][0]["label"] == "Accept 1 Suggestion ≥ 95 %"


def test_a_customer_is_created_from_a_row_and_linked(sides: BothSides) -> None:
    client = sides.client("Pye's Cakes")
    [row] = rows_of(sides)
    assert (row["outcome"], row["cells"]["customer"]["label"]) == ("not_ready", "")
    [fix] = row["fixes"]
    assert (fix["label"], fix["run"]) == ("Create “Pye's Cakes” in QuickBooks", "create_customers")
    assert fix["confirm"].startswith("Create customer Pye's Cakes in QuickBooks?")
    ended = create(sides, "Pye's Cakes")["Pye's Cakes"]
    assert (ended["outcome"], ended["message"]) == ("synchronized", "Customer Pye's Cakes was created in QuickBooks and linked.")
    [made] = customers(sides, "Pye's Cakes")
    assert ended["cells"] == {
        "client": "Pye's Cakes",
        "customer": {"value": made["Id"], "label": "Pye's Cakes"},
        "why": "Linked",
        "likeness": "",
    }
    [row] = rows_of(sides)
    assert (row["outcome"], row["cells"]["customer"]["value"]) == ("synchronized", made["Id"])
    record = sides.record(client, "450.00")
    assert sides.export(record)[record.ref]["outcome"] == "synchronized"
    assert sides.query("Payment")[0]["CustomerRef"]["value"] == made["Id"]


def test_a_dry_run_says_what_would_be_and_creates_nothing(sides: BothSides) -> None:
    sides.build({"create": "Vendor", "as": "v", "body": {"DisplayName": "Nova Works"}}, customer("Amy's", "a"))
    clients = [sides.client(name) for name in ("Pye's Cakes", "Nova Works", "Amy's")]
    sides.match()
    ids = [f"client:{client.id}" for client in clients]
    summary = sides.form("match-clients").run("create_customers", {"dry_run": True}, ids, {}, sides.host)
    assert [sides.host.rows[each]["outcome"] for each in ids] == ["ready", "needs_decision", "synchronized"]
    assert summary["run"] == ""
    assert [each["DisplayName"] for each in sides.query("Customer")] == ["Amy's"]


def test_several_are_created_in_one_run_that_stands_in_the_history(sides: BothSides) -> None:
    names = [f"New Client {number}" for number in range(40)]
    for name in names:
        sides.client(name)
    ended = create(sides, *names)
    assert {row["outcome"] for row in ended.values()} == {"synchronized"}
    assert len(sides.query("Customer", "DisplayName LIKE 'New Client %'")) == 40
    runs = sides.form("history").rows(sides.opened("history"), None)
    assert runs.page(0, 1)[0]["cells"]["what"] == "Create customers"
    entries = sides.form("history-entries").rows({**sides.opened("history-entries"), "record": "client:1"}, None)
    assert entries.count


TAKEN = [
    ({"create": "Vendor", "as": "v", "body": {"DisplayName": "pye's cakes"}}, "a vendor"),
    ({"create": "Employee", "as": "e", "body": {"DisplayName": "Pye's Cakes"}}, "an employee"),
]


@pytest.mark.parametrize(("step", "who"), TAKEN)
def test_a_name_that_is_taken_is_asked_about_and_another_name_goes(sides: BothSides, step: dict[str, Any], who: str) -> None:
    sides.build(step)
    sides.client("Pye's Cakes")
    row = create(sides, "Pye's Cakes")["Pye's Cakes"]
    assert row["outcome"] == "needs_decision"
    assert row["message"].startswith(f"QuickBooks already has {who} called Pye's Cakes")
    named = next(fix for fix in row["fixes"] if fix.get("run") == "create_customers")
    assert named["edit"] == {"name": "Pye's Cakes (client)"}
    assert customers(sides, "Pye's Cakes") == []
    again = create(sides, "Pye's Cakes", **{"Pye's Cakes": named["edit"]})["Pye's Cakes"]
    assert again["outcome"] == "synchronized"
    assert len(customers(sides, "Pye's Cakes (client)")) == 1


DOUBT = (
    "answer_lost_after", "answer_lost_before", "reset_after", "reset_before", "status_500_after", "status_500_before",
    "status_502_after",
    "status_503_after", "late_commit", "truncated", "html", "batch_item_missing", "batch_item_repeated", "batch_shuffled",
    "system_fault",
    "internal_error",
)  # fmt: skip


@pytest.mark.parametrize("kind", DOUBT)
def test_a_lost_answer_is_found_by_its_name_over_http(sides: BothSides, kind: str) -> None:
    names = [f"Pye's Cakes {number}" for number in range(4)]
    clients = [sides.client(name) for name in names]
    sides.simulator.trouble(kind, match={"path": "batch"}, times=1)
    ended = create(sides, *names)
    assert {row["outcome"] for row in ended.values()} == {"synchronized"}, ended
    made = {name: [each["Id"] for each in customers(sides, name)] for name in names}
    linked = {row["title"]: [row["cells"]["customer"]["value"]] for row in rows_of(sides, show="matched")}
    assert linked == made
    assert len(made) == len(clients)


def test_after_unlinking_a_customer_the_name_is_found_and_linked_instead(sides: BothSides) -> None:
    client = sides.client("Pye's Cakes")
    create(sides, "Pye's Cakes")
    sides.form("match-clients").act("unlink", {}, [f"client:{client.id}"], {})
    row = create(sides, "Pye's Cakes")["Pye's Cakes"]
    assert row["message"].startswith("QuickBooks already has a customer called Pye's Cakes")
    assert len(customers(sides, "Pye's Cakes")) == 1


def test_a_customer_is_created_from_an_export_row_and_all_rows_of_its_client_are_ready(sides: BothSides) -> None:
    client, other = sides.client("Pye's Cakes"), sides.client("Nova Works")
    first, second, third = sides.record(client, "450.00"), sides.record(client, "20.00"), sides.record(other, "5.00")
    row = sides.grid(first, second, third)[first.ref]
    fix = next(each for each in row["fixes"] if each.get("run") == "create_customers")
    assert fix["label"] == "Create “Pye's Cakes” in QuickBooks"
    sides.host.rows.clear()
    ids = [record.ref for record in (first, second, third)]
    summary = sides.form("export-payments").run("create_customers", sides.opened("export-payments"), ids, {}, sides.host)
    assert (summary["counts"]["done"], summary["counts"]["ready"]) == (2, 0)  # customers
    assert {sides.host.rows[each]["outcome"] for each in ids} == {"ready"}
    assert [len(customers(sides, name)) for name in ("Pye's Cakes", "Nova Works")] == [1, 1]
    assert {mark.state for mark in sides.ledger.marks.get(ids).values()} <= {""}
    assert {each["outcome"] for each in sides.export(first, second, third).values()} == {"synchronized"}


def test_a_name_that_is_taken_is_said_on_the_export_row_with_the_way_out(sides: BothSides) -> None:
    sides.build({"create": "Vendor", "as": "v", "body": {"DisplayName": "Pye's Cakes"}})
    record = sides.record(sides.client("Pye's Cakes"), "450.00")
    form, answer = sides.form("export-payments"), sides.opened("export-payments")
    form.run("create_customers", answer, [record.ref], {}, sides.host)
    row = sides.host.rows[record.ref]
    assert row["outcome"] == "needs_decision"
    named = next(fix for fix in row["fixes"] if fix.get("run") == "create_customers")
    form.run("create_customers", answer, [record.ref], {record.ref: named["edit"]}, sides.host)
    assert sides.host.rows[record.ref]["outcome"] == "ready"
    assert len(customers(sides, "Pye's Cakes (client)")) == 1


def test_a_button_that_would_accept_nothing_is_shut_and_says_why(sides: BothSides) -> None:
    sides.build(customer("Cool Cars", "c"))
    sides.client("Cool Cars")
    form = sides.form("match-clients")
    assert "disabled" not in form.open({})["actions"][0]
    form.act("accept_all", {}, [], {})
    accept = form.open({})["actions"][0]
    assert accept["label"] == "Accept 0 Suggestions ≥ 95 %"
    assert accept["disabled"] == "No suggestion is 95 % like its client or more, without a twin"
    assert "{n}" in next(each for each in form.open({})["actions"] if each["id"] == "create_customers")["confirm"]


def test_the_table_of_settings_calls_the_host_by_its_own_name(sides: BothSides) -> None:
    sides.record(sides.client("Cool Cars"), "1.00", method="Check")
    tables = {field["group"]: field for field in reversed(sides.form("settings").open({})["fields"]) if "row" in field}
    assert tables["Methods and accounts"]["row_head"] == "Park Practice method"
    assert all(field["row_head"] for field in tables.values())
