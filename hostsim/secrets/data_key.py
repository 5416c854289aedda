"""The firm's data key: 32 bytes in the operating system's keyring, or in a file only this person can read."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import keyring
import keyring.errors

from hostsim.secrets.key_wrapping import WrongPassphrase, unwrap, wrap

SERVICE = "WorkSpace data key"
TRUSTED = ("keyring.backends.macOS", "keyring.backends.Windows", "keyring.backends.SecretService", "keyring.backends.kwallet")
"""Backends that store secrets in the operating system's keyring; others (plain-text files, a null one) are not used."""
LENGTH = 32
LOCKED = (
    "This firm's data key is protected by a passphrase, and this workstation does not have the key yet. "
    "Give the passphrase in HOSTSIM_KEY_PASSPHRASE, or in a file named by HOSTSIM_KEY_PASSPHRASE_FILE, and start again."
)

Say = Callable[[str], None]


class KeyFileError(Exception):
    """The key file cannot be used; the text says why and what to do."""


class Vault(Protocol):
    """Where the firm's workstations share the key, wrapped."""

    def wrapped_key(self) -> bytes | None: ...
    def store_wrapped_key(self, wrapped: bytes) -> bytes: ...


def data_key(firm_id: str, environment: Mapping[str, str], say: Say, vault: Vault | None = None) -> bytes:
    """The key of this firm, made on first use.

    `HOSTSIM_KEY_FILE` names a file to use instead of the keyring. A passphrase (`HOSTSIM_KEY_PASSPHRASE`, or a file named by
    `HOSTSIM_KEY_PASSPHRASE_FILE`) opens the key that the firm's workstations share in the vault, and puts it there at first; with a
    keyring it is needed once a workstation. KeyFileError says what is missing.
    """
    named = environment.get("HOSTSIM_KEY_FILE")
    if named:
        return file_key(Path(named), lambda _: None)
    file = _folder(environment) / f"{firm_id}.key"
    passphrase, wrapped = read_passphrase(environment), vault.wrapped_key() if vault else None
    if vault and passphrase:
        return shared_key(firm_id, passphrase, vault, own_key(firm_id, file))
    if wrapped and cached_key(firm_id) is None:
        raise KeyFileError(LOCKED)
    found = keyring_key(firm_id)
    return found if found is not None else file_key(file, say)


def shared_key(firm_id: str, passphrase: str, vault: Vault, local: bytes | None) -> bytes:
    """The key that the firm's workstations share; the first one shares its local key, so that what it has sealed stays readable."""
    wrapped = vault.wrapped_key() or vault.store_wrapped_key(wrap(local or secrets.token_bytes(LENGTH), passphrase, firm_id))
    try:
        key = unwrap(wrapped, passphrase, firm_id)
    except WrongPassphrase:
        raise KeyFileError(
            "The passphrase does not open this firm's data key. Nothing was changed. Check it and try again."
        ) from None
    cache_key(firm_id, key)
    return key


def read_passphrase(environment: Mapping[str, str]) -> str:
    """The passphrase from the environment or from the file it names, or "". Never from an argument: others can read those."""
    named = environment.get("HOSTSIM_KEY_PASSPHRASE_FILE")
    if not named:
        return environment.get("HOSTSIM_KEY_PASSPHRASE", "")
    try:
        return Path(named).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise KeyFileError(f"The passphrase file {named} cannot be read: {problem.strerror}.") from problem


def own_key(firm_id: str, file: Path) -> bytes | None:
    """The key this workstation has used by itself so far, if it has."""
    cached = cached_key(firm_id)
    if cached is not None:
        return cached
    return file_key(file, lambda _: None) if file.exists() else None


def cached_key(firm_id: str) -> bytes | None:
    """The key as the trusted keyring holds it; None without one."""
    if not type(keyring.get_keyring()).__module__.startswith(TRUSTED):
        return None
    try:
        text = keyring.get_password(SERVICE, firm_id)
    except keyring.errors.KeyringError:
        return None
    return _decode(text, "the keyring") if text else None


def cache_key(firm_id: str, key: bytes) -> None:
    """Keep the shared key in a trusted keyring, where there is one, so that the passphrase is not needed again."""
    if type(keyring.get_keyring()).__module__.startswith(TRUSTED) and cached_key(firm_id) != key:
        with suppress(keyring.errors.KeyringError):
            keyring.set_password(SERVICE, firm_id, base64.b64encode(key).decode())


def keyring_key(firm_id: str) -> bytes | None:
    """The key from the keyring, made there on first use; None when no trusted keyring works."""
    if not type(keyring.get_keyring()).__module__.startswith(TRUSTED):
        return None
    try:
        text = keyring.get_password(SERVICE, firm_id)
        if text is None:
            text = base64.b64encode(secrets.token_bytes(LENGTH)).decode()
            keyring.set_password(SERVICE, firm_id, text)
        return _decode(text, "the keyring")
    except keyring.errors.KeyringError:
        return None


def file_key(path: Path, say: Say) -> bytes:
    """The key from a file of mode 0600, made on first use; KeyFileError when others may read it."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return _make(path, say)
    except OSError as problem:
        raise KeyFileError(f"The key file {path} cannot be read: {problem.strerror}.") from problem
    with os.fdopen(handle, "rb") as file:
        if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
            raise KeyFileError(f"Others may read the key file {path}. Make it yours alone: chmod 600 {path}")
        return _decode(file.read().decode("ascii", "replace"), str(path))


def _make(path: Path, say: Say) -> bytes:
    key = secrets.token_bytes(LENGTH)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file_key(path, say)  # another process was first
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(key))
    say(f"No keyring was found, so the data key lies in {path}, readable by you alone. Keep a copy: without it you sign in again.")
    return key


def _decode(text: str, location: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != LENGTH:
        raise KeyFileError(f"What lies in {location} is not a data key of this program.")
    return key


def _folder(environment: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return Path(environment.get("APPDATA", str(Path.home()))) / "WorkSpace"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "WorkSpace"
    return Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "workspace"
