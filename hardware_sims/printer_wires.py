"""The wires to a simulated printer other than a tty: a TCP port on the loopback address, and a simulated USB bus."""

import asyncio
from collections.abc import Callable

from hardware_sims.usb_bus import Stall, UsbBus

PRINTER_CLASS = 7
READ_BYTES = 4_096
ENDPOINT_OUT, ENDPOINT_IN = 0x01, 0x82


class TcpWire:
    """A printer's network side: one connection at a time. Implements `wires.Wire`."""

    def __init__(self) -> None:
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._receive: Callable[[bytes], None] | None = None

    def connect(self, receive: Callable[[bytes], None]) -> None:
        """See `wires.Wire`."""
        self._receive = receive

    def send(self, data: bytes) -> None:
        """See `wires.Wire`."""
        if self._writer is not None:
            self._writer.write(data)

    def set_baud(self, baud: int) -> None:
        """Do nothing: a network has no speed of its own."""

    async def plug(self) -> None:
        """Listen, on the same port each time."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """Disappear from the network."""
        if self._server is None:
            return
        self._server.close()
        if self._writer is not None:
            self._writer.transport.abort()
        await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        try:
            while data := await reader.read(READ_BYTES):
                if self._receive is not None:
                    self._receive(data)
        except ConnectionError:
            pass  # the client closed the connection
        finally:
            writer.close()


class UsbPrinterGadget:
    """A printer's USB side. Implements `wires.Wire` and `usb_bus.Gadget`."""

    vendor, product, name = 0x04B8, 0x0202, "TM-T88III"
    interface_class = PRINTER_CLASS
    endpoints: tuple[int, ...] = (ENDPOINT_OUT, ENDPOINT_IN)

    def __init__(self, bus: UsbBus, *, port: int = 5) -> None:
        self.port = port
        self._bus = bus
        self._receive: Callable[[bytes], None] | None = None

    def connect(self, receive: Callable[[bytes], None]) -> None:
        """See `wires.Wire`."""
        self._receive = receive

    def send(self, data: bytes) -> None:
        """See `wires.Wire`."""
        self._bus.send(self, ENDPOINT_IN, data)

    def set_baud(self, baud: int) -> None:
        """Do nothing: USB has no speed of its own."""

    def control(self, request_type: int, request: int, value: int, data: bytes, size: int) -> bytes:  # noqa: ARG002 - see Gadget
        """Refuse: the printer takes no control request."""
        raise Stall

    def receive(self, endpoint: int, data: bytes) -> None:
        """Pass the printed bytes on."""
        assert endpoint == ENDPOINT_OUT, "the only way in"
        if self._receive is not None:
            self._receive(data)
