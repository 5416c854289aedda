"""Intents to modify what stands in QuickBooks, and what the sentence about a refused one may name."""

from __future__ import annotations

from collections.abc import Mapping

from qb_plugin.model import Entity, Intent, Operation, QboPayment, QboTransaction, Ref
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.linking import NOT_NOTED


def build_intent(
    context: SyncContext,
    run_id: str,
    requestid: str,
    position: int,
    *,
    source: Ref,
    operation: Operation,
    entity: Entity,
    payload: str,
    now: QboTransaction,
    source_version: str = NOT_NOTED,
) -> Intent:
    """The intent at this position of its batch, about a transaction as it was read last.

    Each state of it is modified once, so its id and SyncToken are the version.
    """
    return Intent(
        id=f"{requestid}.{position}",
        realm=context.realm,
        run_id=run_id,
        source=source,
        operation=operation,
        version=f"{now.id}:{now.sync_token}",
        entity=entity,
        payload=payload,
        requestid=requestid,
        bid=str(position),
        quickbooks_time=context.quickbooks.now(),
        customer_id=now.customer_id,
        quickbooks_id=now.id,
        sync_token=now.sync_token,
        source_version=source_version,
        sent_at=context.clock.now(),
        sends=1,
    )


def fault_words(now: QboTransaction) -> Mapping[str, object]:
    """What a fault's sentence may name of a transaction."""
    number = now.reference if isinstance(now, QboPayment) else now.number
    return {"customer": now.customer_name, "number": number or now.id, "date": now.date, "amount": now.total}
