"""The shelf of bills: when a day's bill is ready, and download links that soon expire.

Laws: a link returns one file, in its state when the link was made; an expired link returns nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from hardware_sims.payment_institutions.china_time import BEIJING, DAY_MS, SECOND_MS, WallClock, beijing_day

READY_AT = time(10, tzinfo=BEIJING)  # on the next day
MONTH_READY_ON_DAY = 4
KEPT_MS = 90 * DAY_MS
TOKEN_BITS = 128
_PERIOD = re.compile(r"\d{4}-\d\d(-\d\d)?")


@dataclass(frozen=True, slots=True)
class BillFile:
    """A file that waits to be downloaded."""

    name: str
    content: bytes
    content_type: str
    until_ms: int


class BillShelf:
    """One institution's files; with `at_once`, bills are ready at any time, also those of the present day."""

    def __init__(self, clock: WallClock, random: Random, *, link_lives_ms: int) -> None:
        self.at_once = False
        self._clock = clock
        self._random = random
        self._link_lives_ms = link_lives_ms
        self._files: dict[str, BillFile] = {}

    def ready(self, period: str) -> bool:
        """Whether the bill of a day (2026-11-23) or month (2026-11) is made."""
        return self.at_once or self._clock.now_ms() >= _ready_at_ms(period)

    def kept(self, period: str) -> bool:
        """Whether the bill of that day or month is still available."""
        first_ms = datetime.combine(_first_day(period), time(), BEIJING).timestamp() * SECOND_MS
        return self._clock.now_ms() - first_ms <= KEPT_MS

    def put(self, name: str, content: bytes, content_type: str) -> str:
        """Put a file on the shelf; return the link's token."""
        now_ms = self._clock.now_ms()
        self._files = {token: file for token, file in self._files.items() if file.until_ms >= now_ms}
        token = f"{self._random.getrandbits(TOKEN_BITS):032x}"
        self._files[token] = BillFile(name, content, content_type, now_ms + self._link_lives_ms)
        return token

    def get(self, token: str) -> BillFile | None:
        """The file behind a link, or None where the link is unknown or expired."""
        file = self._files.get(token)
        return None if file is None or self._clock.now_ms() > file.until_ms else file


def is_period(text: str) -> bool:
    """Whether the text names a day (2026-11-23) or a month (2026-11)."""
    if not _PERIOD.fullmatch(text):
        return False
    try:
        _first_day(text)
    except ValueError:
        return False
    return True


def within(at_ms: int, period: str) -> bool:
    """Whether a moment belongs to that day or month in Beijing."""
    return beijing_day(at_ms).isoformat().startswith(period)


def _first_day(period: str) -> date:
    return date.fromisoformat(period if period.count("-") > 1 else f"{period}-01")


def _ready_at_ms(period: str) -> float:
    first = _first_day(period)
    if period.count("-") > 1:
        day = first + timedelta(days=1)
    else:
        day = (first.replace(day=1) + timedelta(days=31)).replace(day=MONTH_READY_ON_DAY)
    return datetime.combine(day, READY_AT).timestamp() * SECOND_MS
