"""The data key: 32 bytes that stay the same, in a trusted keyring or a file nobody else can read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import pytest

from hostsim.practice.database import open_practice
from hostsim.secrets.data_key import KeyFileError, data_key, file_key, keyring_key


class Store(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """What was kept."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        del self.kept[service, username]


class TrustedStore(Store):
    """As if it were the desktop's own."""


TrustedStore.__module__ = "keyring.backends.SecretService"


@pytest.fixture
def use() -> Iterator[type[Store]]:
    """Put the keyring back afterwards."""
    before = keyring.get_keyring()
    yield Store
    keyring.set_keyring(before)


@pytest.fixture
def no_keyring(use: type[Store]) -> None:
    """A keyring that is not trusted."""
    keyring.set_keyring(use())


@pytest.fixture
def trusted(use: type[Store]) -> Store:
    """A trusted keyring."""
    store = TrustedStore()
    keyring.set_keyring(store)
    return store


def test_a_key_is_made_once_and_stays(tmp_path: Path) -> None:
    said: list[str] = []
    key = file_key(tmp_path / "deep" / "firm.key", said.append)
    assert len(key) == 32
    assert file_key(tmp_path / "deep" / "firm.key", said.append) == key
    assert len(said) == 1


def test_the_file_is_for_this_person_alone_and_refused_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "firm.key"
    file_key(file, lambda _: None)
    assert file.stat().st_mode & 0o777 == 0o600
    os.chmod(file, 0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        file_key(file, lambda _: None)


def test_a_file_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "firm.key"
    file.touch(0o600)
    file.write_text("not a key", "ascii")
    with pytest.raises(KeyFileError, match="is not a data key"):
        file_key(file, lambda _: None)


def test_a_keyring_that_is_not_the_systems_own_is_not_used(use: type[Store]) -> None:
    store = use()
    keyring.set_keyring(store)
    assert keyring_key("firm1") is None
    assert not store.kept


def test_the_systems_own_keyring_keeps_one_key_per_firm(use: type[Store]) -> None:
    assert use is Store
    keyring.set_keyring(TrustedStore())
    first, second = keyring_key("firm1"), keyring_key("firm2")
    assert first is not None
    assert first != second
    assert keyring_key("firm1") == first


def test_a_named_file_goes_before_any_keyring(tmp_path: Path, use: type[Store]) -> None:
    assert use is Store
    keyring.set_keyring(TrustedStore())
    file = tmp_path / "named.key"
    said: list[str] = []
    key = data_key("firm1", {"HOSTSIM_KEY_FILE": str(file)}, said.append)
    assert file.exists()
    assert key != keyring_key("firm1")
    assert not said


def test_without_a_keyring_the_file_lies_in_the_users_own_folder(tmp_path: Path, use: type[Store]) -> None:
    keyring.set_keyring(use())
    environment = {"XDG_CONFIG_HOME": str(tmp_path), "APPDATA": str(tmp_path)}
    key = data_key("firm1", environment, lambda _: None)
    assert [file.name for file in tmp_path.rglob("*.key")] == ["firm1.key"]
    assert data_key("firm1", environment, lambda _: None) == key


class Shelf:
    """Where a firm's workstations share the wrapped key."""

    def __init__(self) -> None:
        self.wrapped: bytes | None = None

    def wrapped_key(self) -> bytes | None:
        return self.wrapped

    def store_wrapped_key(self, wrapped: bytes) -> bytes:
        self.wrapped = self.wrapped or wrapped
        return self.wrapped


def workstation(folder: Path, **more: str) -> dict[str, str]:
    """A workstation's environment, with a configuration folder of its own."""
    return {"XDG_CONFIG_HOME": str(folder), **more}


def test_workstations_share_one_key_by_a_passphrase(tmp_path: Path, no_keyring: None) -> None:
    shelf = Shelf()
    first = data_key("af7", workstation(tmp_path / "a", HOSTSIM_KEY_PASSPHRASE="correct horse"), print, shelf)
    second = data_key("af7", workstation(tmp_path / "b", HOSTSIM_KEY_PASSPHRASE="correct horse"), print, shelf)
    assert first == second
    assert shelf.wrapped is not None
    assert first not in shelf.wrapped


def test_the_first_workstation_shares_the_key_it_has_used_so_far(tmp_path: Path, no_keyring: None) -> None:
    alone = data_key("af7", workstation(tmp_path), print, Shelf())
    assert data_key("af7", workstation(tmp_path, HOSTSIM_KEY_PASSPHRASE="correct horse"), print, Shelf()) == alone


def test_a_wrong_passphrase_changes_nothing(tmp_path: Path, no_keyring: None) -> None:
    shelf = Shelf()
    data_key("af7", workstation(tmp_path / "a", HOSTSIM_KEY_PASSPHRASE="correct horse"), print, shelf)
    before = shelf.wrapped
    with pytest.raises(KeyFileError, match="does not open"):
        data_key("af7", workstation(tmp_path / "b", HOSTSIM_KEY_PASSPHRASE="wrong donkey"), print, shelf)
    assert shelf.wrapped == before


def test_a_workstation_without_key_and_passphrase_says_what_it_needs(tmp_path: Path, no_keyring: None) -> None:
    shelf = Shelf()
    data_key("af7", workstation(tmp_path / "a", HOSTSIM_KEY_PASSPHRASE="correct horse"), print, shelf)
    with pytest.raises(KeyFileError, match="HOSTSIM_KEY_PASSPHRASE_FILE"):
        data_key("af7", workstation(tmp_path / "b"), print, shelf)


def test_the_keyring_keeps_the_shared_key_so_that_the_passphrase_is_asked_once(tmp_path: Path, trusted: Store) -> None:
    shelf, secret = Shelf(), tmp_path / "passphrase"
    secret.write_text("correct horse\n", encoding="utf-8")
    key = data_key("af7", workstation(tmp_path, HOSTSIM_KEY_PASSPHRASE_FILE=str(secret)), print, shelf)
    assert data_key("af7", workstation(tmp_path), print, shelf) == key


def test_the_practice_keeps_the_first_wrapped_key(tmp_path: Path) -> None:
    practice = open_practice(f"sqlite:///{tmp_path / 'firm.db'}")
    assert practice.wrapped_key() is None
    assert practice.store_wrapped_key(b"first") == b"first"
    assert practice.store_wrapped_key(b"second") == b"first"
    assert practice.wrapped_key() == b"first"
    practice.close()
