"""The tax codes that every company in the US has: queries return them before the others, and do not count them."""

from hostsim.qbo_simulator.base.http import dump
from hostsim.qbo_simulator.base.schema import write_entity
from hostsim.qbo_simulator.books.company import Company

_CODES = (("TAX", True), ("NON", False), ("CustomSalesTax", True))


def built_in_codes(company: Company) -> list[bytes]:
    """The three codes as bytes, beyond any MAXRESULTS (so in Intuit's sandbox); none outside the US."""
    info = company.tables["CompanyInfo"].get(1) or {}
    if info.get("Country") != "US":
        return []
    return [dump(write_entity("TaxCode", _code(name, taxable, info["MetaData"]))) for name, taxable in _CODES]


def _code(name: str, taxable: bool, times: object) -> dict[str, object]:
    details: dict[str, object] = {"TaxRateDetail": []}
    plain = {"domain": "QBO", "sparse": False, "Id": name, "SyncToken": "0", "MetaData": times}
    flags = {"Active": True, "Hidden": False, "Taxable": taxable, "TaxGroup": True}
    return {**plain, **flags, "Name": name, "Description": name, "SalesTaxRateList": details, "PurchaseTaxRateList": details}
