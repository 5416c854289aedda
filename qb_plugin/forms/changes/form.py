"""The Changes form: a check for changes on either side of what is linked, and what settles each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.call_checks import no_such_action
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.changes.asked import ChangesAnswer, ChangesValues
from qb_plugin.forms.changes.columns import COLUMNS, LEAVE, OPEN_QUICKBOOKS, SEND, TAKE, UNLINK, settling_actions
from qb_plugin.forms.changes.press import settle_rows
from qb_plugin.forms.changes.rows import ChangeRows, fixes_of, message_of, outcome_of
from qb_plugin.forms.changes.settled import tell_settled
from qb_plugin.forms.descriptions import (
    ActResult,
    Answer,
    Edits,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RowChange,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.fields import describe_fields, load_answer
from qb_plugin.forms.form_sessions import FormSessions, SeenCompanies
from qb_plugin.forms.history.summaries import present_filters
from qb_plugin.forms.links.unlinking import unlink_rows
from qb_plugin.forms.presentation import FIXES, catch_failures, catch_row_failures, present_title, present_unavailable
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.told_rows import keep_buttons, listen
from qb_plugin.model import Kind, Message, Outcome, Ref, RowResult
from qb_plugin.sync.changes.pairs import ChangedPair
from qb_plugin.sync.changes.settling import Way


@dataclass(slots=True)
class Reading:
    """The pairs as an open form last read them; `realm` is empty when they must be read again."""

    realm: str = ""
    pairs: Sequence[ChangedPair] = ()


class ChangesForm:
    """The form behind Changes…"""

    id = "changes"
    offer = Offer(
        title="Changes Since Linking",
        right="view",
        kinds=frozenset({Kind.PAYMENT.value, Kind.CREDIT_MEMO.value}),
        actions=[TAKE, SEND, LEAVE, UNLINK, OPEN_QUICKBOOKS],
        fixes=[FIXES["unlink"]],
        columns=COLUMNS,
    )

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._seen = services, ChangesAnswer(), SeenCompanies(services)
        self._readings = FormSessions[Reading](kept=16)

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description."""
        connection = self._services.connection()
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": describe_fields(self._schema),
            "answer": {"what": "", **(request.get("answer") or {})},
            "columns": COLUMNS,
            "actions": [*settling_actions(self._services.host), LEAVE],
            "row_actions": [UNLINK, OPEN_QUICKBOOKS],
            "search": True,
            "notice": None,
            "warning": None,
            "unavailable": self._unavailable(),
            "token": self._readings.keep(Reading(), connection.realm),
        }

    def _unavailable(self) -> Unavailable | None:
        try:
            self._services.context(self._services.connection())
        except AddInError as failure:
            return present_unavailable(self._services.sentences, failure)
        return None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The pairs that are not the same any more, and that the filters leave."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> ChangeRows:
        values: ChangesValues = load_answer(self._schema, answer)
        search = str(answer.get("search") or "")
        return ChangeRows(self._services, self._read(answer).pairs, what=values["what"], search=search, sort=sort)

    def _read(self, answer: Answer) -> Reading:
        """The pairs for this company; both sides are checked now when that was not done since the last change."""
        reading, connection = self._readings.get(answer.get("token"), Reading()), self._services.connection()
        if not connection.realm or reading.realm != connection.realm:
            reading.pairs = self._services.change_check.check(connection)
            reading.realm = connection.realm
        self._seen.see(answer, connection.realm)
        return reading

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Unlink pairs, or open one in QuickBooks."""
        return catch_failures(self._services.sentences, partial(self._act, action, answer, ids))

    def _act(self, action: str, answer: Answer, ids: Sequence[str]) -> ActResult:
        if action == UNLINK["id"]:
            self._seen.check(answer, self._services.connection().realm)
            result = unlink_rows(self._services, ids)
            self._forget(answer)
            return result
        if action == OPEN_QUICKBOOKS["id"]:
            return self._open_in_quickbooks(ids)
        raise no_such_action(action)

    def _open_in_quickbooks(self, ids: Sequence[str]) -> ActResult:
        connection = self._services.connection()
        links = self._services.links.by_source(connection.realm, [Ref.parse(identity) for identity in ids[:1]])
        for link in links.values():
            return {"open_url": self._services.record_page(connection, link.entity, link.quickbooks_id)}
        return {"notice": self._services.sentences.text(Message("history_no_record")), "level": "warning"}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Settle the rows the way that was chosen; with `dry_run`, say what each is and change nothing."""
        return catch_failures(self._services.sentences, partial(self._run, action, answer, ids, task))

    def _run(self, action: str, answer: Answer, ids: Sequence[str], task: Task) -> RunSummary:
        if action not in set(Way):
            raise no_such_action(action)
        if answer.get("dry_run"):
            return RunTask(self._services, task).preview(ids, partial(self._preview, answer, ids))
        host, reading = self._services.host, self._readings.get(answer.get("token"), Reading())
        buttons = {pair.key: fixes_of(pair, host.ledger.can, host.program) for pair in reading.pairs if pair.key in set(ids)}
        heard: dict[str, RowChange] = {}
        told = keep_buttons(listen(task, heard), buttons)
        filters = present_filters(self._schema, answer)
        summary = settle_rows(self._services, Way(action), ids, told, filters, seen=self._seen.of(answer))
        if Way(action) is not Way.LEAVE:
            tell_settled(self._services, reading.pairs, heard, task)
        self._forget(answer)
        return summary

    def _preview(self, answer: Answer, ids: Sequence[str]) -> Iterator[RowResult]:
        """What each row is; nothing is settled."""
        found = {pair.key: pair for pair in self._read(answer).pairs}
        for identity in ids:
            pair = found.get(identity)
            message = message_of(pair) if pair else Message("change_settled")
            outcome = outcome_of(pair) if pair else Outcome.SYNCHRONIZED
            yield RowResult(id=identity, outcome=outcome, message=message)

    def _forget(self, answer: Answer) -> None:
        self._readings.get(answer.get("token"), Reading()).realm = ""

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells."""
        return []
