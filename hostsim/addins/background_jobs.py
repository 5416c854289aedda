"""Background jobs of add-ins: each in a thread of its own, at start and then at its interval."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from hostsim.addins.acting_user import by_itself
from hostsim.addins.registrars import Job

LOG = logging.getLogger("hostsim.addins.background_jobs")


@dataclass(slots=True)
class JobRunner:
    """All jobs of this host; `stop` wakes the sleeping ones and waits shortly for those at work."""

    jobs: Iterable[Job]
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start every job."""
        for job in self.jobs:
            thread = threading.Thread(target=self._repeat, args=(job,), name=f"job-{job.id}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Stop every job; one that does not end in time is left to end with the process."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout)

    def _repeat(self, job: Job) -> None:
        while not self._stopping.is_set():
            call(job)
            self._stopping.wait(job.every)


def call(job: Job) -> None:
    """Call a job once; what it raises is logged by kind only (its text may hold client data), and it is called again next time."""
    try:
        with by_itself():
            job.call()
    except Exception as problem:
        LOG.warning("background job %s stopped with %s; it is tried again in %s s", job.id, type(problem).__name__, job.every)
