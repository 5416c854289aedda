"""Random books: whatever a payment meets, money here is money there, or the row says what is not, in QuickBooks' own figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.addin.importing.random_books import day_of, play
from tests.support.addin.import_scene import import_scene

SLICE, FULL = 60, 5000
A_RUN, A_FIRM = 20, 100


def play_all(folder: Path, first: int, books: int) -> int:
    """The books of so many seeds, in one firm."""
    with import_scene(folder) as scene:
        turns = range(0, books, A_RUN)
        return sum(play(scene, range(first + turn, first + turn + A_RUN), day_of(turn // A_RUN)) for turn in turns)


def test_a_slice_of_random_books_comes_in_whole_or_says_what_is_missing(tmp_path: Path) -> None:
    assert play_all(tmp_path, 0, SLICE) > SLICE


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLICE, SLICE + FULL, A_FIRM))
def test_five_thousand_random_books_come_in_whole_or_say_what_is_missing(tmp_path: Path, first: int) -> None:
    assert play_all(tmp_path, first, A_FIRM) > A_FIRM
