"""Change data capture: what changed since when, deleted things included."""

from datetime import UTC, datetime

from hostsim.qbo_simulator.base.clock import parse_time, stamp
from hostsim.qbo_simulator.base.coverage import not_modelled
from hostsim.qbo_simulator.base.entities import BY_PATH
from hostsim.qbo_simulator.base.faults import refuse, system
from hostsim.qbo_simulator.base.http import dump
from hostsim.qbo_simulator.base.table import Table
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.query.execution import rendered, visible

_MOST = 1000


def feed(company: Company, entities: object, since: object, now: datetime) -> bytes:
    """The value of CDCResponse: one block per entity asked for."""
    names = _entities(entities)
    try:
        moment = parse_time(str(since)).timestamp()
    except (ValueError, OverflowError):
        raise refuse("2060", "Invalid Date", "Invalid Date : changedSince should be a date-time", "changedSince") from None
    left, blocks = _MOST, []
    for name in names:
        block, used = _block(company, name, moment, now, left)
        blocks.append(block)
        left -= used
    return b'[{"QueryResponse":[%s]}]' % b",".join(blocks)


def _entities(given: object) -> list[str]:
    if not given:
        raise system("java.lang.IllegalArgumentException: entities is required")
    asked = [name.strip() for name in str(given).split(",") if name.strip()]
    for name in asked:
        if name.lower() not in BY_PATH:
            raise system(f"java.lang.IllegalArgumentException: Invalid entity supplied : entity={not_modelled(name) or name}")
    return [BY_PATH[name.lower()].name for name in asked]


def _block(company: Company, name: str, since: float, now: datetime, most: int) -> tuple[bytes, int]:
    table = company.tables[name]
    live = _changed(table, since, now)[:most]
    gone = _buried(table, since, now)[: most - len(live)]
    if not live and not gone:
        return b"{}", 0
    texts = [rendered(company, name, record) for record in live]
    texts += [_stub(record, at) for record, at in gone]
    start = b',"startPosition":1' if live else b""
    total = b',"totalCount":%d' % len(texts) if gone or name == "Invoice" else b""
    block = b'{"%s":[%s]%s,"maxResults":%d%s}' % (name.encode(), b",".join(texts), start, len(texts), total)
    return block, len(texts)


def _changed(table: Table, since: float, now: datetime) -> list[int]:
    rows = visible(table, now)
    position = table.positions["MetaData.LastUpdatedTime"]
    found = [record for record, cells in rows.items() if int(str(cells[position])) >= int(since)]
    return sorted(found, key=lambda record: (rows[record][position], rows[record][-1]))


def _buried(table: Table, since: float, now: datetime) -> list[tuple[int, int]]:
    hidden = table.earlier(now.timestamp())
    return [(record, at) for record, at in table.buried.items() if at >= int(since) and record not in hidden]


def _stub(record: int, at: int) -> bytes:
    moment = stamp(datetime.fromtimestamp(at, UTC))
    return dump({"domain": "QBO", "status": "Deleted", "Id": str(record), "MetaData": {"LastUpdatedTime": moment}})
