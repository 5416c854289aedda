"""The cache of the reference lists: one company's, for five minutes, and read again on request."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from qb_plugin.errors import NotConnected
from qb_plugin.model import Company, Connection, ListEntry, Message
from qb_plugin.services.reference_lists import LIFETIME, ReferenceListCache
from tests.addin.services.conftest import CONNECTED
from tests.support.virtual_clock import VirtualClock


class Lists:
    """QuickBooks' lists, counting how often they are read."""

    def __init__(self) -> None:
        self.reads = 0
        self.failure: Exception | None = None

    def open(self, connection: Connection) -> Any:
        """The context of this company."""
        if self.failure:
            raise self.failure
        return SimpleNamespace(realm=connection.realm, quickbooks=self)

    def customers(self) -> list[Any]:
        self.reads += 1
        return []

    def accounts(self) -> list[ListEntry]:
        return [ListEntry("4", "Undeposited Funds")]

    methods = items = tax_codes = accounts

    def preferences(self) -> Company:
        return Company(realm="123", name="")


@pytest.fixture
def lists() -> Lists:
    return Lists()


@pytest.fixture
def cache(lists: Lists, clock: VirtualClock) -> ReferenceListCache:
    return ReferenceListCache(lists.open, clock)


def test_the_lists_are_read_again_after_five_minutes(cache: ReferenceListCache, lists: Lists, clock: VirtualClock) -> None:
    first = cache.read(CONNECTED)
    clock.move(LIFETIME - 1)
    assert cache.read(CONNECTED) is first
    clock.move(1)
    cache.read(CONNECTED)
    assert lists.reads == 2


def test_the_lists_are_read_again_on_request_and_then_cached(cache: ReferenceListCache, lists: Lists) -> None:
    cache.read(CONNECTED)
    fresh = cache.read(CONNECTED, fresh=True)
    assert lists.reads == 2
    assert cache.read(CONNECTED) is fresh


def test_another_company_has_lists_of_its_own(cache: ReferenceListCache, lists: Lists) -> None:
    cache.read(CONNECTED)
    cache.read(replace(CONNECTED, realm="4"))
    assert lists.reads == 2


def test_cached_lists_are_not_given_to_a_company_that_is_signed_out(cache: ReferenceListCache, lists: Lists) -> None:
    cache.read(CONNECTED)
    lists.failure = NotConnected(Message("connection_none"))
    with pytest.raises(NotConnected):
        cache.read(CONNECTED)
