"""Builds the set of 2,000 pairs that matching is measured on: clients and customers with the damage that names suffer in practice.

`python -m tests.addin.sync.clients.pairs.build` writes `clients.csv` and `customers.csv` anew; the same seed gives the same files.
Beside the pairs there are clients without a customer and customers without a client, many of them like others.
"""

from __future__ import annotations

import csv
import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

FOLDER = Path(__file__).parent
PAIRS, CLIENTS_ALONE, CUSTOMERS_ALONE = 2_000, 150, 250
SEED = 20261126
WORDS: Mapping[str, str] = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))

GIVEN = WORDS["given"].split()
FAMILY = WORDS["family"].split()
PLACES = WORDS["places"].split()
TRADES = WORDS["trades"].split()
SORTS = WORDS["sorts"].split()
FORMS = ("LLC", "Inc", "Inc.", "L.L.C.", "Corp.", "Corporation", "Ltd", "PLLC", "Co.", "GmbH", "LLP")
ROOMS = (
    "North Office",
    "South Office",
    "Warehouse",
    "Kitchen Remodel",
    "Store 12",
    "Store 13",
    "Payroll",
    "Annual Audit",
    "Tax Return",
    "Site B",
)
DOMAINS = ("example.com", "example.org", "mail.example", "post.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A client or a customer of the set; `customer` is the true one's id of a client, empty where there is none."""

    id: str
    name: str
    email: str = ""
    phone: str = ""
    active: str = "yes"
    customer: str = ""
    damage: str = ""


Damage = Callable[[random.Random, str], str]


@dataclass(frozen=True, slots=True)
class NameSource:
    """Names by chance; with `tails`, surnames and places are as many times more."""

    chance: random.Random
    tails: Sequence[str] = ("",)

    def family(self) -> str:
        """A surname."""
        return self.chance.choice(FAMILY) + self.chance.choice(self.tails)

    def person(self) -> str:
        """A person's name, a third of them with a middle initial."""
        middle = f" {self.chance.choice('ABCDEFGHJKLMNPRSTW')}." if self.chance.random() < 0.33 else ""
        return f"{self.chance.choice(GIVEN)}{middle} {self.family()}"

    def firm(self) -> str:
        """A firm's name: a place or a family and a trade, often with a sort and a legal form."""
        chance = self.chance
        first = chance.choice(PLACES) + chance.choice(self.tails) if chance.random() < 0.7 else self.family()
        second = f" & {self.family()}" if chance.random() < 0.15 else ""
        sort = f" {chance.choice(SORTS)}" if chance.random() < 0.35 else ""
        form = f" {chance.choice(FORMS)}" if chance.random() < 0.6 else ""
        return f"{first}{second} {chance.choice(TRADES)}{sort}{form}"

    def job(self) -> str:
        """A sub-customer's path."""
        parent = self.firm() if self.chance.random() < 0.6 else self.person()
        return f"{parent}:{self.chance.choice(ROOMS)}"


def turn_round(_: random.Random, name: str) -> str:
    """`Smith, John A.` for `John A. Smith`."""
    *first, last = name.split(" ")
    return f"{last}, {' '.join(first)}" if first else name


def drop_middle(_: random.Random, name: str) -> str:
    """The name without its middle initial."""
    return " ".join(word for word in name.split() if not (len(word) == 2 and word.endswith(".")))


def shorten_first(_: random.Random, name: str) -> str:
    """`J. Smith` for `John Smith`."""
    first, *rest = name.split()
    return " ".join([f"{first[0]}.", *rest])


def drop_form(_: random.Random, name: str) -> str:
    """The name without its legal form."""
    for form in sorted(FORMS, key=len, reverse=True):
        name = name.removesuffix(f" {form}")
    return name


def respell_form(chance: random.Random, name: str) -> str:
    """Another spelling of the same legal form, after a comma as often as not."""
    spellings = {"LLC": "L.L.C.", "L.L.C.": "LLC", "Inc": "Incorporated", "Inc.": "Inc", "Corp.": "Corporation",
                 "Corporation": "Corp",
                 "Ltd": "Limited", "Co.": "Company", "PLLC": "P.L.L.C.", "LLP": "L.L.P."}  # fmt: skip
    core = drop_form(chance, name)
    form = name.removeprefix(core).strip()
    comma = "," if chance.random() < 0.5 else ""
    return f"{core}{comma} {spellings.get(form, form)}" if form else name


def add_form(chance: random.Random, name: str) -> str:
    """The name with a legal form, where it has none."""
    return name if drop_form(chance, name) != name else f"{name} {chance.choice(FORMS)}"


def drop_sort(_: random.Random, name: str) -> str:
    """The name without what sort of business it is."""
    return " ".join(word for word in name.split() if word not in SORTS)


def drop_accents(_: random.Random, name: str) -> str:
    """The name as a keyboard without accents gives it."""
    plain = str.maketrans("éíóúáñüöäëøłńřąČčÁåØŁ", "eiouanuoaeolnraCcAaOL")
    return name.replace("ß", "ss").translate(plain)


def spell_german(_: random.Random, name: str) -> str:
    """Umlauts as two letters."""
    return name.replace("ü", "ue").replace("ö", "oe").replace("ä", "ae").replace("ß", "ss")


def mistype(chance: random.Random, name: str) -> str:
    """One mistake of the keyboard in the middle of a longer word: letters exchanged, left out, doubled, or the neighbour's."""
    words = name.split()
    long = [place for place, word in enumerate(words) if len(word) >= 6 and word.isalpha()]
    if not long:
        return name
    place = chance.choice(long)
    word, at = words[place], chance.randrange(1, len(words[place]) - 2)
    neighbour = chance.choice("aeiounrst")
    words[place] = chance.choice([
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + neighbour + word[at + 1 :],
    ])  # fmt: skip
    return " ".join(words)


def respace(chance: random.Random, name: str) -> str:
    """Other blanks, case and signs."""
    return chance.choice(
        [name.upper(), name.lower(), f" {name}", name.replace(" ", "  "), name.replace("&", "and"), name.replace("'", "’")]
    )


def respell_path(chance: random.Random, name: str) -> str:
    """A path as people write it."""
    return name.replace(":", chance.choice([": ", " : ", " - ", " / "]))


def only_leaf(_: random.Random, name: str) -> str:
    """The last part of a path, with the parent after it."""
    parent, *leaf = name.split(":")
    return f"{leaf[0]} ({parent})" if leaf else name


OF_PEOPLE: Mapping[Damage, int] = {
    turn_round: 26,
    drop_middle: 14,
    shorten_first: 5,
    mistype: 16,
    drop_accents: 12,
    spell_german: 4,
    respace: 12,
}
OF_FIRMS: Mapping[Damage, int] = {
    drop_form: 26,
    respell_form: 16,
    add_form: 10,
    drop_sort: 6,
    mistype: 18,
    drop_accents: 6,
    respace: 12,
}
OF_JOBS: Mapping[Damage, int] = {respell_path: 50, only_leaf: 20, drop_form: 4, mistype: 10, respace: 6}
KINDS: Sequence[tuple[Callable[[NameSource], str], Mapping[Damage, int], int]] = (
    (NameSource.person, OF_PEOPLE, 45),
    (NameSource.firm, OF_FIRMS, 43),
    (NameSource.job, OF_JOBS, 12),
)


def damaged(chance: random.Random, name: str, kinds: Mapping[Damage, int]) -> tuple[str, str]:
    """The name as the other side has it, and what was done to it: nothing to a quarter, two things to a fifth."""
    times = chance.choices([0, 1, 2], [25, 55, 20])[0]
    done: list[str] = []
    for damage in chance.choices(list(kinds), list(kinds.values()), k=times):
        after = damage(chance, name)
        if after != name:
            name, done = after, [*done, damage.__name__]
    return name, " ".join(done)


def contacts(chance: random.Random, number: int, name: str) -> tuple[str, str]:
    """An address and a telephone number; each is missing as often as it is in practice."""
    box = "".join(each for each in name.lower() if each.isascii() and each.isalpha())[:12]
    email = f"{box}{number}@{chance.choice(DOMAINS)}" if chance.random() < 0.65 else ""
    return email, f"({chance.randrange(201, 989)}) 555-{number % 10_000:04d}" if chance.random() < 0.5 else ""


def other_side(chance: random.Random, email: str, phone: str) -> tuple[str, str]:
    """The same on the other side: missing to some, changed since with a few, written in another way."""
    mail = "" if chance.random() < 0.4 else f"old.{email}" if email and chance.random() < 0.08 else email.upper()
    call = "" if chance.random() < 0.5 else phone.translate(str.maketrans("() ", "+--")) if chance.random() < 0.92 else ""
    return mail, call


def build(seed: int = SEED, pairs: int = PAIRS, tails: Sequence[str] = ("",)) -> tuple[list[Entry], list[Entry]]:
    """Clients and customers, so many pairs and those who are alone."""
    chance = random.Random(seed)
    source = NameSource(chance, tails)
    clients, customers = list[Entry](), list[Entry]()
    taken: set[str] = set()
    for number in range(pairs + CUSTOMERS_ALONE + CLIENTS_ALONE):
        make, kinds, _ = chance.choices(KINDS, [weight for *_, weight in KINDS])[0]
        theirs = next(name for name in iter(lambda: make(source), None) if name.lower() not in taken)  # noqa: B023
        taken.add(theirs.lower())
        email, phone = contacts(chance, number, theirs)
        mail, call = other_side(chance, email, phone)
        ours, done = damaged(chance, theirs, kinds)
        if number < pairs + CUSTOMERS_ALONE:
            active = "yes" if chance.random() > 0.02 else "no"
            customers.append(Entry(id=f"q{number}", name=theirs, email=email, phone=phone, active=active))
        if not pairs <= number < pairs + CUSTOMERS_ALONE:
            truth = f"q{number}" if number < pairs else ""
            clients.append(Entry(id=f"w{number}", name=ours, email=mail, phone=call, customer=truth, damage=done))
    _make_twins(chance, clients, customers, pairs)
    chance.shuffle(clients)
    chance.shuffle(customers)
    return clients, customers


def _make_twins(chance: random.Random, clients: list[Entry], customers: list[Entry], pairs: int) -> None:
    """Other customers like some: the same name with a number or a place, a son, a namesake without the middle initial."""
    endings = (" 2", " Jr.", " (Dallas)", " II", " Holdings", " B")
    for place in chance.sample(range(pairs), 60):
        namesake = replace(
            customers[place], id=f"t{place}", name=customers[place].name + chance.choice(endings), email="", phone=""
        )
        customers.append(namesake)
    for place in chance.sample(range(pairs), 30):
        clients.append(replace(clients[place], id=f"x{place}", email="", phone="", customer="", damage="namesake"))


def write(path: Path, entries: Sequence[Entry]) -> None:
    """Write the entries as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, [field.name for field in fields(Entry)], lineterminator="\n")
        sheet.writeheader()
        sheet.writerows(asdict(entry) for entry in entries)


def read(path: Path) -> list[Entry]:
    """The entries of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Entry(**row) for row in csv.DictReader(file)]


def main() -> None:
    """Write both files."""
    clients, customers = build()
    write(FOLDER / "clients.csv", clients)
    write(FOLDER / "customers.csv", customers)


if __name__ == "__main__":
    main()
