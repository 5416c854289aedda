"""*Delete the later one* of a record that is twice in QuickBooks: asked with both side by side, then done as a run of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qb_plugin.forms.descriptions import ActResult, Edits
from qb_plugin.forms.links.unlinking import ignore_notice
from qb_plugin.forms.presentation import present_result
from qb_plugin.forms.run_marks import marks_of
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome, QboPayment, QboTransaction, Ref, RowResult
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import Reporter
from qb_plugin.sync.run import RunProgress, run_under_lease
from qb_plugin.sync.undoing.twice import Twins, delete_later, find_twins

EDIT = "delete_later"


def delete_later_rows(services: FormServices, ids: Sequence[str], edits: Edits) -> ActResult:
    """Ask first, showing both transactions as they are now; answered yes (`delete_later` in each row's edits), do it."""
    context = services.context(services.connection())
    asked = [identity for identity in ids if not edits.get(identity, {}).get(EDIT)]
    if asked:
        questions = list(present_questions(services, context, asked))
        if not questions:
            return {"notice": services.sentences.text(Message("twice_no_more")), "level": "warning"}
        return {"question": "\n".join(questions), "edits": {identity: {EDIT: True} for identity in ids}}
    return delete_in_run(services, context, ids)


def rows_to_delete(edits: Edits) -> list[str]:
    """The rows of which a run is to delete the later transaction, instead of sending them."""
    return [identity for identity, change in edits.items() if change.get(EDIT)]


def present_questions(services: FormServices, context: SyncContext, ids: Sequence[str]) -> Iterator[str]:
    """A question for each row that is twice there."""
    numbers = {f"{record.kind}:{record.id}": record.number for record in services.host.ledger.records(ids)}
    for pair in find_twins(context, [Ref.parse(identity) for identity in ids]):
        yield services.sentences.text(Message("twice_question", question_values(pair, numbers)))


def question_values(pair: Twins, numbers: Mapping[str, str]) -> dict[str, object]:
    """Both transactions in words."""
    return {
        "number": numbers.get(str(pair.source), str(pair.source)),
        "stays": in_words(pair.earlier),
        "goes": in_words(pair.later),
        "id": pair.later.id,
    }


def in_words(transaction: QboTransaction) -> Message:
    """A transaction as a person knows it."""
    number = transaction.reference if isinstance(transaction, QboPayment) else transaction.number
    made = f"{transaction.created.astimezone():%Y-%m-%d %H:%M:%S}" if transaction.created else "–"
    values = {"id": transaction.id, "amount": transaction.total, "date": transaction.date, "customer": transaction.customer_name}
    return Message("twice_one", {**values, "ref": number or "–", "made": made})


def delete_in_run(services: FormServices, context: SyncContext, ids: Sequence[str]) -> ActResult:
    """Delete under the lease, as an undo of the history, and set the rows' marks."""
    run, results = services.new_run("undo", len(ids)), list[RowResult]()

    def work(leased: LeasedRun) -> None:
        delete_later(context, leased, [Ref.parse(identity) for identity in ids])

    progress = RunProgress(tuple(ids))
    run_under_lease(services.run_ports, run, work, progress=progress, listener=Reporter(results.append, ignore_notice))
    ended = {result.id: result for result in results}
    services.host.marks.put(marks_of(services.links, run, ended.values()))
    told = [present_result(services.sentences, result) for result in ended.values()]
    return {"rows": told, "reload": any(result.outcome is not Outcome.FAILED for result in ended.values())}
