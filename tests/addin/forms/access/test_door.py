"""The add-in's own door: whoever the host is, rights hold, and what a form does not list or cannot read is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from sqlalchemy import select

from hostsim.qbo_simulator.server.server import running_simulator
from qb_plugin.forms.access.call_checks import shorten
from qb_plugin.messages import load_sentences
from qb_plugin.model import Entity, Message
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.services.parts import Parts
from qb_plugin.store.sql.tables import runs
from tests.addin.forms.test_text_host import SWIFT, TODAY, Scene, connect, ledger
from tests.support.hosts.text_host import TextHost, TextUser
from tests.support.hurried_clock import HurriedClock

ALL = ("view", "import", "export", "hide", "match", "undo", "configure")
PAYMENTS = ["payment:1", "payment:2"]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A user with these rights."""

    rights: frozenset[str]
    name: str = "Kim Doe"


@dataclass(frozen=True, slots=True)
class Press:
    """A press that a user may try: the form's call, and the right it takes."""

    form: str
    call: str
    right: str
    action: str = ""
    ids: Sequence[str] = ()

    def __str__(self) -> str:
        return " ".join(filter(None, (self.form, self.call, self.action)))


PRESSES = (
    Press("export-payments", "open", "export"),
    Press("export-payments", "rows", "export"),
    Press("export-payments", "run", "export", "export", PAYMENTS),
    Press("export-payments", "act", "hide", "hide", PAYMENTS),
    Press("export-payments", "act", "hide", "show", PAYMENTS),
    Press("export-payments", "act", "match", "link_possible_duplicate", PAYMENTS),
    Press("import-payments", "open", "import"),
    Press("import-payments", "rows", "import"),
    Press("import-payments", "run", "import", "import", ["quickbooks_payment:1"]),
    Press("import-payments", "act", "match", "link_possible_duplicate", ["quickbooks_payment:1"]),
    Press("match-clients", "open", "match"),
    Press("match-clients", "rows", "match"),
    Press("match-clients", "act", "match", "accept_all"),
    Press("match-clients", "act", "match", "link", ["client:4"]),
    Press("match-clients", "act", "match", "unlink", ["client:1"]),
    Press("settings", "open", "configure"),
    Press("settings", "act", "configure", "save"),
    Press("connection", "act", "configure", "connect"),
    Press("connection", "act", "configure", "finish"),
    Press("connection", "act", "configure", "disconnect"),
)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The text host, connected, with clients matched; every test leaves it as it was."""
    folder = tmp_path_factory.mktemp("door")
    with running_simulator("demo", today=TODAY) as simulator:
        keys = simulator.credentials()
        options = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        host = TextHost(ledger(), f"sqlite:///{folder / 'park.db'}", options, TODAY)
        addin = QuickBooksAddIn(Parts(clock=HurriedClock(), limits=SWIFT))
        manager = host.load(addin)
        made = Scene(host, addin, simulator)
        connect(made)
        made.form("match-clients").act("accept_all", {}, [], {})
        yield made
        manager.hook.workspace_stop()


def there(scene: Scene) -> list[Any]:
    """What QuickBooks holds, asked over HTTP."""
    keys = scene.simulator.credentials()
    grant = {"grant_type": "refresh_token", "refresh_token": keys["refresh_token"]}
    client = (keys["client_id"], keys["client_secret"])
    token = requests.post(f"{keys['base']}/oauth2/v1/tokens/bearer", data=grant, auth=client, timeout=10).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    url = f"{keys['base']}/v3/company/{keys['realm']}/query"
    statements = [f"SELECT COUNT(*) FROM {entity}" for entity in ("Payment", "CreditMemo", "Customer")]
    return [requests.get(url, {"query": each}, headers=headers, timeout=10).json()["QueryResponse"] for each in statements]


def world(scene: Scene) -> str:
    """Both sides as they stand: records, marks, links, settings and sign-in here, and what QuickBooks holds."""
    runtime = scene.addin.runtime()
    connection = runtime.connection()
    links = [runtime.links.all_of(connection.realm, entity) for entity in Entity]
    here = [scene.host.ledger.entries, scene.host.marks.marks, links, runtime.settings(connection.realm), connection]
    return json.dumps([*map(str, here), there(scene)], default=str)


def press(scene: Scene, what: Press, user: Any) -> dict[str, Any]:
    """Make the call as the user; what comes back."""
    form, answer = scene.form(what.form), scene.form(what.form).open({})["answer"]
    if what.call == "open":
        return dict(form.open({}, user=user))
    if what.call == "rows":
        rows = form.rows(answer, None, user=user)
        return dict(rows) if isinstance(rows, dict) else {"count": rows.count}
    if what.call == "act":
        return dict(form.act(what.action, answer, list(what.ids), {}, user=user))
    return dict(form.run(what.action, answer, list(what.ids), {}, scene.host, user=user))


def refusal_of(found: dict[str, Any]) -> str:
    """The sentence of a refused call; empty when it was carried out."""
    unavailable = found.get("unavailable") or {}
    return " ".join(found.get("rejected", {}).values()) or unavailable.get("text", "")


@pytest.mark.parametrize("what", PRESSES, ids=str)
def test_without_its_right_a_press_is_refused_and_nothing_is_done(scene: Scene, what: Press) -> None:
    before = world(scene)
    for rights in ([right for right in ALL if right != what.right], ["view"], []):
        found = press(scene, what, Somebody(frozenset(rights)))
        assert refusal_of(found) == f"Kim Doe may not {what.right}. Ask whoever manages users. Nothing was done.", rights
        assert not found.get("actions")
        assert not found.get("columns")
        assert "counts" not in found
    assert world(scene) == before


@pytest.mark.parametrize("what", [each for each in PRESSES if each.call in ("open", "rows")], ids=str)
def test_with_its_right_alone_a_form_opens_with_what_that_right_allows(scene: Scene, what: Press) -> None:
    found = press(scene, what, Somebody(frozenset({what.right})))
    assert "may not" not in refusal_of(found)
    assert {action.get("right") for action in (*found.get("actions", ()), *found.get("row_actions", ()))} <= {what.right}


def test_who_may_only_view_sees_the_company_and_can_neither_sign_in_nor_out(scene: Scene) -> None:
    found = scene.form("connection").open({}, user=Somebody(frozenset({"view"})))
    assert found["notice"]["text"].splitlines()[0] == "Connected to Alder & Finch (simulator)."
    assert found["actions"] == []
    assert [each["id"] for each in scene.form("connection").open({})["actions"]] == ["connect", "finish", "disconnect"]


def test_the_hosts_own_user_acts_where_a_call_names_nobody(scene: Scene) -> None:
    host = scene.host
    host.user = TextUser("Ann Poe", frozenset({"view"}))
    try:
        assert refusal_of(press(scene, PRESSES[2], None)).startswith("Ann Poe may not export.")
        assert host.calls[("Hide from QuickBooks",)](PAYMENTS)["rejected"]["user"].startswith("Ann Poe may not hide.")
        assert host.marks.get(PAYMENTS) == {}
    finally:
        host.user = TextUser()


def test_the_history_names_who_pressed_and_not_the_hosts_own_user(scene: Scene) -> None:
    answer = {**scene.opened("export-payments"), "source": "credit_memos"}
    found = scene.form("export-payments").run(
        "export", answer, ["credit_memo:404"], {}, scene.host, user=Somebody(frozenset({"export"}))
    )
    table = scene.addin.runtime().store.database.engine
    with table.connect() as connection:
        named = connection.execute(select(runs.c.user_name).where(runs.c.id == found["run"])).scalar_one()
    assert named == "Kim Doe"


@pytest.mark.parametrize("edit", [{"link": "1"}, {"unlink": True}])
def test_linking_in_a_run_needs_the_right_to_match(scene: Scene, edit: dict[str, Any]) -> None:
    before, answer = world(scene), scene.opened("export-payments")
    user = Somebody(frozenset(ALL) - {"match"})
    found = scene.form("export-payments").run("export", answer, ["payment:1"], {"payment:1": edit}, scene.host, user=user)
    assert found == {"rejected": {"user": "Kim Doe may not match. Ask whoever manages users. Nothing was done."}}
    assert world(scene) == before


NO_ACTIONS: tuple[Any, ...] = (
    *("preview", "nonsense", "", "EXPORT", "export ", "hide", "disconnect", "__init__", "undo", "link"),
    *(None, 7, [], {}),
)


@pytest.mark.parametrize("name", ["export-payments", "import-payments", "match-clients", "settings", "connection"])
@pytest.mark.parametrize("call", ["run", "act"])
def test_an_action_that_a_form_does_not_list_is_refused(scene: Scene, name: str, call: str) -> None:
    form = scene.form(name)
    opened = form.open({})
    listed = {each["id"] for each in (*opened["actions"], *opened["row_actions"]) if each["kind"] == call}
    before = world(scene)
    for action in (each for each in NO_ACTIONS if not isinstance(each, str) or each not in listed):
        found = press(scene, Press(name, call, "", action), None)
        assert list(found) == ["rejected"], action
        assert refusal_of(found).startswith("This form offers no such action: ")
    assert world(scene) == before


ODD_CALLS: dict[str, dict[str, Any]] = {
    "ids no list": {"ids": "payment:1"},
    "ids a number": {"ids": 5},
    "ids nothing": {"ids": None},
    "an id no text": {"ids": [1]},
    "a foreign kind": {"ids": ["client:1"]},
    "an unknown kind": {"ids": ["nonsense:1"]},
    "a QuickBooks row": {"ids": ["quickbooks_payment:1"]},
    "no kind": {"ids": ["1"]},
    "no id": {"ids": ["payment:"]},
    "answer no mapping": {"answer": ["from"]},
    "answer a text": {"answer": "all"},
    "search no text": {"answer": {"search": 5}},
    "token no text": {"answer": {"token": {}}},
    "dry run no switch": {"answer": {"dry_run": "yes"}},
    "unknown source": {"answer": {"source": "invoices"}},
    "source no text": {"answer": {"source": ["payments"]}},
    "switch no switch": {"answer": {"auto_apply": {"a": 1}}},
    "date a number": {"answer": {"from": 20261101}},
    "date impossible": {"answer": {"from": "2026-02-30"}},
    "edits a list": {"edits": [1]},
    "edits a text": {"edits": "force"},
    "an edit no mapping": {"edits": {"payment:1": "force"}},
    "an edit of a foreign row": {"edits": {"client:1": {"force": True}}},
    "an edit of no row": {"edits": {"x": {"force": True}}},
    "an unknown edit": {"edits": {"payment:1": {"amount": "1.00"}}},
    "an edit key no text": {"edits": {"payment:1": {1: True}}},
    "a switch as text": {"edits": {"payment:1": {"force": "yes"}}},
    "an account no text": {"edits": {"payment:1": {"deposit": 35}}},
    "an unknown account": {"edits": {"payment:1": {"deposit": "999999"}}},
    "an unknown method": {"edits": {"payment:1": {"method": "nonsense"}}},
}


@pytest.mark.parametrize("name", ODD_CALLS)
def test_a_call_of_another_shape_is_rejected_with_a_sentence_and_sends_nothing(scene: Scene, name: str) -> None:
    odd, form = ODD_CALLS[name], scene.form("export-payments")
    answer = odd.get("answer", {})
    if isinstance(answer, dict):
        answer = {**scene.opened("export-payments"), **answer}
    before = world(scene)
    found = form.run("export", answer, odd.get("ids", ["payment:1"]), odd.get("edits", {}), scene.host)
    assert list(found) == ["rejected"]
    assert all(text.endswith(".") for text in found["rejected"].values())
    assert world(scene) == before


@pytest.mark.parametrize(
    "sort", ["date", ["date"], {}, {"key": 5}, {"key": "nonsense"}, {"key": ["date"]}, {"key": "date", "descending": "no"}]
)
@pytest.mark.parametrize("name", ["export-payments", "import-payments", "match-clients"])
def test_an_order_that_there_is_not_is_rejected(scene: Scene, name: str, sort: Any) -> None:
    found = scene.form(name).rows(scene.opened(name), sort)
    assert list(found) == ["rejected"]


@pytest.mark.parametrize(
    "request_", [None, "x", [], {"selection": "payment:1"}, {"selection": ["client:1"]}, {"selection": [1]}, {"answer": "x"}]
)
def test_a_request_that_no_form_can_be_opened_with_is_said_in_its_place(scene: Scene, request_: Any) -> None:
    for name, form in scene.host.forms.items():
        found = form.open(request_)
        assert found["unavailable"]["text"].endswith("."), name
        assert found["actions"] == []


@pytest.mark.parametrize(
    ("ids", "edits"),
    [
        (["client:4"], {"client:4": {"customer": "999999"}}),
        (["client:4"], {"client:4": {"customer": True}}),
        (["payment:1"], {}),
        (["client:4"], {"payment:1": {"customer": "1"}}),
    ],
)
def test_a_client_is_linked_to_a_customer_that_is_offered_only(scene: Scene, ids: list[str], edits: dict[str, Any]) -> None:
    before = world(scene)
    assert list(scene.form("match-clients").act("link", {}, ids, edits)) == ["rejected"]
    assert world(scene) == before


def test_a_payment_is_not_unlinked_as_if_it_were_a_client(scene: Scene) -> None:
    found = scene.form("match-clients").act("unlink", {}, ["payment:1"], {})
    assert found["rejected"] == {"rows": "payment:1 is no row of this form. Nothing was done. Load the list again."}


def test_a_record_that_is_gone_is_told_and_nothing_is_linked(scene: Scene) -> None:
    before = world(scene)
    rows = scene.form("export-payments").act("link_possible_duplicate", {}, ["payment:404"], {})["rows"]
    assert [(row["id"], row["outcome"]) for row in rows] == [("payment:404", "failed")]
    assert world(scene) == before


def test_a_foreign_text_is_repeated_on_one_line_and_cut() -> None:
    message = Message("no_such_action", {"action": shorten("a\nb " + "x" * 500)})
    assert load_sentences().text(message) == f"This form offers no such action: a b {'x' * 36}…. Nothing was done."
