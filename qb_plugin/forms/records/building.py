"""Facts, columns and links of sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qb_plugin.errors import AddInError
from qb_plugin.forms.records.shapes import Fact, FactType, SectionColumn, SectionLink
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Connection, Entity
from qb_plugin.money import plain_amount

NAMES: Mapping[str, str] = {
    Entity.CUSTOMER: "Customer",
    Entity.INVOICE: "Invoice",
    Entity.PAYMENT: "Payment",
    Entity.CREDIT_MEMO: "Credit memo",
}


def name_of(entity: str, identity: str) -> str:
    """`Payment 698`, as people say it."""
    return f"{NAMES.get(entity, entity)} {identity}"


def fact(label: str, value: str, type: FactType = "text", links: Sequence[SectionLink] = ()) -> Fact:
    """A fact; a dash stands for an empty value."""
    found: Fact = {"label": label, "value": value or "–", "type": type}
    return {**found, "links": links} if links else found


def money(label: str, amount: Decimal, currency: str | None = None) -> Fact:
    """An amount; its currency is named where it is given."""
    return fact(f"{label} ({currency})" if currency else label, plain_amount(amount), "money")


def column(key: str, label: str, type: FactType = "text") -> SectionColumn:
    """A column of a table."""
    return {"key": key, "label": label, "type": type}


def open_there(services: FormServices, connection: Connection, entity: str, identity: str) -> list[SectionLink]:
    """The way to a record's page in QuickBooks; none without a company."""
    try:
        url = services.record_page(connection, entity, identity)
    except AddInError:
        return []
    return [{"label": "Open in QuickBooks", "url": url}]


def open_here(ref: str, label: str) -> SectionLink:
    """The way to a record of the host."""
    return {"label": label, "record": ref}
