"""What cannot be sent is said before anything is: currencies and their decimals, amounts, texts, closed books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer

CURRENCIES = ("EUR", "JPY", "KWD", "CLF", "GBP")


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    """A company of dollars that keeps books in several currencies."""
    with both_sides(tmp_path) as found:
        found.build(
            *({"create": "CompanyCurrency", "body": {"Code": code}} for code in CURRENCIES),
            preferences={"CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}}},
        )
        yield found


@dataclass(frozen=True, slots=True)
class Case:
    """A client's currency, that of the customer, an amount, and the beginning of what is said; "" where it is sent."""

    billed: str
    kept: str
    amount: str
    said: str
    more: dict[str, Any] = field(default_factory=dict)


REASONS = (
    Case("USD", "USD", "10.00", ""),
    Case("EUR", "EUR", "500.00", ""),
    Case("JPY", "JPY", "5000", ""),
    Case("KWD", "KWD", "1.005", ""),
    Case("CLF", "CLF", "1.0005", ""),
    Case("USD", "EUR", "500.00", "Customer {name} is kept in EUR, and this record is in USD."),
    Case("EUR", "USD", "500.00", "Customer {name} is kept in USD, and this record is in EUR."),
    Case("EUR", "GBP", "500.00", "Customer {name} is kept in GBP, and this record is in EUR."),
    Case("JPY", "JPY", "5000.5", "The amount 5000.5 has more decimals than JPY has (0)."),
    Case("JPY", "JPY", "5000.50", "The amount 5000.50 has more decimals than JPY has (0)."),
    Case("KWD", "KWD", "1.0005", "The amount 1.0005 has more decimals than KWD has (3)."),
    Case("CLF", "CLF", "1.00005", "The amount 1.00005 has more decimals than CLF has (4)."),
    Case("USD", "USD", "10.005", "The amount 10.005 has fractions of a cent"),
    Case("EUR", "EUR", "10.005", "The amount 10.005 has fractions of a cent"),
    Case("USD", "USD", "0.00", "The amount is 0.00; QuickBooks takes amounts above zero only."),
    Case("USD", "USD", "-5.00", "The amount is -5.00; QuickBooks takes amounts above zero only."),
    Case("USD", "USD", "10000000000.00", "QuickBooks takes 9,999,999,999.99 at most, and this is 10,000,000,000.00."),
    Case("USD", "USD", "9999999999.99", ""),
    Case("KWD", "KWD", "10000000000.001", "QuickBooks takes 9,999,999,999.99 at most, and this is 10,000,000,000.001."),
    Case("USD", "USD", "10.00", "Reference is too long (22 of 21 characters).", {"reference": "x" * 22}),
    Case("USD", "USD", "10.00", "", {"reference": "x" * 21}),
    Case("USD", "USD", "10.00", "Memo is too long (3990 of 39", {"memo": "m" * 3990}),
    Case("USD", "USD", "10.00", "", {"memo": "m" * 3950}),
    Case("USD", "USD", "10.00", "Memo has a character that QuickBooks refuses (U+0007)", {"memo": "a\x07b"}),
)


def test_each_reason_is_told_before_and_in_the_run_and_only_good_rows_reach_quickbooks(sides: BothSides) -> None:
    sides.build(*(customer(f"Case {n}", f"c{n}", CurrencyRef={"value": case.kept}) for n, case in enumerate(REASONS)))
    records = [sides.record(sides.client(f"Case {n}", case.billed), case.amount, **case.more) for n, case in enumerate(REASONS)]
    sides.match()
    shown = sides.grid(*records)
    planned = sides.export(*records, dry_run=True)
    assert sides.query("Payment") == []
    rows = sides.export(*records)
    for number, (case, record) in enumerate(zip(REASONS, records, strict=True)):
        row, before = rows[record.ref], planned[record.ref]
        said = case.said.format(name=f"Case {number}")
        if case.said:
            assert (row["outcome"], before["outcome"]) == ("failed", "not_ready"), (case, row, before)
            assert row["message"].startswith(said), (case, row)
            assert before["message"] == row["message"]
            assert "Nothing was sent." in row["message"] or "Nothing was saved." in row["message"], row
            if not case.more:
                assert (shown[record.ref]["outcome"], shown[record.ref]["message"]) == ("not_ready", row["message"])
        else:
            assert (row["outcome"], before["outcome"]) == ("synchronized", "ready"), (case, row, before)
            there = sides.read("Payment", row["quickbooks_id"])
            assert (there["TotalAmt"], there["CurrencyRef"]["value"]) == (Decimal(case.amount), case.billed)
    assert len(sides.query("Payment")) == sum(not case.said for case in REASONS)


@pytest.mark.parametrize("typed", [3940, 3970, 3976, 3977, 3978, 3980, 3990, 3999, 4000, 4001, 5000])
def test_the_room_for_a_memo_is_counted_in_what_the_person_typed(sides: BothSides, typed: int) -> None:
    sides.build(customer("Ada", "ada", CurrencyRef={"value": "USD"}))
    record = sides.record(sides.client("Ada"), "10.00", memo="m" * typed)
    sides.match()
    mark = " [WS pd7-payment-1~b1]"
    row = sides.export(record)[record.ref]
    if typed + len(mark) <= 4000:
        assert sides.read("Payment", row["quickbooks_id"])["PrivateNote"] == record.memo + mark
    else:
        assert row["message"].startswith(f"Memo is too long ({typed} of {4000 - len(mark)} characters)")
        assert sides.query("Payment") == []


def test_a_company_of_one_currency_says_that_it_cannot_take_another(tmp_path: Path) -> None:
    with both_sides(tmp_path) as sides:
        sides.build(customer("Zoë", "zoe"))
        record = sides.record(sides.client("Zoë", "EUR"), "10.00")
        sides.match()
        row = sides.export(record)[record.ref]
        assert row["message"].startswith("Zoë is billed in EUR, and Empty Company keeps its books in USD alone. Nothing was sent.")
        assert [fix["label"] for fix in row["fixes"]] == ["Match client…", "Not now"]
        assert sides.query("Payment") == []


@pytest.mark.parametrize(("account", "goes"), [("USD", True), ("EUR", True), ("GBP", False), ("KWD", False)])
def test_a_deposit_account_in_a_third_currency_is_said_with_the_account(sides: BothSides, account: str, goes: bool) -> None:
    bank = {"Name": "Bank abroad", "AccountType": "Bank", "AccountSubType": "Checking", "CurrencyRef": {"value": account}}
    ids = sides.build({"create": "Account", "as": "bank", "body": bank}, customer("Zoë", "zoe", CurrencyRef={"value": "EUR"}))
    record = sides.record(sides.client("Zoë", "EUR"), "10.00")
    sides.match()
    row = sides.run([record], {}, {record.ref: {"deposit": ids["bank"]}})["rows"][record.ref]
    if goes:
        assert sides.read("Payment", row["quickbooks_id"])["DepositToAccountRef"]["value"] == ids["bank"]
    else:
        assert row["outcome"] == "failed"
        assert f"kept in EUR, and the deposit account Bank abroad in {account}" in row["message"]
        assert sides.query("Payment") == []
        assert [fix["label"] for fix in row["fixes"]] == ["Settings…", "Not now"]


def test_closed_books_are_said_with_the_first_day_that_is_open(sides: BothSides) -> None:
    sides.build(
        customer("Ada", "ada", CurrencyRef={"value": "USD"}), preferences={"AccountingInfoPrefs": {"BookCloseDate": "2026-10-31"}}
    )
    ada = sides.client("Ada")
    shut, opened = sides.record(ada, "10.00", day=date(2026, 10, 31)), sides.record(ada, "10.00", day=date(2026, 11, 1))
    sides.match()
    shown, rows = sides.grid(shut, opened), sides.export(shut, opened)
    assert [shown[each.ref]["outcome"] for each in (shut, opened)] == ["not_ready", "ready"]
    assert [rows[each.ref]["outcome"] for each in (shut, opened)] == ["failed", "synchronized"]
    assert "closed up to 2026-10-31, and this is dated 2026-10-31" in rows[shut.ref]["message"]
    assert "Not now" in [fix["label"] for fix in rows[shut.ref]["fixes"]]
    assert [str(each["TxnDate"]) for each in sides.query("Payment")] == ["2026-11-01"]
