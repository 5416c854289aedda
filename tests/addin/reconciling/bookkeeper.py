"""A bookkeeper who settles what Reconcile lists, row by row, by the rows' own buttons and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qb_plugin.forms.exporting.form import ExportPayments
from qb_plugin.forms.importing.form import ImportPayments
from qb_plugin.forms.matching.customers_form import MatchCustomers
from qb_plugin.forms.matching.form import MatchClients
from qb_plugin.forms.reconcile.items_form import ReconcileItems
from qb_plugin.forms.reconcile.totals_form import ReconcileForm
from qb_plugin.runtime import Runtime
from tests.faults.harness.firm_lifecycle import EVERY_DATE, Listener

Row = Mapping[str, Any]
FORMS: Mapping[str, Any] = {
    "export-payments": ExportPayments,
    "import-payments": ImportPayments,
    "match-clients": MatchClients,
    "match-customers": MatchCustomers,
    "reconcile-items": ReconcileItems,
    "reconcile": ReconcileForm,
}
LEAVES = ("Not now", "Open ", "Hide", "Unlink", "Look again", "It is not in")  # labels of buttons that settle nothing
ROUNDS = 8


@dataclass(slots=True)
class Bookkeeper:
    """One person at the forms of a firm, and what they pressed, with how it ended."""

    runtime: Runtime
    pressed: list[str] = field(default_factory=list)

    def rows(self, form: str, **answer: Any) -> list[Row]:
        """The rows of a form as it opens."""
        made = FORMS[form](self.runtime)
        opened = made.open({"answer": {**EVERY_DATE, **answer}})
        found = made.rows({**opened["answer"], "token": opened["token"]}, None)
        assert not isinstance(found, dict), found
        assert found.problem is None, found.problem
        return list(found.page(0, found.count))

    def settle(self) -> list[Row]:
        """Press what every row that differs offers first, until nothing changes; the rows that are left."""
        before: list[tuple[Any, ...]] = []
        for _ in range(ROUNDS):
            self.rows("reconcile")  # as a person does who presses Show these: it reads anew
            left = self.rows("reconcile-items", group="different")
            now = [(row["id"], row["message"], *map(str, row["cells"].values())) for row in left]
            if now == before:
                return left
            before = now
            for row in left:
                self._press_first("reconcile-items", {**EVERY_DATE, "group": "different"}, row)
        raise AssertionError(f"the rows change for ever: {before}")

    def _press_first(self, form: str, answer: Mapping[str, Any], row: Row, depth: int = 2) -> None:
        """Press the row's first button that settles something; `form` is where the row stands, with this answer."""
        fix = next((each for each in row["fixes"] if not each["label"].startswith(LEAVES)), None)
        if fix is None:
            return
        self.pressed.append(f"{row['id']} {fix['label']}")
        if "form" in fix:
            self._go(fix["form"], fix.get("request") or {}, row)
            return
        made, edits = FORMS[form](self.runtime), {row["id"]: fix["edit"]} if fix.get("edit") else {}
        if "act" in fix:
            self._act(made, form, fix["act"], answer, row["id"])
        else:
            told = self._run(made, fix["run"], answer, row["id"], edits)
            if told.get("outcome") in {"needs_decision", "removed"} and depth:  # one answer leads to the next question
                self._press_first(form, answer, {"fixes": (), **told}, depth - 1)

    def _act(self, made: Any, form: str, action: str, answer: Mapping[str, Any], identity: str) -> None:
        """Do it at once, and run the row if that makes it ready."""
        result = made.act(action, answer, [identity], {})
        told: Row = next((row for row in result.get("rows", ()) if row["id"] == identity), {})
        self.pressed.append(f"  {action} {identity}: {told.get('outcome')} {told.get('message')} {result.get('notice')}")
        if told.get("outcome") == "ready":
            self._run(made, form.partition("-")[0], answer, identity, {})

    def _run(self, made: Any, action: str, answer: Mapping[str, Any], identity: str, edits: Mapping[str, Any]) -> Row:
        listener = Listener()
        made.run(action, answer, [identity], edits, listener)
        told: Mapping[str, Any] = listener.rows.get(identity, {})
        self.pressed.append(f"  {action} {identity}: {told.get('outcome')} {told.get('message')}")
        return told

    def _go(self, form: str, request: Mapping[str, Any], origin: Row) -> None:
        """In the form that a button opened: run what is ready, else press what the row offers."""
        made = FORMS[form](self.runtime)
        opened = made.open(request)
        answer = {**opened["answer"], "token": opened["token"]}
        found = made.rows(answer, None)
        assert not isinstance(found, dict), found
        listed = list(found.page(0, found.count))
        for row in self._meant(form, listed, origin):
            if row["outcome"] in {"ready", "synchronized"} and form in {"export-payments", "import-payments"}:
                told = self._run(made, form.partition("-")[0], answer, row["id"], {})
                self._press_first(form, answer, {"fixes": (), **told})
            elif form == "match-clients" and self._link(made, answer, row, str(origin["cells"]["client"])):
                continue
            elif form == "match-customers":
                self._run(made, "create_clients", answer, row["id"], {})
            elif not any("form" in fix and fix["form"] == form for fix in row["fixes"][:1]):
                self._press_first(form, answer, row)

    def _link(self, made: Any, answer: Mapping[str, Any], row: Row, name: str) -> bool:
        """Choose the customer of this name, or the newest whose name begins with it; False where there is none."""
        options = [each for each in made.options("customer", name) if each["label"].startswith(name)]
        if options:
            newest = max(options, key=lambda each: int(each["value"]))
            self.pressed.append(f"  link {row['id']} to {newest['label']}")
            made.act("link", answer, [row["id"]], {row["id"]: {"customer": newest["value"]}})
        return bool(options)

    def _meant(self, form: str, listed: Sequence[Row], origin: Row) -> list[Row]:
        """The rows that the button was about: the record's own, or in lists of names the first."""
        if form == "export-payments":
            found = [row for row in listed if row["id"] == origin["id"]]
        elif form == "import-payments":
            found = [row for row in listed if row["id"].endswith(f":{origin['cells']['id']}")]
        else:
            found = list(listed[:1])
        if not found:
            self.pressed.append(f"  nothing listed in {form}")
        return found
