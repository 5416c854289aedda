"""The query language: every value is escaped in one place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from qb_plugin.quickbooks.query_builder import among, between, quote_value, select_count, select_page, since


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Amy's Bird Sanctuary", r"'Amy\'s Bird Sanctuary'"),
        ("back\\slash", r"'back\\slash'"),
        ("' OR Id > '0", r"'\' OR Id > \'0'"),
        ("\\' --", r"'\\\' --'"),
        ("100% & ünïcode", "'100% & ünïcode'"),
        ("", "''"),
    ],
)
def test_a_value_cannot_leave_its_quotes(value: str, text: str) -> None:
    assert quote_value(value) == text


def test_both_ends_of_a_range_are_included_and_either_may_be_open() -> None:
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    assert between("TxnDate", first, last) == "TxnDate >= '2026-11-01' AND TxnDate <= '2026-11-30'"
    assert between("TxnDate", first, None) == "TxnDate >= '2026-11-01'"
    assert between("TxnDate", None, last) == "TxnDate <= '2026-11-30'"
    assert between("TxnDate", None, None) == ""


def test_an_instant_is_cut_to_the_second_so_that_nothing_of_that_second_is_missed() -> None:
    pacific = timezone(timedelta(hours=-8))
    moment = datetime(2026, 11, 22, 6, 2, 35, 999000, tzinfo=pacific)
    assert since("MetaData.CreateTime", moment) == "MetaData.CreateTime >= '2026-11-22T06:02:35-08:00'"
    assert since("MetaData.CreateTime", moment.astimezone(UTC)) == "MetaData.CreateTime >= '2026-11-22T14:02:35+00:00'"


def test_statements_are_put_together_with_and_without_a_condition() -> None:
    assert select_page("Item", "", 1, 1000) == "SELECT * FROM Item ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000"
    where = among("Id", ("1", "2'"))
    assert select_count("Invoice", where) == r"SELECT COUNT(*) FROM Invoice WHERE Id IN ('1', '2\'')"
