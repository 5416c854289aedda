"""Merging two customers: what one had is the other's, and the first is left inactive."""

from datetime import datetime
from typing import Any

from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.faults import business
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.lists.customers import children_of, is_under, move_to_parent
from hostsim.qbo_simulator.books.lists.names import retired

_NAMING = frozenset({"CustomerRef", "EntityRef", "Entity"})


def merge_customers(company: Company, loser: int, winner: int, now: datetime) -> None:
    """Give all that `loser` has to `winner`; 6000 when they are one, of two currencies, or one is under the other."""
    table = company.tables["Customer"]
    gone, stays = table.get(loser), table.get(winner)
    if gone is None or stays is None:
        raise ValueError("there is no such customer")
    _check(company, gone, stays)
    for kind in (each.name for each in KINDS.values() if each.posts):
        for identity in list(company.tables[kind].rows):
            record = company.tables[kind].get(identity) or {}
            moved: Record = _renamed(record, gone["Id"], stays)
            if moved != record:
                company.store(kind, {**moved, "SyncToken": company.next_token(kind, record)}, now)
    for child in children_of(company, gone["Id"]):
        move_to_parent(company, child, stays, now)
    company.settle(now)
    left = retired({**(table.get(loser) or {}), "Active": False})
    left["SyncToken"] = company.next_token("Customer", left)
    company.store("Customer", left, now)
    company.settle(now)


def _check(company: Company, gone: Record, stays: Record) -> None:
    if gone["Id"] == stays["Id"] or is_under(company, stays, gone["Id"]) or is_under(company, gone, stays["Id"]):
        raise business("A customer cannot be merged with itself or with one of its own sub-customers.")
    if gone["CurrencyRef"]["value"] != stays["CurrencyRef"]["value"]:
        raise business("Customers of two currencies cannot be merged.")
    if stays.get("Active") is False:
        raise business("A customer cannot be merged with one that is inactive.")


def _renamed(value: Any, gone: str, stays: Record, name: str = "") -> Any:
    """`value` with every reference to the one replaced by a reference to the other."""
    if isinstance(value, list):
        return [_renamed(each, gone, stays, name) for each in value]
    if not isinstance(value, dict):
        return value
    if name in _NAMING and value.get("value") == gone and value.get("type", "Customer").lower() == "customer":
        return {**value, "value": stays["Id"], "name": stays["DisplayName"]}
    return {key: _renamed(each, gone, stays, key) for key, each in value.items()}
