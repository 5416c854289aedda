"""What is exported in a case, and what QuickBooks must hold of it in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_plugin.model import Kind, Ref, SourceRecord
from tests.faults.harness.server import Bill

FIRM = "AF"
CLIENTS = {"1": "Amy", "2": "Bill"}
BILLS = (
    Bill("Amy", "A1", 1, "100.00"),
    Bill("Amy", "A2", 2, "60.00"),
    Bill("Bill", "B1", 3, "80.00"),
)
Applied = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Records, whether they are applied, and to which invoices (by number) QuickBooks' default process takes each."""

    records: tuple[SourceRecord, ...]
    auto_apply: bool
    expected: Mapping[str, Applied]

    @property
    def kind(self) -> Kind:
        """Payments or credit memos."""
        return self.records[0].ref.kind


def record(kind: Kind, number: int, client: str, day: int, amount: str) -> SourceRecord:
    """A record of November."""
    name = f"{'P' if kind is Kind.PAYMENT else 'CM'}-{number}"
    ref = Ref(kind, str(number))
    return SourceRecord(
        ref=ref,
        number=name,
        client_id=client,
        client_name=CLIENTS[client],
        date=date(2026, 11, day),
        amount=Decimal(amount),
        reference=f"R{number}",
    )


def _payments() -> tuple[SourceRecord, ...]:
    return (
        record(Kind.PAYMENT, 1, "1", 3, "60.00"),
        record(Kind.PAYMENT, 2, "1", 4, "120.00"),
        record(Kind.PAYMENT, 3, "2", 5, "50.00"),
    )


def _memos() -> tuple[SourceRecord, ...]:
    return (record(Kind.CREDIT_MEMO, 1, "1", 3, "110.00"), record(Kind.CREDIT_MEMO, 2, "2", 4, "30.00"))


SCENARIOS: Mapping[str, Scenario] = {
    "payments": Scenario(_payments(), False, {"payment:1": (), "payment:2": (), "payment:3": ()}),
    "applied": Scenario(
        _payments(),
        True,
        {"payment:1": (("A2", "60.00"),), "payment:2": (("A1", "100.00"),), "payment:3": (("B1", "50.00"),)},
    ),
    "memos": Scenario(
        _memos(),
        True,
        {"credit_memo:1": (("A1", "100.00"), ("A2", "10.00")), "credit_memo:2": (("B1", "30.00"),)},
    ),
}
