"""The support bundle: one zip with the state of host and add-ins, without a name, an amount, a reference or a secret."""

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
from typing import IO, TypedDict

from hostsim.addins.loader import AddIn
from hostsim.addins.registrars import Support
from hostsim.exception_log import LoggedException, trace_of
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


class PlatformPart(TypedDict):
    """The machine and its Python."""

    system: str
    python: str
    machine: str


class DatabasePart(TypedDict):
    """The kind of database, and the version of the practice's tables."""

    kind: str
    driver: str
    release: str
    schema: int | None


class TaskPart(TypedDict):
    """A task without its rows."""

    form: str
    action: str
    state: str
    since: str  # local time, HH:MM
    done: int
    total: int
    outcomes: dict[str, int]
    trace: list[str]


class HostPart(TypedDict):
    """The state of the host."""

    made: str  # ISO time
    platform: PlatformPart
    packages: dict[str, str]  # version by package
    firm: str
    database: DatabasePart
    options: list[str]
    rights: list[str]
    addins: list[Mapping[str, object]]  # manifests
    tasks: list[TaskPart]
    troubles: list[LoggedException]


def file_name(moment: datetime) -> str:
    """File name of a bundle made at this moment."""
    return f"workspace-support-{moment:%Y-%m-%d-%H%M}.zip"


def write_bundle(workspace: Workspace, file: IO[bytes], moment: datetime | None = None) -> None:
    """Write the bundle; the trace of an add-in that cannot give its part stands in its place."""
    made = moment or datetime.now(UTC)
    parts: dict[str, object] = {"host": host_part(workspace, made)}
    for addin in workspace.addins:
        parts |= {f"{addin.id}/{name}": content for name, content in addin_parts(addin).items()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("README.txt", ABOUT)
        for name, content in parts.items():
            bundle.writestr(f"{name}.json", json.dumps(content, indent=1))


def host_part(workspace: Workspace, made: datetime) -> HostPart:
    """The host's own part."""
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
        "troubles": workspace.exceptions.all(),
    }


def database_part(practice: Practice) -> DatabasePart:
    """The kind of database; its address and user are left out."""
    dialect = practice.database.engine.dialect
    release = ".".join(str(number) for number in getattr(dialect, "server_version_info", None) or ())
    return {"kind": dialect.name, "driver": dialect.driver, "release": release, "schema": practice.schema_version}


def describe(addin: AddIn) -> Mapping[str, object]:
    """An add-in's manifest, and why it was not loaded, if it was not."""
    manifest = asdict(addin.manifest) if addin.manifest else {}
    return {**manifest, "entry": addin.name, "loaded": not addin.failure, "disagreement": addin.disagreement, "trace": addin.trace}


def task_part(task: Task) -> TaskPart:
    """A task since the host started: its progress, and how its rows ended."""
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


def addin_parts(addin: AddIn) -> Mapping[str, object]:
    """An add-in's parts; when it raises, the trace without texts in their place."""
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
