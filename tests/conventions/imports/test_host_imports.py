"""Who may import whom in the simulated host: its table of docs/architecture.md holds, type-only imports included."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.imports.import_graph import imported_names, part_graph
from tests.support.paths import ROOT

# What each part of the host may import of the host. Only a command that serves pages, and the server for tests, import `web`, so
# that `hostsim run` loads no web framework; pages and terminal never know each other.
HOST: dict[str, set[str]] = {
    "__main__": {"script"},
    "script": {"cli"},  # by name, so that a missing library is said
    "cli": {"commands"},  # by name, when one is called
    "commands": {"addins", "loopback", "practice", "secrets", "support", "web", "workspace"},
    "terminal": {"addins", "commands", "practice", "row_ends", "workspace"},
    "web": {"addins", "event_feed", "grid_snapshots", "refusals", "support", "task_events", "tasks", "workspace"},
    "testing": {"addins", "loopback", "practice", "web", "workspace"},
    "support": {"addins", "exception_log", "practice", "tasks", "workspace"},
    "workspace": {"addins", "builtin", "event_feed", "exception_log", "grid_snapshots", "practice", "tasks"},
    "builtin": {"addins", "practice"},
    "grid_snapshots": {"addins", "refusals"},
    "addins": {"exception_log", "practice", "refusals"},
    "tasks": {"addins", "exception_log", "row_ends", "task_events"},
    "event_feed": {"addins", "task_events"},
    "row_ends": {"addins"},
    "task_events": {"addins"},
    "refusals": set(),
    "loopback": set(),
    "exception_log": set(),
    "practice": set(),
    "secrets": set(),
    "qbo_simulator": set(),
}

# Libraries that only some parts may know.
LIBRARIES: dict[str, set[str]] = {
    "starlette": {"web", "qbo_simulator"},
    "uvicorn": {"web", "qbo_simulator"},
    "jinja2": {"web", "qbo_simulator"},
    "sqlalchemy": {"practice"},
    "pluggy": {"addins", "builtin"},
    "keyring": {"secrets"},
    "rich": {"terminal"},
}


def forbidden_parts(root: Path) -> list[str]:
    """Every arrow between parts that the table does not allow."""
    graph = part_graph(root, "hostsim")
    return [f"{part} may not import {other}" for part, others in graph.items() for other in sorted(others - HOST.get(part, set()))]


def forbidden_libraries(root: Path) -> list[str]:
    """Every import of a library by a part that is not to know it."""
    found = []
    for path in sorted((root / "hostsim").rglob("*.py")):
        part = path.relative_to(root / "hostsim").parts[0].removesuffix(".py")
        tops = {name.partition(".")[0] for name in imported_names(path)}
        found += [f"{part} may not import {top}" for top in sorted(tops) if top in LIBRARIES and part not in LIBRARIES[top]]
    return found


def test_the_host_keeps_to_the_import_table() -> None:
    assert [*forbidden_parts(ROOT), *forbidden_libraries(ROOT)] == []


def test_of_the_commands_only_the_one_that_serves_pages_imports_them() -> None:
    files = sorted((ROOT / "hostsim" / "commands").glob("*.py"))
    assert [path.name for path in files if any(name.startswith("hostsim.web") for name in imported_names(path))] == ["serve.py"]


def test_a_run_from_the_terminal_loads_no_web_framework() -> None:
    code = "import sys, hostsim.terminal.run_command as _; print(*sorted({'starlette', 'uvicorn', 'jinja2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""


def test_every_part_stands_in_the_table_and_exists() -> None:
    assert set(part_graph(ROOT, "hostsim")) == set(HOST)


@pytest.mark.parametrize(
    ("where", "line", "said"),
    [
        ("workspace.py", "from hostsim.web.pages import page", "workspace may not import web"),
        ("terminal/output.py", "from hostsim.web import api", "terminal may not import web"),
        ("web/api.py", "from hostsim.terminal.output import Output", "web may not import terminal"),
        ("practice/ledger.py", "import hostsim.addins.loader", "practice may not import addins"),
        ("web/api.py", "import sqlalchemy", "web may not import sqlalchemy"),
        ("event_feed.py", "from starlette.requests import Request", "event_feed may not import starlette"),
    ],
)
def test_a_forbidden_import_is_found(where: str, line: str, said: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "hostsim", tmp_path / "hostsim", ignore=shutil.ignore_patterns("__pycache__", "static"))
    changed = tmp_path / "hostsim" / where
    changed.write_text(changed.read_text(encoding="utf-8") + f"\n\n{line}\n", encoding="utf-8")
    assert said in [*forbidden_parts(tmp_path), *forbidden_libraries(tmp_path)]
