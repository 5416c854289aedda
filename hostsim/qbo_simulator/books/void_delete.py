"""Deleting and voiding: what goes, what stays, and what becomes unapplied."""

from datetime import datetime
from decimal import Decimal

from hostsim.qbo_simulator.base.entities import Kind
from hostsim.qbo_simulator.base.http import Record, dump
from hostsim.qbo_simulator.books import applications as links
from hostsim.qbo_simulator.books.company import Company, Line, amount


def delete(company: Company, kind: Kind, old: Record, now: datetime) -> bytes:
    """Delete `old` for good; what was applied is free again."""
    identity = int(old["Id"])
    if kind.name == "Payment":
        links.apply(company, identity, (), now)
    else:
        links.release(company, (kind.name, identity), links.applied_to(company, (kind.name, identity)), now)
    company.remove(kind.name, identity, now)
    return dump({"domain": "QBO", "status": "Deleted", "Id": str(identity)})


def void(company: Company, kind: Kind, old: Record, now: datetime) -> bytes:
    """Keep `old` on file with nothing on it."""
    document = (kind.name, int(old["Id"]))
    note = old.get("PrivateNote")
    voided = {**old, "PrivateNote": f"Voided - {note}"[:4000] if note else "Voided", "TotalAmt": Decimal(0)}
    voided["SyncToken"] = str(int(old["SyncToken"]) + 1)
    if kind.name == "Payment":
        return _void_payment(company, voided, now)
    links.release(company, document, links.applied_to(company, document), now)
    voided["Line"] = [_void_line(line) for line in old["Line"]]
    voided["TxnTaxDetail"] = {"TotalTax": Decimal(0)}
    if kind.name == "SalesReceipt":
        company.store(kind.name, voided, now)
    else:
        company.store(kind.name, links.open_amounts(company, document, voided), now)
    return company.render(*document)


def _void_payment(company: Company, voided: Record, now: datetime) -> bytes:
    identity = int(voided["Id"])
    kept: tuple[Line, ...] = ()
    if company.settings.void_keeps_lines:
        kept = tuple(Line(line.type, line.id, 0) for line in company.lines.get(identity, ()))
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
