"""Seals: open only with the firm's key, for the company they were made for, undamaged."""

from __future__ import annotations

import pytest

from qb_plugin.quickbooks.auth.sealing import SealBrokenError, seal, unseal

KEY, NONCE = bytes(range(32)), bytes(12)
SEALED = "010000000000000000000000007ad3debbdb5f371e34a2f2251f08f3296fe14f889952"


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


@pytest.mark.parametrize(("key", "realm"), [(bytes(32), "123"), (KEY, "124"), (KEY, "")])
def test_another_key_or_company_does_not_open_it(key: bytes, realm: str) -> None:
    with pytest.raises(SealBrokenError, match=r"^the seal does not open$"):
        unseal(key, realm, seal(KEY, "123", b"tokens", NONCE))


@pytest.mark.parametrize(("key", "sealed"), [(KEY, b""), (KEY, b"\x02" + bytes(40)), (KEY[:31], b"\x01" + bytes(40))])
def test_what_is_no_seal_of_this_version_or_no_data_key_is_refused(key: bytes, sealed: bytes) -> None:
    with pytest.raises(SealBrokenError, match=r"^unknown seal$"):
        unseal(key, "123", sealed)


@pytest.mark.parametrize("sealed", [b"\x01", b"\x01" + bytes(12), b"\x01" + bytes(28)])
def test_a_seal_that_is_cut_off_does_not_open(sealed: bytes) -> None:
    with pytest.raises(SealBrokenError, match=r"^the seal does not open$"):
        unseal(KEY, "123", sealed)


def test_a_seal_of_an_earlier_release_opens() -> None:
    """Written down once: a change of the version, the order or the text that binds the company would sign every firm out."""
    sealed = bytes.fromhex(SEALED)
    assert unseal(KEY, "9130347798120206", sealed) == b"tokens"
    assert seal(KEY, "9130347798120206", b"tokens", NONCE) == sealed


@pytest.mark.parametrize(("key", "nonce"), [(KEY[:16], NONCE), (KEY, NONCE[:8])])
def test_a_weaker_key_or_a_short_nonce_is_not_used(key: bytes, nonce: bytes) -> None:
    with pytest.raises(ValueError, match=r"^a data key has 32 bytes and a nonce 12$"):
        seal(key, "123", b"tokens", nonce)
