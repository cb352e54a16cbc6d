"""The door of a counter: which page is heard, and which one holds the devices. Pure: the shell (`server`) does what it says.

Laws: a page is heard after it proved that it was paired; one page at a time holds the devices, the newest wins and the old one is
told; a page that sends nonsense or too much loses its own connection and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass

from edge.counter import messages
from edge.counter.messages import (
    MAX_MESSAGE_BYTES,
    VERSION,
    Hello,
    Lamps,
    OpenDrawer,
    Pair,
    Paired,
    Print,
    Refused,
    RefusedFor,
    ToPage,
)
from edge.counter.pairing import Pairing
from protocol.errors import InputError

PageNumber = int
# A message costs one, and one more for each so many bytes; a page has so much, and gets so much a second.
COST_BYTES = 32 * 1024
MOST_CREDIT = 400.0
CREDIT_A_SECOND = 60.0


@dataclass(frozen=True, slots=True)
class Say:
    """Tell a page."""

    page: PageNumber
    message: ToPage


@dataclass(frozen=True, slots=True)
class End:
    """Tell a page why, and end its connection."""

    page: PageNumber
    reason: RefusedFor

    @property
    def last_words(self) -> Refused:
        """What the page is told."""
        return Refused(reason=self.reason)


@dataclass(frozen=True, slots=True)
class Greet:
    """Tell a page, which holds the devices now, how they are."""

    page: PageNumber


@dataclass(frozen=True, slots=True)
class Act:
    """Do what the page that holds the devices asks."""

    order: Print | OpenDrawer | Lamps


Effect = Say | End | Greet | Act


@dataclass(slots=True)
class _Page:
    credit: float
    at_s: float


class Door:
    """`clock` gives monotonic seconds."""

    def __init__(self, pairing: Pairing, clock: Callable[[], float]) -> None:
        self._pairing = pairing
        self._clock = clock
        self._pages: dict[PageNumber, _Page] = {}
        self._last = 0
        self.holder: PageNumber | None = None

    @property
    def open_pages(self) -> int:
        """How many pages are connected."""
        return len(self._pages)

    def opened(self) -> PageNumber:
        """Note a new connection."""
        self._last += 1
        self._pages[self._last] = _Page(MOST_CREDIT, self._clock())
        return self._last

    def closed(self, page: PageNumber) -> None:
        """Note the end of a connection."""
        self._pages.pop(page, None)
        if self.holder == page:
            self.holder = None

    def heard(self, page: PageNumber, text: str) -> tuple[Effect, ...]:
        """Return what to do about a message."""
        if page not in self._pages:
            return ()
        if len(text) > MAX_MESSAGE_BYTES or not self._affords(self._pages[page], len(text)):
            return self._ended(page, RefusedFor.TOO_FAST)
        try:
            message = messages.read(text)
        except InputError:
            return self._ended(page, RefusedFor.MALFORMED)
        match message:
            case Pair() | Hello() if message.version != VERSION:
                return self._ended(page, RefusedFor.VERSION)
            case Pair():
                token = self._pairing.pair(message.code)
                return (
                    self._ended(page, RefusedFor.CODE) if token is None else (Say(page, Paired(token=token)), *self._hold(page))
                )
            case Hello():
                return self._hold(page) if self._pairing.proves(message.token) else self._ended(page, RefusedFor.NOT_PAIRED)
            case _ if page == self.holder:
                return (Act(message),)
            case _:
                return self._ended(page, RefusedFor.NOT_PAIRED)

    def unpaired(self) -> tuple[Effect, ...]:
        """Forget all paired pages; return what to do with those that are connected."""
        self._pairing.unpair()
        return tuple(effect for page in tuple(self._pages) for effect in self._ended(page, RefusedFor.UNPAIRED))

    def _hold(self, page: PageNumber) -> tuple[Effect, ...]:
        before, self.holder = self.holder, page
        replaced = self._ended(before, RefusedFor.REPLACED) if before is not None and before != page else ()
        return (*replaced, Greet(page))

    def _ended(self, page: PageNumber, reason: RefusedFor) -> tuple[Effect, ...]:
        self.closed(page)
        return (End(page, reason),)

    def _affords(self, page: _Page, size: int) -> bool:
        now_s = self._clock()
        page.credit = min(MOST_CREDIT, page.credit + (now_s - page.at_s) * CREDIT_A_SECOND)
        page.at_s = now_s
        page.credit -= 1 + size / COST_BYTES
        return page.credit >= 0
