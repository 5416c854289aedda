"""A credit memo as it stands in QuickBooks, line by line, and what an update is to make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SalesLine:
    """One line of a sales form. `text` is its JSON as QuickBooks gave it, so that an update sends again what is not known here.

    `sells` is False for all that is no sale of one item: discounts, bundles, headings.
    """

    text: str
    amount: Decimal
    sells: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemoForm:
    """What an update of a credit memo must send again, in the version that it is of: QuickBooks drops lines that are not sent."""

    id: str
    sync_token: str
    lines: tuple[SalesLine, ...]
    tax_group_id: str | None = None  # TxnTaxCodeRef of the whole memo, in the United States
    tax_calculation: str | None = None  # GlobalTaxCalculation, elsewhere

    @property
    def sole_sale(self) -> SalesLine | None:
        """The one line that all of the amount stands on; None where there are several, or a discount beside it."""
        counted = [line for line in self.lines if line.sells or line.amount]
        return counted[0] if len(counted) == 1 and counted[0].sells else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemoUpdate:
    """A credit memo as an update is to make it. `total` is what it is to amount to.

    The amount of the sole sale's line becomes `line_amount`, its description `description`; None leaves them.
    """

    form: CreditMemoForm
    customer_id: str
    date: date
    total: Decimal
    number: str | None = None
    note: str | None = None
    currency: str | None = None
    line_amount: Decimal | None = None
    description: str | None = None
