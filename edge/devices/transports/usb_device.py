"""A USB device by pyusb: control transfers and interrupt or bulk reports, for devices that need no driver of the kernel.

Laws: the event loop never waits for a transfer (each device has one thread that does, in order); every transfer has a limit; the
kernel's own driver is detached before the device is used and not attached again, so that no other program receives what the
device reads; an unplugged device raises DeviceFault at once.
"""

import asyncio
import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import usb.core
import usb.util

from edge.devices.ports import DeviceFault

TRANSFER_LIMIT_MS = 300
INWARD, OUTWARD = usb.util.ENDPOINT_IN, usb.util.ENDPOINT_OUT
_HID_SET_REPORT, _HID_GET_REPORT = 0x09, 0x01
_TO_INTERFACE, _FROM_INTERFACE = 0x21, 0xA1
T = TypeVar("T")


class UsbStall(DeviceFault):
    """The device refused one transfer, as some devices sometimes do; the next may succeed."""


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """Names a device: ids, the start of its product name, and its socket ("1-1.4"), each where it matters."""

    vendor: int
    product: int
    name_prefix: str = ""
    socket: str = ""

    def __str__(self) -> str:
        where = f" in socket {self.socket}" if self.socket else ""
        return f"USB device {self.vendor:04x}:{self.product:04x}{where}"


class UsbDevice:
    """An open device with one claimed interface. Methods raise DeviceFault once it is gone."""

    def __init__(self, address: UsbAddress, interface: int = 0, backend: object | None = None) -> None:
        """Keep which device to open; `backend` is pyusb's own unless given."""
        self._address = address
        self._interface = interface
        self._backend = backend
        self._device: Any = None
        self._thread = ThreadPoolExecutor(1, "usb")

    async def open(self) -> None:
        """Find and claim the device; where that fails, raise DeviceFault with the remedy."""
        await self._in_thread(self._open)

    async def close(self) -> None:
        """Release the device after the transfer that is under way; never raises."""
        device, self._device = self._device, None
        if device is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, usb.util.dispose_resources, device)
        self._thread.shutdown(wait=False)

    async def product_name(self) -> str:
        """Return the device's product name."""
        return await self._in_thread(lambda: str(self._device.product or ""))

    async def set_report(self, value: int, data: bytes) -> None:
        """Send a HID report by a control transfer; `value` is its type and number."""
        await self._in_thread(
            lambda: self._device.ctrl_transfer(
                _TO_INTERFACE, _HID_SET_REPORT, value, self._interface, data, timeout=TRANSFER_LIMIT_MS
            )
        )

    async def get_report(self, value: int, size: int) -> bytes:
        """Ask for a HID report by a control transfer."""
        return await self._in_thread(
            lambda: bytes(
                self._device.ctrl_transfer(
                    _FROM_INTERFACE, _HID_GET_REPORT, value, self._interface, size, timeout=TRANSFER_LIMIT_MS
                )
            )
        )

    async def read(self, endpoint: int, size: int, limit_ms: int = TRANSFER_LIMIT_MS) -> bytes:
        """Return the next report or packet of an IN endpoint, empty where none came within the limit."""

        def wait() -> bytes:
            try:
                return bytes(self._device.read(endpoint, size, timeout=limit_ms))
            except usb.core.USBTimeoutError:
                return b""

        return await self._in_thread(wait)

    async def write(self, endpoint: int, data: bytes, limit_ms: int = TRANSFER_LIMIT_MS) -> None:
        """Send all of `data` to an OUT endpoint; raise DeviceFault where it does not take it in time."""
        await self._in_thread(lambda: self._device.write(endpoint, data, timeout=limit_ms))

    async def endpoint(self, direction: int) -> tuple[int, int]:
        """Return the address and packet size of the first endpoint in a direction (`INWARD`, `OUTWARD`)."""
        return await self._in_thread(lambda: self._endpoint(direction))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except usb.core.NoBackendError as error:
            raise DeviceFault(f"{self._address}: libusb is missing; install the package libusb-1.0-0") from error
        except usb.core.USBError as error:
            if error.errno == errno.EPIPE:
                raise UsbStall(f"{self._address} refused a transfer; if it goes on, plug it in again") from error
            raise DeviceFault(f"{self._address}: {error}; check its cable, then the rights of its udev rule") from error

    def _open(self) -> None:
        sought = self._address
        found = usb.core.find(
            find_all=False, backend=self._backend, idVendor=sought.vendor, idProduct=sought.product, custom_match=self._is_sought
        )
        if found is None:
            raise DeviceFault(f"{sought} is not there; check its cable and socket")
        self._device = found
        if found.is_kernel_driver_active(self._interface):
            found.detach_kernel_driver(self._interface)
        usb.util.claim_interface(found, self._interface)

    def _is_sought(self, candidate: Any) -> bool:  # noqa: ANN401 - pyusb has no types
        socket = f"{candidate.bus}-{'.'.join(str(port) for port in candidate.port_numbers or ())}"
        if self._address.socket and socket != self._address.socket:
            return False
        return not self._address.name_prefix or str(candidate.product or "").startswith(self._address.name_prefix)

    def _endpoint(self, direction: int) -> tuple[int, int]:
        interface = self._device.get_active_configuration()[self._interface, 0]
        for endpoint in interface:
            if usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction:
                return endpoint.bEndpointAddress, endpoint.wMaxPacketSize
        raise DeviceFault(f"{self._address} has no endpoint in this direction; name the right driver for it")
