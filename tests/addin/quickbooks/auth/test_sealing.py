"""Seals: open only with the firm's key, for the company they were made for, undamaged."""

from __future__ import annotations

import pytest

from qb_plugin.quickbooks.auth.sealing import SealBrokenError, seal, unseal

KEY, NONCE = bytes(range(32)), bytes(12)


def test_what_was_sealed_comes_back() -> None:
    assert unseal(KEY, "123", seal(KEY, "123", b"tokens", NONCE)) == b"tokens"


def test_nothing_of_it_can_be_read() -> None:
    assert b"tokens" not in seal(KEY, "123", b"tokens" * 9, NONCE)


def test_two_seals_of_the_same_differ_by_their_nonce() -> None:
    assert seal(KEY, "123", b"tokens", NONCE) != seal(KEY, "123", b"tokens", bytes(11) + b"1")


@pytest.mark.parametrize("position", range(0, 35, 3))
def test_one_changed_bit_breaks_it(position: int) -> None:
    sealed = bytearray(seal(KEY, "123", b"tokens", NONCE))
    sealed[position % len(sealed)] ^= 1
    with pytest.raises(SealBrokenError):
        unseal(KEY, "123", bytes(sealed))


@pytest.mark.parametrize(("key", "realm"), [(bytes(32), "123"), (KEY, "124"), (KEY, ""), (KEY[:31], "123")])
def test_another_key_or_company_does_not_open_it(key: bytes, realm: str) -> None:
    with pytest.raises(SealBrokenError):
        unseal(key, realm, seal(KEY, "123", b"tokens", NONCE))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40)])
def test_what_is_no_seal_is_refused(sealed: bytes) -> None:
    with pytest.raises(SealBrokenError):
        unseal(KEY, "123", sealed)


@pytest.mark.parametrize(("key", "nonce"), [(KEY[:16], NONCE), (KEY, NONCE[:8])])
def test_a_weaker_key_or_a_short_nonce_is_not_used(key: bytes, nonce: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal(key, "123", b"tokens", nonce)
