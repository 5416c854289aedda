"""Deleting and voiding: what goes, what stays, and what becomes unapplied."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from hostsim.qbo_simulator.base.entities import Kind
from hostsim.qbo_simulator.base.http import Record, dump
from hostsim.qbo_simulator.base.money import amount
from hostsim.qbo_simulator.books import applications as links
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.money import deposits
from hostsim.qbo_simulator.books.open_items import Line

_WITHOUT_BALANCE = frozenset({"SalesReceipt", "RefundReceipt"})


def delete(company: Company, kind: Kind, old: Record, now: datetime) -> bytes:
    """Delete `old` for good; what was applied is free again."""
    identity = int(old["Id"])
    if kind.name == "Payment":
        links.apply(company, identity, (), now)
    else:
        links.release_all(company, kind.name, old, now)
    company.remove(kind.name, identity, now)
    if kind.name == "Deposit":
        deposits.link(company, old, None, now)
    return dump({"domain": "QBO", "status": "Deleted", "Id": str(identity)})


def void(company: Company, kind: Kind, old: Record, now: datetime) -> bytes:
    """Keep `old` on file with nothing on it."""
    note = old.get("PrivateNote")
    voided = {**old, "PrivateNote": f"Voided - {note}"[:4000] if note else "Voided", "TotalAmt": Decimal(0)}
    voided["SyncToken"] = str(int(old["SyncToken"]) + 1)
    if "HomeTotalAmt" in old:
        voided["HomeTotalAmt"] = Decimal(0)
    if kind.name == "Payment":
        return _void_payment(company, voided, now)
    links.release_all(company, kind.name, old, now)
    voided["Line"] = [_void_line(line) for line in old["Line"]]
    if "TxnTaxDetail" in old:
        voided["TxnTaxDetail"] = {"TotalTax": Decimal(0)}
    if kind.name not in _WITHOUT_BALANCE:
        voided = links.open_amounts(company, kind.name, voided)
    company.store(kind.name, voided, now)
    return company.render(kind.name, int(old["Id"]))


def _void_payment(company: Company, voided: Record, now: datetime) -> bytes:
    identity = int(voided["Id"])
    kept: tuple[Line, ...] = ()
    if company.settings.void_keeps_lines:
        kept = tuple(replace(line, units=0) for line in company.lines.get(identity, ()))
    links.apply(company, identity, (), now)
    if kept:
        company.lines[identity] = kept
    company.store("Payment", {**voided, "Line": [line.record() for line in kept], "UnappliedAmt": amount(0)}, now)
    return company.render("Payment", identity)


def _void_line(line: Record) -> Record:
    done = {**line, "Amount": Decimal(0)} if "Amount" in line else dict(line)
    detail = done.get("SalesItemLineDetail")
    if detail:
        zeroes = {name: Decimal(0) for name in ("UnitPrice", "Qty") if name in detail}
        done["SalesItemLineDetail"] = {**detail, **zeroes}
    return done
