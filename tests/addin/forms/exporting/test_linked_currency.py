"""A link is looked at for its currency, too: money of one currency is not that of another with the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer

CODES = ("EUR", "JPY", "KWD", "GBP")


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothSides]:
    with both_sides(Path(tmp_path_factory.mktemp("linked"))) as found:
        found.build(preferences={"CurrencyPrefs": {"MultiCurrencyEnabled": True}})
        for code in CODES:
            found.entries.post("CompanyCurrency", {"Code": code})
        found.choose(credit_memo_item="1")
        yield found


@dataclass(frozen=True, slots=True)
class Case:
    """The currency that a record was sent in, the client's currency afterwards, and what its row says then; "" for no word."""

    sent: str
    kept: str
    said: str = ""
    kind: str = "payment"
    amount: str = "500.00"
    other: str = ""  # the amount here afterwards


CASES = [
    Case("USD", "USD"),
    Case("EUR", "EUR"),
    Case("KWD", "KWD", amount="500.005"),
    Case("JPY", "JPY", amount="500"),
    Case("USD", "EUR", "currency EUR here, USD in QuickBooks"),
    Case("EUR", "USD", "currency USD here, EUR in QuickBooks"),
    Case("EUR", "GBP", "currency GBP here, EUR in QuickBooks"),
    Case("JPY", "USD", "currency USD here, JPY in QuickBooks", amount="500"),
    Case("KWD", "EUR", "currency EUR here, KWD in QuickBooks"),
    Case("USD", "USD", kind="credit_memo"),
    Case("EUR", "EUR", kind="credit_memo"),
    Case("USD", "EUR", "currency EUR here, USD in QuickBooks", kind="credit_memo"),
    Case("EUR", "JPY", "currency JPY here, EUR in QuickBooks", kind="credit_memo"),
    Case("USD", "EUR", "amount 540.00 here, 500.00 in QuickBooks; currency EUR here, USD in QuickBooks", other="540.00"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_linked_record_in_another_currency_than_in_quickbooks_is_changed(sides: BothSides, case: Case) -> None:
    name = f"Client {len(sides.ledger.people)}"
    client = sides.client(name, case.sent)
    sides.build(customer(name, "me", CurrencyRef={"value": case.sent}))
    sides.match()
    record = sides.record(client, case.amount, case.kind)
    sent = sides.export(record)[record.ref]
    assert sent["outcome"] == "synchronized", sent
    kind = "Payment" if case.kind == "payment" else "CreditMemo"
    before = sides.read(kind, sent["quickbooks_id"])
    assert (before["TotalAmt"], before["CurrencyRef"]["value"]) == (Decimal(case.amount), case.sent)
    people, entries = sides.ledger.people, sides.ledger.entries
    people[people.index(client)] = replace(client, currency=case.kept)
    now = replace(record, amount=Decimal(case.other or case.amount))
    entries[entries.index(record)] = now
    row = sides.export(now)[record.ref]
    if case.said:
        assert (row["outcome"], case.said in row["message"]) == ("changed", True), row
        assert [fix["label"] for fix in row["fixes"]] == ["Compare the two…", "Unlink"]
    else:
        assert (row["outcome"], row["message"]) == ("synchronized", "Already in QuickBooks. Nothing was sent.")
    assert sides.read(kind, sent["quickbooks_id"]) == before
    assert len(sides.query(kind, f"CustomerRef = '{before['CustomerRef']['value']}'")) == 1
