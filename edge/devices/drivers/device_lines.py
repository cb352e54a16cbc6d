"""What the lines to printers and to relay boards share: a driver opens them again at each run."""

from edge.devices.transports.serial_port import SerialPort
from edge.devices.transports.usb_device import UsbAddress, UsbDevice


class SerialLine:
    """A device on a tty."""

    def __init__(self, path: str, baud: int) -> None:
        self._path = path
        self._baud = baud
        self._port: SerialPort | None = None

    async def open(self) -> None:
        """Open the tty."""
        self._port = SerialPort(self._path, self._baud)

    async def close(self) -> None:
        """Close the tty."""
        port, self._port = self._port, None
        if port is not None:
            port.close()

    @property
    def _opened(self) -> SerialPort:
        assert self._port is not None, "opened before it is used"
        return self._port


class UsbLine:
    """A device by pyusb; `backend` is pyusb's own unless given."""

    def __init__(self, address: UsbAddress, backend: object | None = None) -> None:
        self._address = address
        self._backend = backend
        self._device: UsbDevice | None = None

    async def open(self) -> None:
        """Claim the device."""
        self._device = UsbDevice(self._address, backend=self._backend)
        await self._device.open()

    async def close(self) -> None:
        """Release the device."""
        device, self._device = self._device, None
        if device is not None:
            await device.close()

    @property
    def _opened(self) -> UsbDevice:
        assert self._device is not None, "opened before it is used"
        return self._device
