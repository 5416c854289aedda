"""The accounting API: from an address to the records and back."""

from hostsim.quickbooks.batch import run_batch
from hostsim.quickbooks.changefeed import feed
from hostsim.quickbooks.changes import find
from hostsim.quickbooks.faults import RefusedError, business, no_resource
from hostsim.quickbooks.kinds import BY_PATH, Kind
from hostsim.quickbooks.pieces import Call
from hostsim.quickbooks.printing import pdf
from hostsim.quickbooks.queries import answer
from hostsim.quickbooks.replays import check_request_id
from hostsim.quickbooks.times import stamp
from hostsim.quickbooks.wire import Response
from hostsim.quickbooks.writes import carry_out, key_of, meant, read_json, remembered


def respond(call: Call, parts: list[str]) -> Response:
    """The answer to one call; `parts` is the path after the realm."""
    try:
        return _route(call, parts)
    except RefusedError as error:
        return call.refusal(error)


def _route(call: Call, parts: list[str]) -> Response:
    method = call.request.method
    match (method, parts):
        case ("GET" | "POST", ["query"]):
            return _query(call)
        case ("GET", ["cdc"]):
            asked = call.request.parameter
            return call.success("CDCResponse", feed(call.company, asked("entities"), asked("changedsince"), call.now))
        case ("POST", ["batch"]):
            return run_batch(call)
        case ("GET", ["preferences"]):
            return _read(call, BY_PATH["preferences"], "1")
        case ("GET", [path, identity]) if path in BY_PATH:
            return _read(call, BY_PATH[path], "1" if path == "companyinfo" else identity)
        case ("POST", [path]) if path in BY_PATH:
            return _write(call, BY_PATH[path])
        case ("GET", [path, identity, "pdf"]) if path in BY_PATH and "pdf" in BY_PATH[path].operations:
            return _pdf(call, BY_PATH[path], identity)
        case ("POST", [path, identity, "send"]) if path in BY_PATH and "send" in BY_PATH[path].operations:
            return _send(call, BY_PATH[path], identity)
    raise no_resource(call.request.path)


def _query(call: Call) -> Response:
    text = call.request.parameter("query")
    if text is None and call.request.method == "POST":
        text = call.request.body.decode("utf-8", "replace")
    return call.success("QueryResponse", answer(call.company, text or "", call.now))


def _read(call: Call, kind: Kind, identity: str) -> Response:
    record = find(call.company, kind, identity)
    return call.success(kind.name, call.company.render(kind.name, int(record["Id"])))


def _write(call: Call, kind: Kind) -> Response:
    check_request_id(call.request.parameter("requestid"))
    key, asked = key_of(call), call.request.path.encode() + call.request.body
    found = remembered(call, key, asked)
    if found:
        return Response(found.status, found.body)
    try:
        parameter = call.request.parameter
        write = meant(kind.name, parameter("operation"), parameter("include"), read_json(call.request.body))
        answered = call.success(kind.name, carry_out(call, write))
    except RefusedError as error:
        answered = call.refusal(error)
    if key:
        call.replays.keep(key, answered.status, answered.body, asked, call.now.timestamp())
    return answered


def _pdf(call: Call, kind: Kind, identity: str) -> Response:
    record = find(call.company, kind, identity)
    return Response(200, pdf(kind.name, record), (("Content-Type", "application/pdf"),))


def _send(call: Call, kind: Kind, identity: str) -> Response:
    record = find(call.company, kind, identity)
    address = call.request.parameter("sendto") or record.get("BillEmail", {}).get("Address")
    if not address:
        raise business("Enter an email address for this customer before sending.")
    if kind.name != "Payment":
        record["BillEmail"] = {"Address": address}
        record["EmailStatus"] = "EmailSent"
        record["DeliveryInfo"] = {"DeliveryType": "Email", "DeliveryTime": stamp(call.now)}
    record["SyncToken"] = str(int(record["SyncToken"]) + 1)
    call.company.store(kind.name, record, call.now)
    call.company.settle(call.now)
    return call.success(kind.name, call.company.render(kind.name, int(record["Id"])))
