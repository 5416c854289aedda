"""Auto Apply as in WorkSpace: each application is made in QuickBooks, or the row says why not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice, lines_of


@dataclass(frozen=True, slots=True)
class Case:
    """The invoice's number here and there, what is applied here, how QuickBooks' invoice is, and what the row says."""

    name: str
    said: str
    here: str = "{n}-A"
    there: str = "{n}-A"
    owner: str = "me"  # or job, parent, other
    total: str = "50.00"  # of the invoice in QuickBooks
    paid: str = "0.00"  # of it, by hand
    part: str = "50.00"
    amount: str = "50.00"
    applied: str = "50.00"


ALL = "Applied: {there} 50.00."
CASES = (
    Case("as it is", ALL),
    Case("case differs", ALL, here="{n}-a"),
    Case("outer blanks", ALL, here=" {n}-A "),
    Case("outer blanks there", ALL, there=" {n}-A "),
    Case("blanks and case there, of a job", ALL, here="{n}-a", there="{n}-A ", owner="job"),
    Case("less there, with blanks", "Invoice {here} has 10.00 open in QuickBooks", there=" {n}-A", total="10.00", applied="10.00"),
    Case("of a job that bills with it", ALL, owner="job"),
    Case("less applied here", "20.00 is unapplied: It is unapplied in Park Practice, too.", part="30.00", applied="30.00"),
    Case("not there", "QuickBooks has no invoice {here} of {me}. 50.00 is unapplied.", there="{n}-B", applied=""),
    Case("paid by hand", "Invoice {here} has 0.00 open in QuickBooks; the money may", total="80.00", paid="80.00", applied=""),
    Case(
        "paid in part",
        "30.00 is unapplied: Invoice {here} has 20.00 open",
        paid="30.00",
        part="40.00",
        applied="20.00",
    ),
    Case("another customer's", "In QuickBooks invoice {here} belongs to {other}, often after a merge.", owner="other", applied=""),
    Case("its parent's", "In QuickBooks invoice {here} belongs to {parent}, often after a merge.", owner="parent", applied=""),
    Case("nothing applied here", "It is unapplied in Park Practice, too. 50.00 is unapplied.", part="", applied=""),
    Case("less there", "Invoice {here} has 10.00 open in QuickBooks", total="10.00", applied="10.00"),
)


def build(sides: BothSides) -> dict[str, str]:
    """The trees, invoices and payments by hand of all cases."""
    steps = []
    for n, case in enumerate(CASES):
        steps += [
            customer(f"Parent {n}", f"parent{n}"),
            customer(f"Me {n}", f"me{n}", ParentRef=f"$parent{n}", Job=True, BillWithParent=True),
            customer(f"Job {n}", f"job{n}", ParentRef=f"$me{n}", Job=True, BillWithParent=True),
            customer(f"Other {n}", f"other{n}"),
            invoice(f"{case.owner}{n}", case.there.format(n=n), case.total, key=f"inv{n}"),
        ]
        if Decimal(case.paid):
            line = {"Amount": case.paid, "LinkedTxn": [{"TxnId": f"$inv{n}", "TxnType": "Invoice"}]}
            body = {"CustomerRef": f"$me{n}", "TotalAmt": case.paid, "TxnDate": "2026-05-01", "Line": [line]}
            steps.append({"create": "Payment", "body": body})
    return sides.build(*steps, preferences={"SalesFormsPrefs": {"CustomTxnNumbers": True}})


def test_each_application_is_made_there_or_the_row_says_why_not(tmp_path: Path) -> None:
    with both_sides(tmp_path) as sides:
        ids = build(sides)
        records = []
        for n, case in enumerate(CASES):
            client = sides.client(f"Me {n}")
            parts = [(sides.invoice(client, case.here.format(n=n), "50.00"), case.part)] if case.part else []
            records.append(sides.record(client, case.amount, parts=parts))
        sides.match()
        sides.choose(auto_apply_uses="workspace")
        rows = sides.export(*records, auto_apply=True)
        for n, (case, record) in enumerate(zip(CASES, records, strict=True)):
            row = rows[record.ref]
            assert row["outcome"] == "synchronized", (case.name, row)
            there = sides.read("Payment", row["quickbooks_id"])
            assert lines_of(there) == ({ids[f"inv{n}"]: Decimal(case.applied)} if case.applied else {}), (case.name, there)
            names = {"here": case.here.format(n=n), "there": case.there.format(n=n), "parent": f"Parent {n}", "other": f"Other {n}"}
            said = case.said.format(me=f"Parent {n}:Me {n}", **names)
            assert said in row["message"], (case.name, row["message"])
            assert there["UnappliedAmt"] == record.amount - Decimal(case.applied or 0)


# Whose invoices of one number QuickBooks has, with what is open of each, where 50.00 goes, and what the row says of the rest.
EQUAL_NUMBERS: dict[str, tuple[list[tuple[str, str]], int | None, str]] = {
    "one": ([("me", "50")], 0, ""),
    "two open": ([("me", "50"), ("me", "50")], None, "on more than one invoice that {me} may pay"),
    "three open": ([("me", "50"), ("me", "60"), ("me", "70")], None, "on more than one invoice that {me} may pay"),
    "one of them paid": ([("me", "0"), ("me", "50")], 1, ""),
    "both paid": ([("me", "0"), ("me", "0")], None, "on more than one invoice that {me} may pay"),
    "its own and its job's": ([("me", "50"), ("job", "50")], None, "on more than one invoice that {me} may pay"),
    "its job's, and its own paid": ([("me", "0"), ("job", "50")], 1, ""),
    "two jobs'": ([("job", "50"), ("job", "50")], None, "on more than one invoice that {me} may pay"),
    "its own and another's": ([("me", "50"), ("other", "50")], 0, ""),
    "another's": ([("other", "50")], None, "belongs to {other}"),
    "two others'": ([("other", "50"), ("parent", "50")], None, "QuickBooks has no invoice {no} of {me}"),
    "none": ([], None, "QuickBooks has no invoice {no} of {me}"),
}


def equal_numbers(n: int, owners: list[tuple[str, str]]) -> list[dict[str, object]]:
    """The customers, and their invoices of 80.00 with the number N-n."""
    steps: list[dict[str, object]] = [
        customer(f"Root {n}", f"parent{n}"),
        customer(f"We {n}", f"me{n}", ParentRef=f"$parent{n}", Job=True, BillWithParent=True),
        customer(f"Site {n}", f"job{n}", ParentRef=f"$me{n}", Job=True, BillWithParent=True),
        customer(f"They {n}", f"other{n}"),
    ]
    for position, (owner, left) in enumerate(owners):
        steps.append(invoice(f"{owner}{n}", f"N-{n}", "80", key=f"n{n}-{position}"))
        line = {"Amount": 80 - int(left), "LinkedTxn": [{"TxnId": f"$n{n}-{position}", "TxnType": "Invoice"}]}
        body = {"CustomerRef": f"${owner}{n}", "TotalAmt": 80 - int(left), "TxnDate": "2026-05-01", "Line": [line]}
        steps.append({"create": "Payment", "body": body})
    return steps


def test_of_several_invoices_of_one_number_the_open_one_is_meant_or_the_row_says_that_nobody_knows(tmp_path: Path) -> None:
    with both_sides(tmp_path) as sides:
        table = list(enumerate(EQUAL_NUMBERS.items()))
        steps = [step for n, (_, (owners, _, _)) in table for step in equal_numbers(n, owners)]
        ids = sides.build(*steps, preferences={"SalesFormsPrefs": {"CustomTxnNumbers": True}})
        records = []
        for n, _ in table:
            client = sides.client(f"We {n}")
            records.append(sides.record(client, "50.00", parts=[(sides.invoice(client, f"N-{n}", "50.00"), "50.00")]))
        sides.match()
        sides.choose(auto_apply_uses="workspace")
        rows = sides.export(*records, auto_apply=True)
        for (n, (name, (_, goes, said))), record in zip(table, records, strict=True):
            row = rows[record.ref]
            assert row["outcome"] == "synchronized", (name, row)
            there = lines_of(sides.read("Payment", row["quickbooks_id"]))
            assert there == ({} if goes is None else {ids[f"n{n}-{goes}"]: Decimal(50)}), (name, row["message"])
            assert said.format(me=f"Root {n}:We {n}", other=f"They {n}", no=f"N-{n}") in row["message"], (name, row["message"])
