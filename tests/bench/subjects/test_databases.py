"""The benches find the distribution's own PostgreSQL, the newest of several."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.subjects.databases import find_programs


def install(root: Path, version: str, *programs: str) -> Path:
    """A server's folder with these programs, as Debian lays it out."""
    folder = root / "usr" / "lib" / "postgresql" / version / "bin"
    folder.mkdir(parents=True)
    for name in programs:
        (folder / name).touch()
    return folder


def test_the_newest_that_can_make_a_database_is_taken(tmp_path: Path) -> None:
    install(tmp_path, "9.6", "initdb")
    newest = install(tmp_path, "15", "initdb")
    install(tmp_path, "17", "psql")
    assert find_programs(tmp_path) == newest


def test_without_any_the_benches_fall_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_programs(tmp_path) is None
