"""Which currency a transaction is in, at what rate, and what it is worth in the company's own."""

from decimal import Decimal

from hostsim.qbo_simulator.base.faults import RefusedError, business, refuse, required
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.base.money import currencies, rounded
from hostsim.qbo_simulator.base.schema import schema
from hostsim.qbo_simulator.books.company import Company

_OF_CUSTOMER = frozenset({"Payment", "Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt"})
_ONE = Decimal(1)


def home_currency(company: Company) -> str:
    """The code of the company's own currency."""
    code: str = (company.preference("CurrencyPrefs", "HomeCurrency") or {}).get("value", "USD")
    return code


def is_multicurrency(company: Company) -> bool:
    """Whether the company keeps books in several currencies."""
    return bool(company.preference("CurrencyPrefs", "MultiCurrencyEnabled"))


def currency(code: str) -> Record:
    """A currency reference with its name; 2220 for what ISO 4217 does not have."""
    known = currencies().get(code)
    if known is None:
        raise invalid_currency(code)
    return {"value": code, "name": known.name}


def invalid_currency(code: str) -> RefusedError:
    """2220: a currency that does not exist, or that the company does not use."""
    return refuse("2220", "Invalid Currency", f"Invalid Currency : {code}", "CurrencyRef")


def company_currency(company: Company, code: str) -> Record:
    """A reference to one of the currencies that the company uses; 2220 for any other."""
    reference = currency(code)
    if code != home_currency(company) and not _is_used(company, code):
        raise invalid_currency(code)
    return reference


def _is_used(company: Company, code: str) -> bool:
    table = company.tables["CompanyCurrency"]
    codes, active = table.positions["Code"], table.positions["Active"]
    return any(cells[codes] == code.lower() and cells[active] for cells in table.rows.values())


def _only_currency(company: Company, home: str, given: Record | None) -> Record:
    """The currency of a transaction in a company that has but one, by the switch `single_currency`."""
    choice = company.settings.single_currency
    if given is None or given["value"] == home or choice == "ignore":
        return currency(home)
    if choice == "refuse":
        raise business("The company uses one currency only. Turn multicurrency on to use another one.")
    return currency(given["value"])


def transaction_currency(company: Company, kind: str, record: Record, own: str | None) -> Record:
    """CurrencyRef and, with several currencies, ExchangeRate of a transaction; `own` is its customer's or account's."""
    home = home_currency(company)
    if not is_multicurrency(company):
        return {"CurrencyRef": _only_currency(company, home, record.get("CurrencyRef"))}
    if "CurrencyRef" not in record and kind in _OF_CUSTOMER:
        raise required("CurrencyRef")
    code = record["CurrencyRef"]["value"] if "CurrencyRef" in record else own or home
    if own is not None and code != own and (kind in _OF_CUSTOMER or own != home):
        raise business(f"The currency of the transaction must be the currency of the {_owner(kind)}.")
    return {"CurrencyRef": company_currency(company, code), "ExchangeRate": _rate(company, record, code)}


def _owner(kind: str) -> str:
    return "customer" if kind in _OF_CUSTOMER else "account"


def _rate(company: Company, record: Record, code: str) -> Decimal:
    given = record.get("ExchangeRate")
    if given is not None and number(given) <= 0:
        raise refuse("2290", "Invalid Negative Amount", "ExchangeRate should be greater than zero.", "ExchangeRate")
    if code == home_currency(company):
        return _ONE
    return number(given) if given is not None else rate_on(company, code, record["TxnDate"])


def rate_on(company: Company, code: str, day: str) -> Decimal:
    """The latest rate known on that day; 1 when there is none."""
    table = company.tables["ExchangeRate"]
    codes, days = table.positions["SourceCurrencyCode"], table.positions["AsOfDate"]
    known = [
        (str(cells[days]), each) for each, cells in table.rows.items() if cells[codes] == code.lower() and str(cells[days]) <= day
    ]
    return number((table.get(max(known)[1]) or {})["Rate"]) if known else _ONE


def rounded_amounts(record: Record) -> Record:
    """`record` with its total and its lines' amounts in the decimals that its currency has."""
    code = record["CurrencyRef"]["value"]
    done = dict(record)
    if done.get("TotalAmt") is not None:
        done["TotalAmt"] = rounded(number(done["TotalAmt"]), code)
    if "Line" in done:
        done["Line"] = [_rounded_line(line, code) for line in done["Line"]]
    return done


def _rounded_line(line: Record, code: str) -> Record:
    return {**line, "Amount": rounded(number(line["Amount"]), code)} if line.get("Amount") is not None else line


def at_home(company: Company, record: Record, value: Decimal) -> Decimal:
    """An amount of a transaction in the company's own currency."""
    return rounded(value * number(record.get("ExchangeRate", 1)), home_currency(company))


def home_total(company: Company, kind: str, record: Record) -> Record:
    """HomeTotalAmt of a transaction with a rate, for those entities that have it."""
    if "ExchangeRate" not in record or "TotalAmt" not in record or "HomeTotalAmt" not in schema().entities[kind]:
        return {}
    return {"HomeTotalAmt": at_home(company, record, number(record["TotalAmt"]))}


def check_account(company: Company, record: Record, account: Record) -> None:
    """Money goes to an account in the transaction's currency or in the company's own."""
    if not is_multicurrency(company):
        return
    code = account.get("CurrencyRef", {}).get("value", home_currency(company))
    if code not in (record["CurrencyRef"]["value"], home_currency(company)):
        raise business("The currency of the account must be the currency of the transaction.")


def gain_account(company: Company) -> int | None:
    """The account for exchange gains and losses, once there is one."""
    table = company.tables["Account"]
    position = table.positions["AccountSubType"]
    return next((each for each, cells in table.rows.items() if cells[position] == "exchangegainorloss"), None)
