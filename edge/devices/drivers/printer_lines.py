"""The lines to a printer: serial, TCP, USB."""

import asyncio
from contextlib import suppress
from typing import Protocol

from edge.devices.drivers.device_lines import SerialLine, UsbLine
from edge.devices.ports import DeviceFault
from edge.devices.transports.usb_device import INWARD, OUTWARD, UsbAddress

OPEN_LIMIT_S = 3.0
WRITE_LIMIT_S = 10.0
USB_CHUNK_BYTES = 4_096
READ_BYTES = 256
_MS_PER_S = 1_000


class PrinterLine(Protocol):
    """An open printer. Methods raise DeviceFault once it is gone."""

    async def open(self) -> None:
        """Open it; raise DeviceFault if that fails."""
        ...

    async def write(self, data: bytes) -> None:
        """Send all of `data`; raise DeviceFault where the printer does not take it in time."""
        ...

    async def read(self, limit_s: float) -> bytes:
        """Return the printer's answer, empty where none came in time."""
        ...

    async def close(self) -> None:
        """Close it."""
        ...


class SerialPrinterLine(SerialLine):
    """A printer on a tty. A full buffer stops the writing, not the agent."""

    async def write(self, data: bytes) -> None:
        """Write in pieces; send each piece after the one before it has left."""
        for start in range(0, len(data), USB_CHUNK_BYTES):
            await self._opened.write_all(data[start : start + USB_CHUNK_BYTES], WRITE_LIMIT_S)

    async def read(self, limit_s: float) -> bytes:
        """Wait for bytes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                return await self._opened.receive()
        return b""


class TcpPrinterLine:
    """A printer at an address, port 9100 as a rule."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Connect."""
        try:
            async with asyncio.timeout(OPEN_LIMIT_S):
                self._ends = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError) as error:
            raise DeviceFault(f"cannot reach the printer at {self._host}:{self._port}; check its power and network") from error

    async def write(self, data: bytes) -> None:
        """Send, and wait until the printer has taken most of it."""
        _, writer = self._opened
        try:
            async with asyncio.timeout(WRITE_LIMIT_S):
                writer.write(data)
                await writer.drain()
        except (OSError, TimeoutError) as error:
            raise DeviceFault(f"the printer at {self._host} takes no more: {error}; check paper and network") from error

    async def read(self, limit_s: float) -> bytes:
        """Wait for bytes."""
        reader, _ = self._opened
        try:
            async with asyncio.timeout(limit_s):
                data = await reader.read(READ_BYTES)
        except TimeoutError:
            return b""
        except OSError as error:
            raise DeviceFault(f"the printer at {self._host} is gone: {error}; check its power and network") from error
        if not data:
            raise DeviceFault(f"the printer at {self._host} closed the connection; check that no other program prints there")
        return data

    async def close(self) -> None:
        """Close the connection."""
        ends, self._ends = self._ends, None
        if ends is not None:
            ends[1].close()

    @property
    def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        assert self._ends is not None, "opened before it is used"
        return self._ends


class UsbPrinterLine(UsbLine):
    """A printer of the USB printer class, by pyusb."""

    def __init__(self, address: UsbAddress, backend: object | None = None) -> None:
        super().__init__(address, backend)
        self._in = self._out = 0

    async def open(self) -> None:
        """Claim the printer."""
        await super().open()
        (self._in, _), (self._out, _) = await self._opened.endpoint(INWARD), await self._opened.endpoint(OUTWARD)

    async def write(self, data: bytes) -> None:
        """Send in pieces, each within the limit."""
        for start in range(0, len(data), USB_CHUNK_BYTES):
            await self._opened.write(self._out, data[start : start + USB_CHUNK_BYTES], int(WRITE_LIMIT_S * _MS_PER_S))

    async def read(self, limit_s: float) -> bytes:
        """Wait for a packet."""
        return await self._opened.read(self._in, READ_BYTES, max(1, int(limit_s * _MS_PER_S)))
