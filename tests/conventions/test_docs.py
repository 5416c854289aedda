"""The pages are true: links lead somewhere, every hook and command is described, every make target exists."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hostsim.addins.hookspecs import WorkspaceHooks
from hostsim.addins.registrars import Menu
from hostsim.builtin.addin import BuiltinAddIn
from hostsim.cli import COMMANDS
from qb_plugin.forms.access.guide_pages import GUIDE_PAGES
from qb_plugin.plugin import QuickBooksAddIn
from tests.support.paths import ROOT

GUIDE = sorted((ROOT / "docs" / "guide").glob("*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *GUIDE])
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`((?:qb_plugin|hostsim|tests|docs)/[\w./-]*)`", page.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_line_does_not_say_again_what_the_one_before_says(page: Path) -> None:
    """Two changes of one line, merged, may leave both."""
    lines = page.read_text(encoding="utf-8").splitlines()
    starts = [line[:40] for line in lines]
    prose = [before for before, after in pairwise(starts) if before == after and len(before) == 40 and before[0] in "|`-*A"]
    assert [start for start in prose if not start.startswith(("|---", "----"))] == []


MENU_PATH = re.compile(r"(?:Setup|Help|File|View) (?:▸|>) [^,.;:)*|`\n]*[^,.;:)*|`\s\n]")


def menu_paths() -> set[tuple[str, ...]]:
    """Every way through the menus of the host with the add-in, and where it leads to a menu."""
    menu, view = Menu(), Menu()
    practice: Any = None
    BuiltinAddIn(practice, {}, practice, list).workspace_menu(menu)
    QuickBooksAddIn().workspace_menu(view)
    paths = [entry.path for entry in (*menu.entries, *view.entries)]
    return {tuple(path[:depth]) for path in paths for depth in range(1, len(path) + 1)}


@pytest.mark.parametrize("page", [*PAGES, ROOT / "qb_plugin" / "messages.toml"], ids=lambda page: page.name)
def test_the_ways_through_the_menus_are_there(page: Path) -> None:
    known = menu_paths()
    named = MENU_PATH.findall(page.read_text(encoding="utf-8"))
    assert [path for path in named if tuple(re.split(r" (?:▸|>) ", path)) not in known] == []


def test_every_form_has_a_page_of_the_guide() -> None:
    forms = tomllib.loads((ROOT / "manifest.toml").read_text(encoding="utf-8"))["forms"]
    assert sorted(forms) == sorted(GUIDE_PAGES)
    assert set(GUIDE_PAGES.values()) <= {page.stem for page in GUIDE}


def test_the_guide_is_for_those_who_work_with_it() -> None:
    """No file of the sources is named in it: the help page shows it to a bookkeeper."""
    named = {page.name: re.findall(r"\b(?:tests|qb_plugin|hostsim)/[\w./]+", page.read_text(encoding="utf-8")) for page in GUIDE}
    assert {name: found for name, found in named.items() if found} == {}


def test_every_hook_is_described() -> None:
    text = (ROOT / "docs" / "writing-a-host.md").read_text(encoding="utf-8")
    hooks = [name for name in vars(WorkspaceHooks) if name.startswith("workspace_")]
    assert hooks
    assert [name for name in hooks if f"`{name}(" not in text] == []


def test_every_command_is_described() -> None:
    text = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`hostsim {name}" not in text] == []


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md"])
def test_the_readme_leads_to_the_page(page: str) -> None:
    assert f"]({page})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_contributing_fits_a_screen_and_names_every_check() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 50
    assert [
        name
        for name in ("check", "quick", "lint", "types", "faults", "mutants", "bench", "constraints")
        if f"make {name}`" not in text
    ] == []


def test_every_make_command_in_the_pages_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`?\bmake ([a-z]+)\b`", page.read_text(encoding="utf-8"))}
    assert named - targets == set()


def test_the_constraints_name_packages_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    marker = r"( ; [a-z_]+ [<>=!]{1,2} '[A-Za-z0-9.*]+')?"  # a name with two versions says which one where
    assert [line for line in lines if not re.fullmatch(rf"[A-Za-z0-9._-]+==[A-Za-z0-9.]+{marker}", line)] == []


def test_every_file_of_the_product_says_what_belongs_in_it() -> None:
    files = [*(ROOT / "qb_plugin").rglob("*.py"), *(ROOT / "hostsim").rglob("*.py")]
    assert [str(file) for file in files if not file.read_text(encoding="utf-8").startswith('"""')] == []
