"""What is linked to what, by whom, and under which origin: one module of rules for runs and forms."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from qb_plugin.model import Entity, Kind, Link, LinkOrigin, QboCreditMemo, Ref, Side, side_of
from qb_plugin.sync.importing.row import row_id
from qb_plugin.sync.linking import (
    ENTITIES,
    MatchedClients,
    client_links,
    link_clients,
    link_imported,
    link_matched,
    link_records,
)
from tests.support.addin.sync_firm import DAY, REALM, Firm, book_payment, client_link, customer_id, firm_in, memo, payment
from tests.support.paths import ROOT


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def test_every_kind_of_record_has_its_one_sort_of_quickbooks_record() -> None:
    assert set(ENTITIES) == set(Kind)
    assert set(ENTITIES.values()) == set(Entity)


def test_records_are_linked_in_the_version_that_was_compared(firm: Firm) -> None:
    saved = QboCreditMemo(
        id="901",
        sync_token="4",
        customer_id=customer_id(1),
        customer_name="Customer 1",
        date=DAY,
        total=memo(1).amount,
        remaining=memo(1).amount,
    )
    link_records(firm.context, [(payment(1), book_payment("900", sync_token="3")), (memo(1), saved)], LinkOrigin.MATCHED)
    assert firm.link(payment(1)) == Link(
        realm=REALM,
        source=payment(1).ref,
        entity=Entity.PAYMENT,
        quickbooks_id="900",
        origin=LinkOrigin.MATCHED,
        sync_token="3",
        source_version="7",
    )
    assert firm.link(memo(1)) == Link(
        realm=REALM,
        source=memo(1).ref,
        entity=Entity.CREDIT_MEMO,
        quickbooks_id="901",
        origin=LinkOrigin.MATCHED,
        sync_token="4",
        source_version="7",
    )


@pytest.mark.parametrize(
    ("note", "origin"),
    [(None, LinkOrigin.IMPORTED), ("[WS AF-payment-5]", LinkOrigin.ADOPTED), ("[WS ZZ-payment-5]", LinkOrigin.IMPORTED)],
)
def test_a_payment_with_our_marker_was_adopted_and_any_other_imported(firm: Firm, note: str | None, origin: LinkOrigin) -> None:
    link_imported(firm.context, [(payment(5).ref, book_payment("900", sync_token="3", note=note))])
    assert firm.link(payment(5)) == Link(
        realm=REALM, source=payment(5).ref, entity=Entity.PAYMENT, quickbooks_id="900", origin=origin, sync_token="3"
    )


def test_payments_that_a_person_called_the_same_are_matched(firm: Firm) -> None:
    link_matched(firm.context, [(payment(5).ref, book_payment("900"))], "Maria")
    link = firm.link(payment(5))
    assert link is not None
    assert (link.quickbooks_id, link.origin) == ("900", LinkOrigin.MATCHED)


def test_a_client_is_moved_to_another_customer_and_two_may_share_one(firm: Firm) -> None:
    links = firm.store.links
    assert link_clients(links, REALM, {"1": "90", "2": customer_id(3), "9": "91"}) == MatchedClients(3, {"2": "3"})
    found = client_links(links, REALM)
    assert {client: link.quickbooks_id for client, link in found.items()} == {
        "1": "90",
        "2": customer_id(3),
        "3": customer_id(3),
        "4": customer_id(4),
        "5": customer_id(5),
        "9": "91",
    }
    assert found["9"] == Link(
        realm=REALM, source=Ref(Kind.CLIENT, "9"), entity=Entity.CUSTOMER, quickbooks_id="91", origin=LinkOrigin.MATCHED
    )


def test_a_client_linked_as_wanted_already_is_left_alone(firm: Firm) -> None:
    assert link_clients(firm.store.links, REALM, {"1": customer_id(1)}) == MatchedClients(0, {})
    assert client_links(firm.store.links, REALM)["1"] == client_link(1)


def test_links_are_made_nowhere_else() -> None:
    makers = {
        str(path.relative_to(ROOT / "qb_plugin"))
        for path in (ROOT / "qb_plugin").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Link"
    }
    assert makers == {"sync/linking.py", "store/links.py"}


def test_a_rows_id_names_whose_record_it_shows() -> None:
    assert (side_of(row_id("17")), side_of("payment:17"), side_of("Payment:17")) == (
        Side.QUICKBOOKS,
        Side.WORKSPACE,
        Side.WORKSPACE,
    )
