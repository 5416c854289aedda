"""Sample values and a clock, for the tests of the add-in's tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import event

from qb_plugin.model import Entity, Intent, IntentState, Kind, Link, LinkOrigin, Message, Operation, Ref, RunInfo, Settlement
from qb_plugin.store.database import Store
from tests.support.virtual_clock import VirtualClock

REALM = "9130347798120106"
NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


class StillClock(VirtualClock):
    """Stands at a moment with microseconds, which the tables must keep."""

    def __init__(self, start: datetime = NOON) -> None:
        super().__init__(start)


def payment(number: int | str) -> Ref:
    return Ref(Kind.PAYMENT, str(number))


def sample_intent(number: int, name: str = "first", operation: Operation = Operation.CREATE, version: str = "0") -> Intent:
    """An intent for payment `number`; `name` tells apart several for the same payment."""
    return Intent(
        id=f"{name}-{number}",
        realm=REALM,
        run_id="run",
        source=payment(number),
        operation=operation,
        version=version,
        entity=Entity.PAYMENT,
        payload=f'{{"TotalAmt":{number}.00,"PrivateNote":"Zoë [WS AF-payment-{number}]"}}',
        requestid=name.encode().hex().ljust(32, "0"),
        bid=str(number),
        quickbooks_time=NOON - timedelta(microseconds=number),
        customer_id="58",
    )


def sample_intents(numbers: Sequence[int], name: str = "first") -> list[Intent]:
    return [sample_intent(number, name) for number in numbers]


def sample_link(number: int, quickbooks_id: str = "") -> Link:
    return Link(
        realm=REALM,
        source=payment(number),
        entity=Entity.PAYMENT,
        quickbooks_id=quickbooks_id or f"qb-{number}",
        origin=LinkOrigin.EXPORTED,
        sync_token="3",
        source_version="7",
    )


def confirmed(intent: Intent) -> Settlement:
    number = int(intent.source.id)
    return Settlement(
        intent_id=intent.id,
        state=IntentState.CONFIRMED,
        quickbooks_id=f"qb-{number}",
        sync_token="0",
        message=None,
        link=sample_link(number),
    )


def refused(intent: Intent) -> Settlement:
    return Settlement(
        intent_id=intent.id, state=IntentState.REFUSED, message=Message("inactive", {"name": "Cool Cars"}, "610: made inactive")
    )


def sample_run(name: str = "run", realm: str = REALM) -> RunInfo:
    return RunInfo(id=name, realm=realm, action="export-payments", user="Maria Ortiz", started=NOON, total=200)


@contextmanager
def statements_of(store: Store) -> Iterator[list[str]]:
    """The SQL sent meanwhile; an executemany counts once, the words that begin and end a transaction do not count."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(store.database.engine, "before_cursor_execute", note)
