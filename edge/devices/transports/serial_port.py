"""Bytes over a tty: USB-serial adapters, on-board UARTs, CDC devices.

Laws: `write` passes the bytes to the kernel before it returns (a relay command never waits for the event loop); there are no
threads; an unplugged device raises DeviceFault at once, and its file descriptor is closed, so that the kernel may use the tty's
name again.
"""

import asyncio
import contextlib
import fcntl
import os
import sys
import termios
from collections.abc import Callable
from typing import TypeVar

import serial

from edge.devices.ports import DeviceFault

READ_SIZE_BYTES = 4_096
DRAIN_LIMIT_S = 0.2
DRAIN_POLL_S = 0.005
_INT_BYTES = 4
MAX_UNREAD_BYTES = 65_536  # a reader so far behind has stopped; the port drops the oldest bytes

Answer = TypeVar("Answer")


class SerialPort:
    """An open tty, 8N1 without flow control, held exclusively.

    Every method raises DeviceFault once the device is gone. One task reads at a time.
    """

    def __init__(self, path: str, baud: int) -> None:
        """Open the tty at `path` (a by-path link follows its device to a new number); raise DeviceFault if that fails."""
        self._path = path
        try:
            self._tty = serial.Serial(path, baud, timeout=0, exclusive=True)
        except (OSError, ValueError, termios.error) as error:
            raise DeviceFault(f"cannot open {path} at {baud} baud: {error}; check cable, path and permissions") from error
        self._fd: int = self._tty.fileno()
        self._unread = bytearray()
        self._fault: DeviceFault | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._on_readable)

    def write(self, data: bytes) -> None:
        """Pass all of `data` to the kernel now."""
        if self._write_some(data) != len(data):
            raise self._takes_no_more()

    def _write_some(self, data: bytes | memoryview) -> int:
        if self._fault is not None:
            raise self._fault
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._fail(f"{self._path} is gone while writing: {error}; check its cable") from error

    def _takes_no_more(self) -> DeviceFault:
        return self._fail(f"{self._path} takes no more bytes; its adapter hangs: unplug it and plug it in again")

    async def write_all(self, data: bytes, limit_s: float) -> None:
        """Pass all of `data` on, as fast as the adapter takes it, and wait until it has; see `write` and `drain`."""
        left = memoryview(data)
        try:
            async with asyncio.timeout(limit_s):
                while left:
                    left = left[self._write_some(left) :]
                    await (asyncio.sleep(DRAIN_POLL_S) if left else self.drain(limit_s))
        except TimeoutError as error:
            raise self._takes_no_more() from error

    async def receive(self) -> bytes:
        """Return the bytes that have arrived; wait until there is at least one."""
        while not self._unread:
            if self._fault is not None:
                raise self._fault
            self._waiter = self._loop.create_future()
            await self._waiter
        return self.take_unread()

    def take_unread(self) -> bytes:
        """Return the bytes that have arrived, or none, without waiting."""
        data = bytes(self._unread)
        self._unread.clear()
        return data

    async def ask(self, frame: bytes, read: Callable[[bytes], Answer | None], limit_s: float) -> Answer | None:
        """Drop what arrived unasked, send a frame, and return its answer; see `answer`."""
        self.take_unread()
        self.write(frame)
        return await self.answer(read, limit_s)

    async def answer(self, read: Callable[[bytes], Answer | None], limit_s: float) -> Answer | None:
        """Pass what arrives to `read` until it returns an answer; return None where it returned none in time."""
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    answer = read(await self.receive())
                    if answer is not None:
                        return answer
        except TimeoutError:
            return None

    def check(self) -> None:
        """Raise DeviceFault if the device is gone, even while it is not used."""
        if self._fault is not None:
            raise self._fault

    async def drain(self, limit_s: float = DRAIN_LIMIT_S) -> None:
        """Wait until the adapter has taken all written bytes; stop waiting where it takes none."""
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(limit_s):
                while self._fault is None and self._unsent_bytes:  # noqa: ASYNC110 - a UART has no event for it
                    await asyncio.sleep(DRAIN_POLL_S)

    def close(self) -> None:
        """Close the tty and drop the bytes that the adapter has not taken (see `drain`); later calls raise DeviceFault."""
        if self._fault is None:
            self._fail(f"{self._path} was closed")

    @property
    def _unsent_bytes(self) -> int:
        return int.from_bytes(fcntl.ioctl(self._fd, termios.TIOCOUTQ, bytes(_INT_BYTES)), sys.byteorder)

    def _on_readable(self) -> None:
        try:
            data = os.read(self._fd, READ_SIZE_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(f"{self._path} is gone while reading: {error}; check its cable")
            return
        if not data:
            self._fail(f"{self._path} is gone: it was unplugged or lost power; check its cable")
            return
        self._unread += data
        del self._unread[:-MAX_UNREAD_BYTES]
        self._wake()

    def _fail(self, detail: str) -> DeviceFault:
        self._fault = DeviceFault(detail)
        self._loop.remove_reader(self._fd)
        # Unsent bytes would make close() wait for a device that does not take them.
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._fd, termios.TCIOFLUSH if self._unsent_bytes else termios.TCIFLUSH)
        self._tty.close()
        self._wake()
        return self._fault

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
