"""Our processor time for a payment, part by part: the schemas both ways, the journal with its link, and the transport."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qb_plugin.model import (
    Answer,
    Batch,
    Entity,
    Intent,
    IntentState,
    Kind,
    Line,
    Link,
    LinkOrigin,
    Operation,
    PaymentDraft,
    Ref,
    Settlement,
    Verdict,
)
from qb_plugin.schemas.drafts import write_draft
from qb_plugin.schemas.text import read_json
from qb_plugin.schemas.transactions import read_payment
from qb_plugin.store.database import Store, open_store
from tests.bench.figures import Figure, Section, at_most, table
from tests.bench.processes.servers import running_stub
from tests.bench.subjects.addin import open_addin
from tests.bench.subjects.firm import Shape, make_practice, payment_amount

ITEMS = 30
REALM = "realm"


def draft(number: int) -> PaymentDraft:
    """A payment as a run sends it: one invoice, a method, a deposit account and our marker."""
    amount = payment_amount(number, Shape(600))
    note = f"[WS af7k2-P-{number}]"
    return PaymentDraft(
        customer_id=str(number % 600 + 1),
        date=date(2026, 11, 20),
        total=amount,
        reference=f"{10_000 + number}",
        method_id="2",
        deposit_account_id="35",
        note=note,
        lines=(Line("Invoice", str(number + 1), amount, f"B-{number:06}"),),
    )


def intents(number: int, payloads: Sequence[str]) -> tuple[Intent, ...]:
    """One batch's intents."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    requestid = f"{number:032x}"
    return tuple(
        Intent(
            id=f"{requestid}.{bid}",
            realm=REALM,
            run_id="run",
            source=Ref(Kind.PAYMENT, str(number * ITEMS + bid)),
            operation=Operation.CREATE,
            version="0",
            entity=Entity.PAYMENT,
            payload=payload,
            requestid=requestid,
            bid=str(bid),
            quickbooks_time=now,
            customer_id=str(bid),
            sent_at=now,
            sends=1,
            source_version="1",
        )
        for bid, payload in enumerate(payloads, 1)
    )


def spent(work: Callable[[], Any]) -> float:
    """Seconds of processor time, in all threads of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def schemas(rows: int) -> tuple[float, float]:
    """Writing every payment, and reading every answer; the JSON text both ways included."""
    drafts = [draft(number) for number in range(rows)]
    moment = '"2026-11-20T12:00:00-08:00"'
    told = f'"Id":"1","SyncToken":"0","MetaData":{{"CreateTime":{moment},"LastUpdatedTime":{moment}}},"UnappliedAmt":0'
    answers = [f"{write_draft(each)[1][:-1]},{told}}}".encode() for each in drafts]
    written = spent(lambda: [write_draft(each) for each in drafts])
    read = spent(lambda: [read_payment(read_json(each)) for each in answers])
    return written, read


def journal(store: Store, batches: Sequence[tuple[Intent, ...]]) -> None:
    """Write the intents of each batch down, and its answers with the links."""
    for batch in batches:
        store.journal.open(batch, 0)
        store.journal.settle([settlement(intent) for intent in batch])


def settlement(intent: Intent) -> Settlement:
    """It was saved, under the number of its record."""
    link = Link(
        realm=REALM,
        source=intent.source,
        entity=Entity.PAYMENT,
        quickbooks_id=intent.source.id,
        origin=LinkOrigin.EXPORTED,
        sync_token="0",
        source_version="1",
    )
    return Settlement(
        intent_id=intent.id, state=IntentState.CONFIRMED, quickbooks_id=intent.source.id, sync_token="0", message=None, link=link
    )


def transport(context: Any, batches: Sequence[tuple[Intent, ...]]) -> Iterator[Answer]:
    """Send every batch and read what became of it."""
    with context.quickbooks.sender() as sender:
        waiting = [Batch(batch[0].requestid, batch) for batch in reversed(batches)]
        while waiting or sender.in_flight:
            while waiting and sender.room:
                sender.submit(waiting.pop())
            yield from sender.next()[1]


def measure(rows: int) -> Section:
    """Every part, and their sum."""
    with TemporaryDirectory() as folder, running_stub(1, 0) as stub:
        url = f"sqlite:///{Path(folder) / 'firm.db'}"
        today = date.today()  # noqa: DTZ011 - the day on this machine
        make_practice(url, Shape(1), today)
        written, read = schemas(rows)
        payloads = [write_draft(draft(number))[1] for number in range(rows)]
        batches = [intents(start // ITEMS, payloads[start : start + ITEMS]) for start in range(0, rows, ITEMS)]
        store = open_store(f"sqlite:///{Path(folder) / 'journal.db'}")
        kept = spent(lambda: journal(store, batches))
        store.close()
        with open_addin(url, stub.address, today) as workspace:
            services = workspace.form("export-payments")._services  # type: ignore[union-attr]
            context = services.context(services.connection())
            answers: list[Answer] = []
            sent = spent(lambda: answers.extend(transport(context, batches)))
    assert {answer.verdict for answer in answers} == {Verdict.CONFIRMED}
    parts = {
        "schemas: the payment written": written,
        "journal: intent, answer and link": kept,
        "transport: sent, and the answer read by its schema": sent,
    }
    figures = [Figure(name, seconds / rows * 1e6, "µs") for name, seconds in parts.items()]
    figures.append(Figure("of that, the answer read by its schema", read / rows * 1e6, "µs"))
    figures.append(at_most("the three parts", sum(parts.values()) / rows * 1e6, 250, "µs"))
    return Section("Our processor time of an exported payment", figures)


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=6000)
    options = parser.parse_args(argv)
    sections = [measure(options.rows)]
    print(table(sections))
    return sections


if __name__ == "__main__":
    main()
