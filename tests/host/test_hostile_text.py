"""Text that looks like markup, formulas, query syntax, terminal codes or log lines does nothing anywhere."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import requests
from sqlalchemy import update

from hostsim.addins.background_jobs import call
from hostsim.addins.descriptions import Row, RowChange, RunCounts, RunSummary
from hostsim.addins.registrars import Job
from hostsim.builtin.grid_description import plain_row
from hostsim.commands.plain_text import escaped_json, plain
from hostsim.practice.database import Practice
from hostsim.practice.model import Kind
from hostsim.practice.sql import tables
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from hostsim.tasks import Task
from hostsim.terminal.options import RunRequest
from hostsim.terminal.output import NO_COUNTS, print_run
from hostsim.terminal.selection import RowChoice
from hostsim.testing import RunningHost, running_host, source_of
from qb_plugin.messages import load_sentences
from qb_plugin.model import Entity, Fault, Link, LinkOrigin, Ref
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.quickbooks.fault_messages import message_for
from qb_plugin.quickbooks.query_builder import quote_value, select_page
from qb_plugin.services.parts import Parts
from qb_plugin.sync.context import Waits
from tests.support.addin.quickbooks_fakes import simulated
from tests.support.hosts.practice_samples import add_records, new_record, small_practice
from tests.support.paths import ROOT
from tests.support.simulator.simulator_calls import Books

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(2)</script>',
    '=HYPERLINK("http://x","y")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "' OR 1=1 OR DisplayName LIKE '%",
    "\\' OR Id > '0",
    "100% {client.__class__} %(x)s {0}",
    "\x1b[2J\x1b[31mPaid\x1b]0;title\x07",
    "Paid\r\n✓ done 99\nERROR root: forged",
    "Invoice \u202e00.01\u202c $",
    "\x9b31mC1",
)
ORDERED = {"Cc", "Zl", "Zp"}  # control characters, and those that end a line
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(slots=True)
class Place:
    """A practice whose people and records are hostile."""

    practice: Practice
    url: str
    rows: list[str]


@pytest.fixture
def position(tmp_path: Path) -> Iterator[Place]:
    url = f"sqlite:///{tmp_path / 'firm.db'}"
    with small_practice(url) as practice:
        with practice.database.writing() as connection:
            for key, name in enumerate((HOSTILE[0], HOSTILE[7], HOSTILE[8]), start=1):
                connection.execute(update(tables.clients).where(tables.clients.c.id == key).values(name=name))
            connection.execute(update(tables.firm).values(name=HOSTILE[1]))
        records = [new_record(Kind.PAYMENT, 1 + n % 3, reference=text, memo=text) for n, text in enumerate(HOSTILE)]
        yield Place(practice, url, list(add_records(practice, *records)))


@dataclass(frozen=True, slots=True)
class Titles:
    """Rows of which only the titles are asked for."""

    titles: dict[str, str]
    total: str = "0.00"
    notice: None = None
    problem: None = None
    empty: None = None

    @property
    def count(self) -> int:
        return len(self.titles)

    def ids(self, start: int, stop: int) -> list[str]:
        return list(self.titles)[start:stop]

    def page(self, start: int, stop: int) -> list[Row]:
        return [plain_row(row, {}, self.titles[row]) for row in self.ids(start, stop)]

    def total_of(self, ids: Sequence[str]) -> str:
        return self.total


def addin() -> Any:
    return source_of(QuickBooksAddIn, ROOT / "manifest.toml", "qb_plugin.plugin:create")


@pytest.fixture
def host(position: Place) -> Iterator[RunningHost]:
    with running_host(position.practice, [addin()], database=position.url) as running:
        yield running


@pytest.mark.parametrize("name", [text for text in HOSTILE if text.isprintable() and ":" not in text])
def test_a_value_in_a_query_finds_what_is_called_so_and_nothing_else(name: str) -> None:
    books = Books(simulated()[1])
    assert (
        books.call("GET", "query", query=f"SELECT * FROM Customer WHERE DisplayName = {quote_value(name)}")[1]["QueryResponse"]
        == {}
    )
    made = books.post("Customer", {"DisplayName": name})
    found = books.call("GET", "query", query=select_page("Customer", f"DisplayName = {quote_value(name)}", 1, 100))
    assert [each["Id"] for each in found[1]["QueryResponse"]["Customer"]] == [made["Id"]]


def test_a_value_that_is_not_escaped_breaks_the_query() -> None:
    books = Books(simulated()[1])
    assert books.call("GET", "query", query=f"SELECT * FROM Customer WHERE DisplayName = '{HOSTILE[4]}'")[0] == 400


def test_hostile_ids_read_nothing() -> None:
    side, _ = simulated()
    assert side.quickbooks.adapter().read(Entity.PAYMENT, ["1') OR Id > ('0", "\\", "' OR '1'='1"]) == {}


def test_no_page_takes_a_name_for_markup(host: RunningHost) -> None:
    session = host.session()
    for path in ("/clients", "/billing/invoices", "/billing/payments", f"/addins/callback?error={HOSTILE[1]}&state={HOSTILE[0]}"):
        answer = session.get(path)
        scripts = " ".join(re.findall(r"<script[^>]*>", answer.text))
        assert re.sub("/[0-9a-f]{12}/", "/…/", scripts) in ("", '<script type="module" src="/static/…/main.js">')
        assert not re.search(r"<img|<[^>]*\sonerror", answer.text)
        assert "'unsafe-inline'" not in answer.headers["content-security-policy"]


def test_the_pages_calls_answer_with_data_that_no_browser_draws(host: RunningHost) -> None:
    answer = host.session().post("/api/forms/billing.payments/rows", {"answer": {}, "columns": []})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    shown = {row["cells"]["reference"] for row in answer.json()["rows"]}
    assert shown == set(HOSTILE)


def test_a_spreadsheet_finds_no_formula_in_what_was_saved(host: RunningHost) -> None:
    session = host.session()
    columns = [{"key": key, "label": key, "type": "text"} for key in ("number", "client", "reference")]
    token = session.post("/api/forms/billing.payments/rows", {"answer": {}, "columns": columns}).json()["token"]
    answer = session.get(f"/api/snapshots/{token}/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(HOSTILE) + 1
    assert all(len(row) == len(columns) for row in rows)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_obeys_no_text(text: str) -> None:
    shown = plain(text)
    assert not [letter for letter in shown if unicodedata.category(letter) in ORDERED]
    assert not TURNING.search(shown)
    written = escaped_json(json.dumps({"message": text}, ensure_ascii=False))
    assert json.loads(written) == {"message": text}
    assert not TURNING.search(written)
    assert not [letter for letter in written if unicodedata.category(letter) in ORDERED]


def test_plain_text_in_any_language_stays_as_it_is() -> None:
    for text in ("Hernández, López & Söhne", "日本語", "👩‍👧", "naïve – “quoted” ✓ 1,250.00 €", "می‌خواهم"):
        assert plain(text) == text
        assert escaped_json(text) == text


def test_a_run_in_the_terminal_prints_one_harmless_line_a_row(position: Place, capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[RowChange] = [
        {"id": ref, "outcome": "failed", "message": text} for ref, text in zip(position.rows, HOSTILE, strict=True)
    ]
    shown = Titles(dict(zip(position.rows, HOSTILE, strict=True)))
    counts: RunCounts = {**NO_COUNTS, "failed": len(rows)}
    summary: RunSummary = {"counts": counts, "rows": rows, "text": HOSTILE[7], "level": "error"}
    assert print_run(summary, RowChoice(shown, position.rows, (), {}, ""), RunRequest(run="export")) == 1
    told = capsys.readouterr()
    lines = told.out.removesuffix("\n").split("\n")
    assert len(lines) == len(rows) + 1
    assert all(line.startswith("✗  ") for line in lines[:-1])
    for text in (*lines, told.err.removesuffix("\n")):
        assert plain(text) == text


def test_no_text_makes_a_line_of_a_log(position: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    plugin = QuickBooksAddIn(Parts(waits=Waits(call_limit=0, lag=0, margin=0)))
    source = source_of(lambda: plugin, ROOT / "manifest.toml", "qb_plugin.plugin:create")
    with (
        running_simulator() as simulator,
        running_host(position.practice, [source], database=position.url, values={"quickbooks": simulator.base_url}) as host,
    ):
        summary = export_to(simulator, host, plugin, position.rows)
        host.session().get(f"/addins/callback?state={quote(HOSTILE[8])}")
        host.session().get(f"/{quote(HOSTILE[8])}")
    call(Job("tidy", 60.0, lambda: (_ for _ in ()).throw(RuntimeError(HOSTILE[8]))))
    lines = [record.getMessage() for record in caplog.records]
    assert summary["counts"]["done"] == 1
    assert any("/batch?" in line for line in lines)
    assert "background job tidy stopped with RuntimeError; it is tried again in 60.0 s" in lines
    assert [line for line in lines if {unicodedata.category(letter) for letter in line} & ORDERED] == []
    assert [line for line in lines for text in HOSTILE if text in line] == []


def export_to(simulator: RunningSimulator, host: RunningHost, plugin: QuickBooksAddIn, rows: list[str]) -> dict[str, Any]:
    """Connect, link the first client to some customer, and export."""
    keys = simulator.credentials()
    workspace = host.workspace
    connection, export = workspace.form("connection"), workspace.form("export-payments")
    assert connection is not None
    assert export is not None
    plugin.runtime().app_keys.save(keys["client_id"], keys["client_secret"], simulator.base_url)
    url = connection.act("connect", {}, [], {})["open_url"]
    reply = requests.post(f"{simulator.base_url}/_control/consent", json={"url": url}, timeout=10).json()
    assert workspace.callbacks.receive(dict(parse_qsl(urlsplit(reply["redirect"]).query)))["ok"]
    plugin.runtime().links.add(
        [
            Link(
                realm=keys["realm"],
                source=Ref.parse("client:1"),
                entity=Entity.CUSTOMER,
                quickbooks_id="1",
                origin=LinkOrigin.MATCHED,
            )
        ]
    )
    opened = export.open({"selection": rows})
    answer = {**opened["answer"], "token": opened["token"]}
    return dict(export.run("export", answer, rows, {}, Task("t", "export-payments", "export", lambda _: None)))


def test_what_quickbooks_says_is_told_in_one_line_and_fills_no_placeholder() -> None:
    sentences = load_sentences()
    for text in HOSTILE:
        for code in ("6000", "610", "2020", "99999", text[:8]):
            fault = Fault(code=code, text=text, detail=f"{text} {text}", status=400, type="ValidationFault")
            message = message_for(fault, {"customer": text, "number": text, "invoices": text, "entity": "Payment"})
            told = sentences.text(message)
            assert "class 'str'" not in told
            assert "\n" not in (message.details or "")
