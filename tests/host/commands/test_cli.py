"""The command's table: every entry loads, takes the shared options, and nothing is loaded to print the help."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hostsim.cli import COMMANDS, main
from hostsim.loopback import ADDRESS, PortRefused, listen

HEAVY = ("sqlalchemy", "starlette", "uvicorn", "rich", "requests", "keyring", "pluggy", "qb_plugin")


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_entry_loads_and_has_a_help(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert isinstance(command, click.Command)
    assert command.help


@pytest.mark.parametrize("name", ["serve", "quickbooks", "seed", "load", "dump", "connect", "run"])
def test_every_command_takes_database_and_quickbooks(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--database", "--quickbooks"} <= options


def test_help_loads_none_of_the_heavy_modules() -> None:
    code = f"""
import sys
from hostsim.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["fly"]).exit_code == 2


@pytest.mark.parametrize(
    "command", [["serve", "--port"], ["demo", "--no-open", "--port"], ["demo", "--no-open", "--quickbooks-port"]]
)
def test_a_taken_port_is_said_with_the_flag_that_changes_it(command: list[str], tmp_path: Path) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        arguments = [*command, str(port), *(["--folder", str(tmp_path)] if command[0] == "demo" else [])]
        others = (
            ["--port", "0"] if command[-1] == "--quickbooks-port" else ["--quickbooks-port", "0"] if command[0] == "demo" else []
        )
        done = CliRunner().invoke(main, [*arguments, *others], env={**os.environ, "HOSTSIM_DATABASE": str(tmp_path / "x.db")})
    assert done.exit_code == 2
    assert f"Port {port} is taken" in done.stderr
    assert command[-1] in done.stderr


def test_a_port_can_be_taken_once() -> None:
    with listen(0) as taken:
        assert taken.getsockname()[0] == ADDRESS
        with pytest.raises(PortRefused):
            listen(taken.getsockname()[1])
