"""Setup ▸ Users… shows who may do what and changes it, for whoever may configure; the change holds at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hostsim.addins.registrars import RIGHTS
from hostsim.addins.user_at_work import choose_user
from hostsim.cli import main
from hostsim.practice.database import open_practice
from hostsim.practice.model import User
from hostsim.testing import RunningHost, Session, demo_practice, running_host

DAY = date(2026, 11, 22)


@pytest.fixture
def firm(tmp_path: Path) -> str:
    """The demo firm's database: Maria may do everything; Lee may look."""
    practice, url = demo_practice(tmp_path, DAY)
    practice.people.keep(User("Lee Park", frozenset({"view"})))
    practice.close()
    return url


@pytest.fixture
def host(firm: str) -> Iterator[RunningHost]:
    """A running host, without add-ins, with Maria at work."""
    with running_host(open_practice(firm), [], database=firm) as running:
        yield running


@pytest.fixture
def session(host: RunningHost) -> Session:
    """Maria's browser."""
    return host.session()


def listed(session: Session) -> dict[str, Any]:
    """The users' grid."""
    found: dict[str, Any] = session.post("/api/forms/users/rows", {"answer": {"search": ""}}).json()
    return found


def act(session: Session, form: str, action: str, answer: dict[str, Any], *places: int) -> Any:
    """An action's answer; the grid's rows are chosen by their places."""
    body: dict[str, Any] = {"action": action, "answer": answer}
    if places:
        body |= {"snapshot": listed(session)["token"], "ranges": [[place, place + 1] for place in places]}
    return session.post(f"/api/forms/{form}/act", body)


def saved(session: Session, name: str, *rights: str) -> dict[str, Any]:
    """Save a user."""
    answer = {"name": name, **{right: right in rights for right in RIGHTS}}
    found: dict[str, Any] = act(session, "user", "save", answer).json()
    return found


def test_everybody_is_listed_with_their_rights(session: Session, host: RunningHost) -> None:
    grid = listed(session)
    assert [row["cells"] for row in grid["rows"]] == [
        {"name": "Lee Park", "rights": "view"},
        {"name": "Maria Ortiz", "rights": "view, import, export, hide, match, undo, configure"},
    ]
    found = session.post(
        "/api/forms/users/rows", {"answer": {"search": "MARIA"}, "sort": {"key": "name", "descending": True}}
    ).json()
    assert [row["id"] for row in found["rows"]] == ["user:Maria Ortiz"]
    (entry,) = [entry for entry in host.workspace.menu() if entry.form == "users"]
    assert (entry.path, entry.right) == (("Setup", "Users…"), "configure")


def test_a_user_is_opened_with_what_they_may_do_and_saved(session: Session, host: RunningHost) -> None:
    opened = act(session, "users", "edit", {"search": ""}, 0).json()
    assert opened == {"form": "user", "request": {"answer": {"name": "Lee Park"}}}
    described = session.post("/api/forms/user/open", opened["request"]).json()
    assert described["answer"] == {"name": "Lee Park", **{right: right == "view" for right in RIGHTS}}
    assert "signs people in" in described["notice"]["text"]
    assert saved(session, "Lee Park", "view", "export")["notice"] == "Saved. Lee Park may view, export."
    assert host.workspace.practice.people.get("Lee Park") == User("Lee Park", frozenset({"view", "export"}))


def test_a_user_is_added_and_removed(session: Session) -> None:
    assert act(session, "users", "add", {}).json() == {"form": "user", "request": {}}
    assert session.post("/api/forms/user/open").json()["answer"]["view"] is True
    assert saved(session, " Ana ")["notice"] == "Saved. Ana may do nothing here."
    assert [row["cells"]["name"] for row in listed(session)["rows"]] == ["Ana", "Lee Park", "Maria Ortiz"]
    assert act(session, "users", "remove", {"search": ""}, 0, 1).json()["notice"] == "Removed: Ana, Lee Park."
    assert listed(session)["count"] == 1


def test_what_cannot_be_saved_is_said(session: Session) -> None:
    assert saved(session, "  ")["rejected"] == {"name": "Enter a name."}
    assert saved(session, "Maria Ortiz", "view")["rejected"]["configure"].startswith("Maria Ortiz is the only one")
    assert act(session, "users", "remove", {"search": ""}, 1).json()["notice"].startswith("Maria Ortiz is the only one")
    assert listed(session)["count"] == 2


def test_who_may_not_configure_gives_no_rights(firm: str) -> None:
    practice = open_practice(firm)
    with running_host(practice, [], database=firm, user=choose_user(practice.people, "Lee Park")) as host:
        session = host.session()
        for form, call in (("users", "open"), ("users", "rows")):
            refused = session.post(f"/api/forms/{form}/{call}")
            assert refused.status_code == 403
            assert refused.json()["error"]["text"] == "Lee Park may not configure. Ask whoever manages users."
        assert {action["disabled"] for action in session.post("/api/forms/user/open").json()["actions"]} == {
            "Lee Park may not configure. Ask whoever manages users."
        }
        answer = {"name": "Lee Park", **dict.fromkeys(RIGHTS, True)}
        assert act(session, "user", "save", answer).status_code == 403
        assert practice.people.get("Lee Park") == User("Lee Park", frozenset({"view"}))
        practice.people.keep(User("Lee Park", frozenset({"view", "configure"})))
        assert act(session, "user", "save", answer).status_code == 200


@pytest.mark.parametrize("way", ["option", "environment"])
def test_the_terminal_asks_what_the_user_may_do(firm: str, way: str) -> None:
    option = ["--user", "Lee Park"] if way == "option" else []
    environment = {"HOSTSIM_DATABASE": firm, **({"HOSTSIM_USER": "Lee Park"} if way == "environment" else {})}
    done = CliRunner().invoke(main, ["run", *option, "match-clients", "--accept-all"], env=environment)
    assert done.exit_code == 2
    assert "Lee Park may not match. Ask whoever manages users. Nothing was done." in done.stderr


def test_a_user_that_nobody_is_stops_the_command(firm: str) -> None:
    for command in (["run", "--user", "Kim", "export-payments"], ["serve", "--user", "Kim", "--port", "0"]):
        done = CliRunner().invoke(main, command, env={"HOSTSIM_DATABASE": firm})
        assert (done.exit_code, "Nobody here is called Kim. There is: Lee Park, Maria Ortiz." in done.stderr) == (2, True)
