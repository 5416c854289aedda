"""A run over changed pairs: what is open is settled first, the pairs are read again, and each goes the way a person chose."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from qb_plugin.host import Ledger
from qb_plugin.model import Kind, Message, Outcome, Ref, RowResult
from qb_plugin.sync.changes.applications import find_applications
from qb_plugin.sync.changes.pairs import ChangedPair, ChangeKind
from qb_plugin.sync.changes.payment_updates import gone_here
from qb_plugin.sync.changes.reading import ChangeReader
from qb_plugin.sync.changes.taking import Taker
from qb_plugin.sync.changes.updating import Updater, end_of
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.run_export import settle_open
from qb_plugin.sync.lease import LeasedRun


class Way(StrEnum):
    """What a person chose for a changed pair; the id of the form's action."""

    TAKE = "take"
    SEND = "send"
    LEAVE = "leave"


def settle_changes(context: SyncContext, run: LeasedRun, ledger: Ledger, way: Way, ids: Sequence[str]) -> None:
    """Settle these rows, and report one result each; a pair that is the same by now has ended."""
    settled = settle_open(context, run).results
    found = ChangeReader(context, ledger).read_pairs([Ref.parse(identity) for identity in ids if is_record(identity)])
    pairs: list[ChangedPair] = []
    for identity in ids:
        pair = found.get(identity)
        if pair is not None and not is_in_doubt(settled.get(identity)) and not has_nothing_for(way, pair):
            pairs.append(pair)
        else:
            run.reporter.row(settled.get(identity) or nothing_to_settle(identity, identity in found))
    go(context, run, ledger, way, pairs)


def go(context: SyncContext, run: LeasedRun, ledger: Ledger, way: Way, pairs: Sequence[ChangedPair]) -> None:
    """Go the way that was chosen."""
    if way is Way.TAKE:
        finder = find_applications(context, ledger)
        Taker(context=context, run=run, ledger=ledger, find_applications=finder).take(pairs)
    elif way is Way.SEND:
        Updater(context, run).send(pairs)
    else:
        leave(context, run, pairs)


def leave(context: SyncContext, run: LeasedRun, pairs: Sequence[ChangedPair]) -> None:
    """Leave both sides as they are: the pair is shown again when one of them changes once more."""
    standing = [pair for pair in pairs if pair.record is not None and pair.now is not None]
    run.check_lease()
    context.links.renew([pair.renewed for pair in standing])
    for pair in pairs:
        message = Message("change_left") if pair in standing else Message("change_one_side") if pair.record else gone_here(pair)
        run.reporter.row(end_of(pair, Outcome.SYNCHRONIZED if pair in standing else Outcome.FAILED, message))


def has_nothing_for(way: Way, pair: ChangedPair) -> bool:
    """Whether there is nothing to send of a pair that is the same but for what was applied on one side alone from the beginning."""
    return way is Way.SEND and set(pair.differences) == {ChangeKind.APPLIED} and pair.is_apart


def is_record(identity: str) -> bool:
    """Whether a row is a record here; QuickBooks' own, of Reconcile, are linked to nothing."""
    return identity.partition(":")[0] in set(Kind)


def is_in_doubt(result: RowResult | None) -> bool:
    """Whether an earlier run's change of the row is still in doubt."""
    return result is not None and result.outcome is Outcome.NOT_CONFIRMED


def nothing_to_settle(identity: str, linked: bool) -> RowResult:
    """The end of a row whose sides are the same by now, or that is not linked any more."""
    key = "change_settled" if linked else "change_not_linked"
    return RowResult(id=identity, outcome=Outcome.SYNCHRONIZED if linked else Outcome.FAILED, message=Message(key))
