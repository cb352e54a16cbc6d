"""The cable between a simulated device and its driver: a pseudo-terminal behind a stable link.

Laws: bytes arrive as sent and in that order, or not at all (an unplugged or full line loses them, as a UART does), however
late a busy machine runs its timers; sending never blocks. A pty
cannot show framing errors, parity and modem lines (use it with 8N1: the kernel refuses a second 8E1 opening of one pty). This
module itself simulates pacing and a wrong baud rate.
"""

import asyncio
import contextlib
import os
import termios
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hardware_sims.timers import Timers

READ_BYTES = 4096
BITS_PER_BYTE = 10  # 8N1: start, eight data, stop
PACED_CHUNK_BYTES = 16  # as the FIFO of a common UART
_OSPEED = 5  # index in the list that termios.tcgetattr gives
_ISPEED = 4
TERMIOS_SPEEDS = {
    4800: termios.B4800,
    9600: termios.B9600,
    19200: termios.B19200,
    38400: termios.B38400,
    57600: termios.B57600,
    115200: termios.B115200,
}


class Wire(Protocol):
    """The part of a cable that a device needs."""

    def connect(self, receive: Callable[[bytes], None]) -> None:
        """Call `receive` with each run of bytes that arrives."""
        ...

    def send(self, data: bytes) -> None:
        """Put bytes on the line, without waiting."""
        ...

    def set_baud(self, baud: int) -> None:
        """Change the device's own speed, as a command to it may."""
        ...


class PtyWire:
    """A cable that ends in `link`, a symbolic link to a pty that a driver opens like /dev/serial/by-path/....

    `paced` makes bytes take 10/baud seconds each. Bytes arrive garbled while the driver's speed differs from the device's. Needs
    a running asyncio loop from `plug` on.
    """

    def __init__(self, link: Path, timers: Timers, *, baud: int = 9600, paced: bool = False) -> None:
        self._link = link
        self._timers = timers
        self._baud = baud
        self._paced = paced
        self._receive: Callable[[bytes], None] | None = None
        self._ends: tuple[int, int] | None = None
        self._line_free_at_s = 0.0
        self._on_the_way: deque[tuple[tuple[int, int], bytes]] = deque()  # to whom, and what

    @property
    def plugged(self) -> bool:
        """Whether the link now leads to a pty."""
        return self._ends is not None

    def connect(self, receive: Callable[[bytes], None]) -> None:
        """Call `receive` with each run of bytes that the driver writes."""
        self._receive = receive

    def set_baud(self, baud: int) -> None:
        """Change the device's speed; the driver must follow."""
        assert baud in TERMIOS_SPEEDS, f"no such line speed: {baud}"
        self._baud = baud

    def plug(self) -> None:
        """Make a new pty (another /dev/pts number each time) and point the link to it, atomically."""
        if self._ends is not None:
            return
        ours, theirs = os.openpty()
        os.set_blocking(ours, False)
        self._make_raw(theirs)
        self._ends = (ours, theirs)  # the driver's end stays open here too: else ours reads EIO while no driver is attached
        self._line_free_at_s = 0.0
        asyncio.get_running_loop().add_reader(ours, self._readable, ours)
        fresh = self._link.with_name(self._link.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(theirs))
        fresh.replace(self._link)

    def unplug(self) -> None:
        """Pull the cable: a driver's pending read ends at once, its writes fail, and the link is gone."""
        if self._ends is None:
            return
        ours, theirs = self._ends
        self._ends = None
        self._link.unlink(missing_ok=True)
        asyncio.get_running_loop().remove_reader(ours)
        os.close(theirs)
        os.close(ours)

    def send(self, data: bytes) -> None:
        """Send to the driver, paced if `paced`; the bytes are lost while unplugged."""
        if self._ends is None:
            return
        if not self._paced:
            self._write(self._ends, data)
            return
        for start in range(0, len(data), PACED_CHUNK_BYTES):
            self._write_when_clocked_out(self._ends, data[start : start + PACED_CHUNK_BYTES])

    def _write_when_clocked_out(self, ends: tuple[int, int], chunk: bytes) -> None:
        now_s = self._timers.now_s()
        self._line_free_at_s = max(now_s, self._line_free_at_s) + len(chunk) * BITS_PER_BYTE / self._baud
        self._on_the_way.append((ends, chunk))
        self._timers.call_after(self._line_free_at_s - now_s, self._write_the_next)

    def _write_the_next(self) -> None:
        # A loop that was held up between two `call_after` may run the second timer first: the line keeps its own order.
        self._write(*self._on_the_way.popleft())

    def _write(self, ends: tuple[int, int], data: bytes) -> None:
        if ends is not self._ends:
            return  # unplugged meanwhile
        with contextlib.suppress(BlockingIOError):  # no driver reads and the kernel's buffer is full: a UART would overrun
            os.write(ends[0], self._as_clocked(ends[0], data))

    def _readable(self, ours: int) -> None:
        try:
            data = os.read(ours, READ_BYTES)
        except OSError:
            return
        if data and self._receive is not None:
            self._receive(self._as_clocked(ours, data))

    def _as_clocked(self, ours: int, data: bytes) -> bytes:
        if termios.tcgetattr(ours)[_OSPEED] == TERMIOS_SPEEDS[self._baud]:
            return data
        return bytes(byte ^ 0xFF for byte in data)

    def _make_raw(self, theirs: int) -> None:
        tty.setraw(theirs)
        settings = termios.tcgetattr(theirs)
        settings[_ISPEED] = settings[_OSPEED] = TERMIOS_SPEEDS[self._baud]
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
