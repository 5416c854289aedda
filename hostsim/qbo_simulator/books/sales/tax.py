"""Sales tax: which lines are taxed, by which code, at which rates, and what that comes to."""

from decimal import Decimal

from hostsim.qbo_simulator.base.faults import business, inactive, invalid_reference
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.base.money import rounded
from hostsim.qbo_simulator.books.company import Company

NOT_TAXED = "NON"
TAXED = "TAX"
_HUNDRED = Decimal(100)
_MISSING = "Make sure all your transactions have a tax rate before you save."


def is_abroad(company: Company) -> bool:
    """Whether the company is outside the United States and so demands a tax code on each line."""
    country = (company.tables["CompanyInfo"].get(1) or {}).get("Country", "US")
    return country not in ("US", "USA") and bool(company.preference("TaxPrefs", "UsingSalesTax"))


def default_code(company: Company, record: Record, detail: Record) -> Record:
    """The code of a line that names none."""
    if company.settings.sales_tax_percent:
        return {"value": TAXED}
    if is_abroad(company) or not company.preference("TaxPrefs", "UsingSalesTax"):
        return {"value": NOT_TAXED}
    item = company.tables["Item"].get(_identity(detail["ItemRef"])) or {}
    return {"value": TAXED if item.get("Taxable") and _is_taxable(company, record) else NOT_TAXED}


def _is_taxable(company: Company, record: Record) -> bool:
    customer = company.tables["Customer"].get(int(record["CustomerRef"]["value"])) if "CustomerRef" in record else None
    return customer is None or customer.get("Taxable", True) is not False


def _identity(reference: Record) -> int:
    value = str(reference.get("value", ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def check_code(company: Company, record: Record, detail: Record) -> None:
    """Outside the United States every line names a tax code of the company, unless the form is not taxed at all."""
    if not is_abroad(company) or record.get("GlobalTaxCalculation") == "NotApplicable":
        return
    if detail.get("TaxCodeRef", {}).get("value") in (None, NOT_TAXED, TAXED):
        raise business(_MISSING)
    tax_code(company, detail["TaxCodeRef"])


def tax_code(company: Company, reference: Record) -> Record:
    """The tax code that a reference means; 2500 when there is none, 610 when it is inactive."""
    found = company.tables["TaxCode"].get(_identity(reference))
    if found is None:
        raise invalid_reference(f"TaxCode element id {reference.get('value')} not found")
    if found.get("Active") is False:
        raise inactive()
    return found


def sales_tax(company: Company, record: Record, lines: list[Record], share: Decimal) -> Record:
    """TxnTaxDetail of a sales form; `share` is what a discount leaves of each line."""
    taxed = [line for line in lines if line["DetailType"] == "SalesItemLineDetail"]
    percent = Decimal(str(company.settings.sales_tax_percent))
    if percent:
        base = sum((number(line["Amount"]) for line in taxed if _code(line) != NOT_TAXED), Decimal(0))
        return {"TotalTax": rounded(base * percent / _HUNDRED, record["CurrencyRef"]["value"])}
    given = record.get("TxnTaxDetail") or {}
    if not company.preference("TaxPrefs", "UsingSalesTax") or record.get("GlobalTaxCalculation") == "NotApplicable":
        kept = {name: value for name, value in given.items() if name not in ("TxnTaxCodeRef", "TaxLine")}
        return {"TotalTax": Decimal(0), **kept}
    if is_abroad(company):
        return _by_line(company, record, [(line, _reference(line)) for line in taxed], "SalesTaxRateList", share)
    group, coded = _group(company, record, given), [line for line in taxed if _code(line) != NOT_TAXED]
    if group is None or not coded:
        return {"TotalTax": Decimal(0)}
    parts = [(line, group) for line in coded]
    return {"TxnTaxCodeRef": {"value": group["value"]}, **_by_line(company, record, parts, "SalesTaxRateList", share)}


def purchase_tax(company: Company, record: Record, lines: list[Record]) -> Record:
    """TxnTaxDetail of an expense in a company that demands tax codes; empty for any other."""
    if not is_abroad(company) or record.get("GlobalTaxCalculation") == "NotApplicable":
        return {}
    details = [(line, line[line["DetailType"]].get("TaxCodeRef") or {}) for line in lines]
    coded = [(line, code) for line, code in details if code.get("value") not in (None, NOT_TAXED)]
    return _by_line(company, record, coded, "PurchaseTaxRateList", Decimal(1))


def tax_on_top(record: Record, tax: Record) -> Decimal:
    """What the tax adds to the lines' sum: nothing where the lines have it in them."""
    return Decimal(0) if record.get("GlobalTaxCalculation") == "TaxInclusive" else number(tax.get("TotalTax"))


def _code(line: Record) -> str:
    return str(_reference(line).get("value", NOT_TAXED))


def _reference(line: Record) -> Record:
    found: Record = line["SalesItemLineDetail"].get("TaxCodeRef") or {}
    return found


def _group(company: Company, record: Record, given: Record) -> Record | None:
    """The code whose rates tax an American form: its own, else the customer's, else the company's."""
    if "TxnTaxCodeRef" in given:
        tax_code(company, given["TxnTaxCodeRef"])
        reference: Record = given["TxnTaxCodeRef"]
        return reference
    customer = company.tables["Customer"].get(int(record["CustomerRef"]["value"])) if "CustomerRef" in record else None
    found = ((customer or {}).get("DefaultTaxCodeRef"), company.preference("TaxPrefs", "TaxGroupCodeRef"))
    return next((each for each in found if each and _identity(each) in company.tables["TaxCode"]), None)


def _by_line(company: Company, record: Record, parts: list[tuple[Record, Record]], rates: str, share: Decimal) -> Record:
    """One tax line for each rate, over all lines whose code has it."""
    bases: dict[str, Decimal] = {}
    for line, reference in parts:
        for part in (tax_code(company, reference).get(rates) or {}).get("TaxRateDetail", []):
            value = part["TaxRateRef"]["value"]
            bases[value] = bases.get(value, Decimal(0)) + number(line["Amount"]) * share
    lines = [_tax_line(company, record, value, base) for value, base in bases.items()]
    return {"TotalTax": sum((line["Amount"] for line in lines), Decimal(0)), "TaxLine": lines}


def _tax_line(company: Company, record: Record, rate: str, base: Decimal) -> Record:
    percent, code = number((company.tables["TaxRate"].get(int(rate)) or {}).get("RateValue")), record["CurrencyRef"]["value"]
    inclusive = record.get("GlobalTaxCalculation") == "TaxInclusive"
    tax = rounded(base * percent / (_HUNDRED + percent if inclusive else _HUNDRED), code)
    detail = {"TaxRateRef": {"value": rate}, "PercentBased": True, "TaxPercent": percent}
    net = rounded(base, code) - (tax if inclusive else 0)
    return {"Amount": tax, "DetailType": "TaxLineDetail", "TaxLineDetail": {**detail, "NetAmountTaxable": net}}
