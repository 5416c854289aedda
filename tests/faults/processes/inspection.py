"""Whether QuickBooks, the add-in's tables and the host's marks agree in the end, each record once, and no row was told wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hostsim.practice.model import Record
from qb_plugin.forms.exporting.rows import present_records
from qb_plugin.model import Kind, Link, Outcome, Ref
from tests.faults.processes.books_process import Booked, Books
from tests.faults.processes.workstation import Firm

PAGE = 500
TRUE_REASONS = frozenset({"client_not_matched", "customer_inactive"})  # the only ones there are in this firm


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found; `said` has what people read who could not run, `troubles` the database's failures that were told."""

    saved: int
    refused: int
    bad: Sequence[str]
    said: Sequence[str] = ()
    troubles: Sequence[str] = ()


@dataclass(slots=True)
class Reports:
    """What all workstations wrote down."""

    synchronized: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)


def read_reports(files: Iterable[Path]) -> Reports:
    """Read the workstations' files; a line that was cut short by a death does not occur, as each is one write."""
    reports = Reports()
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            word, _, text = line.partition(" ")
            kinds = {"synchronized": reports.synchronized.add, "changed": reports.changed.add, "said": reports.said.append}
            kinds |= {"trouble": reports.troubles.append, "surprise": reports.surprises.append}
            kinds[word](text)
    return reports


def inspect(firm: Firm, books: Books, files: Iterable[Path]) -> Inspection:
    """Compare everything."""
    reports = read_reports(files)
    found: dict[str, list[Booked]] = {}
    for booked in books.booked():
        found.setdefault(booked.source, []).append(booked)
    outcomes = dict(outcomes_of(firm))
    bad = [*(f"surprise: {text}" for text in reports.surprises), *judge_rows(firm, found, outcomes), *judge_reports(reports, found)]
    bad += judge_reasons(firm, outcomes)
    bad += [f"{ref} was hidden and is in QuickBooks" for ref in firm.hidden if ref in found]
    bad += [f"invoice {number} is over-applied" for number in books.ask("over_applied")]
    bad += [f"{intent.source} is still in doubt" for intent in firm.runtime.store.journal.open_intents(realm_of(firm))]
    counts = Counter(outcomes.values())
    return Inspection(counts[Outcome.SYNCHRONIZED], counts[Outcome.FAILED], bad, reports.said, reports.troubles)


def realm_of(firm: Firm) -> str:
    """The connected company."""
    return firm.runtime.connection().realm


def outcomes_of(firm: Firm) -> Iterator[tuple[str, str]]:
    """How every row looks in the grid."""
    for start in range(0, len(firm.rows), PAGE):
        for row in present_records(firm.runtime, firm.rows[start : start + PAGE]):
            yield row["id"], row["outcome"]


def judge_rows(firm: Firm, found: Mapping[str, Sequence[Booked]], outcomes: Mapping[str, str]) -> Iterator[str]:
    """Each row: in QuickBooks once as it should be, or truly refused; the grid, the links and the marks say the same."""
    realm, links = realm_of(firm), firm.runtime.store.links
    marked = set(firm.runtime.host.marks.marked("synchronized"))
    linked = links.by_source(realm, [Ref.parse(row) for row in firm.rows])
    customers = {str(link.source): link.quickbooks_id for link in links.by_source(realm, client_refs(firm)).values()}
    for record in records_of(firm):
        ref = f"{record.kind}:{record.id}"
        customer, there = customers.get(f"client:{record.client_id}", ""), found.get(ref, ())
        yield from judge_row(record, ref, customer, there, linked.get(Ref.parse(ref)))
        if (ref in marked) != bool(there):
            yield f"{ref} is in QuickBooks {len(there)} times, and marked {ref in marked}"
        if outcomes[ref] != (Outcome.SYNCHRONIZED if there else Outcome.FAILED):
            yield f"{ref} is in QuickBooks {len(there)} times, and shown {outcomes[ref]}"


def judge_row(record: Record, ref: str, customer: str, there: Sequence[Booked], link: Link | None) -> Iterator[str]:
    """One row and what QuickBooks holds of it."""
    if len(there) > 1:
        yield f"{ref} stands {len(there)} times in QuickBooks"
    if [book.id for book in there] != ([link.quickbooks_id] if link else []):
        yield f"{ref} is linked to {link and link.quickbooks_id}, not to {[book.id for book in there]}"
    for book in there:
        if (book.customer, book.amount, book.date) != (customer, record.amount, record.date.isoformat()):
            yield f"{ref} is {book}, not {customer} {record.amount} {record.date}"


def judge_reasons(firm: Firm, outcomes: Mapping[str, str]) -> Iterator[str]:
    """What was refused was refused for a true reason."""
    failed = [row for row, outcome in outcomes.items() if outcome == Outcome.FAILED]
    last = firm.runtime.store.runs.last_results(realm_of(firm), failed)
    for row in failed:
        message = last[row].message if row in last else None
        if message is None or message.key not in TRUE_REASONS:
            yield f"{row} was refused because of {message}"


def judge_reports(reports: Reports, found: Mapping[str, Sequence[Booked]]) -> Iterator[str]:
    """Who was told that a row is in QuickBooks was told the truth."""
    yield from (f"{ref} was told synchronized and is not in QuickBooks" for ref in reports.synchronized if ref not in found)
    yield from (f"{ref} was told changed" for ref in reports.changed)


def records_of(firm: Firm) -> Iterator[Record]:
    """All records that were to be sent."""
    for start in range(0, len(firm.rows), PAGE):
        yield from firm.practice.ledger.records(firm.rows[start : start + PAGE])


def client_refs(firm: Firm) -> list[Ref]:
    """The practice's clients."""
    return [Ref(Kind.CLIENT, client.id) for client in firm.practice.ledger.clients()]
