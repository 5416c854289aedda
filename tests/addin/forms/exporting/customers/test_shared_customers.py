"""Where several clients share a customer, Auto Apply uses this client's invoices, then nobody's, and never another client's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import Entity, Kind, Link, LinkOrigin, Ref
from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice, lines_of

OTHERS = "What else is open on Shared"


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothSides]:
    with both_sides(Path(tmp_path_factory.mktemp("shared"))) as found:
        found.build(preferences={"SalesFormsPrefs": {"CustomTxnNumbers": True}})
        found.choose(credit_memo_item="1")
        yield found


@dataclass(frozen=True, slots=True)
class Case:
    """QuickBooks' open invoices, the oldest first: whose each is here, and its amount; what of 100.00 of A goes to each."""

    name: str
    invoices: tuple[
        tuple[str, str], ...
    ]  # a, b, ab (a number of both), c (somebody else's), none, link (to A's, of another number)
    goes: tuple[str, ...]
    said: str = ""
    alone: bool = False  # A has the customer alone
    kind: str = "payment"
    job: bool = False  # the last one is a job's that no client has
    merged: bool = False  # B had a customer of its own, which was merged into A's


CASES = [
    Case("its own", (("a", "100"),), ("100",), "Applied: "),
    Case("another's", (("b", "100"),), ("0",), OTHERS),
    Case("another's is older", (("b", "100"), ("a", "100")), ("0", "100"), "Applied: "),
    Case("another's has just its amount", (("a", "150"), ("b", "100")), ("100", "0"), "Applied: "),
    Case("nobody's", (("none", "100"),), ("100",), "Applied: "),
    Case("its own before nobody's", (("none", "60"), ("a", "70")), ("30", "70"), "Applied: "),
    Case("its own and nobody's, and another's", (("b", "40"), ("none", "20"), ("a", "30")), ("0", "20", "30"), OTHERS),
    Case("of both", (("ab", "100"),), ("0",), OTHERS),
    Case("linked to its own", (("b", "100"), ("link", "100")), ("0", "100"), "Applied: "),
    Case("somebody else's number", (("c", "100"),), ("100",), "Applied: "),
    Case("all its own, and a rest", (("a", "60"),), ("60",), "has no other open invoice"),
    Case("nothing open", (), (), "has no open invoice"),
    Case("alone", (("b", "100"),), ("100",), "Applied: ", alone=True),
    Case("a memo, and another's", (("b", "100"),), ("0",), OTHERS, kind="credit_memo"),
    Case("a memo, and its own", (("b", "100"), ("a", "100")), ("0", "100"), "Applied: ", kind="credit_memo"),
    Case("another's on a job", (("b", "100"),), ("0",), OTHERS, job=True),
    Case("its own on a job", (("b", "100"), ("a", "100")), ("0", "100"), "Applied: ", job=True),
    Case("merged: the other's", (("b", "100"),), ("0",), OTHERS, merged=True),
    Case("merged: the other's is older", (("b", "100"), ("a", "100")), ("0", "100"), "Applied: ", merged=True),
    Case("merged: a memo, and the other's", (("b", "100"),), ("0",), OTHERS, merged=True, kind="credit_memo"),
    Case("merged: all", (("b", "40"), ("none", "20"), ("a", "30")), ("0", "20", "30"), OTHERS, merged=True),
    Case("merged: of both, and the other's", (("ab", "50"), ("b", "50")), ("0", "0"), OTHERS, merged=True),
    Case("merged: of both alone", (("ab", "100"),), ("100",), "Applied: ", merged=True),  # nothing shows a merge
    Case("merged: the other's on a job", (("b", "100"),), ("0",), OTHERS, merged=True, job=True),
    Case("merged: somebody else's number", (("c", "100"),), ("100",), "Applied: ", merged=True),
]


def link(sides: BothSides, source: Ref, entity: Entity, there: str) -> None:
    made = Link(realm=sides.entries.realm, source=source, entity=entity, quickbooks_id=there, origin=LinkOrigin.MATCHED)
    assert sides.addin.runtime().links.add([made])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_money_of_one_client_pays_no_invoice_of_another_who_shares_its_customer(sides: BothSides, case: Case) -> None:
    n = len(sides.ledger.people)
    steps = [
        customer(f"Shared {n}", "me"),
        customer(f"Job {n}", "job", ParentRef="$me", BillWithParent=True, Job=True),
        customer(f"Old {n}", "old"),
    ]
    last = len(case.invoices) - 1
    for position, (_, amount) in enumerate(case.invoices):
        owner = "job" if case.job and position == last else "me"
        steps.append(invoice(owner, f"S{n}-{position}", amount, f"i{position}", day=f"2026-09-{position + 1:02d}"))
    ids = sides.build(*steps)
    a, b, c = (sides.client(f"{name} {n}") for name in ("Quill", "Brandt", "Ostrow"))
    link(sides, Ref(Kind.CLIENT, a.id), Entity.CUSTOMER, ids["me"])
    if not case.alone:
        link(sides, Ref(Kind.CLIENT, b.id), Entity.CUSTOMER, ids["old" if case.merged else "me"])
    if case.merged:
        sides.merge(ids["old"], ids["me"])
    for position, (whose, amount) in enumerate(case.invoices):
        for client in {"a": [a], "b": [b], "ab": [a, b], "c": [c], "link": [a]}.get(whose, []):
            number = f"X{n}-{position}" if whose == "link" else f"s{n}-{position} "
            bill = sides.invoice(client, number, amount)
            if whose == "link":
                link(sides, Ref(Kind.INVOICE, bill.id), Entity.INVOICE, ids[f"i{position}"])
    record = sides.record(a, "100.00", case.kind)
    row = sides.export(record, auto_apply=True)[record.ref]
    assert (row["outcome"], case.said in row["message"]) == ("synchronized", True), row["message"]
    paid = {ids[f"i{position}"]: Decimal(part) for position, part in enumerate(case.goes) if part != "0"}
    found: dict[str, Decimal] = {}
    for payment in sides.query("Payment", f"CustomerRef = '{ids['me']}'"):
        found |= lines_of(payment)
    assert found == paid
    assert sum((Decimal(each["amount"]) for each in row["applied"]), Decimal(0)) == sum(paid.values())
