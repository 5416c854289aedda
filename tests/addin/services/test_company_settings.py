"""First settings: methods of the same name, and the first service item; the pace that settings mean."""

from __future__ import annotations

import pytest

from qb_plugin.model import ListEntry, ReferenceLists
from qb_plugin.services.company_settings import first_item, first_settings, pace_of


def test_methods_are_matched_by_name_whatever_the_case() -> None:
    lists = ReferenceLists(methods=[ListEntry("1", "CHECK"), ListEntry("2", "Visa", active=False), ListEntry("3", "Cash")])
    assert first_settings(["Check", "Visa", "Barter"], lists)["payment_method"] == {"Check": "1"}


def test_deposits_go_where_quickbooks_puts_them() -> None:
    assert first_settings(["Check"], ReferenceLists())["deposit_account"] == {}


def test_the_first_active_service_is_the_item_of_credit_memos() -> None:
    items = [
        ListEntry("1", "Bolts", "Inventory"),
        ListEntry("2", "Old", "Service", active=False),
        ListEntry("3", "Hours", "Service"),
    ]
    assert first_item(items) == "3"
    assert first_item(items[:2]) == ""


@pytest.mark.parametrize(("settings", "share"), [({}, 1.0), ({"pace": "full"}, 1.0), ({"pace": "gentle"}, 0.5)])
def test_the_gentle_pace_is_half_of_the_limits(settings: dict[str, str], share: float) -> None:
    assert pace_of(settings) == share
