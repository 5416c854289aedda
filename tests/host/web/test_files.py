"""The static files: kept by browsers under an address that changes with them, and named in the page before they are missed."""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hostsim.testing import Session, demo_practice, running_host
from hostsim.web.files import CACHE_CONTROL, FOLDER, lasting_address, modules

IMPORT = re.compile(r'^import .* from "(\./[^"]+|\.\./[^"]+)";$', re.MULTILINE)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A browser on the demo firm."""
    practice, url = demo_practice(tmp_path_factory.mktemp("firm"), date(2026, 11, 22))
    with running_host(practice, database=url) as host:
        yield host.session()


def linked(session: Session, path: str) -> list[str]:
    """The static files that a page names."""
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', session.get(path).text)


@pytest.mark.parametrize("path", ["/clients", "/billing/payments", "/addins/callback?state=1"])
def test_every_file_a_page_names_may_be_kept(session: Session, path: str) -> None:
    files = linked(session, path)
    assert files
    for file in files:
        answer = session.get(file)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, CACHE_CONTROL), file
        again = session.get(file, **{"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, CACHE_CONTROL), file


def test_what_is_not_there_is_not_kept(session: Session) -> None:
    answer = session.get(f"{lasting_address()}/gone.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-cache")


def test_a_file_without_the_digest_is_asked_for_each_time(session: Session) -> None:
    answer = session.get("/static/look.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


def test_the_address_changes_with_any_file_and_name(tmp_path: Path) -> None:
    copied = shutil.copytree(FOLDER, tmp_path / "static")
    assert lasting_address(copied) == lasting_address()
    script = copied / "grid" / "pages.js"
    script.write_text(script.read_text("utf-8") + "\n", "utf-8")
    changed = lasting_address(copied)
    script.rename(copied / "grid" / "leaves.js")
    assert len({lasting_address(), changed, lasting_address(copied)}) == 3


def test_the_page_names_exactly_the_scripts_that_its_script_imports(session: Session) -> None:
    page = session.get("/billing/payments").text
    named = re.findall(r'<link rel="modulepreload" href="/static/[0-9a-f]{12}/([^"]+)">', page)
    assert named == modules()
    assert set(named) == imported("main.js")


def imported(file: str) -> set[str]:
    """A script and all that it imports, and so on."""
    found, waiting = {file}, [file]
    while waiting:
        script = waiting.pop()
        for path in IMPORT.findall((FOLDER / script).read_text("utf-8")):
            other = posixpath.normpath(posixpath.join(posixpath.dirname(script), path))
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
