"""Withdrawing rows that stay in doubt, when a person says that they are not in QuickBooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qb_plugin.forms.descriptions import ActResult, Edits
from qb_plugin.forms.exporting.rows import ref_of
from qb_plugin.forms.presentation import present_result
from qb_plugin.forms.run_marks import marks_of
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Ref, RowResult
from qb_plugin.sync.exporting.withdrawing.withdrawal import facts_as_sent, withdraw
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import Reporter
from qb_plugin.sync.run import RunProgress, run_under_lease


def withdraw_rows(services: FormServices, ids: Sequence[str], edits: Edits) -> ActResult:
    """Ask first, showing what stands here beside what was sent; answered yes (`withdraw` in each row's edits), do it."""
    questions = list(present_questions(services, [row for row in ids if not edits.get(row, {}).get("withdraw")]))
    if questions:
        return {"question": "\n".join(questions), "edits": {row: {"withdraw": True} for row in ids}}
    return look_and_withdraw(services, ids)


def present_questions(services: FormServices, ids: Sequence[str]) -> Iterator[str]:
    """A question for each row that is in doubt; the others have nothing to be given up."""
    connection = services.connection()
    context = services.context(connection)
    open_intents = {str(intent.source): intent for intent in context.journal.open_intents(context.realm)}
    names = {customer.id: customer.full_name for customer in services.lists(connection).customers}
    for record in services.host.ledger.records([row for row in ids if row in open_intents]):
        intent = open_intents[ref_of(record)]
        sent = facts_as_sent(context, intent)
        values = {
            "number": record.number,
            "client": record.client_name,
            "amount": record.amount,
            "date": record.date,
            "sent": sent["amount"],
            "day": sent["date"],
            "customer": names.get(intent.customer_id, intent.customer_id),
            "ref": sent["ref"],
        }
        yield services.sentences.text(Message("withdraw_question", values))


def look_and_withdraw(services: FormServices, ids: Sequence[str]) -> ActResult:
    """Look once more under the lease, withdraw what is not there, and set the rows' marks; a run of its own in the history."""
    context, run = services.context(services.connection()), services.new_run("withdraw", len(ids))
    results: list[RowResult] = []

    def work(leased: LeasedRun) -> None:
        withdraw(context, leased, frozenset(Ref.parse(identity) for identity in ids))

    progress = RunProgress(tuple(ids))
    run_under_lease(services.run_ports, run, work, progress=progress, listener=Reporter(results.append, ignore_notice))
    services.host.marks.put(marks_of(services.links, run, results))
    return {"rows": [present_result(services.sentences, result) for result in results]}


def ignore_notice(message: Message) -> None:
    """Drop a notice: a single look is over at once."""
