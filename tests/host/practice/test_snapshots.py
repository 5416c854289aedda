"""Ordered keys come whole and in order from both databases, and any stretch of them is read by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import BigInteger, Connection, Integer, create_engine, literal, select, union_all
from sqlalchemy.pool import NullPool

from hostsim.practice.sql.snapshots import DigitKeys, Ordered, read_ordered

KEYS = [17, -18, 0, 1, -1, 399_999_999_999, -399_999_999_999, 5, 5]
ALL = slice(0, 1_000)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with create_engine(database_url, poolclass=NullPool).connect() as opened:
        yield opened


def read(connection: Connection, pairs: Sequence[tuple[int, int]], *, mixed: bool = False) -> Ordered:
    """Read pairs of key and value, in this order."""
    rows = [
        select(
            literal(position, Integer).label("position"),
            literal(key, BigInteger).label("key"),
            literal(value, BigInteger).label("v"),
        )
        for position, (key, value) in enumerate(pairs)
    ]
    listed = union_all(*rows).subquery().c
    return read_ordered(connection, select(listed.key, listed.v).order_by(listed.position), mixed=mixed)


def test_keys_of_any_size_and_sign_come_back_in_order(connection: Connection) -> None:
    read_keys = read(connection, [(key, 1) for key in KEYS]).keys
    assert len(read_keys) == len(KEYS)
    assert list(read_keys[ALL]) == KEYS


@pytest.mark.parametrize("positions", [slice(0, 0), slice(2, 5), slice(8, 100), slice(100, 200), slice(5, 2)])
def test_a_stretch_is_read_by_itself(connection: Connection, positions: slice) -> None:
    assert list(read(connection, [(key, 1) for key in KEYS]).keys[positions]) == KEYS[positions]


def test_no_rows_are_no_keys_and_nothing_in_sum(connection: Connection) -> None:
    rows = select(literal(1, BigInteger).label("key"), literal(1, BigInteger).label("v")).where(literal(1) == literal(2))
    found = read_ordered(connection, rows, mixed=True)
    assert (len(found.keys), list(found.keys[ALL]), found.total, found.negative) == (0, [], 0, 0)


def test_what_is_below_zero_is_added_up_where_values_are_mixed(connection: Connection) -> None:
    pairs = [(1, 70), (-2, -30), (3, 5), (-4, -1)]
    found = read(connection, pairs, mixed=True)
    assert (found.total, found.negative) == (44, -31)
    assert read(connection, pairs).total == 44


def test_a_stretch_unpacks_no_more_than_itself() -> None:
    spoiled = DigitKeys(bytes.fromhex("ffffffffffff500000000007500000000008ffffffffffff"))
    assert list(spoiled[1:3]) == [7, 8]
