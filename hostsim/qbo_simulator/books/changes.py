"""Creating, updating, voiding and deleting: every rule is checked before the first record is touched."""

from dataclasses import dataclass
from datetime import datetime

from hostsim.qbo_simulator.base.clock import company_day, stamp
from hostsim.qbo_simulator.base.entities import KINDS, Kind
from hostsim.qbo_simulator.base.faults import (
    business,
    closed_period,
    deposited,
    inactive,
    invalid_id,
    lapsed,
    required,
    stale,
    too_long,
    unsupported_operation,
)
from hostsim.qbo_simulator.base.http import Record, load, number
from hostsim.qbo_simulator.base.schema import read_entity
from hostsim.qbo_simulator.base.table import cents
from hostsim.qbo_simulator.books import applications as links
from hostsim.qbo_simulator.books import documents, payments
from hostsim.qbo_simulator.books import named_lists as names
from hostsim.qbo_simulator.books import void_delete as removals
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.references import currency, resolve, target

_READ_ONLY = frozenset(
    [
        "domain",
        "sparse",
        "status",
        "Id",
        "SyncToken",
        "MetaData",
        "LinkedTxn",
        "Balance",
        "BalanceWithJobs",
        "UnappliedAmt",
        "RemainingCredit",
        "HomeTotalAmt",
        "HomeBalance",
        "FullyQualifiedName",
        "Level",
        "Job",
        "CurrentBalance",
        "CurrentBalanceWithSubAccounts",
        "Classification",
        "SubAccount",
        "SubItem",
        "SubDepartment",
        "SubClass",
        "V4IDPseudonym",
        "DeliveryInfo",
        "ProcessPayment",
    ]
)
_CLOSING = frozenset({"Payment", "Invoice", "CreditMemo", "SalesReceipt"})


@dataclass(frozen=True, slots=True)
class Write:
    """One change asked for: the body is what the client sent."""

    kind: str
    operation: str
    body: object
    allow_duplicate: bool = False
    drop_links: bool = False


def perform(company: Company, write: Write, now: datetime) -> bytes:
    """Carry out one change; the entity's bytes as they stand in the reply."""
    kind = KINDS[write.kind]
    if write.operation not in kind.operations:
        raise unsupported_operation(f"{write.operation} of {write.kind}")
    if company.settings.subscription_lapsed:
        raise lapsed()
    done = _OPERATIONS[write.operation](company, kind, write, now)
    company.settle(now)
    if write.operation == "create" and kind.name in ("Invoice", "CreditMemo"):
        _remember_credits(company, done, now)
    return done


def _remember_credits(company: Company, done: bytes, now: datetime) -> None:
    if company.preference("SalesFormsPrefs", "AutoApplyCredit"):
        customer = int(load(done)["CustomerRef"]["value"])
        company.due.append((now.timestamp() + company.settings.auto_apply_delay, customer))


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
    given = _writable(kind, read_entity(kind.name, write.body))
    record = _prepare(company, kind, given, now)
    made = _fill(company, kind, record, None, write)
    return _keep(company, kind, {**made, "Id": None}, None, now)


def _update(company: Company, kind: Kind, write: Write, now: datetime) -> bytes:
    given = read_entity(kind.name, write.body)
    old = _current(company, kind, given)
    _check_locks(company, kind, old)
    sent = _writable(kind, given)
    kept = _kept(kind, old) if not given.get("sparse") else _writable(kind, old)
    if kind.name == "Preferences":
        sent = {name: _merged(kept.get(name), value) for name, value in sent.items()}
    record = _prepare(company, kind, {**kept, **sent}, now)
    record["Id"] = old["Id"]
    made = _fill(company, kind, record, old, write)
    return _keep(company, kind, made, old, now)


def _merged(old: object, new: object) -> object:
    """A group of preferences with some of its values changed."""
    return {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else new


def _kept(kind: Kind, old: Record) -> Record:
    """What even a full update cannot blank."""
    always = ("CurrencyRef", "CustomField", "PrintStatus", "EmailStatus") if kind.posts else ("CurrencyRef", "Active")
    whole = kind.name in ("Preferences", "CompanyInfo")
    return {name: old[name] for name in (_writable(kind, old) if whole else always) if name in old}


def _current(company: Company, kind: Kind, given: Record) -> Record:
    if "Id" not in given:
        raise required("Id")
    old = find(company, kind, given["Id"])
    if "SyncToken" not in given:
        raise required("SyncToken")
    if given["SyncToken"] != old["SyncToken"]:
        raise stale(company.settings.other_user)
    return old


def _check_locks(company: Company, kind: Kind, old: Record) -> None:
    if kind.name == "Payment" and any(link["TxnType"] == "Deposit" for link in old.get("LinkedTxn", [])):
        raise deposited()
    _check_period(company, kind, old)


def _check_period(company: Company, kind: Kind, record: Record) -> None:
    closed = company.preference("AccountingInfoPrefs", "BookCloseDate")
    if kind.name in _CLOSING and closed and str(record.get("TxnDate", "9999")) <= closed:
        raise closed_period(company.settings.closing_password)


def _writable(kind: Kind, record: Record) -> Record:
    extra = {"TotalAmt"} if kind.name != "Payment" else set()
    return {name: value for name, value in record.items() if name not in _READ_ONLY and name not in extra}


def _prepare(company: Company, kind: Kind, record: Record, now: datetime) -> Record:
    for field, limit in kind.limits:
        if len(str(record.get(field, ""))) > limit:
            raise too_long(field, limit, len(str(record[field])))
    if kind.name in ("Payment", "Invoice", "CreditMemo") and "CustomerRef" not in record:
        raise required("CustomerRef")
    if kind.posts:
        record = {"TxnDate": company_day(now).isoformat(), **record}
        _check_period(company, kind, record)
        record["CurrencyRef"] = _money_of(company, record)
    return resolve(company, kind.name, record)


def _money_of(company: Company, record: Record) -> Record:
    home = names.home_currency(company)
    customer = target(company, "CustomerRef", record["CustomerRef"]) if "CustomerRef" in record else {}
    own = customer.get("CurrencyRef", home)["value"]
    if not company.preference("CurrencyPrefs", "MultiCurrencyEnabled"):
        return currency(home["value"])
    if "CurrencyRef" not in record:
        raise required("CurrencyRef")
    if record["CurrencyRef"]["value"] != own:
        raise business("The currency of the transaction must be the currency of the customer.")
    return currency(own)


def _fill(company: Company, kind: Kind, record: Record, old: Record | None, write: Write) -> Record:
    if kind.name == "Payment":
        return _fill_payment(company, record, write)
    if kind.posts:
        return _fill_sale(company, kind, documents.fill(company, kind.name, record, old, write.allow_duplicate))
    return names.fill(company, kind.name, record, old)


def _fill_payment(company: Company, record: Record, write: Write) -> Record:
    total = payments.check_total(record)
    payments.check_deposit_account(company, record)
    lines = payments.read_lines(record.get("Line", []))
    own = int(record["Id"]) if record.get("Id") else None
    fitted = () if write.drop_links else payments.fit_lines(company, record, lines, own)
    filled = payments.fill(company, record, total)
    return {**filled, "Line": [line.record() for line in fitted]}


def _fill_sale(company: Company, kind: Kind, record: Record) -> Record:
    if kind.name == "SalesReceipt":
        account = {"value": str(payments.undeposited_funds(company))}
        record.setdefault(
            "DepositToAccountRef", resolve(company, kind.name, {"DepositToAccountRef": account})["DepositToAccountRef"]
        )
        record["Balance"] = 0
    return record


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
    if kind.name in ("Invoice", "CreditMemo"):
        return _keep_document(company, kind, record, now)
    company.store(kind.name, record, now)
    return company.render(kind.name, identity)


def _keep_payment(company: Company, record: Record, old: Record | None, now: datetime) -> bytes:
    identity = int(record["Id"])
    lines = payments.read_lines(record["Line"])
    if old and "LinkedTxn" in old:
        record["LinkedTxn"] = old["LinkedTxn"]
    links.apply(company, identity, lines, now)
    company.store("Payment", links.with_lines(record, lines), now)
    return company.render("Payment", identity)


def _keep_document(company: Company, kind: Kind, record: Record, now: datetime) -> bytes:
    document = (kind.name, int(record["Id"]))
    excess = links.applied_to(company, document) - cents(number(record["TotalAmt"]))
    token = record["SyncToken"]
    if excess > 0:
        links.release(company, document, excess, now)
    company.store(kind.name, links.open_amounts(company, document, {**record, "SyncToken": token}), now)
    return company.render(kind.name, document[1])


def _delete(company: Company, kind: Kind, write: Write, now: datetime) -> bytes:
    return removals.delete(company, kind, _named(company, kind, write), now)


def _void(company: Company, kind: Kind, write: Write, now: datetime) -> bytes:
    return removals.void(company, kind, _named(company, kind, write), now)


def _named(company: Company, kind: Kind, write: Write) -> Record:
    """The record that a delete or void means; only Id and SyncToken are read."""
    body = write.body if isinstance(write.body, dict) else {}
    given = read_entity(kind.name, {name: body[name] for name in ("Id", "SyncToken") if name in body})
    old = _current(company, kind, given)
    _check_locks(company, kind, old)
    return old


_OPERATIONS = {"create": _create, "update": _update, "delete": _delete, "void": _void}
