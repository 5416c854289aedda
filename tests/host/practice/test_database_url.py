"""The database is where it was said to be, and its password is never an argument."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostsim.practice.sql.connection import PracticeUnavailable
from hostsim.practice.sql.database_url import database_url

SERVER = "postgresql://ann@db.example/firm"


def test_what_is_given_comes_before_the_environment() -> None:
    environment = {"HOSTSIM_DATABASE": "other.db"}
    assert database_url("mine.db", environment) == "sqlite:///mine.db"
    assert database_url(None, environment) == "sqlite:///other.db"
    assert database_url("sqlite:///there.db", {}) == "sqlite:///there.db"


def test_without_either_it_is_a_file_in_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    url = database_url(None, {})
    assert url.startswith("sqlite:///")
    file = Path(url.removeprefix("sqlite:///"))
    assert file.name == "firm.db"
    assert file.parent.is_dir()
    assert tmp_path in file.parents


def test_a_server_is_spoken_to_by_the_one_driver_there_is() -> None:
    assert database_url(SERVER, {}) == "postgresql+psycopg://ann@db.example/firm"


def test_a_password_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret/@\n", "utf-8")
    expected = "postgresql+psycopg://ann:s3cret%2F%40@db.example/firm"
    assert database_url(SERVER, {"HOSTSIM_DATABASE_PASSWORD": "s3cret/@"}) == expected
    assert database_url(SERVER, {"HOSTSIM_DATABASE_PASSWORD_FILE": str(file)}) == expected
    assert database_url("sqlite:///a.db", {"HOSTSIM_DATABASE_PASSWORD": "s3cret"}) == "sqlite:///a.db"


def test_a_password_file_that_is_missing_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PracticeUnavailable, match="password file"):
        database_url(SERVER, {"HOSTSIM_DATABASE_PASSWORD_FILE": str(tmp_path / "missing")})


def test_an_address_that_is_none_is_told_in_a_sentence() -> None:
    with pytest.raises(PracticeUnavailable, match="not one"):
        database_url("://", {})
