"""The texts and records that a call holds, for rules that concern one of them."""

from collections.abc import Iterator
from typing import Any

from hostsim.qbo_simulator.base.entities import BY_PATH
from hostsim.qbo_simulator.base.http import Request, load
from hostsim.qbo_simulator.base.incoming import Part, part_of_item


def parts_of(request: Request, rest: list[str]) -> list[Part]:
    """What a call sends: the items of a batch, the body of a write, the record of a read, the parameters."""
    parameters: Part = ("", [value for _, value in request.query])
    if rest == ["batch"]:
        return [parameters, *map(part_of_item, _items(request.body))]
    kind = BY_PATH[rest[0]].name if rest and rest[0] in BY_PATH else ""
    named: list[Part] = [(kind, {"Id": rest[1]})] if kind and len(rest) > 1 else []
    return [parameters, *named, (kind, _body(request.body))]


def _body(body: bytes) -> object:
    try:
        return load(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _items(body: bytes) -> list[dict[str, Any]]:
    content = _body(body)
    items = content.get("BatchItemRequest") if isinstance(content, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def holds_text(part: Part, text: str) -> bool:
    """Whether any string of the part contains `text`."""
    return any(text in each for each in _texts(part[1]))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def holds_record(part: Part, record: str) -> bool:
    """Whether the part writes, reads, links to or refers to `record`, written like Invoice:12."""
    kind, body = part
    own = f"{kind}:{body.get('Id')}" if isinstance(body, dict) else ""
    return record in (own, *_referred(body))


def _referred(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _referred(each)
    elif isinstance(value, dict):
        if "TxnId" in value:
            yield f"{value.get('TxnType')}:{value['TxnId']}"
        for name, each in value.items():
            if name.endswith("Ref") and isinstance(each, dict):
                yield f"{name.removesuffix('Ref')}:{each.get('value')}"
            yield from _referred(each)
