"""A run whose process was killed."""

from __future__ import annotations

from sqlalchemy import update

from qb_plugin.runtime import Runtime
from qb_plugin.store.sql.tables import leases

NOBODY = 2**22 + 1  # the number of a process that there cannot be


def cut_short(runtime: Runtime) -> None:
    """A run took the lease of the connected company, and its process was killed."""
    runtime.store.leases.take(runtime.connection().realm, runtime.new_run("undo", 1))
    with runtime.store.database.write() as connection:
        connection.execute(update(leases).values(pid=NOBODY, process_started="1"))
