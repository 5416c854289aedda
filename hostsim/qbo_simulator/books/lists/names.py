"""Names on lists: which are taken, where a record stands in its tree, and what a retired one is called."""

from hostsim.qbo_simulator.base.faults import duplicate_name, inactive, refuse
from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.books.company import Company

#: Nobody on one of these lists may be called like somebody on another.
PEOPLE = ("Customer", "Vendor", "Employee")


def name_key(record: Record) -> str | None:
    """The property that names a record."""
    return next((key for key in ("DisplayName", "Name") if key in record), None)


def retired(record: Record) -> Record:
    """A record made inactive, with the mark that QuickBooks puts after its name."""
    key = name_key(record)
    if key is None:
        return record
    text = record[key] if record[key].endswith(" (deleted)") else f"{record[key]} (deleted)"
    names = {name for name in (key, "FullyQualifiedName") if name in record}
    return {**record, **dict.fromkeys(names, text)}


def check_name(company: Company, kind: str, record: Record) -> None:
    """6240 when another record has this name: on its own list by path, among people on any of the three lists."""
    key = name_key(record)
    if key is None:
        return
    if kind in PEOPLE:
        _check_people(company, kind, record)
        return
    table = company.tables[kind]
    position = table.positions.get("FullyQualifiedName", table.positions.get("Name"))
    full = str(record.get("FullyQualifiedName", record[key])).lower()
    for each in table.find(key, [record[key].lower()]) or ():
        if str(each) != record.get("Id") and (position is None or table.rows[each][position] == full):
            raise duplicate_name()


def _check_people(company: Company, kind: str, record: Record) -> None:
    for other in (kind, *PEOPLE):
        found = company.tables[other].find("DisplayName", [record["DisplayName"].lower()]) or ()
        if any((other, str(each)) != (kind, record.get("Id")) for each in found):
            raise duplicate_name(other_list=other != kind)


def parent_of(company: Company, kind: str, record: Record) -> Record | None:
    """The record above this one; 2500 when that would make a circle."""
    if "ParentRef" not in record:
        return None
    found = company.tables[kind].get(int(record["ParentRef"]["value"]))
    chain = found
    while chain:
        if chain["Id"] == record.get("Id"):
            raise refuse("2500", "Invalid Reference Id", "Invalid Reference Id : ParentRef", "ParentRef")
        chain = company.tables[kind].get(int(chain["ParentRef"]["value"])) if "ParentRef" in chain else None
    if found is None:
        raise inactive()
    return found
