"""The tables' classes fit the ports of the rules; the type checker proves it, this test keeps it looking."""

from __future__ import annotations

from pathlib import Path

from qb_plugin.quickbooks.auth.token_store import Tokens
from qb_plugin.store.database import open_store
from qb_plugin.store.leasing.heartbeat import HeartbeatLeases
from qb_plugin.sync import ports


def test_each_part_fits_its_port(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'firm.db'}")
    journal: ports.Journal = store.journal
    links: ports.Links = store.links
    runs: ports.Runs = store.runs
    leases: ports.Leases = store.leases
    kept: ports.Leases = HeartbeatLeases(store.leases)
    settings: ports.Settings = store.settings
    tokens: Tokens = store.tokens
    for part, port in (
        (journal, ports.Journal),
        (links, ports.Links),
        (runs, ports.Runs),
        (leases, ports.Leases),
        (kept, ports.Leases),
        (settings, ports.Settings),
        (tokens, Tokens),
    ):
        wanted = [name for name in vars(port) if not name.startswith("_")]
        assert wanted
        assert all(callable(getattr(part, name)) for name in wanted)
    store.close()
