"""How a credit memo is taxed in QuickBooks, by the settings and by where the company is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qb_plugin.errors import RowRefused
from qb_plugin.model import Company, Message

NOT_TAXED, TAXED = "NON", "TAX"  # the codes on lines of companies in the United States


class TaxTreatment(StrEnum):
    """How credit memos are taxed in QuickBooks."""

    NOT_CHOSEN = ""
    NOT_TAXED = "not_taxed"
    AS_ITEM = "as_item"  # by the tax code, or by the item; the tax is added to the amount
    INCLUDED = "included"  # the amount holds the tax of the code; outside the United States


@dataclass(frozen=True, slots=True)
class CreditMemoTax:
    """The tax treatment of credit memos, and the id of their tax code; "" where none was chosen."""

    treatment: TaxTreatment = TaxTreatment.NOT_CHOSEN
    code_id: str = ""


NOT_CHOSEN = CreditMemoTax()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoTax:
    """TaxCodeRef of the line, TxnTaxCodeRef of the whole (United States) and GlobalTaxCalculation (elsewhere); None: not sent."""

    code_id: str | None = None
    group_id: str | None = None
    calculation: str | None = None


def choose_tax(company: Company, chosen: CreditMemoTax) -> MemoTax:
    """The tax of a credit memo; RowRefused where the company taxes and the settings leave it open."""
    if not company.taxes:
        return MemoTax()
    if chosen.treatment is TaxTreatment.NOT_CHOSEN:
        raise RowRefused(Message("credit_memo_tax_missing", {"company": company.name}))
    return tax_at_home(chosen) if company.in_united_states else tax_abroad(company, chosen)


def tax_at_home(chosen: CreditMemoTax) -> MemoTax:
    """In the United States a line is taxed or not; by which rates, the code of the whole memo says."""
    if chosen.treatment is TaxTreatment.NOT_TAXED:
        return MemoTax(code_id=NOT_TAXED)
    if chosen.code_id.isdecimal():
        return MemoTax(code_id=TAXED, group_id=chosen.code_id)
    return MemoTax(code_id=chosen.code_id or None)


def tax_abroad(company: Company, chosen: CreditMemoTax) -> MemoTax:
    """Elsewhere every line names a code, and the memo says whether its amounts hold the tax."""
    if chosen.treatment is TaxTreatment.NOT_TAXED:
        return MemoTax(calculation="NotApplicable")
    if not chosen.code_id:
        raise RowRefused(Message("credit_memo_tax_code_missing", {"company": company.name}))
    included = chosen.treatment is TaxTreatment.INCLUDED
    return MemoTax(code_id=chosen.code_id, calculation="TaxInclusive" if included else "TaxExcluded")
