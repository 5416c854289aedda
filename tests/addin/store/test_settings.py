"""Settings per company, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

from qb_plugin.store.database import Store, open_store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url)) as opened:
        yield opened


def test_what_was_set_is_there_and_what_is_not_named_stays(store: Store) -> None:
    store.settings.put("1", {"deposit": {"Check": "4"}, "auto_apply": True, "lag": 30, "none": None, "since": date(2026, 1, 1)})
    store.settings.put("1", {"auto_apply": False, "limit": Decimal("10.00")})
    expected = {
        "deposit": {"Check": "4"},
        "auto_apply": False,
        "lag": 30,
        "none": None,
        "since": date(2026, 1, 1),
        "limit": Decimal("10.00"),
    }
    assert store.settings.get("1") == expected


def test_each_company_has_its_own_and_so_has_none(store: Store) -> None:
    store.settings.put("1", {"item": "a"})
    store.settings.put("", {"item": "b"})
    assert store.settings.get("1") == {"item": "a"}
    assert store.settings.get("") == {"item": "b"}
    assert store.settings.get("2") == {}


def test_a_value_that_cannot_be_kept_leaves_all_as_it_was(store: Store) -> None:
    store.settings.put("1", {"a": 1})
    with pytest.raises(TypeError):
        store.settings.put("1", {"a": 2, "b": object()})
    store.settings.put("1", {})
    assert store.settings.get("1") == {"a": 1}
