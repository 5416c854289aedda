"""The ledger in memory as the tests of import need it: short ways to fill it, refusals by name, and power cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.support.addin.sync_firm import DAY
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeClient, FakeInvoice, FakeRecord, FakeRecorded

CLIENTS = range(1, 6)  # those of `sync_firm.Firm`
BEFORE_FIRST_ID = 6999  # ids that no test gives by hand


class PowerCutError(Exception):
    """The host's database goes away."""


class ImportLedger(FakeLedger):
    """`FakeLedger` with the firm's clients; `groups` are the sizes of what was given to record, `refuses` reasons by reference.

    The power is cut at the group of number `cut_before` before it is committed, at that of `cut_after` once it is.
    """

    def __init__(self) -> None:
        super().__init__([FakeClient(str(number), f"Client {number}") for number in CLIENTS], [], [], highest=BEFORE_FIRST_ID)
        self.refuses: dict[str, str] = {}
        self.groups: list[int] = []
        self.cut_before: int | None = None
        self.cut_after: int | None = None

    def bill(self, number: int, client: int, balance: str) -> None:
        """Invoice `INV-n`, open here."""
        self.bills.append(FakeInvoice(str(number), f"INV-{number}", str(client), DAY, Decimal(balance), Decimal(balance)))

    def has(self, number: int, client: int, amount: str, reference: str = "") -> FakeRecord:
        """A payment somebody typed in."""
        who = (str(client), f"Client {client}")
        typed = FakeRecord("payment", str(number), f"P-{number}", *who, DAY, Decimal(amount), method="", reference=reference)
        self.entries.append(typed)
        return typed

    def record_payments(self, payments: Sequence[Mapping[str, Any]]) -> Sequence[FakeRecorded]:
        """Record each payment, once, unless the power is cut."""
        self.groups.append(len(payments))
        if len(self.groups) == self.cut_before:
            raise PowerCutError
        outcomes = super().record_payments(payments)
        if len(self.groups) == self.cut_after:
            raise PowerCutError
        return outcomes

    def record(self, payment: Mapping[str, Any]) -> FakeRecorded:
        """Record one payment, or say why not."""
        if payment["reference"] in self.refuses:
            return FakeRecorded(payment["external_key"], "refused", None, self.refuses[payment["reference"]])
        return super().record(payment)
