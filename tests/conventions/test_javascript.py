"""The scripts of the host's pages are checked by `make lint`: each of them, against shapes that have the keys of the host's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.javascript.check import HERE, SCRIPTS, is_installed, pinned
from tests.support.paths import ROOT

FILES = sorted(SCRIPTS.rglob("*.js"))
SHAPES = SCRIPTS / "types.d.ts"


def interfaces() -> dict[str, set[str]]:
    """The keys of every shape, those of the shapes it extends included."""
    found: dict[str, set[str]] = {}
    text = SHAPES.read_text(encoding="utf-8")
    for name, above, body in re.findall(r"export interface (\w+)(?: extends (\w+))? \{\n(.*?)\n\}", text, re.DOTALL):
        found[name] = set(re.findall(r"^  (\w+)\??:", body, re.MULTILINE)) | found.get(above, set())
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_script_is_checked(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[1] == "// @ts-check"
    assert not re.search(r"@ts-(ignore|nocheck|expect-error)|oxlint-disable|eslint-disable", text)


def test_types_are_checked_strictly() -> None:
    settings = json.loads((HERE / "tsconfig.json").read_text(encoding="utf-8"))
    assert settings["compilerOptions"]["strict"] is True
    assert [(HERE / path).resolve() for path in settings["include"]] == [SCRIPTS]


def test_packages_are_pinned_and_nothing_names_an_address() -> None:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert [path.name for path in HERE.iterdir() if path.is_file() and "://" in path.read_text(encoding="utf-8")] == []
    assert not (HERE / "package-lock.json").exists()


def test_lint_runs_the_check() -> None:
    assert (
        "-m tests.javascript.check" in (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    )


def test_another_version_is_installed_anew(tmp_path: Path) -> None:
    package = tmp_path / "node_modules" / "typescript" / "package.json"
    assert not is_installed(tmp_path, "typescript")
    package.parent.mkdir(parents=True)
    package.write_text(json.dumps({"version": "0.0.1"}), encoding="utf-8")
    assert not is_installed(tmp_path, "typescript")
    package.write_text(json.dumps({"version": pinned("typescript")}), encoding="utf-8")
    assert is_installed(tmp_path, "typescript")


def test_the_shapes_are_read() -> None:
    assert {"id", "outcome", "cells", "title"} <= interfaces()["Row"]
    assert interfaces()["Option"] == {"value", "label"}
