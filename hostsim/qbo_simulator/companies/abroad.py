"""Thistle & Crane, a firm in Edinburgh: pounds, euros and dollars, and a tax code on every line."""

from datetime import date, datetime, timedelta

from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.companies.preferences import Beginning, TaxRule
from hostsim.qbo_simulator.companies.start import begin, make, moment

_RATES = {"EUR": ("0.85", "0.86", "0.84"), "USD": ("0.78", "0.80", "0.79")}
_CLIENTS = (("Harbour Books", "GBP"), ("Lumière et Fils", "EUR"), ("Prairie Light Inc.", "USD"))


def build_abroad(company: Company, today: date, now: datetime) -> None:
    """Fill `company`: lists, rates of three months, and an invoice with a payment for each customer."""
    start = moment(today - timedelta(days=120), now)
    taxes = (TaxRule("20.0% S", "20"), TaxRule("5.0% R", "5"), TaxRule("0.0% Z", "0"))
    beginning = Beginning(
        name="Thistle & Crane", currency="GBP", currencies=tuple(_RATES), country="GB", tax_codes=taxes, custom_numbers=True
    )
    begin(company, beginning, start)
    for code, rates in _RATES.items():
        for months, rate in enumerate(rates):
            day = (today - timedelta(days=90 - 30 * months)).isoformat()
            make(company, "ExchangeRate", {"SourceCurrencyCode": code, "Rate": rate, "AsOfDate": day}, start)
    for position, (name, code) in enumerate(_CLIENTS):
        _trade(company, position, {"DisplayName": name, "CurrencyRef": {"value": code}}, today, now)


def _trade(company: Company, position: int, client: Record, today: date, now: datetime) -> None:
    """An invoice two months ago, and half of it paid a month later at that day's rate."""
    billed, paid = today - timedelta(days=60 - position), today - timedelta(days=30 - position)
    customer = make(company, "Customer", client, moment(billed, now))
    common = {"CustomerRef": {"value": customer["Id"]}, "CurrencyRef": client["CurrencyRef"]}
    detail = {"ItemRef": {"value": "1"}, "TaxCodeRef": {"value": str(2 + position)}}
    line = {"Amount": 400 + 100 * position, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    number = {"DocNumber": f"TC-{101 + position}", "TxnDate": billed.isoformat()}
    invoice = make(company, "Invoice", {**common, **number, "Line": [line]}, moment(billed, now))
    applied = {"Amount": 200, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    body = {**common, "TxnDate": paid.isoformat(), "TotalAmt": 200, "Line": [applied]}
    make(company, "Payment", body, moment(paid, now))
