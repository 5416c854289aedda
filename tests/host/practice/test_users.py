"""Users are kept in the practice's database, somebody can always give rights, and the one at work is chosen by name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hostsim.addins.registrars import RIGHTS
from hostsim.addins.user_at_work import NoSuchUser, choose_user
from hostsim.practice.database import Practice, open_practice
from hostsim.practice.model import User
from hostsim.practice.users import LastToConfigure

MARIA = User("Maria Ortiz", frozenset(RIGHTS))
LEE = User("Lee Park", frozenset({"view"}))


@pytest.fixture
def practice(database_url: str) -> Iterator[Practice]:
    opened = open_practice(database_url)
    yield opened
    opened.close()


def test_users_are_added_changed_and_removed(practice: Practice) -> None:
    practice.people.keep(MARIA)
    practice.people.keep(LEE)
    practice.people.keep(User("Lee Park", frozenset({"view", "hide"})))
    assert list(practice.users) == [User("Lee Park", frozenset({"view", "hide"})), MARIA]
    practice.people.remove("Lee Park")
    assert list(practice.users) == [MARIA]
    assert practice.people.get("Lee Park") is None


def test_the_first_one_added_joins_whoever_adds_them(practice: Practice) -> None:
    practice.people.keep(LEE, first=MARIA)
    practice.people.keep(User("Ana", frozenset()), first=User("Nobody", frozenset()))
    assert [user.name for user in practice.users] == ["Ana", "Lee Park", "Maria Ortiz"]


@pytest.mark.parametrize("change", ["less", "gone"])
def test_the_last_one_who_may_configure_keeps_the_right(practice: Practice, change: str) -> None:
    practice.people.keep(MARIA)
    practice.people.keep(LEE)
    less = User(MARIA.name, frozenset({"view"}))
    changes = {"less": lambda: practice.people.keep(less), "gone": lambda: practice.people.remove(MARIA.name)}
    with pytest.raises(LastToConfigure, match=r"^Maria Ortiz is the only one who may configure\."):
        changes[change]()
    assert list(practice.users) == [LEE, MARIA]


def test_rights_are_those_of_the_database_at_every_moment(practice: Practice) -> None:
    at_work = choose_user(practice.people, None)
    assert (at_work.name, at_work.rights) == ("Maria Ortiz", frozenset(RIGHTS))
    practice.people.keep(LEE, first=MARIA)
    lee = choose_user(practice.people, "Lee Park")
    assert lee.rights == {"view"}
    practice.people.keep(User("Lee Park", frozenset({"view", "export"})))
    assert lee.rights == {"view", "export"}
    practice.people.remove("Lee Park")
    assert lee.rights == frozenset()


def test_by_default_it_is_maria_or_the_first_who_may_configure(practice: Practice) -> None:
    practice.people.keep(User("Ana", frozenset({"view"})))
    assert choose_user(practice.people, None).name == "Ana"
    practice.people.keep(User("Zoe", frozenset({"configure"})))
    assert choose_user(practice.people, "").name == "Zoe"
    practice.people.keep(User("Maria Ortiz", frozenset()))
    assert choose_user(practice.people, None).rights == frozenset()


def test_a_name_nobody_has_is_refused_with_the_names_there_are(practice: Practice) -> None:
    with pytest.raises(NoSuchUser, match=r"Nobody here is called Lee\. There is: nobody yet\."):
        choose_user(practice.people, "Lee")
    practice.people.keep(LEE, first=MARIA)
    with pytest.raises(NoSuchUser, match=r"There is: Lee Park, Maria Ortiz\."):
        choose_user(practice.people, "Lee")
