"""`hostsim demo`: both sides start, are filled, connected and matched, and stop together."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from hostsim.commands.demo import FILES, Demo, clear
from hostsim.loopback import PortRefused, listen


def free_port() -> int:
    """A port nobody listens on now."""
    with listen(0) as socket:
        return int(socket.getsockname()[1])


def test_the_demo_starts_both_sides_and_ctrl_c_stops_them(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    arguments = [
        "demo",
        "--no-open",
        "--port",
        str(ports[0]),
        "--quickbooks-port",
        str(ports[1]),
        "--folder",
        str(tmp_path / "demo"),
    ]
    environment = {**os.environ, "HOSTSIM_KEY_FILE": str(tmp_path / "firm.key"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "hostsim", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True
    ) as demo:
        assert demo.stdout is not None
        lines: list[str] = []
        for line in demo.stdout:
            lines.append(line)
            if "Ctrl-C stops both" in line:
                break
        said = "".join(lines)
        address = re.search(r"Open (http://127\.0\.0\.1:\d+/\?token=\S+)", said)
        assert address, said
        with requests.Session() as session:
            page = session.get(address[1], timeout=20)
        assert "Alder &amp; Finch, CPAs" in page.text
        assert "clients linked" in said
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
    for port in ports:
        listen(port).close()


def test_a_reset_removes_what_the_demo_made_and_nothing_else(tmp_path: Path) -> None:
    for name in (*FILES, "mine.txt"):
        (tmp_path / name).touch()
    clear(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_both_processes_are_told_the_same_database_and_simulator(tmp_path: Path) -> None:
    demo = Demo(tmp_path, 1, 2)
    assert demo.environment["HOSTSIM_QUICKBOOKS"] == "http://127.0.0.1:2"
    assert demo.environment["HOSTSIM_DATABASE"] == f"sqlite:///{tmp_path / 'firm.db'}"


def test_a_port_in_use_is_found_before_anything_starts() -> None:
    with listen(0) as taken, pytest.raises(PortRefused):
        listen(taken.getsockname()[1])
