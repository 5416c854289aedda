"""constraints.txt pins what the project needs on every Python and platform promised, and nothing else."""

from __future__ import annotations

import importlib.metadata

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.conventions.pins import (
    ELSEWHERE,
    PLATFORMS,
    Platform,
    environment,
    needed,
    needed_anywhere,
    project_requirements,
    promised_pythons,
    read_pins,
    read_project,
    without_needless_markers,
)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.sys_platform)
@pytest.mark.parametrize("python", promised_pythons())
def test_everything_needed_is_pinned(python: str, platform: Platform) -> None:
    assert needed(python, platform) - set(read_pins()) == set()


def test_every_pin_is_needed_somewhere() -> None:
    assert set(read_pins()) - needed_anywhere() == set()


def test_the_walk_goes_through_packages_markers_and_extras() -> None:
    linux, _, windows = PLATFORMS
    assert {"jeepney", "psycopg-binary", "pytest"} <= needed("3.11", linux)
    assert "pywin32-ctypes" in needed("3.11", windows) - needed("3.11", linux)
    assert "importlib-metadata" in needed("3.11", linux) - needed("3.12", linux)
    assert "mutmut" not in needed("3.11", windows)


def test_a_pin_allows_what_the_project_asks_for() -> None:
    pins = read_pins()
    for requirement in project_requirements():
        versions = [version.partition(";")[0].strip() for version in pins[str(canonicalize_name(requirement.name))]]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_what_is_said_of_packages_of_other_platforms_is_so_where_they_are_installed(name: str) -> None:
    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        assert name in needed_anywhere()
        return
    plain = {"extra": ""}
    asked = {str(canonicalize_name(r.name)) for r in map(Requirement, lines) if not r.marker or r.marker.evaluate(plain)}
    assert asked == ELSEWHERE[name]


def test_no_pin_has_two_versions_without_markers() -> None:
    assert [name for name, versions in read_pins().items() if len(versions) > 1 and not all(";" in v for v in versions)] == []


def test_only_differing_versions_keep_their_markers() -> None:
    lines = ["one==1 ; sys_platform == 'win32'", "two==1 ; python_version < '3.12'", "two==2 ; python_version >= '3.12'"]
    assert list(without_needless_markers(lines)) == ["one==1", *lines[1:]]


def test_the_promised_pythons_are_those_that_can_install_it() -> None:
    wanted = SpecifierSet(read_project()["requires-python"])
    assert [specifier.operator for specifier in wanted] == [">="]
    assert promised_pythons()[0] == next(iter(wanted)).version
    assert {"3.11", "3.12", "3.13", "3.14"} <= set(promised_pythons())
    assert environment("3.14", PLATFORMS[0])["python_full_version"] == "3.14.0"
