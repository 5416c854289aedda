"""`hostsim show` prints a record as *Open* shows it; what there is not is said, with exit status 2."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hostsim.cli import main
from hostsim.practice.model import User
from hostsim.testing import demo_practice


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo firm's database; Ann may export, and not look."""
    folder: Path = tmp_path_factory.mktemp("firm")
    practice, url = demo_practice(folder, date(2026, 11, 22))
    practice.people.keep(User("Ann", frozenset({"export"})))
    practice.close()
    return url


def shown(firm: str, *arguments: str, **environment: str) -> Result:
    """What the command prints, with its exit status."""
    return CliRunner().invoke(main, ["show", "--database", firm, *arguments], env={"HOSTSIM_KEY_FILE": "", **environment})


def test_a_record_is_printed_with_all_that_is_known_of_it(firm: str) -> None:
    result = shown(firm, "P-1004")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Payment P-1004 — ")
    assert [line for line in lines if line.startswith("  Unapplied")]
    assert "No QuickBooks company is connected." in result.stdout


def test_several_records_are_printed_as_json_one_a_line(firm: str) -> None:
    result = shown(firm, "--json", "INV-1001", "client:1", "payment:999999")
    assert result.exit_code == 0, result.output
    pages = [json.loads(line) for line in result.stdout.splitlines()]
    assert [page["record"] for page in pages] == ["invoice:1", "client:1", "payment:999999"]
    assert pages[2]["sections"][0]["note"] == "This payment is not in WorkSpace (any more)."


@pytest.mark.parametrize("name", ["P-999999", "nobody", "17", "", "journal:5", "payment:"])
def test_what_there_is_not_is_said(firm: str, name: str) -> None:
    result = shown(firm, name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.strip() == f"There is no {name}."


def test_who_may_not_look_is_told_so(firm: str) -> None:
    result = shown(firm, "--user", "Ann", "P-1004")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Ann may not view." in result.stderr
