"""The support bundle: one zip that shows whoever helps how things stand, without a name, an amount, a reference or a secret."""

from __future__ import annotations

import json
import platform
import sys
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import IO, Any

from hostsim.addins.loader import AddIn
from hostsim.addins.registrars import Support
from hostsim.exception_log import trace_of
from hostsim.practice.database import Practice
from hostsim.tasks import Task
from hostsim.workspace import Workspace

PACKAGES = (
    "workspace-quickbooks",
    "pluggy",
    "SQLAlchemy",
    "psycopg",
    "requests",
    "starlette",
    "uvicorn",
    "cryptography",
    "keyring",
)
ABOUT = """A support bundle of WorkSpace: what whoever helps you needs to know about this program and its add-ins.

It holds versions, settings by name, counts, the words for how rows ended, codes of faults, trace ids of requests and the numbers
by which records are kept. It holds no names, amounts, references, memos, tokens, passwords or keys. Everything is plain text:
read it before you pass it on.
"""


def file_name(moment: datetime) -> str:
    """What a bundle made now is called."""
    return f"workspace-support-{moment:%Y-%m-%d-%H%M}.zip"


def write_bundle(workspace: Workspace, file: IO[bytes], moment: datetime | None = None) -> None:
    """Write the bundle; an add-in that cannot give its part is told of in its stead."""
    made = moment or datetime.now(UTC)
    parts = {"host": host_part(workspace, made)}
    for addin in workspace.addins:
        parts |= {f"{addin.id}/{name}": content for name, content in addin_parts(addin).items()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("README.txt", ABOUT)
        for name, content in parts.items():
            bundle.writestr(f"{name}.json", json.dumps(content, indent=1))


def host_part(workspace: Workspace, made: datetime) -> dict[str, Any]:
    """What the host knows by itself."""
    return {
        "made": made.isoformat(timespec="seconds"),
        "platform": {"system": platform.platform(), "python": sys.version.split()[0], "machine": platform.machine()},
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "firm": workspace.practice.firm.id,
        "database": database_part(workspace.practice),
        "options": sorted(workspace.options.values),
        "rights": sorted(workspace.user.rights),
        "addins": [describe(addin) for addin in workspace.addins],
        "tasks": [task_part(task) for task in workspace.tasks.all()],
        "troubles": workspace.troubles.all(),
    }


def database_part(practice: Practice) -> dict[str, Any]:
    """What kind of database it is; where it lies and who signs in there stays out."""
    dialect = practice.database.engine.dialect
    release = ".".join(str(number) for number in getattr(dialect, "server_version_info", None) or ())
    return {"kind": dialect.name, "driver": dialect.driver, "release": release, "schema": practice.schema_version}


def describe(addin: AddIn) -> dict[str, Any]:
    """An add-in's manifest, and why it was not loaded, if it was not."""
    manifest = asdict(addin.manifest) if addin.manifest else {}
    return {**manifest, "entry": addin.name, "loaded": not addin.failure, "disagreement": addin.disagreement, "trace": addin.trace}


def task_part(task: Task) -> dict[str, Any]:
    """A run of this host's since it was started: how far it is and how its rows ended."""
    outcomes = Counter(str(row.get("outcome", "")) for row in task.rows)
    return {
        "form": task.form,
        "action": task.action,
        "state": task.state.value,
        "since": task.since,
        "done": task.done,
        "total": task.total,
        "outcomes": dict(outcomes),
        "trace": task.trace,
    }


def addin_parts(addin: AddIn) -> Mapping[str, Any]:
    """What an add-in adds; where it raises, the kind of what it raised."""
    support = Support()
    try:
        addin.support(support=support)
    except Exception as problem:  # an add-in may raise anything; the rest of the bundle is as good as before
        return {**support.parts, "trouble": trace_of(problem)}
    return support.parts


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
