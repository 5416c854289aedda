"""What a person is asked about a record before it is sent: all of it at once, because one answer serves it all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qb_plugin.model import Message, SourceRecord, UnreadableRecord
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.checks import from_another_company, other_company
from qb_plugin.sync.exporting.drafting.unreadable import looks_like, may_be
from qb_plugin.sync.exporting.snapshot import ExportOptions, ExportSnapshot
from qb_plugin.sync.families import standing_for
from qb_plugin.sync.importing.row import combine
from qb_plugin.sync.linking import ENTITIES


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the id of the transaction in QuickBooks that it is about, if there is one."""

    message: Message
    quickbooks_id: str | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks about the records of one export."""

    context: SyncContext
    snapshot: ExportSnapshot
    options: ExportOptions

    def about_unreadable(self, record: SourceRecord) -> Question | None:
        """Whether QuickBooks holds something that cannot be read and may be this record; with all else that is asked about it."""
        odd = self._find_unreadable(record)
        if odd is None:
            return None
        values = {"id": odd.id, "number": record.number, "what": odd.problem}
        return self._unanswered(record, ask([Question(Message("unreadable_in_period", values), odd.id), *self._all(record)]))

    def about(self, record: SourceRecord) -> Question | None:
        """Whether it may be in QuickBooks already, what stands under its number there, and whether it is another company's."""
        return self._unanswered(record, ask([*self._all(record)]))

    def _unanswered(self, record: SourceRecord, asked: Question | None) -> Question | None:
        """What is left to ask: an answer speaks of the transaction that was shown, and not of one that came up since."""
        if asked is None or record.ref not in self.options.force:
            return asked
        seen, odd = self.options.asked_about.get(record.ref), self._find_unreadable(record)
        named = odd.id if odd else asked.quickbooks_id  # of all that is asked at once the first is named
        return asked if seen and named not in (None, seen) else None

    def _all(self, record: SourceRecord) -> Iterator[Question]:
        snapshot = self.snapshot
        duplicate, claim = snapshot.duplicates.get(record.ref), snapshot.claims.get(record.ref)
        if duplicate:
            customer = snapshot.customer(snapshot.customer_of(record))
            yield Question(duplicate.question(record, customer), duplicate.transaction.id)
        elif claim and claim.question:  # other money under its number: what is like the record itself says more
            yield Question(claim.question, claim.candidate.id if claim.candidate else None)
        other = other_company(record.external_key, self.context.realm)
        if other:
            yield Question(from_another_company(record.number, self.options.company_name(other)))

    def _find_unreadable(self, record: SourceRecord) -> UnreadableRecord | None:
        """What cannot be read and may be this record: by its mark or what little is known of it, else as a person may have
        entered it there."""
        of_kind = [each for each in self.snapshot.unreadable if each.entity == ENTITIES[record.ref.kind]]
        named = [each for each in of_kind if may_be(each, record, self.context.firm_id)]
        found = named or [each for each in of_kind if self._may_have_been_entered(each, record)]
        return found[0] if found else None

    def _may_have_been_entered(self, odd: UnreadableRecord, record: SourceRecord) -> bool:
        snapshot = self.snapshot
        owner = standing_for(odd.customer_id or "", snapshot.customers, snapshot.matched)
        theirs = bool(owner) and owner == snapshot.customer_of(record)
        return theirs and odd.id not in snapshot.unreadable_linked and looks_like(odd, record)


def ask(questions: Sequence[Question]) -> Question | None:
    """The questions as one, about the first transaction that they name; None for none."""
    message = combine([each.message for each in questions])
    return Question(message, next((each.quickbooks_id for each in questions if each.quickbooks_id), None)) if message else None
