"""Rights at the host's two doors: what a user may not do is refused with a sentence in the browser and in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from click.testing import CliRunner

from hostsim.addins.registrars import RIGHTS
from hostsim.addins.user_at_work import choose_user
from hostsim.cli import main
from hostsim.practice.database import open_practice
from hostsim.practice.model import User
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from hostsim.testing import KEY, Session, demo_practice, running_host
from tests.browser.demo import TODAY, addin

NAME = "Lee Park"


@dataclass(frozen=True, slots=True)
class Firm:
    """The demo firm, connected and matched, and its company."""

    url: str
    simulator: RunningSimulator
    values: dict[str, str]

    def may(self, *rights: str) -> None:
        """Give Lee these rights and no others."""
        practice = open_practice(self.url)
        practice.people.keep(User("Maria Ortiz", frozenset(RIGHTS)))
        practice.people.keep(User(NAME, frozenset(rights)))
        practice.close()

    def payments_there(self) -> int:
        """How many payments QuickBooks holds, asked over HTTP."""
        keys = self.simulator.credentials()
        grant = {"grant_type": "refresh_token", "refresh_token": keys["refresh_token"]}
        client = (keys["client_id"], keys["client_secret"])
        token = requests.post(f"{keys['base']}/oauth2/v1/tokens/bearer", data=grant, auth=client, timeout=10).json()
        headers = {"Authorization": f"Bearer {token['access_token']}", "Accept": "application/json"}
        query = {"query": "SELECT COUNT(*) FROM Payment"}
        reply = requests.get(f"{keys['base']}/v3/company/{keys['realm']}/query", query, headers=headers, timeout=10)
        return int(reply.json()["QueryResponse"]["totalCount"])

    def payments_here(self) -> int:
        """How many payments and credit memos the practice holds."""
        practice = open_practice(self.url)
        count = practice.ledger.snapshot({"show_hidden": True}).count
        practice.close()
        return count


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """The demo firm, whose company is connected."""
    practice, url = demo_practice(tmp_path_factory.mktemp("firm"), TODAY)
    with running_simulator("demo", today=TODAY) as simulator:
        keys = simulator.credentials()
        values = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        with running_host(practice, [addin()], database=url, values=values, today=TODAY) as host:
            connection, clients = host.workspace.form("connection"), host.workspace.form("match-clients")
            assert connection
            assert clients
            opened = connection.act("connect", {}, [], {})["open_url"]
            reply = requests.post(f"{simulator.base_url}/_control/consent", json={"url": opened}, timeout=10).json()
            assert host.workspace.callbacks.receive(dict(parse_qsl(urlsplit(reply["redirect"]).query)))["ok"]
            clients.act("accept_all", {}, [], {})
        yield Firm(url, simulator, values)


@pytest.fixture(scope="module")
def session(firm: Firm) -> Iterator[Session]:
    """Lee's browser."""
    firm.may("view")
    practice = open_practice(firm.url)
    lee = choose_user(practice.people, NAME)
    with running_host(practice, [addin()], database=firm.url, values=firm.values, today=TODAY, user=lee) as host:
        yield host.session()


BROWSER = [
    ("export-payments", "open", "", "export"),
    ("export-payments", "rows", "", "export"),
    ("export-payments", "run", "export", "export"),
    ("export-payments", "act", "hide", "export"),  # the form itself cannot be opened
    ("import-payments", "open", "", "import"),
    ("import-payments", "rows", "", "import"),
    ("import-payments", "run", "import", "import"),
    ("match-clients", "open", "", "match"),
    ("match-clients", "act", "accept_all", "match"),
    ("match-clients", "act", "unlink", "match"),
    ("settings", "open", "", "configure"),
    ("settings", "act", "save", "configure"),
    ("users", "open", "", "configure"),
]


@pytest.mark.parametrize(("form", "call", "action", "right"), BROWSER)
def test_the_browser_refuses_whoever_lacks_the_right(
    firm: Firm, session: Session, form: str, call: str, action: str, right: str
) -> None:
    before = firm.payments_there(), firm.payments_here()
    body: dict[str, Any] = {"action": action, "answer": {}} if action else {"answer": {}}
    for rights in ({"view"}, set(RIGHTS) - {right}):
        firm.may(*rights)
        refused = session.post(f"/api/forms/{form}/{call}", body)
        assert refused.status_code == 403, rights
        assert refused.json()["error"]["text"] == f"{NAME} may not {right}. Ask whoever manages users."
    assert (firm.payments_there(), firm.payments_here()) == before


@pytest.mark.parametrize("action", ["connect", "finish", "disconnect"])
def test_who_may_not_configure_sees_the_connection_and_no_way_to_change_it(firm: Firm, session: Session, action: str) -> None:
    firm.may(*(set(RIGHTS) - {"configure"}))
    opened = session.post("/api/forms/connection/open").json()
    assert opened["notice"]["text"].splitlines()[0] == "Connected to Alder & Finch (simulator)."
    assert opened["actions"] == []
    refused = session.post("/api/forms/connection/act", {"action": action, "answer": {}})
    assert refused.status_code in (400, 403)
    assert refused.json()["error"]["text"].endswith(".")
    assert session.post("/api/forms/connection/open").json()["notice"] == opened["notice"]


def test_a_context_action_is_refused_and_its_entry_says_why(firm: Firm, session: Session) -> None:
    firm.may("view")
    grid = session.post("/api/forms/billing.payments/rows", {"answer": {}}).json()
    entries = session.post("/api/forms/billing.payments/open").json()["context"]
    hide = next(each for each in entries if each["label"] == "Hide from QuickBooks")
    assert hide["disabled"] == f"{NAME} may not hide. Ask whoever manages users."
    body = {"snapshot": grid["token"], "ranges": [[0, 3]]}
    assert session.post(f"/api/context/billing.payments/{hide['index']}", body).status_code == 403
    again = session.post("/api/forms/billing.payments/rows", {"answer": {}}).json()
    assert [row["cells"] for row in again["rows"][:3]] == [row["cells"] for row in grid["rows"][:3]]


def test_a_user_who_was_removed_may_see_nothing(firm: Firm, session: Session) -> None:
    firm.may()
    assert session.post("/api/forms/billing.payments/rows", {"answer": {}}).status_code == 403
    assert session.post("/api/forms/clients/open").status_code == 403


@pytest.mark.parametrize("action", ["previewed", "nonsense", "", "save"])
@pytest.mark.parametrize("call", ["run", "act"])
def test_an_action_that_the_form_does_not_offer_is_refused(firm: Firm, session: Session, call: str, action: str) -> None:
    firm.may(*RIGHTS)
    before = firm.payments_there()
    refused = session.post(f"/api/forms/export-payments/{call}", {"action": action, "answer": {}})
    assert (refused.status_code, refused.json()["error"]["text"]) == (
        400,
        f"This form offers {NAME} no such action: {action}. Nothing was done.",
    )
    assert firm.payments_there() == before


TERMINAL = [
    (["export-payments", "--all"], "export"),
    (["export-payments", "--all", "--dry-run"], "export"),
    (["export-payments", "--select", "P-1017"], "export"),
    (["export-payments", "--help"], "export"),
    (["import-payments", "--all"], "import"),
    (["import-payments", "--all", "--dry-run"], "import"),
    (["match-clients", "--accept-all"], "match"),
    (["match-clients", "--link"], "match"),
    (["match-clients", "--unlink"], "match"),
    (["match-clients", "--help"], "match"),
    (["match-customers", "--create-clients", "--all"], "match"),
    (["changes", "--take", "--all"], "import"),
    (["changes", "--take", "--all", "--dry-run"], "import"),
    (["changes", "--send", "--select", "P-1017"], "export"),
    (["changes", "--leave", "--all", "--json"], "match"),
    (["reconcile-items", "--take", "--all"], "import"),
    (["reconcile-items", "--send", "--all"], "export"),
    (["undo", "--record", "P-1017", "--all"], "undo"),
    (["by-itself", "--all"], "import"),
    (["by-itself", "--all", "--dry-run"], "import"),
]


@pytest.mark.parametrize(("arguments", "right"), TERMINAL, ids=lambda value: " ".join(value) if isinstance(value, list) else value)
def test_the_terminal_refuses_whoever_lacks_the_right(firm: Firm, tmp_path: Path, arguments: list[str], right: str) -> None:
    key = tmp_path / "key"
    key.write_bytes(KEY)
    before = firm.payments_there(), firm.payments_here()
    environment = {"HOSTSIM_DATABASE": firm.url, "HOSTSIM_QUICKBOOKS": firm.simulator.base_url, "HOSTSIM_KEY_FILE": str(key)}
    for rights in ({"view"}, set(RIGHTS) - {right}):
        firm.may(*rights)
        done = CliRunner().invoke(main, ["run", "--user", NAME, *arguments], env=environment)
        assert done.exit_code == 2, done.output
        assert done.stderr.strip() == f"{NAME} may not {right}. Ask whoever manages users. Nothing was done."
    assert (firm.payments_there(), firm.payments_here()) == before


def test_the_terminal_signs_nobody_in_who_may_not_configure(firm: Firm) -> None:
    firm.may(*(set(RIGHTS) - {"configure"}))
    done = CliRunner().invoke(main, ["connect", "--user", NAME, "--database", firm.url, "--quickbooks", firm.simulator.base_url])
    assert (done.exit_code, done.stderr.strip()) == (
        2,
        f"{NAME} may not configure. Ask whoever manages users. Nothing was done.",
    )
