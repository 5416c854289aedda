"""Document numbers: given out by the company, or chosen and then used once."""

from hostsim.qbo_simulator.base.faults import duplicate_number
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.company import Company

#: Invoices and credit memos share one number space; receipts have one of their own each.
_SPACES = {"Invoice": ("Invoice", "CreditMemo"), "CreditMemo": ("CreditMemo", "Invoice")}


def number_of(company: Company, kind: str, record: Record, old: Record | None, allow_duplicate: bool) -> Record:
    """The DocNumber of a sales form; 6140 when a chosen one is taken."""
    if not company.preference("SalesFormsPrefs", "CustomTxnNumbers"):
        return {"DocNumber": old["DocNumber"] if old and "DocNumber" in old else company.new_number()}
    given = record.get("DocNumber")
    if given and not allow_duplicate:
        _check_free(company, kind, given, record.get("Id"))
    return {"DocNumber": given} if given else {}


def _check_free(company: Company, kind: str, number: str, own: str | None) -> None:
    for other in _SPACES.get(kind, (kind,)):
        found = company.tables[other].find("DocNumber", [number.lower()]) or ()
        owner = next((each for each in found if (other, str(each)) != (kind, own)), None)
        if owner is not None:
            raise duplicate_number(number, other, str(owner))
