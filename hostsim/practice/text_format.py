"""How the practice writes numbers for people and folds text for sorting and searching."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from hostsim.practice.model import Kind

# Letters that Unicode does not take apart.
UNACCENTED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


def record_number(kind: Kind, serial: int) -> str:
    """What people call a record: `P-1017`, `CM-0031`."""
    return f"P-{serial}" if kind is Kind.PAYMENT else f"CM-{serial:04d}"


def folded(text: str) -> str:
    """Lower case without accents, so that `Hernandez` finds `Hernández` and Å sorts with A."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(UNACCENTED))
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def record_search_text(number: str, reference: str, amount: Decimal) -> str:
    """What a search term is looked for in, besides client and method: one word each, so that no term spans two."""
    return f"{folded(number)} {folded(reference)} {amount}"
