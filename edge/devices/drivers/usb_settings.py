"""What settings files say about a device that is found by its USB ids."""

from pydantic import Field

from edge.devices.driver_api import DriverSettings
from edge.devices.transports.usb_device import UsbAddress


class UsbDeviceSettings(DriverSettings):
    """Ids as `lsusb` shows them (vendor = 0x0c2e); `socket` ("1-1.4") where two are alike."""

    vendor: int = Field(ge=1, le=0xFFFF)
    product: int = Field(ge=0, le=0xFFFF)
    socket: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """The device on its bus."""
        return (str(self.address),)

    @property
    def address(self) -> UsbAddress:
        """The device's ids and socket."""
        return UsbAddress(self.vendor, self.product, socket=self.socket)
