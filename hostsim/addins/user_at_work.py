"""Who is at work: chosen by name at start, with the rights that the practice's database gives them at every moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hostsim.addins.registrars import RIGHTS
from hostsim.practice.model import User
from hostsim.practice.users import CONFIGURE, PracticeUsers

DEFAULT_NAME = "Maria Ortiz"


class NoSuchUser(Exception):
    """Nobody of this name works here; the text is a sentence that lists who does."""


@dataclass(frozen=True, slots=True)
class UserAtWork:
    """A user of the practice. Where the practice has no users yet, everybody may do everything."""

    users: PracticeUsers
    name: str

    @property
    def rights(self) -> frozenset[str]:
        """What they may do now; nothing once they were removed."""
        everybody = self.users.all()
        found = {user.name: user.rights for user in everybody}
        return found.get(self.name, frozenset()) if everybody else frozenset(RIGHTS)


def choose_user(users: PracticeUsers, name: str | None) -> UserAtWork:
    """The user of this name, or the one there is by default; NoSuchUser when there is none of this name."""
    everybody = users.all()
    if not name:
        return UserAtWork(users, _default_name(everybody))
    if name not in {user.name for user in everybody}:
        listed = ", ".join(user.name for user in everybody) or "nobody yet"
        raise NoSuchUser(f"Nobody here is called {name}. There is: {listed}. People are added under Setup ▸ Users….")
    return UserAtWork(users, name)


def _default_name(everybody: Sequence[User]) -> str:
    """Maria Ortiz; where she is not among the users, the first who may configure."""
    names = [user.name for user in everybody]
    able = [user.name for user in everybody if CONFIGURE in user.rights]
    return DEFAULT_NAME if DEFAULT_NAME in names or not names else [*able, *names][0]
