"""The settings of a turnstile behind a relay board that has neither timer nor inputs."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from edge.devices.driver_api import Sheet, Surroundings, TurnstileDriver, TurnstileSettings
from edge.devices.drivers.relay_lines import RelayLine, SerialRelayLine, UsbRelayLine
from edge.devices.drivers.relay_turnstile import RelayTurnstile
from edge.devices.framing import usb_relay
from edge.devices.framing.lcus import StateReply
from edge.devices.transports.usb_device import UsbAddress
from protocol.directions import Direction

_MS_PER_S = 1_000
_NO_TIMER = (
    "No timer on the board: a relay that was on when the agent was killed is switched off when the agent starts again.",
    "No inputs: passages are not sensed, so that a release counts as a passage; fire is not observed.",
)


class _RelaySettings(TurnstileSettings):
    """What both kinds of board have in common."""

    pulse_ms: int = Field(default=500, ge=100, le=5_000)
    entry_relay: int = Field(default=0, ge=0, le=7)
    exit_relay: int = Field(default=1, ge=0, le=7)

    def make(self, around: Surroundings) -> TurnstileDriver:
        """Return the driver."""
        relays = {Direction.ENTRY: self.entry_relay, Direction.EXIT: self.exit_relay}
        return RelayTurnstile(around.name, self.line(), relays, self.pulse_ms / _MS_PER_S, around.clock)

    def line(self) -> RelayLine:
        """Return the line to the board."""
        raise NotImplementedError


class LcusSettings(_RelaySettings):
    """An arm behind an LCUS serial relay board. `state` says how its firmware reports the relays."""

    sheet: ClassVar[Sheet] = Sheet(
        device="LC-Tech LCUS-1, -2, -4, -8 serial relay boards (CH340)",
        protocol="A0 frames, 9,600 baud 8N1; state as text, as bytes, or not at all",
        verified=("Published frames.", "The simulated board in its three variants, under the faults of the line."),
        limits=(
            *_NO_TIMER,
            'With state = "none" a command cannot be confirmed: a dead board is noticed only when its cable is pulled.',
            "Two boards have no serial numbers: name them by /dev/serial/by-path.",
        ),
    )
    port: str = Field(min_length=1)
    channels: int = Field(default=2, ge=1, le=8)
    state: StateReply = StateReply.NONE

    @model_validator(mode="after")
    def _relays_exist(self) -> Self:
        if max(self.entry_relay, self.exit_relay) >= self.channels:
            raise ValueError(
                f"a board of {self.channels} channels has relays 0 to {self.channels - 1}; correct relay or channels"
            )
        return self

    @property
    def places(self) -> tuple[str, ...]:
        """The tty."""
        return (self.port,)

    def line(self) -> RelayLine:
        """Return the tty's line."""
        return SerialRelayLine(self.port, self.state, self.channels)


class UsbRelaySettings(_RelaySettings):
    """An arm behind a USBRelayN board. `socket` ("1-1.4") and `serial` distinguish boards; a single board needs neither."""

    sheet: ClassVar[Sheet] = Sheet(
        device='USB-HID relay boards "USBRelay1" to "USBRelay8" (V-USB, www.dcttech.com)',
        protocol="USB HID feature reports by control transfers (pyusb)",
        verified=("Published reports.", "The simulated board on a simulated USB bus behind pyusb's backend interface."),
        limits=(
            *_NO_TIMER,
            "Look-alikes (Ucreatefun 0519:2018, QYF-UR02) speak otherwise and are not supported.",
            "Many units share one serial: tell them apart by socket.",
        ),
    )
    socket: str = ""
    serial: str = Field(default="", max_length=5)

    @property
    def places(self) -> tuple[str, ...]:
        """The socket, or all of these boards."""
        return (f"usb relay {self.socket}{self.serial}",)

    def line(self) -> RelayLine:
        """Return the bus's line."""
        address = UsbAddress(usb_relay.VENDOR, usb_relay.PRODUCT, usb_relay.PRODUCT_PREFIX, self.socket)
        return UsbRelayLine(address, self.serial)
