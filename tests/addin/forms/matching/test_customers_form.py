"""Customers without a client: found from Match Clients and from an import row, linked to a client or given a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qb_plugin.model import Entity
from tests.support.hosts.both_sides import TODAY, BothSides, both_sides, customer


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


def pay(sides: BothSides, owner: str, amount: str, **more: object) -> str:
    """A payment in QuickBooks of this month; its id."""
    made = sides.entries.pay(owner, Decimal(amount), TxnDate=TODAY.isoformat(), **more)
    return str(made["Id"])


def rows_of(sides: BothSides, **answer: object) -> dict[str, dict[str, Any]]:
    found = sides.form("match-customers").rows({**sides.opened("match-customers"), **answer}, None)
    return {row["title"]: dict(row) for row in found.page(0, found.count)}


def act(sides: BothSides, action: str, *ids: str, **edits: Any) -> dict[str, Any]:
    sides.form("match-customers").open({})
    done: dict[str, Any] = sides.form("match-customers").act(action, {}, list(ids), edits)
    return done


@dataclass(frozen=True, slots=True)
class Shop:
    """Customers of QuickBooks: two have payments waiting, one has none, one is under a matched parent."""

    ids: dict[str, str]


@pytest.fixture
def shop(sides: BothSides) -> Shop:
    ids = sides.build(
        customer("Nova Works", "nova"), customer("Pye's Cakes", "pye"), customer("Idle Inc", "idle"), customer("Amy's", "amy")
    )
    ids |= sides.build(customer("Kitchen", "job", ParentRef={"value": ids["amy"]}, Job=True))
    sides.client("Amy's")
    sides.match()
    for owner, amount in (("nova", "100.00"), ("nova", "20.50"), ("pye", "5.00"), ("job", "9.00")):
        pay(sides, ids[owner], amount)
    return Shop(ids)


def test_match_clients_says_how_many_have_payments_waiting_and_leads_to_them(sides: BothSides, shop: Shop) -> None:
    notice = sides.form("match-clients").open({})["notice"]
    assert notice["text"] == "From QuickBooks, without a client: 2 customers with payments waiting."
    assert notice["link"] == {"label": "Show", "form": "match-customers"}
    rows = rows_of(sides)
    assert list(rows) == ["Nova Works", "Pye's Cakes"]
    assert (rows["Nova Works"]["cells"]["waiting"], rows["Nova Works"]["cells"]["amount"]) == ("2", "120.50")
    assert list(rows_of(sides, waiting=False)) == ["Idle Inc", "Nova Works", "Pye's Cakes"]
    empty = sides.form("match-customers").rows({**sides.opened("match-customers"), "search": "idle"}, None).empty
    assert empty["text"] == 'What fits the search "idle" (1) has no payments waiting.'


def test_clients_are_created_for_selected_customers_and_linked(sides: BothSides, shop: Shop) -> None:
    done = act(sides, "create_clients", f"customer:{shop.ids['nova']}", f"customer:{shop.ids['pye']}")
    assert (done["notice"], done["level"]) == ("2 clients created and linked.", "info")
    assert [client.name for client in sides.ledger.people] == ["Amy's", "Nova Works", "Pye's Cakes"]
    assert rows_of(sides) == {}
    assert sides.form("match-clients").open({})["notice"] is None
    answer = sides.opened("import-payments")
    rows = sides.form("import-payments").rows(answer, None)
    assert {row["outcome"] for row in rows.page(0, rows.count)} == {"ready"}


def test_a_client_of_the_name_is_refused_by_the_host_and_said(sides: BothSides, shop: Shop) -> None:
    sides.client("NOVA WORKS")
    done = act(sides, "create_clients", f"customer:{shop.ids['nova']}", f"customer:{shop.ids['pye']}")
    assert done["level"] == "warning"
    assert done["notice"].startswith("1 client created and linked. Nova Works was not created: ")
    assert len([client for client in sides.ledger.people if client.name.casefold() == "nova works"]) == 1


def test_a_client_that_was_created_and_not_linked_is_linked_the_next_time(sides: BothSides, shop: Shop) -> None:
    act(sides, "create_clients", f"customer:{shop.ids['nova']}")
    [client] = [each for each in sides.ledger.people if each.name == "Nova Works"]
    sides.form("match-clients").act("unlink", {}, [f"client:{client.id}"], {})
    act(sides, "create_clients", f"customer:{shop.ids['nova']}")
    assert len([each for each in sides.ledger.people if each.name == "Nova Works"]) == 1
    assert "Nova Works" not in rows_of(sides)


def test_a_client_is_chosen_for_a_customer_or_the_suggested_one_is_linked(sides: BothSides, shop: Shop) -> None:
    nova, cakes = sides.client("Novva Works"), sides.client("Bakery of Mrs. Pye")
    rows = rows_of(sides)
    assert rows["Nova Works"]["cells"]["client"]["label"] == "Novva Works"
    assert rows["Pye's Cakes"]["outcome"] == "not_ready"
    assert [each["label"] for each in sides.form("match-customers").options("clients", "pye")] == [cakes.name]
    ids = [f"customer:{shop.ids[each]}" for each in ("nova", "pye")]
    done = act(sides, "link", *ids, **{ids[1]: {"client": cakes.id}})
    assert done["notice"] == "2 clients linked."
    links = sides.addin.runtime().links.all_of(sides.entries.realm, Entity.CUSTOMER)
    assert {link.source.id: link.quickbooks_id for link in links if link.source.id != "1"} == {
        nova.id: shop.ids["nova"],
        cakes.id: shop.ids["pye"],
    }


def test_one_client_for_two_customers_is_refused(sides: BothSides, shop: Shop) -> None:
    cakes = sides.client("Bakery of Mrs. Pye")
    ids = [f"customer:{shop.ids[each]}" for each in ("nova", "pye")]
    done = act(sides, "link", *ids, **{each: {"client": cakes.id} for each in ids})
    assert done["rejected"]["edits"].startswith("One client was chosen for two customers.")


def test_an_import_row_leads_to_its_customer_and_creates_its_client(sides: BothSides, shop: Shop) -> None:
    answer = sides.opened("import-payments")
    rows = sides.form("import-payments").rows(answer, None)
    row = next(each for each in rows.page(0, rows.count) if each["cells"]["amount"] == "5.00")
    match, make = row["fixes"]
    assert (match["label"], match["form"]) == ("Match client…", "match-customers")
    assert list(rows_of(sides, **match["request"]["answer"])) == ["Pye's Cakes"]
    assert make["label"] == "Create client “Pye's Cakes”"
    done = sides.form("import-payments").act(make["act"], answer, [row["id"]], {})
    assert done["notice"] == "Client Pye's Cakes was created and linked: its payments can be imported."
    rows = sides.form("import-payments").rows(answer, None)
    after = next(each for each in rows.page(0, rows.count) if each["id"] == row["id"])
    assert after["outcome"] == "ready"
    summary = sides.form("import-payments").run("import", answer, [row["id"]], {}, sides.host)
    assert summary["counts"]["done"] == 1
    assert [(entry.client_name, entry.amount) for entry in sides.ledger.entries] == [("Pye's Cakes", Decimal("5.00"))]


def test_a_host_that_creates_no_clients_offers_it_nowhere(sides: BothSides, shop: Shop) -> None:
    sides.ledger.can = frozenset({"apply"})
    assert [action["id"] for action in sides.form("match-customers").open({})["actions"]] == ["link"]
    assert "rejected" in act(sides, "create_clients", f"customer:{shop.ids['nova']}")
    answer = sides.opened("import-payments")
    rows = sides.form("import-payments").rows(answer, None)
    row = next(each for each in rows.page(0, rows.count) if each["cells"]["amount"] == "5.00")
    done = sides.form("import-payments").act("create_client", answer, [row["id"]], {})
    assert "does not let this add-in create clients" in done["rejected"]["rows"]
