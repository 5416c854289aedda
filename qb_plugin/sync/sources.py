"""The host's records as the rules take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from sys import intern
from types import MappingProxyType

from qb_plugin.host import PaymentLedger, Record
from qb_plugin.model import Application, Kind, Ref, SourceRecord

NO_CURRENCIES: Mapping[str, str] = MappingProxyType({})


class ClientCurrencies:
    """The currency of each client by the client's id, read when a client is asked for that is not among them."""

    def __init__(self, ledger: PaymentLedger) -> None:
        self._ledger = ledger
        self._by_client: Mapping[str, str] = NO_CURRENCIES

    def forget(self) -> None:
        """Read them again when they are asked for: a form that opens shows the clients as they are now."""
        self._by_client = NO_CURRENCIES

    def of(self, client_ids: Iterable[str]) -> Mapping[str, str]:
        """The currencies of these clients, and of others."""
        if not self._by_client.keys() >= set(client_ids):
            self._by_client = {client.id: client.currency for client in self._ledger.clients()}
        return self._by_client


def read_sources(
    ledger: PaymentLedger, refs: Sequence[str | Ref], currencies: ClientCurrencies | None = None
) -> list[SourceRecord]:
    """The records as they are now, those that are gone left out, with the currencies of their clients where these are given."""
    found = ledger.records([str(ref) for ref in refs])
    by_client = currencies.of({record.client_id for record in found}) if currencies else NO_CURRENCIES
    return [as_source(record, by_client.get(record.client_id, "")) for record in found]


def as_source(record: Record, currency: str = "") -> SourceRecord:
    """The host's record as the rules take it; equal texts and days are one object, because a run may hold very many records."""
    parts = tuple(Application(part.invoice_id, part.invoice_number, part.amount) for part in record.applications)
    return SourceRecord(
        ref=Ref(Kind(record.kind), record.id),
        number=record.number,
        client_id=intern(record.client_id),
        client_name=intern(record.client_name),
        date=one_day(record.date),
        amount=Decimal(record.amount),
        method=intern(record.method),
        reference=record.reference,
        memo=record.memo,
        applications=parts,
        version=intern(str(record.version)),
        birth=record.birth,
        currency=intern(currency),
        external_key=record.external_key or "",
    )


@lru_cache(maxsize=4096)
def one_day(day: date) -> date:
    """The same object for equal days."""
    return day
