"""No old name of the table of renames is left, as a file or as a definition of its kind, and every new one exists."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.support.paths import ROOT

TABLE = ROOT / "tests" / "conventions" / "renames.toml"
KINDS = ("class", "function", "parameter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """One change of a name: of every definition of a kind (below a path), or of a module, whose names are paths."""

    kind: str
    old: str
    new: str
    scope: str = "."


def read_renames() -> list[Rename]:
    """The table's rows of definitions, the scoped ones first."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    plain = [Rename(kind=kind, old=old, new=new) for kind in KINDS for old, new in table[kind].items()]
    return [*(Rename(**row) for row in table["scoped"]), *plain]


def read_moved() -> dict[str, str]:
    """The table's modules: old path, new path."""
    moved: dict[str, str] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["module"]
    return moved


def names_in(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Every name that a file defines or passes, with its kind; a field of a class is a parameter of its constructor."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.alias(name=name) if not name.islower():
                yield "class", name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield "function", name
            case ast.arg(arg=str(name)) | ast.keyword(arg=str(name)) | ast.AnnAssign(target=ast.Name(id=name)):
                yield "parameter", name
            case ast.Assign(targets=[ast.Name(id=name)]):  # an alias of a type, or a property that is not annotated
                yield ("class" if name[0].isupper() else "parameter"), name
            case _:
                pass


def files_below(scope: str) -> list[Path]:
    """The Python files of the product and the tests below a path; this folder's table is not Python."""
    top = [ROOT / name for name in ("qb_plugin", "hostsim", "tests")] if scope == "." else [ROOT / scope]
    return [path for each in top for path in ([each] if each.is_file() else sorted(each.rglob("*.py")))]


@cache
def names_of(path: Path) -> frozenset[tuple[str, str]]:
    """The names of one file."""
    return frozenset(names_in(ast.parse(path.read_text(encoding="utf-8"))))


def places_of(kind: str, name: str, scope: str) -> list[str]:
    """The files below a path that have a name of this kind."""
    return [str(path.relative_to(ROOT)) for path in files_below(scope) if (kind, name) in names_of(path)]


@pytest.mark.parametrize("rename", read_renames(), ids=lambda rename: f"{rename.kind}-{rename.old}-{rename.scope}")
def test_no_definition_has_an_old_name(rename: Rename) -> None:
    assert places_of(rename.kind, rename.old, rename.scope) == []


@pytest.mark.parametrize("rename", read_renames(), ids=lambda rename: f"{rename.kind}-{rename.new}-{rename.scope}")
def test_every_new_name_exists(rename: Rename) -> None:
    assert places_of(rename.kind, rename.new, "."), f"nothing is called {rename.new}"


@pytest.mark.parametrize(("old", "new"), read_moved().items())
def test_every_module_has_moved(old: str, new: str) -> None:
    assert (ROOT / old).exists() is False
    assert (ROOT / new).is_file()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class Office: ...", ("class", "Office")),
        ("from qb_plugin.sync.known import Known", ("class", "Known")),
        ("async def carry_out(): ...", ("function", "carry_out")),
        ("def f(*, place): ...", ("parameter", "place")),
        ("f(place=1)", ("parameter", "place")),
        ("class C:\n    place: int", ("parameter", "place")),
        ("Book = int", ("class", "Book")),
    ],
)
def test_an_old_name_is_seen_wherever_it_is_defined(source: str, found: tuple[str, str]) -> None:
    assert found in set(names_in(ast.parse(source)))
