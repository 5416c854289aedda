"""Currencies that a company uses besides its own, and their rates by day."""

from datetime import datetime

from hostsim.qbo_simulator.base.clock import company_day, stamp
from hostsim.qbo_simulator.base.faults import business, duplicate_name, refuse, required
from hostsim.qbo_simulator.base.http import Record, dump, number
from hostsim.qbo_simulator.base.schema import write_entity
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import company_currency, currency, home_currency, is_multicurrency, rate_on


def fill_currency(company: Company, _kind: str, record: Record, old: Record | None) -> Record:
    """A complete company currency; its code must be of ISO 4217 and not in use yet."""
    if "Code" not in record:
        raise required("Code")
    if not is_multicurrency(company):
        raise business("Turn on multicurrency before you add a currency.")
    known = currency(record["Code"])
    table = company.tables["CompanyCurrency"]
    position, own = table.positions["Code"], (old or {}).get("Id")
    taken = any(cells[position] == record["Code"].lower() for each, cells in table.rows.items() if str(each) != own)
    if taken or record["Code"] == home_currency(company):
        raise duplicate_name()
    return {"Name": known["name"], **record}


def fill_rate(company: Company, _kind: str, record: Record, _old: Record | None) -> Record:
    """A complete exchange rate; 2290 unless it is above zero."""
    for field in ("SourceCurrencyCode", "Rate"):
        if field not in record:
            raise required(field)
    if number(record["Rate"]) <= 0:
        raise refuse("2290", "Invalid Negative Amount", "Rate should be greater than zero.", "Rate")
    company_currency(company, record["SourceCurrencyCode"])
    home = home_currency(company)
    if record.get("TargetCurrencyCode", home) != home:
        raise business("The target currency of a rate is the company's own.")
    return {**record, "TargetCurrencyCode": home}


def keep_rate(company: Company, record: Record, now: datetime) -> bytes:
    """Store the rate of a day, over the one that was there."""
    record = {"AsOfDate": company_day(now).isoformat(), **record}
    table = company.tables["ExchangeRate"]
    codes, days = table.positions["SourceCurrencyCode"], table.positions["AsOfDate"]
    wanted = (record["SourceCurrencyCode"].lower(), record["AsOfDate"])
    known = next((each for each, cells in table.rows.items() if (cells[codes], cells[days]) == wanted), None)
    identity = known if known is not None else company.new_id("ExchangeRate")
    fields = ("SourceCurrencyCode", "TargetCurrencyCode", "Rate", "AsOfDate")
    kept = {name: record[name] for name in fields}
    company.store("ExchangeRate", {**kept, "Id": str(identity), "MetaData": {"LastUpdatedTime": stamp(now)}}, now)
    return company.render("ExchangeRate", identity)


def rate_of_day(company: Company, code: str | None, day: str | None, now: datetime) -> bytes:
    """The rate of one currency on a day, today if none is given: the latest that was known then, else 1."""
    if not code:
        raise required("sourcecurrencycode")
    company_currency(company, code)
    known = day or company_day(now).isoformat()
    rate = 1 if code == home_currency(company) else rate_on(company, code, known)
    told = {"SourceCurrencyCode": code, "TargetCurrencyCode": home_currency(company), "Rate": rate, "AsOfDate": known}
    return dump(write_entity("ExchangeRate", {**told, "MetaData": {"LastUpdatedTime": stamp(now)}}))
