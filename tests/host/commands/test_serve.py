"""`hostsim serve` as a person at a terminal meets it: private files, sentences instead of tracebacks, a quiet Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from hostsim.cli import main
from hostsim.commands.support import open_private
from hostsim.practice.database import open_practice

SERVE = [sys.executable, "-m", "hostsim", "serve", "--port", "0"]


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A host as a process of its own, and the address it printed; ended by the block if it has not ended by itself."""
    arguments = [*SERVE, "--database", str(folder / "firm.db")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(arguments, text=True, start_new_session=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, process.stderr.read()
            yield process, found[0]
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal that only POSIX sends to another process")
def test_ctrl_c_ends_a_host_with_an_open_event_stream_without_a_word_of_the_web_server(tmp_path: Path) -> None:
    with served(tmp_path) as (process, address), requests.Session() as browser:
        browser.trust_env = False
        browser.get(address, timeout=20).raise_for_status()
        stream = browser.get(address.partition("/?")[0] + "/events", stream=True, timeout=20)
        reader = threading.Thread(target=lambda: list(stream.iter_content(1)), daemon=True)
        reader.start()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        reader.join(10)
    assert (process.returncode, out.strip(), err) == (0, "Stopped.", "")
    assert not reader.is_alive()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX'")
def test_a_new_database_and_its_log_are_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "firm.db"
    practice = open_practice(f"sqlite:///{file}")
    try:
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    finally:
        practice.close()
    assert {"firm.db", "firm.db-wal"} <= modes.keys()
    assert set(modes.values()) == {0o600}


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX'")
def test_an_older_database_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "firm.db"
    open_practice(f"sqlite:///{file}").close()
    file.chmod(0o644)
    open_practice(f"sqlite:///{file}").close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def write_text(file: Path) -> None:
    """A text that somebody keeps."""
    file.write_text("name,amount\nHolt,12.50\n" * 200, "utf-8")


def write_short(file: Path) -> None:
    """A file of a single byte."""
    file.write_bytes(b"x")


@pytest.mark.parametrize("command", ["serve", "seed", "connect", "dump", "show"])
@pytest.mark.parametrize("write", [write_text, write_short])
def test_a_file_that_holds_something_else_is_left_as_it_is(command: str, write: Callable[[Path], None], tmp_path: Path) -> None:
    file = tmp_path / "kept"
    write(file)
    file.chmod(0o644)
    before = file.read_bytes()
    more = {"serve": ["--port", "0"], "show": ["payment:1"]}.get(command, [])
    ended = CliRunner().invoke(main, [command, "--database", f"sqlite:///{file}", *more])
    assert ended.exit_code == 2
    assert "is not a practice database. Nothing was changed." in ended.output
    assert file.read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o644 or os.name != "posix"
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX'")
def test_a_support_bundle_is_for_this_user_alone(tmp_path: Path) -> None:
    with open(tmp_path / "bundle.zip", "xb", opener=open_private):
        pass
    assert stat.S_IMODE((tmp_path / "bundle.zip").stat().st_mode) == 0o600


@pytest.mark.parametrize("command", ["serve", "seed", "connect", "support"])
def test_a_password_in_an_argument_is_refused_and_the_other_ways_are_named(command: str, tmp_path: Path) -> None:
    more = [str(tmp_path / "x.zip")] if command == "support" else ["--port", "0"] if command == "serve" else []
    ended = CliRunner().invoke(main, [command, "--database", "postgresql://maria:geheim@db.example/firm", *more])
    assert ended.exit_code == 2
    assert "HOSTSIM_DATABASE_PASSWORD," in ended.stderr
    assert "HOSTSIM_DATABASE_PASSWORD_FILE" in ended.stderr
    assert "geheim" not in ended.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--port", "99999"],
        ["serve", "--port", "-1"],
        ["serve", "--port", "http"],
        ["demo", "--port", "99999"],
        ["demo", "--quickbooks-port", "65536"],
        ["quickbooks", "--port", "99999"],
    ],
)
def test_a_port_that_cannot_be_is_refused_by_name(arguments: list[str]) -> None:
    ended = CliRunner().invoke(main, arguments)
    assert ended.exit_code == 2
    assert isinstance(ended.exception, SystemExit)
    assert arguments[1] in ended.stderr


def test_a_port_that_is_taken_is_a_sentence_that_names_the_flag(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = CliRunner().invoke(main, ["serve", "--port", port, "--database", str(tmp_path / "firm.db")])
    assert ended.exit_code == 2
    assert ended.stderr == f"Port {port} is taken, perhaps by another hostsim. Choose another one with --port.\n"


@pytest.mark.parametrize(
    "address", ["nonsense", "ftp://books", "http://", "http://books:99999", "http://books:port", "http://books:0"]
)
def test_an_address_that_cannot_be_quickbooks_is_refused(address: str, tmp_path: Path) -> None:
    ended = CliRunner().invoke(main, ["serve", "--port", "0", "--quickbooks", address, "--database", str(tmp_path / "firm.db")])
    assert (ended.exit_code, ended.stderr.partition(".")[0]) == (2, f"{address} is no address of QuickBooks")
