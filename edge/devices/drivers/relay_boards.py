"""What settings files say about a relay board that has neither timer nor inputs, whatever hangs on its relays."""

from pydantic import Field

from edge.devices.driver_api import DriverSettings, SerialDeviceSettings
from edge.devices.drivers.relay_lines import RelayLine, SerialRelayLine, UsbRelayLine
from edge.devices.framing import usb_relay
from edge.devices.framing.lcus import StateReply
from edge.devices.transports.usb_device import UsbAddress


class RelayBoardSettings(DriverSettings):
    """A device behind such a board."""

    def line(self) -> RelayLine:
        """Return the line to the board."""
        raise NotImplementedError


class LcusBoardSettings(SerialDeviceSettings, RelayBoardSettings):
    """An LCUS serial relay board. `state` says how its firmware reports the relays."""

    channels: int = Field(default=2, ge=1, le=8)
    state: StateReply = StateReply.NONE

    def line(self) -> RelayLine:
        """Return the tty's line."""
        return SerialRelayLine(self.port, self.state, self.channels)


class UsbRelayBoardSettings(RelayBoardSettings):
    """A USBRelayN board. `socket` ("1-1.4") and `serial` distinguish boards; a single board needs neither."""

    socket: str = ""
    serial: str = Field(default="", max_length=5)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The socket, or all of these boards."""
        return (f"usb relay {self.socket}{self.serial}",)

    def line(self) -> RelayLine:
        """Return the bus's line."""
        address = UsbAddress(usb_relay.VENDOR, usb_relay.PRODUCT, usb_relay.PRODUCT_PREFIX, self.socket)
        return UsbRelayLine(address, self.serial)
