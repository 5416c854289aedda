"""Names as they are compared: words without accents, fillers and titles; legal forms, generations and numbers set apart."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from qb_plugin.sync.matching import comparable

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"['’`]")
# Letters that Unicode does not take apart into a plain one and an accent.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

_LEGAL_FORMS_TEXT = """
llc inc incorporated corp corporation co company ltd limited llp lp pllc pc pa plc gmbh ag kg ohg ug ev bv nv sa sas
sarl srl spa oy ab aps pty pvt mbh cie kft sro doo lllp
"""
LEGAL_FORMS = frozenset(_LEGAL_FORMS_TEXT.split())
_SAME_FORM = {"incorporated": "inc", "corporation": "corp", "company": "co", "limited": "ltd"}
_FILLERS = frozenset(["and", "the", "of", "und", "et", "de", "la", "dba"])
_TITLES = frozenset(["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "rev"])
_GENERATIONS = frozenset(["jr", "sr", "ii", "iii", "iv", "junior", "senior"])
_SAME_GENERATION = {"junior": "jr", "senior": "sr"}
# Words that say what sort of business it is; they are left out as often as they are written.
_DESCRIPTIONS_TEXT = """
services service group studio studios associates consulting consultants holdings enterprises partners solutions
international company shop store team agency firm industries
"""
DESCRIPTIONS = frozenset(_DESCRIPTIONS_TEXT.split())
_SHORT = {
    "intl": "international",
    "svc": "services",
    "svcs": "services",
    "assoc": "associates",
    "assocs": "associates",
    "bros": "brothers",
    "mfg": "manufacturing",
    "mgmt": "management",
    "mgt": "management",
    "grp": "group",
    "ctr": "center",
    "centre": "center",
    "natl": "national",
    "dept": "department",
    "univ": "university",
    "tech": "technologies",
    "st": "saint",
    "ft": "fort",
    "mt": "mount",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name taken apart. `literal` is `comparable`, `words` are in the order written, `forms` without dots."""

    literal: str
    words: tuple[str, ...]
    forms: frozenset[str]
    generations: frozenset[str]
    numbers: frozenset[str]

    @property
    def compact(self) -> str:
        """All words as one, for names that differ in blanks only."""
        return "".join(self.words)


def take_apart(name: str, umlauts: bool = False) -> Name:
    """The parts of a name; with `umlauts` ä, ö and ü count as ae, oe and ue, which is how German spells them without."""
    literal = comparable(name)
    words = _split(literal.translate(_UMLAUTS) if umlauts else literal)
    words, forms = _take_forms(words)
    generations = frozenset(_SAME_GENERATION.get(word, word) for word in words if word in _GENERATIONS)
    core = [_SHORT.get(word, word) for word in words if word not in _GENERATIONS and word not in _FILLERS]
    while len(core) > 1 and core[0] in _TITLES:
        core = core[1:]
    numbers = frozenset(word.lstrip("0") for word in core if word.isdecimal())
    return Name(
        literal=literal, words=tuple(core) or tuple(words), forms=frozenset(forms), generations=generations, numbers=numbers
    )


@lru_cache(maxsize=60_000)
def variants(name: str) -> tuple[Name, ...]:
    """The name in each of its spellings without accents."""
    plain = take_apart(name)
    return (plain, take_apart(name, True)) if any(each in plain.literal for each in "äöü") else (plain,)


def _split(literal: str) -> list[str]:
    """The words without accents and apostrophes; single letters at the end that spell a legal form are one word."""
    spread = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", literal).translate(_PLAIN))
    words = _WORD.findall("".join(each for each in spread if not unicodedata.combining(each)))
    for length in (4, 3, 2):
        tail = words[-length:]
        if len(words) > length and all(len(word) == 1 for word in tail) and "".join(tail) in LEGAL_FORMS:
            return [*words[:-length], "".join(tail)]
    return words


def _take_forms(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before the legal forms at the end, and those forms; a name of nothing else keeps its first word."""
    forms: list[str] = []
    while len(words) > 1 and (words[-1] in LEGAL_FORMS or (forms and words[-1] in _FILLERS)):
        forms.append(_SAME_FORM.get(words[-1], words[-1]))
        words = words[:-1]
    return words, [form for form in forms if form in LEGAL_FORMS]
