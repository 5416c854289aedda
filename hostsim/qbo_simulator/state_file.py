"""The state file: one SQLite database with all companies, answers and tokens, written after every call."""

import sqlite3
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any, Protocol

from hostsim.qbo_simulator.api.idempotency import IdempotencyStore, StoredAnswer
from hostsim.qbo_simulator.base.clock import Clock
from hostsim.qbo_simulator.base.http import dump, load
from hostsim.qbo_simulator.base.settings import Settings
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.oauth.sign_in import SignIn
from hostsim.qbo_simulator.oauth.tokens import Access, Code, Grant, Vault

_TABLES = """
CREATE TABLE IF NOT EXISTS record (realm TEXT, kind TEXT, id INTEGER, place INTEGER, body BLOB, PRIMARY KEY (realm, kind, id));
CREATE TABLE IF NOT EXISTS part (name TEXT PRIMARY KEY, body BLOB);
CREATE TABLE IF NOT EXISTS answer (realm TEXT, request TEXT, item TEXT, status INTEGER, body BLOB, at REAL, asked TEXT,
    PRIMARY KEY (realm, request, item));
"""


class KeptState(Protocol):
    """What a state file keeps of a simulator."""

    settings: Settings
    realms: dict[str, Company]

    @property
    def clock(self) -> Clock:
        """The simulator's clock; its distance from the machine's is kept."""

    @property
    def vault(self) -> Vault:
        """Grants, tokens and codes."""

    @property
    def signin(self) -> SignIn:
        """The sign-in service, for the key that signs id tokens."""

    @property
    def idempotency(self) -> IdempotencyStore:
        """The answers kept by request id."""

    def open_realm(self, realm: str) -> Company:
        """The company of that id; an empty one is made when there is none."""


class StateFile:
    """A file open for writing: records are noted as they change and written together by `flush`."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._base.executescript(_TABLES)
        self._dirty: dict[tuple[str, str, int], None] = {}
        self._answers = 0
        self._parts: dict[str, bytes] = {}

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    @property
    def empty(self) -> bool:
        """Whether the file is new."""
        return self._base.execute("SELECT 1 FROM part LIMIT 1").fetchone() is None

    def note(self, realm: str, kind: str, record: int) -> None:
        """Mark a record as changed; records are written in the order of their last change."""
        self._dirty.pop((realm, kind, record), None)
        self._dirty[realm, kind, record] = None

    def forget(self, realm: str) -> None:
        """Delete the records and answers of a realm that is reset."""
        self._base.execute("DELETE FROM record WHERE realm=?", (realm,))
        self._base.execute("DELETE FROM answer WHERE realm=?", (realm,))

    def flush(self, core: KeptState) -> None:
        """Write all changes since the last flush in one transaction."""
        parts = {name: body for name, body in _parts(core).items() if self._parts.get(name) != body}
        if not (self._dirty or parts or len(core.idempotency.answers) != self._answers):
            return
        self._base.execute("BEGIN IMMEDIATE")
        for realm, kind, record in self._dirty:
            self._keep(core, realm, kind, record)
        for key in list(core.idempotency.answers)[self._answers :]:
            answer = core.idempotency.answers[key]
            values = (*key, answer.status, answer.body, answer.at, answer.asked)
            self._base.execute("INSERT OR REPLACE INTO answer VALUES (?,?,?,?,?,?,?)", values)
        self._base.executemany("INSERT OR REPLACE INTO part VALUES (?,?)", parts.items())
        self._base.execute("COMMIT")
        self._dirty.clear()
        self._answers = len(core.idempotency.answers)
        self._parts |= parts

    def _keep(self, core: KeptState, realm: str, kind: str, record: int) -> None:
        table = core.realms[realm].tables[kind]
        if record in table:
            values = (realm, kind, record, table.rows[record][-1], table.raw(record))
            self._base.execute("INSERT OR REPLACE INTO record VALUES (?,?,?,?,?)", values)
        else:
            self._base.execute("DELETE FROM record WHERE realm=? AND kind=? AND id=?", (realm, kind, record))

    def restore(self, core: KeptState) -> None:
        """Load the file into a new simulator."""
        parts = {name: load(body) for name, body in self._base.execute("SELECT name, body FROM part")}
        _restore_realms(core, parts.get("realms", {}))
        for realm, kind, record, body, position in self._base.execute(
            "SELECT realm, kind, id, body, place FROM record ORDER BY place"
        ):
            company = core.realms[realm]
            company.tables[kind].resume(position)
            company.tables[kind].restore(record, body)
        for company in core.realms.values():
            company.relink()
        for realm, request, item, status, body, at, asked in self._base.execute("SELECT * FROM answer ORDER BY rowid"):
            core.idempotency.answers[realm, request, item] = StoredAnswer(status, body, at, asked)
        _restore_tokens(core, parts.get("tokens", {}))
        core.settings = Settings(**{**asdict(core.settings), **_plain(parts.get("settings", {}))})
        core.clock.advance(float(parts.get("clock", 0)))
        self._answers, self._dirty = len(core.idempotency.answers), {}


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    defaults = asdict(Settings())
    return {name: type(defaults[name])(value) for name, value in settings.items() if name in defaults}


def _parts(core: KeptState) -> dict[str, bytes]:
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
            "alterations": company.alterations.given,
            "bank_matched": sorted(company.bank_matched),
            "buried": {kind: list(table.buried.items()) for kind, table in company.tables.items() if table.buried},
        }
        for realm, company in core.realms.items()
    }
    parts = {"tokens": tokens, "realms": realms, "settings": asdict(core.settings), "clock": core.clock.ahead}
    return {name: dump(part) for name, part in parts.items()}


def _restore_realms(core: KeptState, realms: dict[str, Any]) -> None:
    for realm, kept in realms.items():
        company = core.open_realm(realm)
        company.counters = kept["counters"]
        company.custom_fields = kept["custom_fields"]
        company.alterations.given = kept.get("alterations", {})
        company.bank_matched = set(kept.get("bank_matched", ()))
        for kind, buried in kept["buried"].items():
            company.tables[kind].buried = dict(buried)


def _restore_tokens(core: KeptState, kept: dict[str, Any]) -> None:
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
