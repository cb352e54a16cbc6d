"""The rules of enrolment, replay and standing, as pure functions.

Laws: a code has 80 random bits, one use and ten minutes; an agent counts as able to admit unless a fact says otherwise.
"""

import base64
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum

from protocol.identifiers import U64_MAX
from protocol.instants import MS_PER_MINUTE, Instant
from protocol.sync.replay import WINDOW, ReplayWindow

CODE_RANDOM_BYTES = 10
CODE_LIFE_MS = 10 * MS_PER_MINUTE
CODE_CHARACTERS = 16
_CODE_GROUP = 4
MOST_CODES_OPEN = 200

TRIES_A_MINUTE = 10
TRIES_A_MINUTE_IN_ALL = 100
MOST_SOURCES = 1_000


class AgentRole(StrEnum):
    """What a computer is for."""

    GATE = "gate"
    HANDHELD = "handheld"
    KIOSK = "kiosk"
    COUNTER = "counter"


def code_text(random: bytes) -> str:
    """Return the code that staff type: sixteen letters and digits in groups of four."""
    assert len(random) == CODE_RANDOM_BYTES, "a code has 80 random bits"
    letters = base64.b32encode(random).decode("ascii")
    return "-".join(letters[at : at + _CODE_GROUP] for at in range(0, CODE_CHARACTERS, _CODE_GROUP))


def normalised_code(typed: str) -> str:
    """Return the code without blanks and hyphens, in capitals."""
    return "".join(typed.split()).replace("-", "").upper()


def merged(one: ReplayWindow, other: ReplayWindow) -> ReplayWindow:
    """Return the window that has seen all that either window has: another process may have served the agent too."""
    high, low = (one, other) if one.highest >= other.highest else (other, one)
    behind = high.highest - low.highest
    seen_low = (low.seen << behind) & U64_MAX if behind < WINDOW else 0
    return ReplayWindow(high.highest, high.seen | seen_low)


@dataclass(slots=True)
class Tries:
    """How often each source tried in the current minute; bounded, so that many sources cannot fill the memory."""

    _minute: int = 0
    _in_all: int = 0
    _by_source: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def may_try(self, source: str, now: Instant) -> bool:
        """Count one try, and return whether it is within the limits."""
        minute = now // MS_PER_MINUTE
        if minute != self._minute:
            self._minute, self._in_all = minute, 0
            self._by_source.clear()
        self._in_all += 1
        self._by_source[source] = self._by_source.get(source, 0) + 1
        if len(self._by_source) > MOST_SOURCES:
            self._by_source.popitem(last=False)
        return self._in_all <= TRIES_A_MINUTE_IN_ALL and self._by_source.get(source, 0) <= TRIES_A_MINUTE


@dataclass(frozen=True, slots=True, order=True)
class Edition:
    """An epoch and version of a site's feed; a later epoch is later, with any version."""

    epoch: int
    version: int


@dataclass(frozen=True, slots=True)
class HostedPoint:
    """A check point for the fence. `told` is the feed version that holds its last change (None: not published)."""

    admits: bool
    told: Edition | None


def may_admit(in_force: Edition, points: tuple[HostedPoint, ...]) -> bool:
    """Return whether an agent that decides by this feed may still let the ticket through at one of its check points.

    A check point that was closed to the ticket counts as open until the agent's journal says that the agent knows.
    """
    return any(point.admits or point.told is None or in_force < point.told for point in points)
