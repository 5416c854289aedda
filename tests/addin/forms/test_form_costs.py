"""What a form's call asks the add-in's tables, counted: the connection once, and no row more than the one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from sqlalchemy import event

from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.services.parts import Parts
from qb_plugin.store.sql.tables import connection as connection_table
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeClient, FakeRecord

TODAY = date(2026, 11, 20)
PAGE = 12
SWIFT = Limits(per_second=10_000, per_minute=10_000)  # this simulator counts no calls
CLIENT = ("1", "Nobody & Co.")  # QuickBooks has no customer of this name


@dataclass(slots=True)
class Costs:
    """The forms of a connected firm whose client is not matched, and the statements that its add-in sent."""

    host: TextHost
    statements: list[str] = field(default_factory=list)

    def note(self, statement: str) -> None:
        """Count a statement; the BEGIN before it, which only SQLite sends as one, is none."""
        if statement != "BEGIN":
            self.statements.append(statement)

    def of(self, call: Callable[[], object]) -> list[str]:
        """The statements that a call sends when it is made for the second time: the first fills the caches."""
        call()
        self.statements.clear()
        call()
        return list(self.statements)


def connect(host: TextHost, simulator: RunningSimulator) -> None:
    """Give consent as a browser would."""
    url = host.forms["connection"].act("connect", {}, [], {})["open_url"]
    reply = requests.post(f"{simulator.base_url}/_control/consent", json={"url": url, "realm": ""}, timeout=10)
    assert host.callbacks[0](dict(parse_qsl(urlsplit(reply.json()["redirect"]).query)))["ok"]


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Costs]:
    """Twelve payments of one client, who has no customer."""
    url = f"sqlite:///{Path(tmp_path_factory.mktemp('firm')) / 'firm.db'}"
    days = [TODAY - timedelta(days=number) for number in range(PAGE)]
    records = [FakeRecord("payment", str(n), f"P-{n}", *CLIENT, day, Decimal(10)) for n, day in enumerate(days)]
    with running_simulator("demo", today=TODAY) as simulator:
        keys = simulator.credentials()
        options = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        found = Costs(TextHost(FakeLedger([FakeClient(*CLIENT)], [], records), url, options, TODAY))
        addin = QuickBooksAddIn(Parts(limits=SWIFT))
        manager = found.host.load(addin)
        connect(found.host, simulator)
        engine = addin.runtime().store.database.engine
        event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: found.note(statement))
        yield found
        manager.hook.workspace_stop()


def answer_of(form: Any) -> dict[str, Any]:
    """A form's answer as it opens, with its token."""
    opened = form.open({})
    return {**opened["answer"], "token": opened["token"]}


def test_a_page_of_unmatched_rows_costs_six_statements(costs: Costs) -> None:
    rows = costs.host.forms["export-payments"].rows(answer_of(costs.host.forms["export-payments"]), None)
    page = rows.page(0, PAGE)
    assert [row["cells"]["client"] for row in page] == ["Nobody & Co. → not matched"] * PAGE
    statements = costs.of(lambda: rows.page(0, PAGE))
    assert len(statements) == 6, statements  # connection, app keys, settings, last results, and links of payments and of clients


def test_a_page_costs_the_same_for_one_row_as_for_twelve(costs: Costs) -> None:
    rows = costs.host.forms["export-payments"].rows(answer_of(costs.host.forms["export-payments"]), None)
    assert len(costs.of(lambda: rows.page(0, 1))) == len(costs.of(lambda: rows.page(0, PAGE)))


@pytest.mark.parametrize("name", ["connection", "match-clients", "settings", "import-payments", "export-payments"])
def test_a_form_asks_once_for_the_connection_when_it_opens(costs: Costs, name: str) -> None:
    assert connection_queries(costs.of(lambda: costs.host.forms[name].open({}))) == 1


@pytest.mark.parametrize("name", ["match-clients", "import-payments"])
def test_a_form_asks_once_for_the_connection_when_it_reads_its_rows(costs: Costs, name: str) -> None:
    form = costs.host.forms[name]
    answer = answer_of(form)
    assert connection_queries(costs.of(lambda: form.rows(answer, None))) == 1


@pytest.mark.parametrize(("name", "action"), [("match-clients", "accept_all"), ("match-clients", "unlink"), ("settings", "save")])
def test_an_action_asks_once_for_the_connection(costs: Costs, name: str, action: str) -> None:
    form = costs.host.forms[name]
    answer = form.open({})["answer"]
    assert connection_queries(costs.of(lambda: form.act(action, answer, [], {}))) == 1


def connection_queries(statements: list[str]) -> int:
    """How many of the statements read the connection."""
    return sum(f"FROM {connection_table.name}" in statement for statement in statements)
