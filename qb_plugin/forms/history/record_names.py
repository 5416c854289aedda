"""Names of the host's records in the history: numbers of payments and credit memos, names of clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qb_plugin.forms.services import FormServices

CLIENT = "client:"
RECORDS = ("payment:", "credit_memo:")


@dataclass(frozen=True, slots=True)
class RecordName:
    """What people call a record: `number` of a payment or credit memo, `client` whose it is, or who it is."""

    number: str = ""
    client: str = ""

    @property
    def label(self) -> str:
        """The record's number; a client's name."""
        return self.number or self.client


def read_names(services: FormServices, refs: Iterable[str]) -> Mapping[str, RecordName]:
    """The names of these records as they are now; `payment 17` for one that is gone. One read for each kind that is asked for."""
    wanted, ledger = dict.fromkeys(refs), services.host.ledger
    records = [ref for ref in wanted if ref.startswith(RECORDS)]
    found = {ref: RecordName(spell_ref(ref)) for ref in wanted}
    for record in ledger.records(records) if records else ():
        found[f"{record.kind}:{record.id}"] = RecordName(record.number, record.client_name)
    for client in ledger.clients() if any(ref.startswith(CLIENT) for ref in wanted) else ():
        if (ref := f"{CLIENT}{client.id}") in wanted:
            found[ref] = RecordName(client=client.name)
    return found


def spell_ref(ref: str) -> str:
    """`payment 17`, `credit memo 5`, `QuickBooks payment 583`: a record that has no name any more."""
    kind, _, identity = ref.partition(":")
    return f"{kind.replace('quickbooks', 'QuickBooks').replace('_', ' ')} {identity}".strip()
