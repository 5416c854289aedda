"""Whether what was told is true, and whether in the end QuickBooks holds each record exactly once, as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from qb_plugin.model import IntentState, Kind, Outcome, Ref, RowResult
from qb_plugin.store.database import Store
from qb_plugin.store.sql.tables import intents
from qb_plugin.sync.markers import Marker, find_marker
from tests.faults.cases.expected import FAILED, expected_shares
from tests.faults.cases.scenarios import Applied, Scenario
from tests.faults.harness.server import FaultyQuickBooks

DONE = frozenset({Outcome.SYNCHRONIZED, Outcome.CHANGED})
ABSENT = frozenset({Outcome.FAILED, Outcome.REMOVED})
ENTITY = {Kind.PAYMENT: "Payment", Kind.CREDIT_MEMO: "CreditMemo"}
LOOSE = frozenset({"links_dropped", "changed_by_other"})  # trouble after which money may lie elsewhere, and the row says so


@dataclass(frozen=True, slots=True)
class Truth:
    """What QuickBooks holds, by marker: the records themselves, and the payments that apply credit memos."""

    books: Mapping[str, Sequence[Mapping[str, Any]]]
    numbers: Mapping[str, str]
    waiting: str

    def of(self, ref: Ref, apply: bool = False) -> Sequence[Mapping[str, Any]]:
        """The transactions that carry this record's marker."""
        kind = "apply" if apply else ref.kind.value
        return self.books.get(f"AF-{kind}-{ref.id}", ())

    def shares(self, payment: Mapping[str, Any]) -> Applied:
        """The invoices a payment is applied to, by number."""
        lines = [(line["LinkedTxn"][0], line["Amount"]) for line in payment.get("Line") or ()]
        return tuple(sorted((self.numbers[to["TxnId"]], str(amount)) for to, amount in lines if to["TxnType"] == "Invoice"))

    def is_coming(self, ref: Ref) -> bool:
        """Whether a call that has not been carried out yet holds this record."""
        return str(Marker("AF", ref)) in self.waiting


def read_truth(core: FaultyQuickBooks) -> Truth:
    """Look into the books themselves, past all lag."""
    books: dict[str, list[Mapping[str, Any]]] = {}
    company = core.company
    for kind in ("Payment", "CreditMemo"):
        for record in company.all(kind):
            marker = find_marker(record.get("PrivateNote"))
            if marker:
                books.setdefault(str(marker)[4:-1], []).append(record)
    numbers = {record["Id"]: record["DocNumber"] for record in company.all("Invoice")}
    waiting = " ".join(visit.request.body.decode() for _, visit in core.late)
    return Truth(books, numbers, waiting)


def judge_rows(
    scenario: Scenario,
    before: Truth,
    core: FaultyQuickBooks,
    store: Store,
    rows: Mapping[str, RowResult],
    renewed: Collection[Ref] = (),
) -> list[str]:
    """What was told wrongly by a press of the button; `before` is how things stood when it was pressed.

    Of those `renewed`, which a person had sent under a new number, the first may come to light later: the end judges that.
    """
    truth = read_truth(core)
    links = store.links.by_source(core.realm, [record.ref for record in scenario.records])
    in_doubt = {intent.source for intent in store.journal.open_intents(core.realm)}
    wrong: list[str] = []
    for record in scenario.records:
        result, ref = rows[str(record.ref)], record.ref
        told = f"{ref} told {result.outcome} ({key_of(result)})"
        link = links.get(ref)
        there = [book["Id"] for book in truth.of(ref)]
        is_second = ref in renewed and link is not None and link.quickbooks_id in there
        if is_told_done(result) and ([link.quickbooks_id] if link else []) != there and not is_second:
            wrong.append(f"{told}, but QuickBooks holds {there} and the link is {link and link.quickbooks_id}")
        if result.outcome in ABSENT and (there or truth.is_coming(ref)):
            wrong.append(f"{told}, but QuickBooks holds {there or 'it soon'}")
        if result.outcome is Outcome.NOT_TRIED and (ref in in_doubt or len(there) != len(before.of(ref))):
            wrong.append(f"{told}, but it was sent")
        if result.outcome in DONE and key_of(result) != "already_synchronized" and told_shares(result) != real_shares(truth, ref):
            wrong.append(f"{told} and applied {told_shares(result)}, but it is {real_shares(truth, ref)}")
        if result.outcome is Outcome.CHANGED:
            wrong.append(f"{told}, but nobody changed it")
    return wrong


def is_told_done(result: RowResult) -> bool:
    """Whether the row says that QuickBooks holds it."""
    return result.outcome in DONE


def key_of(result: RowResult) -> str:
    """The sentence's key."""
    return result.message.key if result.message else ""


def told_shares(result: RowResult) -> Applied:
    """Where the row says the money went."""
    return tuple(sorted((each.invoice_number, str(each.amount)) for each in result.applied))


def real_shares(truth: Truth, ref: Ref) -> Applied:
    """Where the money went."""
    payments = truth.of(ref, apply=ref.kind is Kind.CREDIT_MEMO)
    return tuple(sorted(share for payment in payments for share in truth.shares(payment)))


def judge_end(
    scenario: Scenario,
    core: FaultyQuickBooks,
    store: Store,
    trouble: str,
    said: Mapping[str, set[str]],
    lasting: frozenset[Ref] = frozenset(),
    twice: Mapping[Ref, frozenset[str]] = MappingProxyType({}),
) -> list[str]:
    """What is wrong once everything has been pressed to its end; `said` has every sentence each row was given.

    Those of `lasting` QuickBooks never took: they must not be there. `twice` are those that a person had sent under a new number
    and that are said to stand there twice, with the ids that the sentence names: both must be there, and be all there are.
    """
    truth = read_truth(core)
    links = store.links.by_source(core.realm, [record.ref for record in scenario.records])
    expected = expected_of(scenario, truth, {row: said.get(row, set()) | refusals(store, row) for row in scenario.expected})
    wrong: list[str] = []
    for record in scenario.records:
        ref, found = record.ref, truth.of(record.ref)
        if ref in lasting:
            wrong += [f"{ref} is there, or linked"] if found or ref in links else []
            continue
        if ref in twice and twice[ref] == {book["Id"] for book in found}:
            continue
        if len(found) != 1:
            wrong.append(f"{ref} stands {len(found)} times in QuickBooks")
            continue
        book, link = found[0], links.get(ref)
        has = (book["CustomerRef"]["name"], book["TotalAmt"], book["TxnDate"])
        if has != (record.client_name, record.amount, record.date.isoformat()):
            wrong.append(f"{ref} is {has}")
        if link is None or (link.entity, link.quickbooks_id) != (ENTITY[ref.kind], book["Id"]):
            wrong.append(f"{ref} is not linked to {book['Id']}: {link}")
        wrong += judge_shares(truth, ref, expected[ref], trouble, said.get(str(ref), set()))
    return [*wrong, *judge_books(core, truth, twice), *judge_journal(store, core.realm, lasting)]


def refusals(store: Store, row: str) -> set[str]:
    """*failed*, if QuickBooks has refused it once: the process may have died before it told so."""
    ref = Ref.parse(row)
    of_row = (intents.c.source_kind == ref.kind, intents.c.source_id == ref.id, intents.c.state == IntentState.REFUSED)
    with store.database.read() as connection:
        return {f"{FAILED}:" for _ in connection.execute(select(intents.c.id).where(*of_row))}


def expected_of(scenario: Scenario, truth: Truth, said: Mapping[str, set[str]]) -> Mapping[Ref, Applied]:
    """Where the money should lie, as things stand in the end."""
    stands = {
        record.ref: int(book["Id"])
        for record in scenario.records
        for book in truth.of(record.ref, apply=record.ref.kind is Kind.CREDIT_MEMO)
    }
    real = {record.ref: real_shares(truth, record.ref) for record in scenario.records}
    return expected_shares(scenario, stands, real, said)


def judge_shares(truth: Truth, ref: Ref, expected: Applied, trouble: str, said: set[str]) -> list[str]:
    """Whether the money lies where it should, once."""
    applications = len(truth.of(ref, apply=True))
    real = real_shares(truth, ref)
    if applications > 1:
        return [f"{ref} is applied {applications} times"]
    if real != tuple(sorted(expected)) and trouble not in LOOSE:
        return [f"{ref} is applied to {real}, not {expected}; it said {sorted(said)}"]
    return []


def judge_books(core: FaultyQuickBooks, truth: Truth, twice: Collection[Ref] = ()) -> Iterable[str]:
    """Nothing voided, deleted or over-applied; nothing there more than once but what is said to be."""
    told = {f"AF-{ref.kind.value}-{ref.id}" for ref in twice}
    company = core.company
    for kind in ("Payment", "CreditMemo"):
        if company.tables[kind].buried:
            yield f"a {kind} was deleted"
    for invoice in company.all("Invoice"):
        if not Decimal(0) <= invoice["Balance"] <= invoice["TotalAmt"]:
            yield f"invoice {invoice['DocNumber']} has {invoice['Balance']} of {invoice['TotalAmt']} open"
    several = Counter({marker: len(found) for marker, found in truth.books.items()})
    yield from (f"{marker} stands {times} times" for marker, times in several.items() if times > 1 and marker not in told)


def judge_journal(store: Store, realm: str, lasting: frozenset[Ref]) -> Iterable[str]:
    """Nothing is left in doubt but, once each, what QuickBooks never takes."""
    in_doubt = Counter(intent.source for intent in store.journal.open_intents(realm))
    for source, times in in_doubt.items():
        if source not in lasting or times > 1:
            yield f"{source} is still in doubt, {times} times"
