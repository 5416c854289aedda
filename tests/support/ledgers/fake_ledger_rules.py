"""The rules of the ledger in memory, each refusal a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tests.support.ledgers.fake_ledger_values import FakeApplication

PLACES = {"JPY": 0, "KWD": 3}


class RefusedError(Exception):
    """A rule forbids it; the text is a sentence."""


class ChangedError(Exception):
    """The record is not as the user saw it."""

    def __init__(self, sentence: str, id: str | None = None, version: int | None = None) -> None:
        super().__init__(sentence)
        self.id, self.version = id, version


def check_amount(amount: Decimal, currency: str) -> None:
    """An amount is above zero, with no more decimals than its currency."""
    if amount <= 0:
        raise RefusedError("An amount is more than zero.")
    if amount != round(amount, PLACES.get(currency, 2)):
        raise RefusedError(f"The amount has more decimals than {currency}.")


def check_sum(parts: Sequence[FakeApplication], amount: Decimal) -> None:
    """No more is applied than the record amounts to."""
    if sum(part.amount for part in parts) > amount:
        raise RefusedError("More is applied than the record amounts to.")
