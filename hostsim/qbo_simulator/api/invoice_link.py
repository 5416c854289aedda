"""The link under which a customer can see and pay an invoice, for reads that include it."""

import hashlib

from hostsim.qbo_simulator.base.http import Record, dump, load
from hostsim.qbo_simulator.base.schema import write_entity

_ONLINE = ("AllowOnlineCreditCardPayment", "AllowOnlineACHPayment", "AllowOnlinePayment")


def with_link(realm: str, text: bytes) -> bytes:
    """The bytes of an invoice with InvoiceLink, if it can be paid online and has an e-mail address."""
    record: Record = load(text)
    if not (any(record.get(name) for name in _ONLINE) and record.get("BillEmail", {}).get("Address")):
        return text
    key = hashlib.sha256(f"{realm}:{record['Id']}".encode()).hexdigest()
    link = f"https://connect.intuit.com/portal/app/CommerceNetwork/view/scs-v1-{key}"
    return dump(write_entity("Invoice", {**record, "InvoiceLink": link}))
