"""Heartbeats that renew a lease while a run waits for QuickBooks: a call may take two minutes, a lease expires after one."""

from __future__ import annotations

from threading import Event, Lock, Thread
from typing import Protocol

from qb_plugin.errors import AddInError
from qb_plugin.model import Lease, RunInfo

EVERY = 15.0  # seconds between beats: four fit into the minute after which another workstation may take the lease


class LeaseStore(Protocol):
    """The leases that are renewed."""

    def take(self, realm: str, run: RunInfo) -> Lease: ...
    def beat(self, lease: Lease, done: int) -> None: ...
    def release(self, lease: Lease) -> None: ...
    def current(self, realm: str) -> Lease | None: ...
    def ask(self, realm: str) -> None: ...
    def lapsed(self, realm: str) -> RunInfo | None: ...


class HeartbeatLeases:
    """Leases that are renewed by a thread from taking to release; a renewal that fails is raised at the next call."""

    def __init__(self, leases: LeaseStore, every: float = EVERY) -> None:
        self._leases, self._every = leases, every
        self._lock = Lock()
        self._stops: dict[tuple[str, int], Event] = {}
        self._done: dict[tuple[str, int], int] = {}
        self._failed: dict[tuple[str, int], AddInError] = {}
        self._not_given_back: dict[tuple[str, int], Lease] = {}

    def take(self, realm: str, run: RunInfo) -> Lease:
        """Take the lease and start to renew it, after releasing one that could not be released while the database was away."""
        for left in list(self._not_given_back.values()):
            self._give_back(left)
        lease = self._leases.take(realm, run)
        stop, key = Event(), (lease.realm, lease.fence)
        with self._lock:
            self._stops[key], self._done[key] = stop, 0
        Thread(target=self._keep, args=(lease, stop), name="quickbooks-lease", daemon=True).start()
        return lease

    def beat(self, lease: Lease, done: int) -> None:
        """Renew the lease now; LeaseLost when it was lost meanwhile."""
        key = (lease.realm, lease.fence)
        with self._lock:
            failure = self._failed.get(key)
            self._done[key] = done
        if failure:
            raise failure
        self._leases.beat(lease, done)

    def release(self, lease: Lease) -> None:
        """Stop the renewals and release the lease."""
        key = (lease.realm, lease.fence)
        with self._lock:
            stop = self._stops.pop(key, None)
            self._done.pop(key, None)
            self._failed.pop(key, None)
        if stop:
            stop.set()
        self._give_back(lease)

    def _give_back(self, lease: Lease) -> None:
        key = (lease.realm, lease.fence)
        self._not_given_back[key] = lease
        self._leases.release(lease)
        self._not_given_back.pop(key, None)

    def current(self, realm: str) -> Lease | None:
        """The lease that is held, or None."""
        return self._leases.current(realm)

    def ask(self, realm: str) -> None:
        """Note that a person waits for the lease."""
        self._leases.ask(realm)

    def lapsed(self, realm: str) -> RunInfo | None:
        """The run whose lease ended without having been given back, or None."""
        return self._leases.lapsed(realm)

    def _keep(self, lease: Lease, stop: Event) -> None:
        key = (lease.realm, lease.fence)
        while not stop.wait(self._every):
            try:
                with self._lock:
                    done = self._done.get(key, 0)
                self._leases.beat(lease, done)
            except AddInError as failure:
                with self._lock:
                    self._failed[key] = failure
                return
