"""The import table of the simulator: which of its rooms may import which, type-only imports included."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import paths

ROOT = paths.ROOT / "hostsim" / "qbo_simulator"
PACKAGE = "hostsim.qbo_simulator"

# Each room with the rooms that it may import; docs/architecture.md shows the same table.
TABLE: dict[str, set[str]] = {
    "base": {"base"},
    "oauth": {"base", "oauth"},
    "books": {"base", "books"},
    "query": {"base", "books", "query"},
    "companies": {"base", "books", "companies"},
    "api": {"base", "books", "query", "api"},
    "fault_injection": {"base", "oauth", "fault_injection"},
    "state_file": {"base", "oauth", "books", "api"},
    "simulator": {"base", "oauth", "books", "api", "fault_injection", "state_file"},
    "server": {"base", "oauth", "books", "api", "companies", "fault_injection", "state_file", "simulator", "server"},
    "__init__": set(),
}


def imported_modules(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, wherever they stand."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path, root: Path) -> str:
    """The folder of a file, or the file itself at the top."""
    return path.relative_to(root).parts[0].removesuffix(".py")


def forbidden(root: Path) -> list[str]:
    """Every import that the table does not allow."""
    found = []
    for path in sorted(root.rglob("*.py")):
        room = room_of(path, root)
        for name in imported_modules(path):
            parts = name.split(".")
            inside = name.startswith(f"{PACKAGE}.")
            if (parts[0] in {"hostsim", "qb_plugin"} and not inside) or (inside and parts[2] not in TABLE[room]):
                found.append(f"{path.relative_to(root)}: {name}")
    return found


def module_imports(root: Path) -> dict[str, set[str]]:
    """Each module of the simulator with the modules that it imports."""
    files = {".".join(path.relative_to(root).with_suffix("").parts): path for path in root.rglob("*.py")}
    graph: dict[str, set[str]] = {}
    for module, path in files.items():
        names = {name.removeprefix(f"{PACKAGE}.") for name in imported_modules(path) if name.startswith(f"{PACKAGE}.")}
        graph[module] = {known for name in names for known in (name, name.rpartition(".")[0]) if known in files}
    return graph


def circles(graph: dict[str, set[str]]) -> list[str]:
    """The modules that can reach themselves."""
    found = []
    for start, direct in graph.items():
        seen: set[str] = set()
        waiting = list(direct)
        while waiting:
            module = waiting.pop()
            if module not in seen:
                seen.add(module)
                waiting += graph.get(module, set())
        if start in seen:
            found.append(start)
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT, tmp_path / "qbo_simulator", ignore=shutil.ignore_patterns("__pycache__")))


def test_the_simulator_keeps_to_its_import_table() -> None:
    assert forbidden(ROOT) == []


def test_the_table_lists_every_room() -> None:
    assert {room_of(path, ROOT) for path in ROOT.rglob("*.py")} == set(TABLE)


def test_the_rooms_form_no_circle() -> None:
    assert circles({room: others - {room} for room, others in TABLE.items()}) == []


def test_no_module_imports_itself_through_others() -> None:
    assert circles(module_imports(ROOT)) == []


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("base/http.py", "from hostsim.qbo_simulator.books.company import Company"),
        ("books/company.py", "from hostsim.qbo_simulator.api import batch"),
        ("query/execution.py", "from hostsim.qbo_simulator.api.batch import run_batch"),
        ("api/batch.py", "from hostsim.qbo_simulator.fault_injection.trouble import Trouble"),
        ("fault_injection/trouble.py", "from hostsim.qbo_simulator.simulator import QuickBooks"),
        ("state_file.py", "from hostsim.qbo_simulator.simulator import QuickBooks"),
        ("simulator.py", "from hostsim.qbo_simulator.server.server import serve"),
        ("oauth/tokens.py", "import qb_plugin.money"),
        ("server/pages.py", "from hostsim.workspace import Workspace"),
    ],
)
@pytest.mark.parametrize("type_only", [False, True])
def test_a_forbidden_import_is_found(copy: Path, where: str, line: str, type_only: bool) -> None:
    planted = f"\nif TYPE_CHECKING:\n    {line}\n" if type_only else f"\n{line}\n"
    with (copy / where).open("a", encoding="utf-8") as file:
        file.write(planted)
    assert [found.partition(":")[0] for found in forbidden(copy)] == [where]


def test_a_circle_is_found(copy: Path) -> None:
    with (copy / "base" / "http.py").open("a", encoding="utf-8") as file:
        file.write("\nfrom hostsim.qbo_simulator.base.request_log import RequestLog\n")
    assert {"base.http", "base.request_log"} <= set(circles(module_imports(copy)))
