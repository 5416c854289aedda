"""`hostsim seed` fills a practice, adds to it, empties it first when asked, and fails with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine

from hostsim.commands.seed import command
from hostsim.practice.database import open_practice


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "firm.db"


def _seed(file: Path, *options: str) -> Result:
    return CliRunner().invoke(command, ["--database", str(file), "--today", "2026-11-22", *options])


def test_an_empty_practice_gets_the_demo_firm(file: Path) -> None:
    result = _seed(file)
    assert (result.exit_code, result.output) == (0, "Alder & Finch, CPAs: 537 payments and credit memos\n")


def test_a_practice_with_records_keeps_them_and_gets_the_payments_asked_for(file: Path) -> None:
    _seed(file)
    result = _seed(file, "--payments", "5")
    assert result.exit_code == 0
    assert "they stay" in result.output
    assert "542 payments and credit memos" in result.output


def test_reset_empties_the_practice_and_nothing_else(file: Path) -> None:
    _seed(file, "--payments", "5")
    practice = open_practice(f"sqlite:///{file}")
    practice.marks("quickbooks").put([{"ref": "payment:1", "state": "synchronized"}])
    practice.close()
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE qb_links (id integer)")
        connection.exec_driver_sql("INSERT INTO qb_links VALUES (7)")
    result = _seed(file, "--reset")
    assert "537 payments and credit memos" in result.output
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT id FROM qb_links").scalar() == 7
    engine.dispose()
    practice = open_practice(f"sqlite:///{file}")
    assert practice.marks("quickbooks").marked("synchronized") == []
    assert practice.ledger.snapshot({"search": "P-1001"}).count == 1
    practice.close()


def test_a_database_that_cannot_be_used_is_exit_status_two_and_a_sentence(tmp_path: Path) -> None:
    result = _seed(tmp_path / "missing" / "firm.db")
    assert result.exit_code == 2
    assert "cannot be opened" in result.output


def test_a_day_that_is_none_is_refused(file: Path) -> None:
    result = CliRunner().invoke(command, ["--database", str(file), "--today", "tomorrow"])
    assert result.exit_code == 2
    assert not file.exists()
