"""Creating, updating, voiding and deleting: every rule is checked before the first record is touched."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hostsim.qbo_simulator.base.clock import company_day, stamp
from hostsim.qbo_simulator.base.entities import KINDS, Kind
from hostsim.qbo_simulator.base.faults import inactive, invalid_id, lapsed, required, stale, too_long, unsupported_operation
from hostsim.qbo_simulator.base.http import Record, load
from hostsim.qbo_simulator.base.schema import read_entity
from hostsim.qbo_simulator.books import applications as links
from hostsim.qbo_simulator.books import void_delete as removals
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.currencies import gain_account, home_total, is_multicurrency, rounded_amounts, transaction_currency
from hostsim.qbo_simulator.books.lists import named_lists
from hostsim.qbo_simulator.books.lists.customers import carry_on
from hostsim.qbo_simulator.books.lists.rates import keep_rate
from hostsim.qbo_simulator.books.money import deposits, journal_entries, payments, purchases
from hostsim.qbo_simulator.books.references import resolve, target
from hostsim.qbo_simulator.books.sales import documents
from hostsim.qbo_simulator.books.writable import check_locks, check_match, check_period, kept, writable

_NEEDS_CUSTOMER = frozenset({"Payment", "Invoice", "CreditMemo"})
_WITH_OPEN_ITEMS = frozenset({"Invoice", "CreditMemo", "JournalEntry", "Purchase", "Deposit"})
_USES_CREDITS = frozenset({"Invoice", "CreditMemo", "Payment"})


@dataclass(frozen=True, slots=True)
class Write:
    """One change asked for: the body is what the client sent."""

    kind: str
    operation: str
    body: object
    allow_duplicate: bool = False
    drop_links: bool = False
    #: Whether the company is being built, which may create what the API only reads.
    building: bool = False


def perform(company: Company, write: Write, now: datetime) -> bytes:
    """Carry out one change; the entity's bytes as they stand in the reply."""
    kind = KINDS[write.kind]
    if write.operation not in kind.operations and not write.building:
        raise unsupported_operation(f"{write.operation} of {write.kind}")
    if company.settings.subscription_lapsed:
        raise lapsed()
    done = _OPERATIONS[write.operation](company, kind, write, now)
    company.settle(now)
    if kind.name == "Preferences":
        _open_gain_account(company, now)
    if write.operation == "create" and kind.name in _USES_CREDITS:
        _remember_credits(company, done, now)
    return done


def _open_gain_account(company: Company, now: datetime) -> None:
    """The account for exchange gains and losses, which QuickBooks opens with the second currency."""
    if not is_multicurrency(company) or gain_account(company):
        return
    body = {"Name": "Exchange Gain or Loss", "AccountType": "Other Expense", "AccountSubType": "ExchangeGainOrLoss"}
    perform(company, Write("Account", "create", body), now)


def _remember_credits(company: Company, done: bytes, now: datetime) -> None:
    if company.preference("SalesFormsPrefs", "AutoApplyCredit"):
        customer = int(load(done)["CustomerRef"]["value"])
        company.due.append((now.timestamp() + company.settings.auto_apply_delay, customer))


def deposit_payments(company: Company, identities: list[int], now: datetime) -> int:
    """Take payments to the bank in one deposit, so that they are locked; the deposit's id."""
    table = company.tables["Payment"]
    payments_taken = [table.get(each) for each in identities]
    bank = next((each for each in company.all("Account") if each["AccountType"] == "Bank"), None)
    if bank is None or not payments_taken or None in payments_taken:
        raise ValueError("a bank account and payments that are there are needed")
    lines = [{"LinkedTxn": [{"TxnId": str(each), "TxnType": "Payment"}]} for each in identities]
    body = {"DepositToAccountRef": {"value": bank["Id"]}, "CurrencyRef": (payments_taken[0] or {})["CurrencyRef"], "Line": lines}
    made: Record = load(perform(company, Write("Deposit", "create", body), now))
    return int(made["Id"])


def find(company: Company, kind: Kind, identity: object) -> Record:
    """The record with that Id; 2030 when it is no number, 610 when it is not there."""
    text = str(identity)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid_id(text)
    record = company.tables[kind.name].get(int(text))
    if record is None:
        raise inactive()
    if kind.name == "Payment":
        record["Line"] = [line.record() for line in company.lines.get(int(text), ())]
    return record


def _create(company: Company, kind: Kind, write: Write, now: datetime) -> bytes:
    given = writable(kind, read_entity(kind.name, write.body))
    made = _fill(company, kind, _prepare(company, kind, given, now), None, write)
    if kind.name == "ExchangeRate":
        return keep_rate(company, made, now)
    return _keep(company, kind, {**made, "Id": None}, None, now)


def _update(company: Company, kind: Kind, write: Write, now: datetime) -> bytes:
    given = read_entity(kind.name, write.body)
    old = _current(company, kind, given)
    check_locks(company, kind, old)
    sent = writable(kind, given)
    stays = kept(kind, old) if not given.get("sparse") else writable(kind, old)
    if kind.name == "Preferences":
        sent = {name: _merged(stays.get(name), value) for name, value in sent.items()}
    record = _prepare(company, kind, {**stays, **sent}, now)
    record["Id"] = old["Id"]
    made = _fill(company, kind, record, old, write)
    return _keep(company, kind, made, old, now)


def _merged(old: object, new: object) -> object:
    """A group of preferences with some of its values changed."""
    return {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else new


def _current(company: Company, kind: Kind, given: Record) -> Record:
    if "Id" not in given:
        raise required("Id")
    old = find(company, kind, given["Id"])
    if "SyncToken" not in given:
        raise required("SyncToken")
    if given["SyncToken"] != old["SyncToken"]:
        raise stale(company.settings.other_user)
    return old


def _prepare(company: Company, kind: Kind, record: Record, now: datetime) -> Record:
    for field, limit in kind.limits:
        if len(str(record.get(field, ""))) > limit:
            raise too_long(field, limit, len(str(record[field])))
    if kind.name in _NEEDS_CUSTOMER and "CustomerRef" not in record:
        raise required("CustomerRef")
    if kind.posts:
        record = {"TxnDate": company_day(now).isoformat(), **record}
        check_period(company, kind, record)
        record = {**record, **transaction_currency(company, kind.name, record, _own_currency(company, kind, record))}
        record = rounded_amounts(record)
    return resolve(company, kind.name, record)


def _own_currency(company: Company, kind: Kind, record: Record) -> str | None:
    """The currency of the customer, or of the account that the money comes from or goes to."""
    field = {"Deposit": "DepositToAccountRef", "Purchase": "AccountRef"}.get(kind.name, "CustomerRef")
    if field not in record:
        return None
    code: str | None = target(company, field, record[field]).get("CurrencyRef", {}).get("value")
    return code


def _fill(company: Company, kind: Kind, record: Record, old: Record | None, write: Write) -> Record:
    if kind.name == "Payment":
        return _fill_payment(company, record, write)
    if kind.name in _FILLERS:
        made = _FILLERS[kind.name](company, record, old)
    elif kind.posts:
        made = documents.fill(company, kind.name, record, old, write.allow_duplicate)
    else:
        return named_lists.fill(company, kind.name, record, old)
    return {**made, **home_total(company, kind.name, made)}


def _fill_payment(company: Company, record: Record, write: Write) -> Record:
    total = payments.check_total(record)
    payments.check_deposit_account(company, record)
    lines = payments.read_lines(record.get("Line", []))
    own = int(record["Id"]) if record.get("Id") else None
    fitted = () if write.drop_links else payments.fit_lines(company, record, lines, own)
    filled = payments.fill(company, record, total)
    return {**filled, "Line": [line.record() for line in fitted]}


_FILLERS: dict[str, Callable[[Company, Record, Record | None], Record]] = {
    "Deposit": deposits.fill,
    "JournalEntry": journal_entries.fill,
    "Purchase": purchases.fill,
}


def _keep(company: Company, kind: Kind, record: Record, old: Record | None, now: datetime) -> bytes:
    identity = int(old["Id"]) if old else company.new_id(kind.name)
    token = int(old["SyncToken"]) + 1 if old else 0
    created = old["MetaData"]["CreateTime"] if old else stamp(now)
    record.update(domain="QBO", sparse=False, Id=str(identity), SyncToken=str(token))
    record["MetaData"] = {"CreateTime": created, "LastUpdatedTime": stamp(now)}
    if kind.name == "Invoice":
        record["MetaData"]["LastModifiedByRef"] = {"value": company.realm}
    if kind.name == "Payment":
        return _keep_payment(company, record, old, now)
    if kind.name in _WITH_OPEN_ITEMS:
        return _keep_document(company, kind, record, old, now)
    company.store(kind.name, record, now)
    if old and kind.name == "Customer":
        carry_on(company, old, record, now)
    return company.render(kind.name, identity)


def _keep_payment(company: Company, record: Record, old: Record | None, now: datetime) -> bytes:
    identity = int(record["Id"])
    lines = tuple(company.linked_line(line) for line in record["Line"])
    if old and "LinkedTxn" in old:
        record["LinkedTxn"] = old["LinkedTxn"]
    links.apply(company, identity, lines, now)
    company.store("Payment", links.with_lines(record, lines), now)
    return company.render("Payment", identity)


def _keep_document(company: Company, kind: Kind, record: Record, old: Record | None, now: datetime) -> bytes:
    token = record["SyncToken"]
    if old:
        links.release_excess(company, kind.name, old, record, now)
    company.store(kind.name, links.open_amounts(company, kind.name, {**record, "SyncToken": token}), now)
    if kind.name == "Deposit":
        deposits.link(company, old, record, now)
    return company.render(kind.name, int(record["Id"]))


def _delete(company: Company, kind: Kind, write: Write, now: datetime) -> bytes:
    return removals.delete(company, kind, _named(company, kind, write), now)


def _void(company: Company, kind: Kind, write: Write, now: datetime) -> bytes:
    return removals.void(company, kind, _named(company, kind, write), now)


def _named(company: Company, kind: Kind, write: Write) -> Record:
    """The record that a delete or void means; only Id and SyncToken are read."""
    body = write.body if isinstance(write.body, dict) else {}
    given = read_entity(kind.name, {name: body[name] for name in ("Id", "SyncToken") if name in body})
    old = _current(company, kind, given)
    check_locks(company, kind, old)
    check_match(company, kind, old)
    return old


_OPERATIONS = {"create": _create, "update": _update, "delete": _delete, "void": _void}
