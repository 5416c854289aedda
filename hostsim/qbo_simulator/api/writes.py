"""Writes of a call or a batch item: parsing, idempotency, execution."""

from hostsim.qbo_simulator.api.call_context import Call
from hostsim.qbo_simulator.api.idempotency import StoredAnswer
from hostsim.qbo_simulator.base.faults import RefusedError, business, refuse, unsupported_operation, unsupported_property
from hostsim.qbo_simulator.base.http import Record, dump, load
from hostsim.qbo_simulator.books.applications import refresh
from hostsim.qbo_simulator.books.atomic import atomic
from hostsim.qbo_simulator.books.changes import Write, perform
from hostsim.qbo_simulator.books.references import resolve

_UNEXPECTED = (
    "An unexpected error occurred while accessing or saving your data. Please wait a few minutes and try again. If the "
    "problem persists, contact customer support."
)


def read_json(body: bytes) -> object:
    """The body of a write; 2010 when it is no JSON."""
    try:
        return load(body)
    except ValueError:
        raise unsupported_property("Unexpected char") from None


def parse_write(kind: str, operation: str | None, include: str | None, body: object) -> Write:
    """The change asked for, from the operation and include parameters and the presence of an Id."""
    included = (include or "").lower().split(",")
    duplicate = "allowduplicatedocnum" in included
    name = (operation or "").lower()
    if name == "void" or (name in ("", "update") and "void" in included):
        return Write(kind, "void", body)
    if name in ("delete", "update"):
        return Write(kind, name, body, duplicate)
    if name not in ("", "create"):
        raise unsupported_operation(name)
    has_id = isinstance(body, dict) and body.get("Id") not in (None, "")
    return Write(kind, "update" if has_id and not name else "create", body, duplicate)


def execute(call: Call, write: Write) -> bytes:
    """Perform one change, with the trouble that applies during it."""
    if "changed_by_other" in call.troubles:
        _change_concurrently(call, write)
    if "links_dropped" in call.troubles:
        write = Write(write.kind, write.operation, write.body, write.allow_duplicate, drop_links=True)
    try:
        with atomic(call.company), call.lagging():
            done = perform(call.company, write, call.now)
            if "internal_error" in call.troubles:
                raise RuntimeError("internal_error was asked for")
            return done
    except Exception as error:
        raise call.failure(error) from error


def find_replay(call: Call, key: tuple[str, str, str] | None, asked: bytes) -> StoredAnswer | None:
    """The answer kept for this request id; trouble may drop it, or refuse with 6000 instead."""
    if key is None or "requestid_forgotten" in call.troubles:
        return None
    if key[1] in call.in_flight and call.company.settings.duplicate_in_flight == "600":
        raise refuse("600", "Duplicate Request ID", f"Duplicate Request ID : {key[1]}", "")
    found = call.idempotency.find(key, asked, call.now.timestamp())
    if found and "replay_6000" in call.troubles:
        raise business(_UNEXPECTED)
    return found


def idempotency_key(call: Call, item: str = "") -> tuple[str, str, str] | None:
    """The key under which the answer to this call or batch item is kept."""
    request_id = call.request.parameter("requestid")
    return (call.company.realm, request_id, item) if request_id else None


def _change_concurrently(call: Call, write: Write) -> None:
    body = write.body if isinstance(write.body, dict) else {}
    identity = str(body.get("Id", ""))
    table = call.company.tables[write.kind]
    if identity.isascii() and identity.isdigit() and int(identity) in table:
        _edit(call, write.kind, int(identity))
        return
    for line in body.get("Line") or []:
        linked = (line.get("LinkedTxn") or [{}])[0] if isinstance(line, dict) else {}
        if linked.get("TxnType") == "Invoice" and str(linked.get("TxnId", "")).isdigit():
            _pay(call, int(linked["TxnId"]))
            return


def _edit(call: Call, kind: str, identity: int) -> None:
    if kind in ("Invoice", "CreditMemo"):
        refresh(call.company, (kind, identity, 0), call.now)
        call.company.settle(call.now)
        return
    record: Record = call.company.tables[kind].get(identity) or {}
    record["SyncToken"] = str(int(record["SyncToken"]) + 1)
    call.company.store(kind, resolve(call.company, kind, record), call.now)
    call.company.settle(call.now)


def _pay(call: Call, invoice: int) -> None:
    record = call.company.tables["Invoice"].get(invoice)
    if record is None or not record["Balance"]:
        return
    line = {"Amount": record["Balance"], "LinkedTxn": [{"TxnId": str(invoice), "TxnType": "Invoice"}]}
    body = {"CustomerRef": record["CustomerRef"], "TotalAmt": record["Balance"], "Line": [line]}
    perform(call.company, Write("Payment", "create", body), call.now)


def fault_item(error: RefusedError) -> bytes:
    """A batch item's fault."""
    return dump({"Fault": error.refusal.fault()})[1:-1]
