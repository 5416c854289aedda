"""Both ledgers as they stand at a moment, and what is otherwise at another: QuickBooks over HTTP, the practice from its tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from sqlalchemy import select

from hostsim.practice.database import Practice
from hostsim.practice.sql import tables
from hostsim.qbo_simulator.base.http import load
from tests.faults.processes.books_process import Books

KINDS = ("Payment", "CreditMemo", "Invoice")
PAGE, ITEMS, PATIENCE = 1000, 30, 60
#: What an invoice's own version tells of payments that came and went.
VERSIONS = frozenset({"SyncToken", "MetaData"})
TABLES = (tables.clients, tables.invoices, tables.records, tables.applications, tables.marks)

Json = dict[str, Any]
State = Mapping[str, Any]


class QuickBooksDesk:
    """Somebody who reads and changes the company over HTTP, beside the add-in."""

    def __init__(self, books: Books) -> None:
        self._base, keys = books.address, books.keys
        self._http = requests.Session()
        self._http.trust_env = False
        given = {"grant_type": "refresh_token", "refresh_token": keys["refresh_token"]}
        address = f"{self._base}/oauth2/v1/tokens/bearer"
        reply = self._http.post(address, data=given, auth=(keys["client_id"], keys["client_secret"]), timeout=PATIENCE)
        self._http.headers.update({"Authorization": f"Bearer {reply.json()['access_token']}", "Accept": "application/json"})
        self._company = f"{self._base}/v3/company/{keys['realm']}"

    def query(self, kind: str) -> list[Json]:
        """All records of a kind."""
        found: list[Json] = []
        while True:
            text = f"SELECT * FROM {kind} STARTPOSITION {len(found) + 1} MAXRESULTS {PAGE}"
            reply = self._http.get(f"{self._company}/query", params={"query": text}, timeout=PATIENCE)
            reply.raise_for_status()
            page = load(reply.content)["QueryResponse"].get(kind, [])
            found += page
            if len(page) < PAGE:
                return found

    def enter(self, kind: str, bodies: Sequence[Mapping[str, Any]]) -> None:
        """Create records, thirty at a time."""
        for start in range(0, len(bodies), ITEMS):
            items = [
                {"bId": str(place), "operation": "create", kind: body} for place, body in enumerate(bodies[start : start + ITEMS])
            ]
            reply = self._http.post(f"{self._company}/batch", json={"BatchItemRequest": items}, timeout=PATIENCE)
            reply.raise_for_status()
            refused = [item["Fault"] for item in reply.json()["BatchItemResponse"] if "Fault" in item]
            assert not refused, refused[0]

    def change(self, kind: str, identity: str, **values: Any) -> None:
        """A sparse update."""
        now = self._http.get(f"{self._company}/{kind.lower()}/{identity}", timeout=PATIENCE).json()[kind]
        body = {"Id": identity, "SyncToken": now["SyncToken"], "sparse": True, **values}
        self._http.post(f"{self._company}/{kind.lower()}", json=body, timeout=PATIENCE).raise_for_status()

    def control(self, call: str, body: Json) -> None:
        """A control call of the simulator."""
        self._http.post(f"{self._base}/_control/{call}", json=body, timeout=PATIENCE).raise_for_status()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()


@dataclass(frozen=True, slots=True)
class LedgerStates:
    """Records of QuickBooks by `Payment:5`, rows of the practice by `practice_records:17`."""

    quickbooks: State
    practice: State


def read_states(desk: QuickBooksDesk, practice: Practice) -> LedgerStates:
    """Both sides now."""
    there = {f"{kind}:{record['Id']}": as_compared(kind, record) for kind in KINDS for record in desk.query(kind)}
    return LedgerStates(there, dict(read_tables(practice)))


def as_compared(kind: str, record: Json) -> Json:
    """A record without what changes with every payment that touches it."""
    return {name: value for name, value in record.items() if kind != "Invoice" or name not in VERSIONS}


def read_tables(practice: Practice) -> Iterator[tuple[str, Json]]:
    """Every row of the tables that a person sees."""
    with practice.database.reading() as connection:
        for table in TABLES:
            for row in connection.execute(select(table)).mappings():
                key = ":".join(str(row[column.name]) for column in table.primary_key)
                yield f"{table.name}:{key}", dict(row)


def differences(before: State, after: State, excepted: Collection[str] = ()) -> Iterator[str]:
    """What came, what went and what changed; the keys that are excepted left out."""
    for key in sorted({*before, *after} - set(excepted)):
        if key not in after:
            yield f"{key} is gone"
        elif key not in before:
            yield f"{key} has come: {after[key]}"
        elif before[key] != after[key]:
            changed = {name for name in {*before[key], *after[key]} if before[key].get(name) != after[key].get(name)}
            told = {name: (before[key].get(name), after[key].get(name)) for name in sorted(changed)}
            yield f"{key} is not as it was: {told}"
