"""The accounting API: from an address to the records and back."""

from collections.abc import Callable

from hostsim.qbo_simulator.api.batch import run_batch
from hostsim.qbo_simulator.api.call_context import Call
from hostsim.qbo_simulator.api.cdc import feed
from hostsim.qbo_simulator.api.idempotency import check_request_id
from hostsim.qbo_simulator.api.invoice_link import with_link
from hostsim.qbo_simulator.api.pdf import pdf
from hostsim.qbo_simulator.api.writes import execute, find_replay, idempotency_key, parse_write, read_json
from hostsim.qbo_simulator.base.clock import stamp
from hostsim.qbo_simulator.base.coverage import not_modelled
from hostsim.qbo_simulator.base.entities import BY_PATH, Kind
from hostsim.qbo_simulator.base.faults import RefusedError, business, no_resource, unsupported_operation
from hostsim.qbo_simulator.base.http import Request, Response
from hostsim.qbo_simulator.books.atomic import atomic
from hostsim.qbo_simulator.books.changes import find
from hostsim.qbo_simulator.books.lists.rates import rate_of_day
from hostsim.qbo_simulator.query.execution import answer


def respond(call: Call, parts: list[str]) -> Response:
    """The answer to one call; `parts` is the path after the realm."""
    try:
        for method, shape, handler in _ROUTES:
            if method == call.request.method and (found := _fits(shape, parts)) is not None:
                return handler(call, *found)
        raise _no_route(call.request.path, parts)
    except Exception as error:  # a client never sees anything but a fault
        return call.refusal(call.failure(error))


def _no_route(path: str, parts: list[str]) -> RefusedError:
    missing = not_modelled(parts[0]) if parts else None
    return unsupported_operation(f"{path} of {missing}") if missing else no_resource(path)


def _fits(shape: str, parts: list[str]) -> tuple[str, str] | None:
    """The entity's path and the id, if `parts` have this shape; both are empty where it has none."""
    words, kind, identity = shape.split("/"), "", ""
    if len(words) != len(parts):
        return None
    for word, part in zip(words, parts, strict=True):
        if word == "{kind}" and part in BY_PATH:
            kind = part
        elif word == "{id}":
            identity = part
        elif word != part:
            return None
    return kind, identity


def _query(call: Call, _path: str, _identity: str) -> Response:
    return call.success("QueryResponse", answer(call.company, _statement(call.request), call.now))


def _statement(request: Request) -> str:
    """The statement of a query: a parameter of the address or of a form, or the whole body."""
    text = request.parameter("query")
    if text is not None or request.method == "GET":
        return text or ""
    if request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        return next((value for name, value in request.form().items() if name.lower() == "query"), "")
    return request.body.decode("utf-8", "replace")


def _changes(call: Call, _path: str, _identity: str) -> Response:
    asked = call.request.parameter
    return call.success("CDCResponse", feed(call.company, asked("entities"), asked("changedsince"), call.now))


def _batch(call: Call, _path: str, _identity: str) -> Response:
    return run_batch(call)


def _preferences(call: Call, _path: str, _identity: str) -> Response:
    return _read(call, "preferences", "1")


def _read(call: Call, path: str, identity: str) -> Response:
    kind = _require_operation(call, path, "read")
    call.check_part((kind.name, {"Id": identity}))
    record = find(call.company, kind, "1" if path == "companyinfo" else identity)
    text = call.company.render(kind.name, int(record["Id"]))
    included = (call.request.parameter("include") or "").lower().split(",")
    if kind.name == "Invoice" and "invoicelink" in included:
        text = with_link(call.company.realm, text)
    return call.success(kind.name, text)


def _exchange_rate(call: Call, _path: str, _identity: str) -> Response:
    asked = call.request.parameter
    return call.success("ExchangeRate", rate_of_day(call.company, asked("sourcecurrencycode"), asked("asofdate"), call.now))


def _write(call: Call, path: str, _identity: str) -> Response:
    kind = BY_PATH[path]
    check_request_id(call.request.parameter("requestid"))
    key, asked = idempotency_key(call), call.request.path.encode() + call.request.body
    found = find_replay(call, key, asked)
    if found:
        return Response(found.status, found.body)
    try:
        if call.item_faults:
            call.check_part((kind.name, read_json(call.request.body)))
        parameter = call.request.parameter
        write = parse_write(kind.name, parameter("operation"), parameter("include"), read_json(call.request.body))
        answered = call.success(kind.name, execute(call, write))
    except RefusedError as error:
        answered = call.refusal(error)
    if key:
        call.idempotency.keep(key, answered.status, answered.body, asked, call.now.timestamp())
    return answered


def _pdf(call: Call, path: str, identity: str) -> Response:
    kind = _require_operation(call, path, "pdf")
    record = find(call.company, kind, identity)
    return Response(200, pdf(kind.name, record), (("Content-Type", "application/pdf"),))


def _send(call: Call, path: str, identity: str) -> Response:
    kind = _require_operation(call, path, "send")
    record = find(call.company, kind, identity)
    address = call.request.parameter("sendto") or record.get("BillEmail", {}).get("Address")
    if not address:
        raise business("Enter an email address for this customer before sending.")
    if kind.name != "Payment":
        record["BillEmail"] = {"Address": address}
        record["EmailStatus"] = "EmailSent"
        record["DeliveryInfo"] = {"DeliveryType": "Email", "DeliveryTime": stamp(call.now)}
    record["SyncToken"] = str(int(record["SyncToken"]) + 1)
    with atomic(call.company):
        call.company.store(kind.name, record, call.now)
        call.company.settle(call.now)
    return call.success(kind.name, call.company.render(kind.name, int(record["Id"])))


def _require_operation(call: Call, path: str, operation: str) -> Kind:
    if operation not in BY_PATH[path].operations:
        raise no_resource(call.request.path)
    return BY_PATH[path]


_ROUTES: tuple[tuple[str, str, Callable[[Call, str, str], Response]], ...] = (
    ("GET", "query", _query),
    ("POST", "query", _query),
    ("GET", "cdc", _changes),
    ("POST", "batch", _batch),
    ("GET", "preferences", _preferences),
    ("GET", "exchangerate", _exchange_rate),
    ("POST", "{kind}", _write),
    ("GET", "{kind}/{id}", _read),
    ("GET", "{kind}/{id}/pdf", _pdf),
    ("POST", "{kind}/{id}/send", _send),
)
