"""Values come back from the tables exactly as they went in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_plugin.model import Application, Kind, Message, Ref, RunInfo
from qb_plugin.store.sql.encoding import (
    decode,
    decode_applications,
    decode_message,
    decode_run,
    encode,
    encode_applications,
    encode_message,
    encode_moment,
    encode_run,
)

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.decimals(allow_nan=False),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.builds(Ref, st.sampled_from(Kind), st.text()),
)
KEYS = st.one_of(st.text(), st.sampled_from(["$tuple", "$decimal", "$moment", "$message", "$object", "$ref", "$date"]))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(KEYS, inner, max_size=3),
        st.builds(Message, st.text(), st.dictionaries(KEYS, inner, max_size=2), st.none() | st.text()),
    ),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)


@given(st.decimals(allow_nan=False))
def test_a_decimal_keeps_its_last_zeros(amount: Decimal) -> None:
    assert repr(decode(encode(amount))) == repr(amount)


def test_a_sentence_keeps_its_placeholders_and_details() -> None:
    message = Message("closed", {"date": date(2026, 9, 30), "amount": Decimal("100.00"), "of": Ref(Kind.INVOICE, "7")}, "6200: ☃")
    assert decode_message(encode_message(message)) == message
    assert encode_message(None) is None
    assert decode_message(None) is None


def test_a_column_that_holds_no_sentence_is_found_out() -> None:
    with pytest.raises(TypeError):
        decode_message('"plain text"')


def test_a_run_comes_back_with_its_moments_and_counts() -> None:
    started = datetime(2026, 11, 22, 9, 30, 0, 1, tzinfo=UTC)
    run = RunInfo(
        id="r",
        realm="1",
        action="export-payments",
        user="Zoë",
        started=started,
        total=3,
        done=2,
        finished=started + timedelta(seconds=1),
        counts={"done": 2, "failed": 1},
    )
    assert decode_run(encode_run(run)) == run
    assert encode_run(None) is None
    assert decode_run(None) is None


def test_applications_keep_their_cents() -> None:
    applications = (Application("130", "INV-1001", Decimal("0.10")), Application("131", "№ 2", Decimal("100.00")))
    back = decode_applications(encode_applications(applications))
    assert back == applications
    assert str(back[1].amount) == "100.00"


def test_a_moment_of_another_zone_is_kept_in_utc() -> None:
    summer = timezone(timedelta(hours=2))
    assert encode_moment(datetime(2026, 7, 1, 1, 0, tzinfo=summer)) == "2026-06-30T23:00:00.000000+00:00"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        encode_moment(datetime(2026, 7, 1, 1, 0))  # noqa: DTZ001


@pytest.mark.parametrize("value", [object(), b"bytes", {1: "a number as key"}, {"set"}])
def test_what_cannot_be_kept_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)


def test_what_json_cannot_write_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(float("nan"))
