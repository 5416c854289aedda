"""Seals tokens with the firm's data key; the company's realm is bound in, so that a seal cannot be moved to another company."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
_VERSION = b"\x01"


class SealBrokenError(ValueError):
    """The bytes were sealed with another key, for another company, or are damaged."""


def seal(key: bytes, realm: str, plain: bytes, nonce: bytes) -> bytes:
    """Version, nonce and AES-256-GCM ciphertext. `key` is 32 bytes; `nonce` is 12 random bytes, never used twice."""
    if len(key) != 32 or len(nonce) != NONCE_BYTES:
        raise ValueError("a data key has 32 bytes and a nonce 12")
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _bound(realm))


def unseal(key: bytes, realm: str, sealed: bytes) -> bytes:
    """What was sealed; SealBrokenError when it does not open."""
    version, nonce, text = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if version != _VERSION or len(key) != 32:
        raise SealBrokenError("unknown seal")
    try:
        return AESGCM(key).decrypt(nonce, text, _bound(realm))
    except (InvalidTag, ValueError):
        pass
    raise SealBrokenError("the seal does not open")


def _bound(realm: str) -> bytes:
    return b"workspace-quickbooks tokens " + realm.encode()
