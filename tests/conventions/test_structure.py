"""The figures of the structure are counted rightly, and those that are promised hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.conventions.imports.import_graph import circles, floors, module_graph, part_graph
from tests.conventions.structure import PACKAGES, SUITES, comments, figures_of_sources, function_lengths, show, sources, untyped
from tests.support.paths import ROOT

FULLEST = 14  # Python files of a folder, `__init__.py` not counted

SOURCE = '''"""A module."""

# A reason.
import re  # noqa: F401


def short() -> None:
    """Do nothing."""


def long(values: dict[str, Any]) -> int:
    """Add."""
    total = 0
    for value in values:  # another reason
        total += value
    return total
'''


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Two packages: `qb_plugin` has the sources above, `hostsim` three modules, of which two make a circle."""
    files = {
        "qb_plugin/one.py": SOURCE,
        "hostsim/a.py": "from hostsim.b import B",
        "hostsim/b.py": "import hostsim.c\nfrom hostsim import a",
        "hostsim/c.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_bodies_are_measured_without_docstrings(sample: Path) -> None:
    assert function_lengths(sample) == [0, 4]


def test_comments_for_tools_do_not_count(sample: Path) -> None:
    assert comments(sample / "qb_plugin" / "one.py") == 2


def test_untyped_dicts_are_counted_by_package(sample: Path) -> None:
    assert untyped(sample)["dict[str, Any] in qb_plugin"] == 1


def test_circles_and_floors_follow_the_imports(sample: Path) -> None:
    graph = part_graph(sample, "hostsim")
    assert graph == {"a": {"b"}, "b": {"a", "c"}, "c": set()}
    assert circles(graph) == [{"a", "b"}]
    assert floors(graph) == 2
    assert floors({"a": {"b"}, "b": {"c"}, "c": set()}) == 3


@pytest.mark.parametrize("package", [*PACKAGES, *SUITES])
def test_no_folder_is_too_full_to_overlook(package: str) -> None:
    counts = Counter(path.parent.relative_to(ROOT) for path in sources(ROOT, (package,)) if path.name != "__init__.py")
    assert {str(folder): count for folder, count in counts.items() if count > FULLEST} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_imports_itself_through_others(package: str) -> None:
    assert circles(module_graph(ROOT, package)) == []


def test_the_table_has_a_line_for_every_figure() -> None:
    found = dict(figures_of_sources(ROOT))
    lines = show({"gone": "1"}, found, "earlier").splitlines()
    assert lines[2] == "| gone | 1 | – |"
    assert len(lines) == 3 + len(found)
