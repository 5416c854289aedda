"""Batches: up to thirty items, each with an outcome of its own, in one reply."""

from hostsim.qbo_simulator.api.call_context import Call
from hostsim.qbo_simulator.api.cdc import feed
from hostsim.qbo_simulator.api.idempotency import check_request_id
from hostsim.qbo_simulator.api.writes import execute, fault_item, find_replay, idempotency_key, parse_write, read_json
from hostsim.qbo_simulator.base.clock import envelope_time
from hostsim.qbo_simulator.base.coverage import not_modelled
from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.faults import RefusedError, refuse, required, unsupported_property
from hostsim.qbo_simulator.base.http import Record, Response, dump
from hostsim.qbo_simulator.base.incoming import part_of_item
from hostsim.qbo_simulator.query.execution import answer

_CONTROL = frozenset({"bId", "operation", "optionsData", "Query", "CDCQuery", "ReportQuery", "iterator"})


def items_of(body: object) -> list[Record]:
    """The items of a batch; 2010 when it has none of the right shape."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise unsupported_property("BatchItemRequest")
    return items


def run_batch(call: Call) -> Response:
    """Execute every item in order; the refusal of one does not affect the others."""
    whole = call.company.settings.idempotency_key == "request"
    key = idempotency_key(call) if whole else None
    found = find_replay(call, key, call.request.body)
    if found:
        return Response(found.status, found.body)
    answered = _answered(call, items_of(read_json(call.request.body)), by_item=not whole)
    if key and "batch_half" not in call.troubles:
        call.idempotency.keep(key, answered.status, answered.body, call.request.body, call.now.timestamp())
    return answered


def _answered(call: Call, items: list[Record], *, by_item: bool) -> Response:
    limit = call.company.settings.batch_items
    if len(items) > limit:
        text = "Batch size is more than the maximum allowed"
        raise refuse("1040", text, f"{text} : {len(items)} items, {limit} allowed.", "")
    for item in items:
        check_request_id(call.request.parameter("requestid"), str(item.get("bId", "")))
    if "batch_half" in call.troubles:
        items = items[: len(items) // 2]
    answers = [_item(call, item, by_item) for item in items]
    body = b",".join(_reordered(answers, call.troubles))
    return Response(200, b'{"BatchItemResponse":[%s],"time":"%s"}' % (body, envelope_time(call.now).encode()))


def _reordered(answers: list[bytes], troubles: dict[str, float]) -> list[bytes]:
    middle = len(answers) // 2
    if "batch_item_missing" in troubles:
        answers = answers[:middle] + answers[middle + 1 :]
    if "batch_item_repeated" in troubles:
        answers = [*answers, *answers[middle : middle + 1]]
    if "batch_shuffled" in troubles:
        answers = [*answers[middle:][::-1], *answers[:middle]]
    return answers


def _item(call: Call, item: Record, by_item: bool) -> bytes:
    name = str(item["bId"]) if item.get("bId") is not None else None
    try:
        call.check_part(part_of_item(item))
        body = _outcome(call, item, f"b{name or ''}" if by_item else None)
    except Exception as error:  # whatever happens to one item, the others have their own outcome
        body = fault_item(call.failure(error))
    tail = b',"bId":' + dump(name) if name is not None else b""
    return b"{%s%s}" % (body, tail)


def _outcome(call: Call, item: Record, part: str | None) -> bytes:
    if isinstance(item.get("Query"), str):
        return b'"QueryResponse":' + answer(call.company, item["Query"], call.now)
    if isinstance(item.get("CDCQuery"), dict):
        asked = item["CDCQuery"]
        return b'"CDCResponse":' + feed(call.company, asked.get("Entities"), asked.get("ChangedSince"), call.now)
    kinds = [key for key in item if key not in _CONTROL]
    if len(kinds) != 1 or kinds[0] not in KINDS:
        raise unsupported_property((not_modelled(kinds[0]) or kinds[0]) if kinds else "BatchItemRequest")
    return _change(call, item, kinds[0], part)


def _change(call: Call, item: Record, kind: str, part: str | None) -> bytes:
    key, asked = idempotency_key(call, part) if part is not None else None, dump(item)
    found = find_replay(call, key, asked)
    if found:
        return found.body
    try:
        if not item.get("operation"):
            raise required("operation")
        operation = str(item["operation"]).lower()
        write = parse_write(kind, operation, str(item.get("optionsData") or ""), item[kind])
        body, status = b'"%s":%s' % (kind.encode(), execute(call, write)), 200
    except RefusedError as error:
        body, status = fault_item(error), 400
    if key:
        call.idempotency.keep(key, status, body, asked, call.now.timestamp())
    return body
