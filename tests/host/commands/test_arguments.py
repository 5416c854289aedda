"""Every bad argument is a sentence and exit status 2; a missing extra is named; nothing is written where a command is called."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import event
from sqlalchemy.pool import Pool

from hostsim.cli import main
from hostsim.script import EXTRAS, missing_words, refused_words
from tests.support.paths import ROOT

BAD = [
    ["serve", "--port", "99999"],
    ["serve", "--port", "-1"],
    ["serve", "--port", "abc"],
    ["serve", "--port", "８４００"],
    ["connect", "--port", "99999"],
    ["demo", "--port", "99999"],
    ["demo", "--quickbooks-port", "65536"],
    ["quickbooks", "--port", "99999"],
    ["serve", "--today", "2026-02-30"],
    ["serve", "--today", "2026-2-3"],
    ["seed", "--today", "tomorrow"],
    ["seed", "--payments", "-5"],
    ["dump", "--from", "2026-13-01"],
    ["dump", "--to", "02302026"],
    ["dump", "--select", "P-1"],
    ["load", "nowhere.json"],
    ["serve", "--quickbooks", "ftp://x"],
    ["serve", "--quickbooks", "http://127.0.0.1:99999"],
    ["serve", "--database", "nonsense://x"],
    ["serve", "--user", "Nobody"],
    ["connect", "--user", "Nobody"],
    ["run", "nonsense"],
    ["run", "export-payments", "--from", "2026-02-30", "--all"],
    ["run", "export-payments", "--nonsense"],
    ["serve", "--nonsense"],
    ["nonsense"],
]
ARGUMENTS = {
    "psycopg": ["dump", "--database", "postgresql://somebody@127.0.0.1:1/nothing"],
    "rich": ["run", "export-payments", "--help"],
}
OTHERWISE = ["serve", "--port", "0", "--user", "Nobody"]


def call(*arguments: str, folder: Path, code: str = "") -> subprocess.CompletedProcess[str]:
    """Call the script in a folder of its own, with a home of its own."""
    home, place = folder / "home", folder / "called-from"
    home.mkdir(exist_ok=True)
    place.mkdir(exist_ok=True)
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, *(["-c", code] if code else ["-m", "hostsim"]), *arguments]
    return subprocess.run(program, capture_output=True, text=True, check=False, cwd=place, env=environment, timeout=60)


@pytest.fixture
def connections() -> Iterator[set[object]]:
    """The connections to databases that are open."""
    found: set[object] = set()

    def opened(connection: object, _: object) -> None:
        found.add(connection)

    def closed(connection: object, _: object) -> None:
        found.discard(connection)

    event.listen(Pool, "connect", opened)
    event.listen(Pool, "close", closed)
    yield found
    event.remove(Pool, "connect", opened)
    event.remove(Pool, "close", closed)


@pytest.mark.parametrize("arguments", BAD, ids=" ".join)
def test_a_bad_argument_is_a_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connections: set[object]
) -> None:
    place = tmp_path / "called-from"
    place.mkdir()
    monkeypatch.chdir(place)
    done = CliRunner().invoke(main, arguments, env={"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)})
    assert (done.exit_code, type(done.exception)) == (2, SystemExit)
    last = done.stderr.strip().splitlines()[-1]
    assert re.search(r"[A-Za-z].*[.?)]$|No such file or directory$", last), last
    assert list(place.iterdir()) == []
    assert connections == set()


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert call("--version", folder=tmp_path).stdout.strip() == f"hostsim {project['version']}"


@pytest.mark.parametrize("library", sorted(EXTRAS))
def test_a_missing_library_names_its_extra(library: str, tmp_path: Path) -> None:
    code = f"""
import importlib.abc, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {library!r}:
            raise ModuleNotFoundError(name, name={library!r})
sys.meta_path.insert(0, Absent())
from hostsim.script import main
sys.argv = ["hostsim", *{ARGUMENTS.get(library, OTHERWISE)!r}]
main()
"""
    done = call(folder=tmp_path, code=code)
    assert (done.returncode, done.stderr.strip()) == (2, missing_words(library, EXTRAS[library]))


REFUSED = {
    "OSError(28, 'No space left')": (1, "The output cannot be written: No space left."),
    "OSError(5, 'Input/output error')": (1, "The output cannot be written: Input/output error."),
    "NotADirectoryError(20, 'Not a directory', 'a/b')": (2, "a/b cannot be used: Not a directory. Nothing was done."),
    "PermissionError(13, 'Permission denied', 'a.db')": (2, "a.db cannot be used: Permission denied. Nothing was done."),
}


@pytest.mark.parametrize("problem", sorted(REFUSED))
def test_what_the_machine_refuses_is_a_sentence(problem: str, tmp_path: Path) -> None:
    status, said = REFUSED[problem]
    code = (
        f"import hostsim.cli\ndef main(**_):\n    raise {problem}\nhostsim.cli.main = main\nfrom hostsim.script import main\nmain()"
    )
    done = call(folder=tmp_path, code=code)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (status, "", 1)
    assert done.stderr.startswith(said)


@pytest.mark.parametrize("arguments", [["--help"], ["dump"], ["run", "nonsense", "--json"]], ids=" ".join)
def test_an_output_that_takes_nothing_is_a_sentence(arguments: list[str], tmp_path: Path) -> None:
    code = """
import io, sys
class Full(io.StringIO):
    def write(self, text):
        raise OSError(28, "No space left on device")
sys.stdout = Full()
from hostsim.script import main
main()
"""
    done = call(*arguments, folder=tmp_path, code=code)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, refused_words(OSError(28, "No space left on device")))
    assert "Traceback" not in done.stderr


def test_a_demo_whose_folder_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = call("demo", "--port", "0", "--quickbooks-port", "0", "--folder", str(tmp_path / "file" / "x"), folder=tmp_path)
    assert (done.returncode, done.stderr.strip()) == (
        2,
        f"{tmp_path / 'file' / 'x'} cannot be used: Not a directory. Nothing was done.",
    )


@pytest.mark.parametrize("command", ["serve", "quickbooks", "demo"])
def test_a_port_that_is_taken_is_a_sentence_and_status_2(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = [command, "--port", port, *(["--folder", str(tmp_path)] if command == "demo" else [])]
        done = CliRunner().invoke(main, arguments, env={"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)})
    assert (done.exit_code, "--port" in done.stderr, f"Port {port} " in done.stderr) == (2, True, True)


def test_without_standard_input_a_file_is_asked_for(tmp_path: Path) -> None:
    code = "import sys; sys.stdin = None; from hostsim.script import main; main()"
    done = call("load", "-", folder=tmp_path, code=code)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "Error: Invalid value for 'FILE': There is no standard input. Name a file.",
    )


MODULES = {"markdown-it-py": "markdown_it"}  # of those that are imported by another name


def test_every_library_of_the_extras_is_known() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for extra in ("hostsim", "postgres"):
        names = {MODULES.get(name := re.split(r"[\[<>=;]", each)[0], name) for each in extras[extra]}
        assert names == {library for library, belongs in EXTRAS.items() if belongs == extra}


def test_seeding_and_dumping_write_into_the_users_folder_alone(tmp_path: Path) -> None:
    assert call("seed", folder=tmp_path).returncode == 0
    assert call("dump", folder=tmp_path).returncode == 0
    assert list((tmp_path / "called-from").iterdir()) == []
    assert list((tmp_path / "home").rglob("firm.db"))
