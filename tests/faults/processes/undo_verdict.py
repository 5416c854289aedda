"""Whether both sides are as before the run that was undone, apart from what the undo named."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from qb_plugin.model import Entity, Link, Outcome, Ref
from tests.faults.processes.ledger_states import Json, LedgerStates, State, differences
from tests.faults.processes.undone_run import SAID, Made
from tests.faults.processes.workstation import Firm


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """How it ended: the rows of the preview and of the last press, both sides' states, and whether payments were voided."""

    said: Sequence[Json]
    last: Sequence[Json]
    states: LedgerStates
    void: bool = False


def judge(firm: Firm, made: Made, before: LedgerStates, after: After) -> Iterator[str]:
    """What is not as it was, or is told wrongly."""
    yield from judge_told(made, after)
    yield from judge_quickbooks(made, before.quickbooks, after)
    yield from differences(before.practice, after.states.practice, changed_here(made, after.states.practice))
    yield from judge_links(firm, made)
    realm = firm.runtime.connection().realm
    yield from (f"{intent.operation} of {intent.source} is open" for intent in firm.runtime.store.journal.open_intents(realm))


def judge_told(made: Made, after: After) -> Iterator[str]:
    """The rows that stay are those that somebody touched, each with a reason; what could be seen was said beforehand."""
    said = {row["id"] for row in after.said if row["outcome"] != "ready"}
    if said != {row for row, what in made.touched.items() if what in SAID}:
        yield f"said beforehand was that {sorted(said)} stay, touched are {made.touched}"
    if {row["id"] for row in after.last} != set(made.touched):
        yield f"left in the end are {sorted(row['id'] for row in after.last)}, touched are {made.touched}"
    for row in after.last:
        if row["outcome"] != Outcome.FAILED or not row["message"]:
            yield f"{row['id']} stays and is told {row['outcome']}: {row['message']}"


def judge_quickbooks(made: Made, before: State, after: After) -> Iterator[str]:
    """All that was there is as it was; of the run there is what stays, and what was voided."""
    now = after.states.quickbooks
    kept = {f"Payment:{made.there[row]}" for row in made.touched}
    yield from (f"{key} was to stay and is gone" for key in sorted(kept) if key not in now or not now[key]["TotalAmt"])
    if made.imported:
        yield from differences(before, now)
        return
    rest = {f"Payment:{identity}" for identity in made.there.values()} - kept
    voided = {key for key in rest if key in now and after.void and is_void(now[key])}
    if after.void and voided != rest:
        yield f"{len(rest - voided)} were to be voided and are not"
    yield from differences(before, now, kept | voided)


def is_void(payment: Json) -> bool:
    """Whether a payment stands for nothing."""
    return not payment["TotalAmt"] and str(payment.get("PrivateNote", "")).startswith("Voided")


def changed_here(made: Made, now: State) -> Collection[str]:
    """The rows of the practice's tables that may differ: what stays, and the marks of what the run itself refused."""
    ids = {made.ours[row] for row in made.touched}
    marked = ids | {ref.partition(":")[2] for ref in made.refused}
    marks = {key for key in now if key.startswith("practice_marks:") and key.rpartition(":")[2] in marked}
    return marks | ({f"practice_records:{identity}" for identity in ids} if made.imported else set())


def judge_links(firm: Firm, made: Made) -> Iterator[str]:
    """Linked is what stays, and nothing else of the run."""
    realm, links = firm.runtime.connection().realm, firm.runtime.store.links
    found: dict[str, Link] = {}
    if made.imported:
        by_id = links.by_quickbooks(realm, Entity.PAYMENT, list(made.there.values()))
        found = {row: by_id[identity] for row, identity in made.there.items() if identity in by_id}
    else:
        by_source = links.by_source(realm, [Ref.parse(row) for row in made.rows])
        found = {str(source): link for source, link in by_source.items()}
    if set(found) != set(made.touched):
        yield f"linked are {sorted(found)[:10]} ({len(found)}), not {sorted(made.touched)}"
