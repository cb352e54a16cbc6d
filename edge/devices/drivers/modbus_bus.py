"""One Modbus RTU line: one transaction at a time.

Laws: the task that holds the lock owns the line until the reply or its time limit; bytes that arrived unasked are dropped before
a request; the silence that the standard demands separates frames; on an idle line a request leaves without delay.
"""

import asyncio
from collections.abc import Callable

from edge.devices.framing.modbus_rtu import Reply, ReplyDecoder, Request, quiet_s
from edge.devices.transports.serial_port import SerialPort

REPLY_LIMIT_S = 0.1  # at 9,600 baud a transaction takes 30 ms; boards answer within a few


class ModbusBus:
    """A serial port that speaks Modbus RTU. `lock` is fair: the task that waits longest comes next."""

    def __init__(self, path: str, baud: int, clock: Callable[[], float]) -> None:
        """Open the tty; raise DeviceFault if that fails."""
        self._port = SerialPort(path, baud)
        self._quiet_s = quiet_s(baud)
        self._clock = clock
        self._last_byte_s = clock() - self._quiet_s
        self.lock = asyncio.Lock()

    async def exchange(self, request: Request) -> Reply | None:
        """Send a request; return its reply, or None after `REPLY_LIMIT_S`. The caller holds `lock`. DeviceFault if unplugged."""
        assert self.lock.locked(), "two requests at once on a half-duplex line destroy each other"
        wait_s = self._last_byte_s + self._quiet_s - self._clock()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        self._port.take_unread()
        self._port.write(request.frame)
        self._last_byte_s = self._clock()
        decoder = ReplyDecoder(request)

        def read(data: bytes) -> Reply | None:
            reply = decoder.feed(data)
            self._last_byte_s = self._clock()
            return reply

        return await self._port.answer(read, REPLY_LIMIT_S)

    def close(self) -> None:
        """Close the tty."""
        self._port.close()
