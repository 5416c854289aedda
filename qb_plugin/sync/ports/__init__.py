"""What the rules need of the outside, as Protocols: QuickBooks, the journal, and what a run writes down."""

from __future__ import annotations

from qb_plugin.sync.ports.quickbooks import FaultTexts, Ids, QuickBooksApi, Sender
from qb_plugin.sync.ports.store import History, Journal, Leases, Links, Notes, Runs, Settings

__all__ = ["FaultTexts", "History", "Ids", "Journal", "Leases", "Links", "Notes", "QuickBooksApi", "Runs", "Sender", "Settings"]
