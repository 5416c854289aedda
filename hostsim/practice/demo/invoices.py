"""The invoices of the demo firm, by the rule both sides of the demo follow (docs/demo-firm.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hostsim.practice.amounts import UNITS_PER_CENT

INVOICES = 600
CLIENTS = 60
# Paid by one check each on both sides, as if somebody had typed them in twice.
TWINS = (40, 160, 280, 400, 520, 560, 570)


@dataclass(frozen=True, slots=True)
class DemoInvoice:
    """Invoice k; ids are k + 1 and client number + 1, the amount is in units."""

    k: int
    client: int
    date: date
    amount: int

    @property
    def id(self) -> int:
        """Its row."""
        return self.k + 1

    @property
    def client_id(self) -> int:
        """Its client's row."""
        return self.client + 1

    @property
    def number(self) -> str:
        """What people call it."""
        return f"INV-{1001 + self.k}"

    @property
    def group(self) -> int:
        """Which way it is paid."""
        return self.k % 10


def demo_invoices(today: date) -> Sequence[DemoInvoice]:
    """All of them, oldest first."""
    return [_invoice(k, today) for k in range(INVOICES)]


def _invoice(k: int, today: date) -> DemoInvoice:
    days = 364 - k * 364 // 599
    cents = 15_000 + (7919 * k % 1600) * 125
    return DemoInvoice(k, (7 * k + k // CLIENTS) % CLIENTS, today - timedelta(days=days), cents * UNITS_PER_CENT)
