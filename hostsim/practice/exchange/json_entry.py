"""One object of a firm's JSON: its values by name and type, each mistake with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hostsim.practice.amounts import BadAmountError, to_units
from hostsim.practice.currency import is_currency_code
from hostsim.practice.exchange.firm_file import LoadMistake
from hostsim.practice.model import Kind
from hostsim.practice.text_format import record_number

MONEY = re.compile(r"[0-9]+(\.[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NUMBERS = {Kind.PAYMENT: re.compile(r"P-([0-9]{1,15})"), Kind.CREDIT_MEMO: re.compile(r"CM-([0-9]{1,15})")}
# What `dump` adds and `load` has no use for.
DUMPED = frozenset({"id", "balance", "unapplied", "external_key", "mark", "quickbooks_id"})


@dataclass(frozen=True, slots=True)
class JsonEntry:
    """An object of the file and where it stands, `payments[2]`."""

    place: str
    values: Mapping[str, object]

    def check_names(self, known: frozenset[str]) -> None:
        """LoadMistake for a name that no entry of this list has."""
        for name in self.values:
            if name not in known | DUMPED:
                raise LoadMistake(f"{self.place}.{name}", f"Nothing here has this name. Known: {', '.join(sorted(known))}.")

    def text(self, name: str) -> str | None:
        """A text as it is, outer blanks too: real books hold them."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise LoadMistake(f"{self.place}.{name}", "This is not a text.")
        return value

    def required(self, name: str) -> str:
        """A text that must be there and not be empty."""
        found = self.text(name)
        if not found or not found.strip():
            raise LoadMistake(self.place, f"There is no {name}.")
        return found

    def flag(self, name: str) -> bool | None:
        """true or false."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise LoadMistake(f"{self.place}.{name}", "This is neither true nor false.")
        return value

    def money(self, name: str) -> int | None:
        """Units of an amount of zero or more, written as text."""
        value = self.values.get(name)
        if value is None:
            return None
        try:
            if not isinstance(value, str) or not MONEY.fullmatch(value):
                raise BadAmountError(value)
            return to_units(Decimal(value))
        except BadAmountError:
            raise LoadMistake(f"{self.place}.{name}", f'{value!r} is not an amount. Write it as text, such as "120.50".') from None

    def day(self, name: str) -> date | None:
        """A date, written YYYY-MM-DD."""
        value = self.values.get(name)
        if value is None:
            return None
        try:
            if not isinstance(value, str) or not DAY.fullmatch(value):
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            raise LoadMistake(f"{self.place}.{name}", f"{value!r} is not a date. Write it as YYYY-MM-DD.") from None

    def currency(self) -> str | None:
        """An ISO 4217 code."""
        code = self.text("currency")
        if code and not is_currency_code(code):
            raise LoadMistake(f"{self.place}.currency", f"{code!r} is not a currency's code. Write it as in ISO 4217, such as USD.")
        return code or None

    def serial(self, kind: Kind) -> int | None:
        """The number in what people call a record."""
        number = self.text("number")
        if not number:
            return None
        found = NUMBERS[kind].fullmatch(number)
        if found is None:
            raise LoadMistake(f"{self.place}.number", f"{number!r} is not a number such as {record_number(kind, 1017)}.")
        return int(found[1])
