"""Tax codes, the rates they are made of, and the agencies that the tax goes to."""

from hostsim.qbo_simulator.base.faults import invalid_reference, required
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.company import Company


def fill_code(company: Company, _kind: str, record: Record, _old: Record | None) -> Record:
    """A complete tax code; its rates must be there."""
    if "Name" not in record:
        raise required("Name")
    for part in ("SalesTaxRateList", "PurchaseTaxRateList"):
        for each in (record.get(part) or {}).get("TaxRateDetail", []):
            _check(company, "TaxRate", each.get("TaxRateRef"))
    return {"Description": record["Name"], "Hidden": False, "Taxable": True, "TaxGroup": True, **record}


def fill_rate(company: Company, _kind: str, record: Record, _old: Record | None) -> Record:
    """A complete tax rate."""
    for field in ("Name", "RateValue", "AgencyRef"):
        if field not in record:
            raise required(field)
    _check(company, "TaxAgency", record["AgencyRef"])
    return {"Description": record["Name"], "SpecialTaxType": "NONE", "DisplayType": "ReadOnly", **record}


def fill_agency(_company: Company, _kind: str, record: Record, _old: Record | None) -> Record:
    """A complete tax agency."""
    if "DisplayName" not in record:
        raise required("DisplayName")
    return {"TaxTrackedOnPurchases": False, "TaxTrackedOnSales": True, **record}


def _check(company: Company, kind: str, reference: Record | None) -> None:
    value = str((reference or {}).get("value", ""))
    if not (value.isascii() and value.isdigit() and int(value) in company.tables[kind]):
        raise invalid_reference(f"{kind} element id {value} not found")
