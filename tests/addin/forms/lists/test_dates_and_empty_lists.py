"""A field without a whole date is no date, and an empty list says which of its facts is true, with the way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from hostsim.qbo_simulator.server.server import running_simulator
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.services.parts import Parts
from tests.addin.forms.test_text_host import SWIFT, TODAY, Scene, connect, ledger
from tests.support.hosts.text_host import TextHost
from tests.support.hurried_clock import HurriedClock

NO_DATES: tuple[Any, ...] = (
    "02302026",
    "2026-02-30",
    "2026-13-01",
    "2026-00-10",
    "2026-11-",
    "2026-11-1",
    "2026-2-3",
    "20261101",
    "2026-W44-7",
    "2026-305",
    "0002-11-01",  # a year that is being typed
    "0202-11-01",
    "11/01/2026",
    "2026-11-01T00:00",
    " 2026-11-01",
    "２０２６-11-01",
    "2026-11-0１",
    "since ever",
    "",
    None,
    20261101,
    True,
    [],
    {},
)
SAYS = "Enter a whole date as YYYY-MM-DD."


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The text host, connected, with clients matched."""
    folder = tmp_path_factory.mktemp("lists")
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


@pytest.mark.parametrize("no_date", NO_DATES, ids=repr)
@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("form", ["export-payments", "import-payments"])
def test_what_is_no_whole_date_selects_and_runs_nothing(scene: Scene, form: str, name: str, no_date: Any) -> None:
    answer = {**scene.opened(form), name: no_date}
    assert scene.form(form).rows(answer, None) == {"rejected": {name: SAYS}}
    action = form.partition("-")[0]
    assert scene.form(form).run(action, answer, [], {}, scene.host) == {"rejected": {name: SAYS}}


@pytest.mark.parametrize("form", ["export-payments", "import-payments"])
def test_a_missing_date_is_not_every_date(scene: Scene, form: str) -> None:
    answer = {key: value for key, value in scene.opened(form).items() if key not in ("from", "to")}
    assert scene.form(form).rows(answer, None) == {"rejected": {"from": SAYS, "to": SAYS}}


@pytest.mark.parametrize("day", ["1900-01-01", "2024-02-29", "2026-11-20", "2199-12-31"])
def test_a_whole_date_is_taken(scene: Scene, day: str) -> None:
    assert not isinstance(
        scene.form("export-payments").rows({**scene.opened("export-payments"), "from": day, "to": day}, None), dict
    )


@dataclass(frozen=True, slots=True)
class Case:
    """Marks that are set, what the form is asked, and what an empty list says."""

    asked: dict[str, Any]
    says: str
    link: str = ""
    synchronized: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()
    shows: int = field(default=0)  # rows once the link was followed


EVERY = (1, 2, 3, 4, 5, 6, 7)
PERIOD = "between 2026-10-21 and 2026-11-20"
FOUR_YEARS_AGO = {"from": "2022-01-01", "to": "2022-12-31"}
EXPORTS = {
    "nothing in the period": Case(FOUR_YEARS_AGO, "There are no payments between 2022-01-01 and 2022-12-31 in Park Practice."),
    "no credit memos in the period": Case(
        {**FOUR_YEARS_AGO, "source": "credit_memos"},
        "There are no credit memos between 2022-01-01 and 2022-12-31 in Park Practice.",
    ),
    "nothing in the period, and a search": Case(
        {**FOUR_YEARS_AGO, "search": "zzz"}, "There are no payments between 2022-01-01 and 2022-12-31 in Park Practice."
    ),
    "a search without hits": Case({"search": "zzz"}, 'Nothing in this list fits the search "zzz".', "Clear search", shows=7),
    "a search without hits, no filter on": Case(
        {"search": "zzz", "hide_synchronized": False, "show_hidden": True},
        'Nothing in this list fits the search "zzz".',
        "Clear search",
        shows=7,
    ),
    "all are in QuickBooks": Case(
        {}, f"All 7 payments {PERIOD} are in QuickBooks already.", "Show synchronized rows", EVERY, shows=7
    ),
    "all are hidden": Case({}, f"All 7 payments {PERIOD} are hidden by hand.", "Show hidden rows", (), EVERY, 7),
    "some are there, the others hidden": Case(
        {}, f"All 7 payments {PERIOD} are in QuickBooks already or hidden by hand.", "Show them", (1, 2, 3), (4, 5, 6, 7), 7
    ),
    "hidden and there, both": Case(
        {}, f"All 7 payments {PERIOD} are in QuickBooks already or hidden by hand.", "Show them", EVERY, EVERY, 7
    ),
    "synchronized ones are shown, all are hidden": Case(
        {"hide_synchronized": False}, f"All 7 payments {PERIOD} are hidden by hand.", "Show hidden rows", (1,), EVERY, 7
    ),
    "hidden ones are shown, all are there": Case(
        {"show_hidden": True}, f"All 7 payments {PERIOD} are in QuickBooks already.", "Show synchronized rows", EVERY, (2,), 7
    ),
    "what is searched for is there already": Case(
        {"search": "P-1001"},
        'What fits the search "P-1001" (1) is in QuickBooks already.',
        "Show synchronized rows",
        (1,),
        shows=1,
    ),
    "what is searched for is hidden": Case(
        {"search": "P-1001"}, 'What fits the search "P-1001" (1) is hidden by hand.', "Show hidden rows", (), (1,), 1
    ),
    "what is searched for is there or hidden": Case(
        {"search": "P-10"},
        'What fits the search "P-10" (7) is in QuickBooks already or hidden by hand.',
        "Show them",
        (1, 2, 3, 5),
        (4, 6, 7),
        7,
    ),
}


@pytest.fixture
def marks(scene: Scene) -> Iterator[Any]:
    """The host's marks; they are as before afterwards."""
    before = dict(scene.host.marks.marks)
    yield scene.host.marks
    scene.host.marks.marks = before


@pytest.mark.parametrize("name", EXPORTS)
def test_an_empty_export_says_which_fact_is_true_and_its_link_mends_it(scene: Scene, marks: Any, name: str) -> None:
    case, form = EXPORTS[name], scene.form("export-payments")
    marks.put([{"ref": f"payment:{number}", "state": "synchronized"} for number in case.synchronized])
    marks.put([{"ref": f"payment:{number}", "hidden": True} for number in case.hidden])
    answer = {**scene.opened("export-payments"), **case.asked}
    rows = form.rows(answer, None)
    assert (rows.count, rows.empty["text"]) == (0, case.says)
    assert (rows.empty["link"] or {}).get("label", "") == case.link
    if case.link:
        shown = form.rows({**answer, **rows.empty["link"]["answer"]}, None)
        assert (shown.count, shown.empty) == (case.shows, None)


def test_a_selection_that_is_gone_says_so(scene: Scene) -> None:
    opened = scene.form("export-payments").open({"selection": ["payment:404"]})
    rows = scene.form("export-payments").rows({**opened["answer"], "token": opened["token"]}, None)
    assert rows.empty == {"text": "None of the records you selected is in Park Practice any more.", "link": None}


IMPORTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing in the period": ({"from": "2001-01-01", "to": "2001-01-02"}, "QuickBooks has no payments between 2001-01-01 and", ""),
    "nothing in the period, and a search": (
        {"from": "2001-01-01", "to": "2001-01-02", "search": "zzz"},
        "QuickBooks has no payments between 2001-01-01 and",
        "",
    ),
    "a search without hits": ({"search": "zzz"}, 'Nothing in this list fits the search "zzz".', "Clear search"),
    "a search without hits, synchronized ones shown": (
        {"search": "zzz", "hide_synchronized": False},
        'Nothing in this list fits the search "zzz".',
        "Clear search",
    ),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_an_empty_import_says_which_fact_is_true(scene: Scene, name: str) -> None:
    asked, says, link = IMPORTS[name]
    rows = scene.form("import-payments").rows({**scene.opened("import-payments"), **asked}, None)
    assert rows.count == 0
    assert rows.empty["text"].startswith(says)
    assert (rows.empty["link"] or {}).get("label", "") == link


MATCHES: dict[str, tuple[dict[str, Any], str, str]] = {
    "a search without hits": ({"search": "zzz"}, 'Nothing in this list fits the search "zzz".', "Clear search"),
    "what is searched for is matched": (
        {"search": "Amy", "show": "unmatched"},
        'What fits the search "Amy" (1) is not unmatched.',
        "Show all clients",
    ),
    "nobody stands under this tab": ({"show": "suggested"}, "None of the 4 clients is suggested.", "Show all clients"),
}


@pytest.mark.parametrize("name", MATCHES)
def test_an_empty_list_of_clients_says_which_fact_is_true(scene: Scene, name: str) -> None:
    asked, says, link = MATCHES[name]
    rows = scene.form("match-clients").rows({**scene.opened("match-clients"), **asked}, None)
    assert (rows.count, rows.empty["text"], (rows.empty["link"] or {})["label"]) == (0, says, link)


def test_a_list_that_could_not_be_read_is_no_empty_list(scene: Scene) -> None:
    answer = scene.opened("import-payments")
    scene.form("connection").act("disconnect", {}, [], {})
    rows = scene.form("import-payments").rows(answer, None)
    assert rows.problem
    assert rows.empty["text"].startswith("The list could not be read: No QuickBooks company is connected.")
    assert rows.empty["link"]["label"] == "Try again"
    connect(scene)
