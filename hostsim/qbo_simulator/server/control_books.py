"""Control calls that change a company's books: cases, deposits, merges, and records that cannot be read."""

from typing import Any

from hostsim.qbo_simulator.base.http import Record, Request, load
from hostsim.qbo_simulator.base.settings import changed
from hostsim.qbo_simulator.books.atomic import atomic
from hostsim.qbo_simulator.books.changes import deposit_payments
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.ledger import trial_balance
from hostsim.qbo_simulator.books.lists.merge import merge_customers
from hostsim.qbo_simulator.companies.books_file import build_books, read_books
from hostsim.qbo_simulator.simulator import QuickBooks


def _body(request: Request) -> Record:
    """The object sent; numbers keep all their digits."""
    body = load(request.body or b"{}")
    if not isinstance(body, dict):
        raise TypeError("an object is expected")
    return body


def _company(core: QuickBooks, request: Request, body: Record) -> Company:
    return core.realms[str(body.get("realm") or request.parameter("realm") or next(iter(core.realms)))]


def add_books(core: QuickBooks, content: object, realm: str | None = None) -> dict[str, str]:
    """Build a case in a company, by default the first; all of it or, with a BooksFileError, none. Ids by local name."""
    books = read_books(content)
    with core.lock:
        changed(core.settings, books.settings)
        done = build_books(core.realms[realm or next(iter(core.realms))], books, core.clock.now())
        core.change_settings(**books.settings)
    return done


def build(core: QuickBooks, request: Request) -> dict[str, Any]:
    """Build the case sent; the ids of the records that its steps name."""
    return {"ids": add_books(core, load(request.body), request.parameter("realm"))}


def merge(core: QuickBooks, request: Request) -> dict[str, Any]:
    """Merge the customer `from` into the customer `into`."""
    body = _body(request)
    with core.lock, atomic(company := _company(core, request, body)):
        merge_customers(company, int(body["from"]), int(body["into"]), core.clock.now())
    return {"merged": str(body["from"]), "into": str(body["into"])}


def alter(core: QuickBooks, request: Request) -> dict[str, Any]:
    """Let `record` (like Payment:5) be read without the properties in `remove` and with those in `set`."""
    body = _body(request)
    company, key = _company(core, request, body), str(body["record"])
    kind, _, identity = key.partition(":")
    if int(identity) not in company.tables[kind]:
        raise KeyError(key)
    with core.lock:
        company.alterations.alter(key, list(body.get("remove", [])), dict(body.get("set", {})))
    return {"altered": company.alterations.given}


def deposit(core: QuickBooks, request: Request) -> dict[str, Any]:
    """Deposit payments at the bank, which locks them."""
    body = _body(request)
    company = _company(core, request, body)
    with core.lock, atomic(company):
        number = deposit_payments(company, [int(each) for each in body["payments"]], core.clock.now())
    return {"deposit": str(number)}


def match_bank(core: QuickBooks, request: Request) -> dict[str, Any]:
    """Match `records` (like Payment:5) with bank transactions, or with `matched` false undo their matches."""
    body = _body(request)
    company, keys = _company(core, request, body), {str(each) for each in body["records"]}
    for kind, _, identity in (key.partition(":") for key in keys):
        if int(identity) not in company.tables[kind]:
            raise KeyError(f"{kind}:{identity}")
    with core.lock:
        company.bank_matched = company.bank_matched - keys if body.get("matched") is False else company.bank_matched | keys
    return {"matched": sorted(company.bank_matched)}


def tell_trial_balance(core: QuickBooks, request: Request) -> dict[str, Any]:
    """Every account that was posted to, with its balance in the company's own currency; debits above zero."""
    company = _company(core, request, {})
    with core.lock:
        found = trial_balance(company)
        names = {each: (company.tables["Account"].get(each) or {}).get("Name", "") for each in found}
    return {"accounts": [{"id": str(each), "name": names[each], "balance": found[each]} for each in sorted(found)]}
