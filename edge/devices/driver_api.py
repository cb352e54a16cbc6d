"""What a driver declares, so that a settings file can name it: the table that it reads there, and its data sheet.

Laws: a driver checks its own table, so that a wrong table is refused before any device is opened; the data sheet says what is not
verified. A third party's driver is one class, of one of the roles below, named by an entry point (see `registry`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from edge.devices.ports import CardReader, CodeReader, DocumentReader, Signal, SupervisedDevice, TicketPrinter, Turnstile
from protocol.directions import Direction
from protocol.holders import Document

Baud = Literal[9600, 19200, 38400, 57600, 115200]


def _nothing() -> None:
    """Do nothing: the default where no arm is told of a long code."""


def _unknown(_: Document) -> tuple[bytes, ...]:
    """Return no hash: the default for a device that reads no documents."""
    return ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One line of the table of supported devices. `verified` and `limits` are whole, honest sentences."""

    device: str
    protocol: str
    verified: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a driver receives: its name in health reports, monotonic seconds, and the call to make when a long code is coming.

    `hashed` returns the hashes of a document, by the site's newest key first; it returns none where no key is known.
    """

    name: str
    clock: Callable[[], float]
    make_way: Callable[[], None] = _nothing
    hashed: Callable[[Document], tuple[bytes, ...]] = _unknown


class TurnstileDriver(Turnstile, SupervisedDevice, Protocol):
    """A turnstile that a supervisor keeps alive."""


class CodeReaderDriver(CodeReader, SupervisedDevice, Protocol):
    """A scanner or camera that a supervisor keeps alive."""


class DocumentReaderDriver(DocumentReader, SupervisedDevice, Protocol):
    """A reader of ID cards that a supervisor keeps alive."""


class CardReaderDriver(CardReader, SupervisedDevice, Protocol):
    """A reader of ID cards at a counter that a supervisor keeps alive."""


class SignalDriver(Signal, SupervisedDevice, Protocol):
    """Lamps and a buzzer that a supervisor keeps alive."""


class TicketPrinterDriver(TicketPrinter, SupervisedDevice, Protocol):
    """A printer that a supervisor keeps alive."""


class DriverSettings(BaseModel):
    """The table of a settings file that names one device. `driver` is the driver's name there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sheet: ClassVar[Sheet]
    driver: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """The paths and addresses that only this driver uses: no other device may name them."""
        return ()


class SerialDeviceSettings(DriverSettings):
    """A device of any role on a tty: a driver's table extends it before its role, whose `places` it replaces."""

    port: str = Field(min_length=1)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The tty."""
        return (self.port,)


class TurnstileSettings(DriverSettings):
    """An arm and its contacts."""

    @property
    def sensed(self) -> frozenset[Direction]:
        """The directions in which a sensor reports passages."""
        return frozenset()

    def make(self, around: Surroundings) -> TurnstileDriver:
        """Return the driver; it opens nothing before it is run."""
        raise NotImplementedError


class CodeReaderSettings(DriverSettings):
    """A scanner or camera, at the side from which visitors go in this direction."""

    direction: Direction = Direction.ENTRY

    def make(self, around: Surroundings) -> CodeReaderDriver:
        """Return the driver; it opens nothing before it is run."""
        raise NotImplementedError


class DocumentReaderSettings(DriverSettings):
    """A reader of ID cards, at the side from which visitors go in this direction."""

    direction: Direction = Direction.ENTRY

    def make(self, around: Surroundings) -> DocumentReaderDriver:
        """Return the driver; it opens nothing before it is run."""
        raise NotImplementedError

    def make_for_counter(self, around: Surroundings) -> CardReaderDriver:
        """Return the driver of a counter; a third party's reader that has none serves gates only."""
        raise NotImplementedError


class SignalSettings(DriverSettings):
    """Lamps and a buzzer, at the side from which visitors go in this direction."""

    direction: Direction = Direction.ENTRY

    def make(self, around: Surroundings) -> SignalDriver:
        """Return the driver; it opens nothing before it is run."""
        raise NotImplementedError


class TicketPrinterSettings(DriverSettings):
    """A printer of tickets and receipts."""

    def make(self, around: Surroundings) -> TicketPrinterDriver:
        """Return the driver; it opens nothing before it is run."""
        raise NotImplementedError
