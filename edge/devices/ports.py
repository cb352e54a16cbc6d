"""What a lane may ask of hardware, the same for every device.

Laws: a port speaks of passages and codes, never of bytes; every wait has a limit; a driver whose device fails raises
`DeviceFault`, and its supervisor opens the device again, so that no fault ends a lane.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from protocol.directions import Direction
from protocol.errors import PeerError
from protocol.holders import Document

MAX_RASTER_WIDTH = 1_280  # dots: a head of 108 mm at 300 dpi
MAX_RASTER_HEIGHT = 4_800  # 40 cm at 300 dpi
_BYTE_BITS = 8


class DeviceFault(PeerError):
    """A device is absent, silent, or does not do what it acknowledged."""


class NothingPrinted(DeviceFault):
    """A printer refused a sheet before its first byte was sent: nothing came out, so the sheet may be tried again."""


class DeviceState(StrEnum):
    """The state of a device, as its supervisor knows it."""

    CONNECTING = "connecting"
    READY = "ready"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """A change of a device's state; `detail` says what happened and what to do, for staff."""

    device: str
    state: DeviceState
    detail: str


class HealthLine(Protocol):
    """Where a driver reports the health of its device; the supervisor passes changes on and drops repetitions."""

    def ready(self) -> None:
        """Report that the device answers and has no fault."""
        ...

    def fault(self, detail: str) -> None:
        """Report a fault of a device that still answers; where it does not answer, the driver raises DeviceFault instead."""
        ...


class SupervisedDevice(Protocol):
    """A driver as its supervisor sees it."""

    @property
    def name(self) -> str:
        """The device's name in health reports and on staff's screens."""
        ...

    async def run(self, health: HealthLine) -> None:
        """Open the device and serve it until it fails with DeviceFault. At any end nothing stays open; it may be called again."""
        ...


@dataclass(frozen=True, slots=True)
class CodeRead:
    """One code that a scanner or camera has shown: the payload as read, at most 4,096 bytes, without its frame."""

    device: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Passed:
    """The passage sensor counted one body through, in this direction."""

    direction: Direction


@dataclass(frozen=True, slots=True)
class FireContact:
    """The fire contact changed: `alarm` is true while free passage must hold (law 8)."""

    alarm: bool


@dataclass(frozen=True, slots=True)
class ContactLost:
    """The contacts cannot be believed (board silent, PASS welded): the sensor may miss passages until `ContactRegained`."""

    detail: str


@dataclass(frozen=True, slots=True)
class ContactRegained:
    """The contacts can be read and believed again."""


TurnstileEvent = Passed | FireContact | ContactLost | ContactRegained


class Turnstile(Protocol):
    """A lane's arm and its contacts, behind a relay board or a turnstile controller."""

    @property
    def senses_passage(self) -> bool:
        """Whether a passage sensor is wired: without one, a release counts as a passage."""
        ...

    async def release(self, direction: Direction) -> None:
        """Let one body through; return once the device has confirmed that it switched. Raise DeviceFault within 1 s otherwise."""
        ...

    def make_way(self) -> None:
        """Finish at once any work that could delay a release: a long code is coming, and a release may follow it."""
        ...

    def events(self) -> AsyncIterator[TurnstileEvent]:
        """Yield the contacts' events, for as long as the lane lives, faults and reconnects included."""
        ...


class CodeReader(Protocol):
    """A scanner or camera. It already suppresses double reads of the same code."""

    def reads(self) -> AsyncIterator[CodeRead]:
        """Yield each code shown, for as long as the lane lives, across unplug and replug."""
        ...

    def forget_last(self) -> None:
        """Allow the same code again at once: called when a passage has completed."""
        ...


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """One document laid on a reader, already hashed (law 9): by the site's newest key first, then by the older keys still kept.

    Walk-in rules need `born` and `region`; they are used and dropped, never logged or kept.
    """

    device: str
    hashes: tuple[bytes, ...]
    born: date | None = field(repr=False)
    region: str = field(repr=False)


class DocumentReader(Protocol):
    """A reader of ID cards."""

    def documents(self) -> AsyncIterator[DocumentRead]:
        """Yield each document laid on, once a laying-on, for as long as the lane lives, across unplug and replug."""
        ...


@dataclass(frozen=True, slots=True)
class CardRead:
    """One card laid on a reader at a counter, in the clear: the seller writes it into an order (law 9).

    It lives in memory only: no code logs or keeps it. `name` is empty where the chip's bytes are no text.
    """

    device: str
    document: Document = field(repr=False)
    name: str = field(repr=False)
    born: date | None = field(repr=False)
    region: str = field(repr=False)


class CardReader(Protocol):
    """A reader of ID cards at a counter. A gate has a `DocumentReader`, which cannot hand on a name or a number."""

    def cards(self) -> AsyncIterator[CardRead]:
        """Yield each card laid on, once a laying-on, across unplug and replug."""
        ...


class Sign(StrEnum):
    """What lamps and a buzzer show a visitor."""

    GO = "go"
    CARD = "card"  # lay the ID card on the reader
    STOP = "stop"
    CALL = "call"  # staff are called


class Signal(Protocol):
    """Lamps and a buzzer at a lane."""

    def show(self, sign: Sign) -> None:
        """Show a sign in place of the one before, at once; it never raises, even where the device has failed."""
        ...


class PrinterState(StrEnum):
    """The worst state that a printer's sensors report."""

    READY = "ready"
    PAPER_LOW = "paper low"
    UNKNOWN = "unknown"
    OFFLINE = "offline"
    PAPER_OUT = "paper out"
    COVER_OPEN = "cover open"
    OVERHEATED = "overheated"
    CUTTER_JAMMED = "cutter jammed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sheetful:
    """The content of one ticket or receipt: at most 200 lines of text, and the text of a QR code below them, or none."""

    lines: tuple[str, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Raster:
    """The dots of one ticket. Each row has `width` bits, from the left, in whole bytes; a bit that is set is black."""

    width: int
    height: int
    rows: bytes = field(repr=False)

    def __post_init__(self) -> None:
        assert 0 < self.width <= MAX_RASTER_WIDTH, "who reads dots refuses others"
        assert 0 < self.height <= MAX_RASTER_HEIGHT, "see above"
        assert len(self.rows) == self.height * self.row_bytes, "see above"

    @property
    def row_bytes(self) -> int:
        """How many bytes a row has."""
        return -(-self.width // _BYTE_BITS)


@dataclass(frozen=True, slots=True)
class DrawerPulse:
    """How a printer opens the cash drawer at its socket: by which pin (2 or 5), and for how long."""

    pin: int = 2
    pulse_ms: int = 100


class TicketPrinter(Protocol):
    """A printer of tickets and receipts."""

    @property
    def state(self) -> PrinterState:
        """What its sensors reported last."""
        ...

    async def print(self, sheet: Sheetful | Raster) -> None:
        """Print and cut one sheet; return once the printer confirms it. Raise DeviceFault otherwise.

        After NothingPrinted nothing came out. After any other fault the sheet may still have come out: before a repayment, the
        program asks `state` and a person.
        """
        ...

    async def open_drawer(self, pulse: DrawerPulse) -> None:
        """Open the cash drawer at the printer's socket; raise DeviceFault where the printer takes no command."""
        ...
