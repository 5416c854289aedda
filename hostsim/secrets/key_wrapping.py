"""Wraps the firm's data key by a passphrase, so that all workstations of a firm can share one key in its database."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SALT, NONCE = 16, 12
COST = 2**15  # about a tenth of a second and 32 MB for each guess


class WrongPassphrase(Exception):
    """The passphrase does not open the key."""


def wrap(key: bytes, passphrase: str, firm_id: str) -> bytes:
    """Salt, nonce and the sealed key; the firm is bound to it."""
    salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
    return salt + nonce + AESGCM(_stretch(passphrase, salt)).encrypt(nonce, key, firm_id.encode())


def unwrap(wrapped: bytes, passphrase: str, firm_id: str) -> bytes:
    """The key; WrongPassphrase when this is not what it was wrapped by."""
    salt, nonce, sealed = wrapped[:SALT], wrapped[SALT : SALT + NONCE], wrapped[SALT + NONCE :]
    try:
        return AESGCM(_stretch(passphrase, salt)).decrypt(nonce, sealed, firm_id.encode())
    except InvalidTag:
        raise WrongPassphrase from None


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode())
