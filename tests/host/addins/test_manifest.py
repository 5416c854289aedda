"""The manifest: where it is found, what it must hold, and how a disagreement with the code is told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pluggy
import pytest

from hostsim.addins.manifest import ManifestError, differences, find_manifest, read_manifest
from tests.support.hosts.fake_addin import ENTRY_POINT, MANIFEST, ParcelAddIn

other = pluggy.HookimplMarker("elsewhere")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable package in a folder of its own; the folder around it."""
    name = f"pack_{tmp_path.name}".replace("-", "_")
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return tmp_path / name


def manifest_of(folder: Path, text: str = MANIFEST) -> Any:
    """The manifest with this text."""
    (folder / "manifest.toml").write_text(text, "utf-8")
    return read_manifest(folder / "manifest.toml")


def test_a_wheel_keeps_its_manifest_inside_the_package(package: Path) -> None:
    (package / "manifest.toml").write_text(MANIFEST, "utf-8")
    assert find_manifest(package.name) == package / "manifest.toml"


def test_in_a_checkout_the_file_at_the_root_wins_over_a_stale_copy(package: Path) -> None:
    (package / "manifest.toml").write_text("stale = true", "utf-8")
    (package.parent / "manifest.toml").write_text(MANIFEST, "utf-8")
    (package.parent / "pyproject.toml").touch()
    assert find_manifest(package.name) == package.parent / "manifest.toml"


def test_a_file_beside_an_installed_package_is_not_its_manifest(package: Path) -> None:
    (package / "manifest.toml").write_text(MANIFEST, "utf-8")
    (package.parent / "manifest.toml").write_text("somebody = 'else'", "utf-8")
    assert find_manifest(package.name) == package / "manifest.toml"


def test_a_package_without_manifest_is_named(package: Path) -> None:
    with pytest.raises(ManifestError, match=f"{package.name} has no manifest.toml"):
        find_manifest(package.name)


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(ManifestError, match="package nowhere_at_all is not installed"):
        find_manifest("nowhere_at_all.plugin")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = ", "cannot be read"),
        ('id = "x"', "lacks name"),
        (MANIFEST.replace('id = "parcel"', "id = 3"), "lacks id"),
        (MANIFEST.replace('forms = ["send", "address", "connection"]', 'forms = "send"'), "forms must be a list of texts"),
    ],
)
def test_a_manifest_that_is_incomplete_says_what_it_lacks(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ManifestError, match=said):
        manifest_of(tmp_path, text)


def test_code_and_manifest_that_agree_have_no_differences(tmp_path: Path) -> None:
    assert differences(manifest_of(tmp_path), ParcelAddIn(), ENTRY_POINT) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"workspace_jobs", ', ""), "the code implements hook workspace_jobs, which the manifest does not list"),
        (
            ('"workspace_jobs"', '"workspace_jobs", "workspace_tea"'),
            "the manifest lists hook workspace_tea, but the code implements none",
        ),
        (('api = "1"', 'api = "2"'), "the manifest's API version is 2, this host's is 1"),
        ((ENTRY_POINT, "tests.other:create"), "the manifest's entry point is tests.other:create, the installed one is"),
        (('commands = ["send"', 'commands = ["mail"'), "command mail names no form"),
    ],
)
def test_each_difference_is_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    found = differences(manifest_of(tmp_path, MANIFEST.replace(*change)), ParcelAddIn(), ENTRY_POINT)
    assert len(found) == 1
    assert found[0].startswith(said)


class WronglyMarked(ParcelAddIn):
    """Its menu hook carries another project's marker; its stop hook none."""

    @other
    def workspace_menu(self, menu: Any) -> None:
        """Never called."""

    def workspace_stop(self) -> None:
        """Never called."""


def test_a_hook_with_another_marker_is_found(tmp_path: Path) -> None:
    found = differences(manifest_of(tmp_path), WronglyMarked(), ENTRY_POINT)
    assert "workspace_menu is marked as a hook of elsewhere, not of workspace: it would never be called" in found
    assert "workspace_stop is marked as a hook of nobody, not of workspace: it would never be called" in found


class WithUnknownHook(ParcelAddIn):
    """Implements a hook that this host does not have."""

    @pluggy.HookimplMarker("workspace")
    def workspace_tea(self) -> None:
        """Never called."""


def test_a_hook_the_host_does_not_have_is_named(tmp_path: Path) -> None:
    found = differences(manifest_of(tmp_path), WithUnknownHook(), ENTRY_POINT)
    assert "hook workspace_tea does not exist in this host" in found
