"""Births: short random texts, one made for each record when it is first recorded and never changed."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from functools import partial
from random import Random

BYTES = 5  # eight letters and digits: two records of one id share a birth once in 10^12


def fresh_birth(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Eight lower-case letters and digits of the random source."""
    return base64.b32encode(random_bytes(BYTES)).decode("ascii").lower()


def seeded_births(seed: str) -> Callable[[], str]:
    """Births for made-up firms, the same for the same seed."""
    return partial(fresh_birth, Random(seed).randbytes)  # noqa: S311 - the same births for the same seed is the point
