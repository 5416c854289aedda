"""What a job found: the claims of its note, from the figures of its run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from qb_plugin.errors import AddInError
from qb_plugin.forms.by_itself.job_task import JobTask
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message
from qb_plugin.sync.scheduling.timetable import Job, JobState


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Lines that are each true by themselves. `seen` stands for what they are about: a note that says the same again is not left;
    with `news` it is in any case, and earlier ones stay. Empty, there is nothing to tell anybody."""

    lines: tuple[Message, ...]
    seen: str = ""
    news: bool = False
    warns: bool = False
    opens: Mapping[str, str] = field(default_factory=dict)
    #: whether rows were left because the job had to end early: it goes on at the next occasion
    unfinished: bool = False
    failure: AddInError | None = None


JobWork = Callable[[FormServices, JobTask, JobState], Finding]


@contextmanager
def holding_lease(services: FormServices, task: JobTask, job: Job) -> Iterator[None]:
    """Hold the company's lease while both sides are compared: no run moves money meanwhile. RunInProgress while one goes on."""
    leases, run = services.run_ports.leases, services.new_run(job.value, 0)
    lease = leases.take(run.realm, run)
    try:
        with services.calls_of_run(lambda: task.cancelled, lambda: False):
            yield
    finally:
        leases.release(lease)
