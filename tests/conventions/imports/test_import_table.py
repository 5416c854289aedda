"""Who may import whom: the add-in's table of docs/architecture.md holds, type-only imports included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

# What each part of the add-in may import of the add-in; `sync` has its own ports among its own files.
ADDIN: dict[str, set[str]] = {
    "plugin": {"forms", "runtime", "services", "host", "registrars"},  # services: the parts that a test replaces
    "registrars": {"forms"},  # the shape of what is registered
    "forms": {"forms", "sync", "schemas", "messages", "host", "model", "errors", "money"},  # money: to show it
    "sync": {
        "sync",
        "host",
        "ledger_changes",
        "model",
        "money",
        "errors",
        "clock",
    },  # host: its Protocols, so that one thing has one type
    "quickbooks": {"quickbooks", "schemas", "model", "money", "errors", "clock"},
    "store": {"store", "model", "errors", "clock"},
    "schemas": {"schemas", "model", "money"},
    "messages": {"errors", "model", "money"},  # a message is a value of the model; money is shown in it
    "host": {"model", "ledger_changes"},
    "ledger_changes": set(),
    "ledger_rules": {"ledger_rules", "host", "ledger_changes"},
    "testing": {"ledger_rules"},
    "errors": {"model"},
    "model": {"model"},
    "money": set(),
    # The services behind the forms join rules, QuickBooks and store. Forms do not import them: they are handed them as Protocols,
    # so that a form can be driven without a database or QuickBooks, and the services never learn what a form looks like.
    "services": {"services", "sync", "quickbooks", "store", "messages", "host", "model", "errors", "clock"},
    "clock": set(),
    "runtime": {"services", "sync", "quickbooks", "store", "messages", "host", "model", "support"},
    "support": {"store", "model"},
    "__init__": set(),
}

# Libraries that only some parts may know.
LIBRARIES: dict[str, set[str]] = {
    "requests": {"quickbooks"},
    "intuitlib": {"quickbooks"},
    "rapidfuzz": {"sync"},
    "sqlalchemy": {"store"},
    "pluggy": {"plugin"},
    "marshmallow": {"schemas", "forms"},
}


def imported_names(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in the file, also under `if TYPE_CHECKING`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(path: Path) -> str:
    """The part of the add-in a file belongs to: its folder, or itself."""
    inner = path.relative_to(ROOT / "qb_plugin")
    return inner.parts[0].removesuffix(".py")


def exists(part: str) -> bool:
    """Whether the add-in has a part of this name."""
    return (ROOT / "qb_plugin" / f"{part}.py").exists() or (ROOT / "qb_plugin" / part).is_dir()


def forbidden(path: Path) -> list[str]:
    """The imports of a file of the add-in that the table does not allow."""
    part, found = part_of(path), []
    for name in imported_names(path):
        top, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if top == "hostsim":
            found.append(f"{path.relative_to(ROOT)}: the add-in knows no host ({name})")
        elif top == "qb_plugin" and other and other not in ADDIN[part] and exists(other):
            found.append(f"{path.relative_to(ROOT)}: {part} may not import {name}")
        elif top in LIBRARIES and part not in LIBRARIES[top]:
            found.append(f"{path.relative_to(ROOT)}: {top} belongs to {', '.join(sorted(LIBRARIES[top]))}")
    return found


def addin_files() -> list[Path]:
    """Every source file of the add-in."""
    return sorted((ROOT / "qb_plugin").rglob("*.py"))


def test_the_addin_keeps_to_the_import_table() -> None:
    assert [line for path in addin_files() for line in forbidden(path)] == []


def test_every_part_stands_in_the_table() -> None:
    assert {part_of(path) for path in addin_files()} <= set(ADDIN)


def test_the_host_knows_no_addin() -> None:
    files = list((ROOT / "hostsim").rglob("*.py"))
    assert [str(path) for path in files if any(name.split(".")[0] == "qb_plugin" for name in imported_names(path))] == []


def test_the_quickbooks_simulator_stands_alone() -> None:
    for path in (ROOT / "hostsim" / "qbo_simulator").rglob("*.py"):
        for name in imported_names(path):
            top = name.split(".")[0]
            assert top != "qb_plugin"
            assert top != "hostsim" or name == "hostsim" or name.startswith("hostsim.qbo_simulator"), f"{path}: {name}"


def test_no_import_hides_inside_a_function() -> None:
    for path in [*addin_files(), *(ROOT / "hostsim").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            hidden = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
            assert hidden == [], f"{path}:{function.name}"


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("sync/exporting/snapshot.py", "from qb_plugin.store.journal import Journal"),
        ("sync/exporting/snapshot.py", "import requests"),
        ("store/links.py", "from qb_plugin.sync.ports import Links"),
        ("forms/services.py", "from qb_plugin.runtime import Runtime"),
        ("forms/settings.py", "from qb_plugin.services.company import ConnectedCompany"),
        ("services/company.py", "from qb_plugin.forms.settings import SettingsForm"),
        ("plugin.py", "from hostsim.addins.hookspecs import PROJECT"),
        ("quickbooks/adapter.py", "from qb_plugin.forms import fields"),
    ],
)
def test_a_forbidden_import_is_found(where: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (ROOT / "qb_plugin").rglob("*.py"):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    changed = tmp_path / "qb_plugin" / where
    changed.write_text(changed.read_text(encoding="utf-8") + f"\n\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    assert forbidden(changed)
