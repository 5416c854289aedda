"""The simulator's clock, and times written the way QuickBooks writes them (US Pacific, with offset)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

_STANDARD, _SUMMER = timezone(timedelta(hours=-8)), timezone(timedelta(hours=-7))


def wall_time() -> datetime:
    """The machine's own time, in UTC."""
    return datetime.now(UTC)


class Clock:
    """A clock that can be set and moved; frozen, or running along with `source`."""

    def __init__(self, start: datetime | None = None, source: Callable[[], datetime] = wall_time) -> None:
        self._source = source
        self._frozen = start
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The simulator's present, in UTC."""
        return self._frozen if self._frozen is not None else self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the present forward (or back, if negative)."""
        if self._frozen is not None:
            self._frozen += timedelta(seconds=seconds)
        else:
            self._ahead += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Make `moment` the present; a running clock runs on from there."""
        self.advance((moment - self.now()).total_seconds())

    @property
    def frozen(self) -> bool:
        """Whether time stands still until someone moves it."""
        return self._frozen is not None

    @property
    def ahead(self) -> float:
        """Seconds between a running clock and its source."""
        return self._ahead.total_seconds()


def pacific(moment: datetime) -> datetime:
    """The same moment in US Pacific time, by the rule in force since 2007."""
    return moment.astimezone(_SUMMER if _summer(moment) else _STANDARD)


def _summer(moment: datetime) -> bool:
    start = _sunday(moment.year, 3, 2).replace(hour=10)
    end = _sunday(moment.year, 11, 1).replace(hour=9)
    return start <= moment < end


def _sunday(year: int, month: int, nth: int) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


@lru_cache(1024)
def stamp(moment: datetime) -> str:
    """A MetaData time: Pacific offset, no fraction."""
    return pacific(moment).isoformat(timespec="seconds")


def envelope_time(moment: datetime) -> str:
    """The time of a reply: Pacific offset, milliseconds."""
    return pacific(moment).isoformat(timespec="milliseconds")


@lru_cache(1024)
def seconds_of(text: str) -> int:
    """A MetaData time as whole seconds since 1970."""
    return int(parse_time(text).timestamp())


def parse_time(text: str) -> datetime:
    """An ISO date or date-time; without an offset it is Pacific. ValueError otherwise."""
    moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    guess = moment.replace(tzinfo=_STANDARD).astimezone(UTC)
    return moment.replace(tzinfo=_SUMMER if _summer(guess) else _STANDARD).astimezone(UTC)


def company_day(moment: datetime) -> date:
    """The company's today."""
    return pacific(moment).date()
