"""Envelopes: pages, counts, batches, changes and QuickBooks' clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qb_plugin.schemas.envelopes import (
    Page,
    is_deleted,
    read_batch,
    read_changes,
    read_count,
    read_entity,
    read_page,
    read_time,
    write_batch,
)
from qb_plugin.schemas.text import BadReplyError, read_json


def test_the_clock_is_an_instant() -> None:
    assert read_time({"time": "2026-05-05T03:11:46.211-07:00"}) == datetime(2026, 5, 5, 10, 11, 46, 211000, tzinfo=UTC)


@pytest.mark.parametrize(
    "envelope", [{}, {"time": None}, {"time": 1601391072830}, {"time": "now"}, {"time": "2026-05-05T03:11:46"}]
)
def test_a_clock_that_cannot_be_read_is_none(envelope: object) -> None:
    assert read_time(envelope) is None


def test_a_page_with_and_without_rows() -> None:
    assert read_page({"QueryResponse": {"Payment": [{"Id": "1"}], "maxResults": 1}}, "Payment") == Page(({"Id": "1"},))
    assert read_page({"QueryResponse": {"Invoice": [], "totalCount": 4}}, "Invoice") == Page((), 4)
    assert read_page({"QueryResponse": {}, "time": "x"}, "Payment") == Page(())


@pytest.mark.parametrize("envelope", [None, [], {}, {"QueryResponse": None}, {"QueryResponse": {"Payment": {}}}])
def test_what_is_no_page_is_refused(envelope: object) -> None:
    with pytest.raises(BadReplyError):
        read_page(envelope, "Payment")


def test_a_count() -> None:
    assert read_count({"QueryResponse": {"totalCount": 41}}) == 41
    for wrong in ({}, {"totalCount": "41"}, {"totalCount": True}):
        with pytest.raises(BadReplyError):
            read_count({"QueryResponse": wrong})


def test_the_one_record_of_an_answer() -> None:
    assert read_entity({"Payment": {"Id": "1"}}, "Payment") == {"Id": "1"}
    with pytest.raises(BadReplyError):
        read_entity({"Fault": {}}, "Payment")


def test_a_deletion_is_known_by_its_stub() -> None:
    assert is_deleted({"domain": "QBO", "status": "Deleted", "Id": "73"})
    assert not is_deleted({"Id": "73"})
    assert not is_deleted(None)


def test_a_batch_body_is_valid_json_and_holds_the_texts_as_they_are() -> None:
    body = write_batch((("1", "create", "Payment", '{"TotalAmt":450.00}'), ("2", "delete", "CreditMemo", '{"Id":"ü"}')))
    assert (
        body
        == (
            '{"BatchItemRequest":[{"bId":"1","operation":"create","Payment":{"TotalAmt":450.00}},'
            '{"bId":"2","operation":"delete","CreditMemo":{"Id":"ü"}}]}'
        ).encode()
    )
    assert read_json(body)


def test_a_bid_told_twice_stands_for_nothing() -> None:
    one, two = {"bId": "1", "Payment": {}}, {"bId": "2", "Payment": {}}
    assert read_batch({"BatchItemResponse": [one, two, one, None, {"bId": 3}]}) == {"1": None, "2": two}


def test_changes_and_deletions_of_one_entity() -> None:
    blocks = [
        {"Payment": [{"Id": "1"}, {"Id": "9", "status": "Deleted"}], "startPosition": 1, "maxResults": 2},
        {"Invoice": [{"Id": "5"}]},
        {},
    ]
    assert read_changes({"CDCResponse": [{"QueryResponse": blocks}]}, "Payment") == (({"Id": "1"},), ("9",))


@pytest.mark.parametrize(
    "envelope", [None, {}, {"CDCResponse": 7}, {"CDCResponse": [{}]}, {"CDCResponse": [{"QueryResponse": [7]}]}]
)
def test_what_is_no_change_list_is_refused(envelope: object) -> None:
    with pytest.raises(BadReplyError):
        read_changes(envelope, "Payment")
