"""Setup ▸ Users…: who works here, and what each may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import Action, ActResult, Answer, Edits, EmptyGrid, Field, FormDescription, FormRequest, Row, Sort
from hostsim.addins.registrars import RIGHTS
from hostsim.builtin.grid_description import column, grid, plain_row
from hostsim.builtin.text_forms import TextForm
from hostsim.practice.model import User
from hostsim.practice.users import LastToConfigure, PracticeUsers

SIGN_IN = "For trying rights: whoever starts WorkSpace says who is at work (--user). A firm's own host signs people in."
WORDS = {
    "view": "see payments and how they stand",
    "import": "import payments from QuickBooks",
    "export": "export payments and credit memos",
    "hide": "hide rows and show them again",
    "match": "match clients and link records",
    "undo": "undo what was sent or recorded",
    "configure": "connect, change settings and give rights",
}


@dataclass(frozen=True, slots=True)
class UserRows:
    """The users, sorted by name."""

    users: Sequence[User]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.users)

    @property
    def total(self) -> str:
        """Users have no money."""
        return ""

    @property
    def empty(self) -> EmptyGrid:
        """Say that nobody is there, or found."""
        return {"text": "Nobody is here yet: everybody may do everything.", "link": None}

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def notice(self) -> None:
        """Nothing to add."""
        return

    def ids(self, start: int, stop: int) -> list[str]:
        """Ids of the places."""
        return [row["id"] for row in self.page(start, stop)]

    def page(self, start: int, stop: int) -> list[Row]:
        """Rows of the places."""
        return [_row(user) for user in self.users[start:stop]]

    def total_of(self, _ids: Sequence[str]) -> str:
        """Users have no money."""
        return ""


class UsersForm(TextForm):
    """Everybody with their rights; add, change, remove."""

    def __init__(self, users: PracticeUsers) -> None:
        super().__init__("users", "Users", lambda: SIGN_IN)
        self._users = users

    def open(self, request: FormRequest, /, *, user: ActingUser | None = None) -> FormDescription:
        """Describe the grid and what can be done with a user."""
        columns = [column("name", "Name", "text", 200), column("rights", "May", "text", 460, sortable=False)]
        edit: Action = {"id": "edit", "label": "Change…", "kind": "act", "needs": "selection", "right": "configure"}
        add: Action = {"id": "add", "label": "Add User…", "kind": "act", "needs": "nothing", "right": "configure", "primary": True}
        remove: Action = {"id": "remove", "label": "Remove", "kind": "act", "needs": "selection", "right": "configure"}
        remove["confirm"] = "Remove this user? They may do nothing here any more."
        described = grid("users", "Users", columns)
        described["actions"], described["row_actions"] = [add, edit, remove], [edit, remove]
        described["notice"] = super().open(request)["notice"]
        return described

    def rows(self, answer: Answer, sort: Sort | None, /, *, user: ActingUser | None = None) -> UserRows:
        """The users whose name holds the text searched for."""
        wanted = str(answer.get("search") or "").casefold()
        found = [user for user in self._users.all() if wanted in user.name.casefold()]
        return UserRows(found[::-1] if sort and sort.get("descending") else found)

    def act(
        self, action: str, _answer: Answer, ids: Sequence[str], _edits: Edits, /, *, user: ActingUser | None = None
    ) -> ActResult:
        """Open the form of one user, or remove those selected."""
        names = [id.partition(":")[2] for id in ids]
        if action == "remove":
            return _remove(self._users, names)
        return {"form": "user", "request": {"answer": {"name": names[0]}} if action == "edit" and names else {}}


class UserForm(TextForm):
    """One user's name and rights."""

    def __init__(self, users: PracticeUsers, at_work: ActingUser) -> None:
        super().__init__("user", "User", lambda: SIGN_IN)
        self._users, self._at_work = users, at_work

    def open(self, request: FormRequest, /, *, user: ActingUser | None = None) -> FormDescription:
        """Describe the fields, filled with what the user of the answer's name may do."""
        name = str((request.get("answer") or {}).get("name") or "")
        known = self._users.get(name) if name else None
        rights = known.rights if known else frozenset({"view"})
        fields: list[Field] = [{"name": "name", "label": "Name", "type": "text"}]
        for right in RIGHTS:
            fields.append({"name": right, "label": f"{right.capitalize()}: {WORDS[right]}", "type": "boolean", "group": "May"})
        save: Action = {"id": "save", "label": "Save", "kind": "act", "needs": "nothing", "right": "configure", "primary": True}
        answer = {"name": name, **{right: right in rights for right in RIGHTS}}
        described = super().open(request)
        described["fields"], described["answer"], described["actions"] = fields, answer, [save]
        return described

    def act(
        self, _action: str, answer: Answer, _ids: Sequence[str], _edits: Edits, /, *, user: ActingUser | None = None
    ) -> ActResult:
        """Save the user; the form says what they may do from now on."""
        name = str(answer.get("name") or "").strip()
        if not name:
            return {"rejected": {"name": "Enter a name."}}
        user = User(name, frozenset(right for right in RIGHTS if answer.get(right) is True))
        first = User(self._at_work.name, self._at_work.rights)
        try:
            self._users.keep(user, first)
        except LastToConfigure as problem:
            return {"rejected": {"configure": str(problem)}}
        return {"notice": f"Saved. {name} may {_listed(user)}.", "level": "info"}


def _remove(users: PracticeUsers, names: Sequence[str]) -> ActResult:
    try:
        for name in names:
            users.remove(name)
    except LastToConfigure as problem:
        return {"notice": str(problem), "level": "warning", "reload": True}
    return {"notice": f"Removed: {', '.join(names)}.", "level": "info", "reload": True}


def _listed(user: User) -> str:
    return ", ".join(right for right in RIGHTS if right in user.rights) or "do nothing here"


def _row(user: User) -> Row:
    return plain_row(f"user:{user.name}", {"name": user.name, "rights": _listed(user)}, user.name)
