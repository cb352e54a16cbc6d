"""The settings of a turnstile behind a relay board that has neither timer nor inputs."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from edge.devices.driver_api import Sheet, Surroundings, TurnstileDriver, TurnstileSettings
from edge.devices.drivers.relay_boards import LcusBoardSettings, RelayBoardSettings, UsbRelayBoardSettings
from edge.devices.drivers.relay_turnstile import RelayTurnstile
from protocol.directions import Direction

_MS_PER_S = 1_000
_NO_TIMER = (
    "No timer on the board: a relay that was on when the agent was killed is switched off when the agent starts again.",
    "No inputs: passages are not sensed, so that a release counts as a passage; fire is not observed.",
)


class _RelaySettings(RelayBoardSettings, TurnstileSettings):
    """What both kinds of board have in common."""

    pulse_ms: int = Field(default=500, ge=100, le=5_000)
    entry_relay: int = Field(default=0, ge=0, le=7)
    exit_relay: int = Field(default=1, ge=0, le=7)

    def make(self, around: Surroundings) -> TurnstileDriver:
        """Return the driver."""
        relays = {Direction.ENTRY: self.entry_relay, Direction.EXIT: self.exit_relay}
        return RelayTurnstile(around.name, self.line(), relays, self.pulse_ms / _MS_PER_S, around.clock)


class LcusSettings(LcusBoardSettings, _RelaySettings):
    """An arm behind an LCUS serial relay board."""

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

    @model_validator(mode="after")
    def _relays_exist(self) -> Self:
        if max(self.entry_relay, self.exit_relay) >= self.channels:
            raise ValueError(
                f"a board of {self.channels} channels has relays 0 to {self.channels - 1}; correct relay or channels"
            )
        return self


class UsbRelaySettings(UsbRelayBoardSettings, _RelaySettings):
    """An arm behind a USBRelayN board."""

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
