"""A file that keeps everything across restarts: one SQLite database, written after every call."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from hostsim.qbo_simulator.api.idempotency import Answer
from hostsim.qbo_simulator.base.http import dump, load
from hostsim.qbo_simulator.base.settings import Settings
from hostsim.qbo_simulator.books.company import Line
from hostsim.qbo_simulator.oauth.tokens import Access, Code, Grant

if TYPE_CHECKING:
    from hostsim.qbo_simulator.simulator import QuickBooks

_TABLES = """
CREATE TABLE IF NOT EXISTS record (realm TEXT, kind TEXT, id INTEGER, place INTEGER, body BLOB, PRIMARY KEY (realm, kind, id));
CREATE TABLE IF NOT EXISTS part (name TEXT PRIMARY KEY, body BLOB);
CREATE TABLE IF NOT EXISTS answer (realm TEXT, request TEXT, item TEXT, status INTEGER, body BLOB, at REAL, asked TEXT,
    PRIMARY KEY (realm, request, item));
"""


class StateFile:
    """Writes what changed; reads everything at the start."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._base.executescript(_TABLES)
        self._dirty: dict[tuple[str, str, int], None] = {}
        self._answers = 0
        self._parts: dict[str, bytes] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    @property
    def empty(self) -> bool:
        """Whether nothing was ever kept here."""
        return self._base.execute("SELECT 1 FROM part LIMIT 1").fetchone() is None

    def note(self, realm: str, kind: str, record: int) -> None:
        """Remember that a record changed; the latest change comes last."""
        self._dirty.pop((realm, kind, record), None)
        self._dirty[realm, kind, record] = None

    def forget(self, realm: str) -> None:
        """Drop everything about a realm that begins anew."""
        self._base.execute("DELETE FROM record WHERE realm=?", (realm,))
        self._base.execute("DELETE FROM answer WHERE realm=?", (realm,))

    def flush(self, core: QuickBooks) -> None:
        """Write what changed since the last time, as one."""
        parts = {name: body for name, body in _parts(core).items() if self._parts.get(name) != body}
        if not (self._dirty or parts or len(core.replays.answers) != self._answers):
            return
        self._base.execute("BEGIN IMMEDIATE")
        for realm, kind, record in self._dirty:
            self._keep(core, realm, kind, record)
        for key in list(core.replays.answers)[self._answers :]:
            answer = core.replays.answers[key]
            values = (*key, answer.status, answer.body, answer.at, answer.asked)
            self._base.execute("INSERT OR REPLACE INTO answer VALUES (?,?,?,?,?,?,?)", values)
        self._base.executemany("INSERT OR REPLACE INTO part VALUES (?,?)", parts.items())
        self._base.execute("COMMIT")
        self._dirty.clear()
        self._answers = len(core.replays.answers)
        self._parts |= parts

    def _keep(self, core: QuickBooks, realm: str, kind: str, record: int) -> None:
        table = core.realms[realm].tables[kind]
        if record in table:
            values = (realm, kind, record, table.rows[record][-1], table.raw(record))
            self._base.execute("INSERT OR REPLACE INTO record VALUES (?,?,?,?,?)", values)
        else:
            self._base.execute("DELETE FROM record WHERE realm=? AND kind=? AND id=?", (realm, kind, record))

    def restore(self, core: QuickBooks) -> None:
        """Fill a fresh simulator with what the file holds."""
        parts = {name: load(body) for name, body in self._base.execute("SELECT name, body FROM part")}
        _restore_realms(core, parts.get("realms", {}))
        for realm, kind, record, body, position in self._base.execute(
            "SELECT realm, kind, id, body, place FROM record ORDER BY place"
        ):
            company = core.realms[realm]
            company.tables[kind].resume(position)
            company.tables[kind].restore(record, body)
            if kind == "Payment":
                _restore_links(company, record, load(body))
        for realm, request, item, status, body, at, asked in self._base.execute("SELECT * FROM answer ORDER BY rowid"):
            core.replays.answers[realm, request, item] = Answer(status, body, at, asked)
        _restore_tokens(core, parts.get("tokens", {}))
        core.settings = Settings(**{**asdict(core.settings), **_plain(parts.get("settings", {}))})
        core.clock.advance(float(parts.get("clock", 0)))
        self._answers, self._dirty = len(core.replays.answers), {}


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    defaults = asdict(Settings())
    return {name: type(defaults[name])(value) for name, value in settings.items() if name in defaults}


def _parts(core: QuickBooks) -> dict[str, bytes]:
    vault = core.vault
    tokens = {
        "grants": [asdict(grant) for grant in vault.grants.values()],
        "accesses": {name: asdict(access) for name, access in vault.accesses.items()},
        "codes": {name: asdict(code) for name, code in vault.codes.items()},
        "key": core.signin.key_text.decode(),
    }
    realms = {
        realm: {
            "counters": company.counters,
            "custom_fields": company.custom_fields,
            "buried": {kind: list(table.buried.items()) for kind, table in company.tables.items() if table.buried},
        }
        for realm, company in core.realms.items()
    }
    parts = {"tokens": tokens, "realms": realms, "settings": asdict(core.settings), "clock": core.clock.ahead}
    return {name: dump(part) for name, part in parts.items()}


def _restore_realms(core: QuickBooks, realms: dict[str, Any]) -> None:
    for realm, kept in realms.items():
        company = core.open_realm(realm)
        company.counters = kept["counters"]
        company.custom_fields = kept["custom_fields"]
        for kind, buried in kept["buried"].items():
            company.tables[kind].buried = dict(buried)


def _restore_links(company: Any, payment: int, record: dict[str, Any]) -> None:
    lines = tuple(
        Line(line["LinkedTxn"][0]["TxnType"], int(line["LinkedTxn"][0]["TxnId"]), int(line["Amount"] * 100))
        for line in record.get("Line", [])
    )
    if lines:
        company.lines[payment] = lines
    for line in lines:
        parts = company.applied.setdefault(line.document, {})
        parts[payment] = parts.get(payment, 0) + line.cents


def _restore_tokens(core: QuickBooks, kept: dict[str, Any]) -> None:
    if not kept:
        return
    vault = core.vault
    vault.grants = {grant["name"]: Grant(**_floats(grant)) for grant in kept["grants"]}
    vault.accesses = {name: Access(**_floats(access)) for name, access in kept["accesses"].items()}
    vault.codes = {name: Code(**_floats(code)) for name, code in kept["codes"].items()}
    vault.random = Random(repr(sorted(vault.accesses)))  # noqa: S311 - not the texts given out before
    core.signin.key_text = kept["key"].encode()


def _floats(values: dict[str, Any]) -> dict[str, Any]:
    moments = ("issued", "begun", "earlier_until", "expires")
    return {name: float(value) if name in moments else value for name, value in values.items()}
