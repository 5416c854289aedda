"""The pins of constraints.txt: what the project needs on every Python and platform promised, and the command that pins it.

`make constraints` (this file as a program) resolves the project with all extras for every Python and platform at once and writes
names and versions. Then it resolves for each of them with wheels alone: a pin that would have to be built there ends the command.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypedDict

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.paths import ROOT

FILE = ROOT / "constraints.txt"
# Every environment has these, so that nobody needs them pinned.
ASIDE = frozenset({"pip", "setuptools", "wheel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform promised: the values its markers have, and the names uv has for the machines it runs on."""

    sys_platform: str
    platform_system: str
    os_name: str
    targets: tuple[str, ...]


PLATFORMS = (
    Platform(
        sys_platform="linux",
        platform_system="Linux",
        os_name="posix",
        targets=("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"),
    ),
    # Macs with an Intel processor build cryptography themselves: it has no wheel for them any more.
    Platform(sys_platform="darwin", platform_system="Darwin", os_name="posix", targets=("aarch64-apple-darwin",)),
    Platform(sys_platform="win32", platform_system="Windows", os_name="nt", targets=("x86_64-pc-windows-msvc",)),
)

# Packages that only some of these environments install, with what they need in turn: where one is not installed, its metadata
# cannot be asked. A test compares the entries with the metadata wherever the package is installed.
ELSEWHERE: dict[str, frozenset[str]] = {
    "backports-tarfile": frozenset(),
    "colorama": frozenset(),
    "importlib-metadata": frozenset({"zipp", "lazy-importer"}),
    "lazy-importer": frozenset(),
    "pywin32-ctypes": frozenset(),
    "pyyaml-ft": frozenset(),
    "zipp": frozenset(),
}


# The project table of pyproject.toml, as far as it is read here; functional, because the keys have hyphens.
Project = TypedDict(
    "Project",
    {
        "name": str,
        "requires-python": str,
        "classifiers": list[str],
        "dependencies": list[str],
        "optional-dependencies": dict[str, list[str]],
    },
)


def read_project() -> Project:
    """The project table of pyproject.toml."""
    project: Project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def promised_pythons() -> list[str]:
    """The Python versions of the classifiers, as `3.11`."""
    prefix = "Programming Language :: Python :: 3."
    return [line.rpartition(" ")[2] for line in read_project()["classifiers"] if line.startswith(prefix)]


def project_requirements() -> list[Requirement]:
    """What the project and all of its extras ask for, from pyproject.toml: the installed metadata may be of an older one."""
    project = read_project()
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    return [found for line in lines if (found := Requirement(line)).name != project["name"]]


def environment(python: str, platform: Platform) -> dict[str, str]:
    """The markers of CPython on one platform; `extra` is filled in by who asks."""
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "platform_python_implementation": "CPython",
        "platform_machine": "AMD64" if platform.os_name == "nt" else platform.targets[0].partition("-")[0],
        "platform_release": "",
        "platform_version": "",
        "sys_platform": platform.sys_platform,
        "platform_system": platform.platform_system,
        "os_name": platform.os_name,
    }


def applies(requirement: Requirement, markers: dict[str, str], extras: Iterable[str]) -> bool:
    """Whether a requirement counts in this environment for any of the extras asked for."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**markers, "extra": extra}) for extra in {"", *extras})


def requirements_of(name: str) -> list[Requirement]:
    """What a package needs in turn: as its metadata says, or as `ELSEWHERE` says where it is not installed."""
    try:
        return [Requirement(line) for line in importlib.metadata.requires(name) or ()]
    except importlib.metadata.PackageNotFoundError:
        return [Requirement(other) for other in ELSEWHERE[name]]


def needed(python: str, platform: Platform) -> set[str]:
    """The names of all packages that the project needs there; KeyError for one that is neither installed nor in `ELSEWHERE`."""
    markers = environment(python, platform)
    waiting = [(requirement, frozenset[str]()) for requirement in project_requirements()]
    found: dict[str, set[str]] = defaultdict(set)
    while waiting:
        requirement, extras = waiting.pop()
        name = str(canonicalize_name(requirement.name))
        wanted = set(requirement.extras)
        if not applies(requirement, markers, extras) or (name in found and wanted <= found[name]):
            continue
        found[name] |= wanted
        waiting += [(other, frozenset(wanted)) for other in requirements_of(name)]
    return set(found) - ASIDE


def needed_anywhere() -> set[str]:
    """The names of all packages that some environment promised needs."""
    return set().union(*(needed(python, platform) for python in promised_pythons() for platform in PLATFORMS))


def read_pins() -> dict[str, list[str]]:
    """The pins by name: one version, or several that each have a marker of their own."""
    pins: dict[str, list[str]] = defaultdict(list)
    for line in FILE.read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        pins[str(canonicalize_name(name))].append(version)
    return pins


def without_needless_markers(lines: Iterable[str]) -> Iterator[str]:
    """Each pin without its marker where its name has one version: a constraint of something that is not installed does nothing."""
    versions: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        versions[line.partition("==")[0]].append(line)
    for pins in versions.values():
        yield from pins if len(pins) > 1 else [pins[0].partition(";")[0].strip()]


def resolve(*options: str) -> list[str]:
    """The lines of one resolution of the project with all extras."""
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--all-extras",
        "--no-header",
        "--no-annotate",
        *options,
        "pyproject.toml",
    ]
    return subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def main() -> None:
    """Write constraints.txt, then see that every environment promised gets wheels for all of it."""
    pythons = promised_pythons()
    lines = list(without_needless_markers(resolve("--universal", "--python-version", pythons[0])))
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    for python in pythons:
        for target in (target for platform in PLATFORMS for target in platform.targets):
            count = len(resolve("--no-build", "--python-version", python, "--python-platform", target, "--constraint", FILE.name))
            print(f"Python {python} on {target}: {count} packages, all of them wheels")


if __name__ == "__main__":
    main()
