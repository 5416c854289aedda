"""The wheel carries what a host needs to find the add-in: the entry point and the manifest, the same as at the root."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests.support.paths import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, as pip builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--disable-pip-version-check",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return zipfile.ZipFile(found)


def test_the_manifest_lies_in_the_package(wheel: zipfile.ZipFile) -> None:
    assert wheel.read("qb_plugin/manifest.toml") == (ROOT / "manifest.toml").read_bytes()


def test_the_entry_point_is_the_manifests(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    manifest = tomllib.loads((ROOT / "manifest.toml").read_text(encoding="utf-8"))
    assert f"{manifest['id']} = {manifest['entry_point']}" in wheel.read(name).decode()


def test_sentences_pages_and_data_come_along(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    source = {
        str(path.relative_to(ROOT))
        for package in ("qb_plugin", "hostsim")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert source - names == set()


def test_the_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    manifest = tomllib.loads((ROOT / "manifest.toml").read_text(encoding="utf-8"))
    assert project["version"] == manifest["version"]
    assert f"## {manifest['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
