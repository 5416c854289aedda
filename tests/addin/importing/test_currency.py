"""A payment in another currency than the client's is never read as if it were the client's; amounts keep their decimals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.addin.import_scene import ImportScene, labels

Case = tuple[str, str, str | None, str]
# Currency there, amount, rate, currency the client is kept in here; none of them is the same.
DIFFERENT: list[Case] = [
    ("EUR", "500.00", "1.08", "USD"),
    ("EUR", "0.01", "1.0837", "USD"),
    ("EUR", "1234567.89", "0.5", "USD"),
    ("GBP", "10.00", "1.25", "USD"),
    ("GBP", "10.00", "1.25", "EUR"),
    ("JPY", "1000", "0.0067", "USD"),
    ("JPY", "1000", "0.0067", "EUR"),
    ("KWD", "12.345", "3.25", "USD"),
    ("USD", "500.00", None, "EUR"),
    ("USD", "500.00", None, "JPY"),
    ("USD", "500.00", None, "KWD"),
    ("EUR", "500.00", "1", "USD"),
]


@pytest.mark.parametrize(("there", "amount", "rate", "here"), DIFFERENT)
def test_another_currency_is_a_decision_with_both_amounts_and_the_rate(
    scene: ImportScene, there: str, amount: str, rate: str | None, here: str
) -> None:
    name, money = f"Eva {scene.number()}", {"CurrencyRef": {"value": there}, **({"ExchangeRate": Decimal(rate)} if rate else {})}
    eva = scene.client(name, here, scene.quickbooks.customer(name, CurrencyRef={"value": there}))
    bill = scene.bill(name, f"E-{eva}", "540.00")
    owed = scene.quickbooks.invoice(eva, Decimal(amount), DocNumber=bill.number, **money)
    paid = scene.quickbooks.pay(eva, Decimal(amount), (owed["Id"], Decimal(amount), "Invoice"), **money)
    row = scene.take_one(paid)
    assert (row["outcome"], scene.here(paid), scene.open_here(bill.number)) == ("needs_decision", None, Decimal("540.00"))
    assert f"{there} {Decimal(amount):,.{3 if there == 'KWD' else 2}f}" in row["message"]
    assert f"{name} is kept in {here}" in row["message"]
    if rate:
        at_home = round(Decimal(amount) * Decimal(rate) + Decimal("1e-9"), 2)
        assert f"(USD {at_home:,.2f} at {Decimal(rate).normalize():f})" in row["message"]
    assert labels(row) == ["Not now"]
    forced = scene.take_one(paid, force=True)
    assert (forced["outcome"], scene.here(paid)) == ("needs_decision", None)
    assert scene.take_one(paid, skip=True)["outcome"] == "skipped"


SAME = [("EUR", "500.00"), ("EUR", "0.01"), ("JPY", "1000"), ("JPY", "1"), ("KWD", "12.345"), ("KWD", "0.001"), ("KWD", "7"),
        ("GBP", "99.99"), ("USD", "500.00"), ("USD", "0.01"), ("USD", "1234567.89")]  # fmt: skip


@pytest.mark.parametrize(("currency", "amount"), SAME)
def test_the_clients_own_currency_comes_in_to_its_last_decimal(scene: ImportScene, currency: str, amount: str) -> None:
    name, money = f"Ivo {scene.number()}", {"CurrencyRef": {"value": currency}}
    ivo = scene.client(name, currency)
    bill = scene.bill(name, f"I-{ivo}", amount)
    owed = scene.quickbooks.invoice(ivo, Decimal(amount), DocNumber=bill.number, **money)
    paid = scene.quickbooks.pay(ivo, Decimal(amount), (owed["Id"], Decimal(amount), "Invoice"), **money)
    row = scene.take_one(paid)
    assert (row["outcome"], row["message"]) == ("synchronized", "")
    assert scene.applied(paid) == {bill.number: Decimal(amount)}
    assert scene.open_here(bill.number) == scene.quickbooks.get("Invoice", owed["Id"])["Balance"] == 0
