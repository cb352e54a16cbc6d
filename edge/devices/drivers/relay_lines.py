"""Open relay boards without a timer: a line switches their relays, and reads them back where the board reports them."""

from contextlib import suppress
from typing import Protocol

from edge.devices.drivers.device_lines import SerialLine, UsbLine
from edge.devices.framing import lcus, usb_relay
from edge.devices.framing.lcus import StateDecoder, StateReply
from edge.devices.ports import DeviceFault
from edge.devices.transports.usb_device import UsbAddress, UsbStall

REPLY_LIMIT_S = 0.1
STALLS_BORNE = 3


class RelayLine(Protocol):
    """An open board. Methods raise DeviceFault once it is gone; the caller runs one at a time."""

    @property
    def tells(self) -> bool:
        """Whether the board reports the state of its relays."""
        ...

    async def open(self) -> None:
        """Open the board; raise DeviceFault if that fails."""
        ...

    async def switch(self, relay: int, *, on: bool) -> None:
        """Command a relay; a repeated command changes nothing."""
        ...

    async def read(self) -> frozenset[int] | None:
        """Return the relays that are on; None where the board does not answer, or its answer is damaged."""
        ...

    async def close(self) -> None:
        """Release the board."""
        ...


class SerialRelayLine(SerialLine):
    """An LCUS board on a tty."""

    def __init__(self, path: str, reply: StateReply, channels: int) -> None:
        super().__init__(path, 9600)
        self._reply = reply
        self._channels = channels

    @property
    def tells(self) -> bool:
        """Whether the firmware answers at all."""
        return self._reply is not StateReply.NONE

    async def switch(self, relay: int, *, on: bool) -> None:
        """Pass the frame to the kernel."""
        self._opened.write(lcus.switch(relay, on=on))

    async def read(self) -> frozenset[int] | None:
        """Ask the board; see the protocol."""
        port = self._opened
        port.check()
        if not self.tells:
            return None
        return await port.ask(lcus.ASK_STATE, StateDecoder(self._reply, self._channels).feed, REPLY_LIMIT_S)

    async def close(self) -> None:
        """Close the tty after the last command has left."""
        if self._port is not None:
            await self._port.drain()
        await super().close()


class UsbRelayLine(UsbLine):
    """A "USBRelayN" board by pyusb. Its report holds its serial: with `serial`, the driver refuses another unit."""

    def __init__(self, address: UsbAddress, serial: str = "", backend: object | None = None) -> None:
        super().__init__(address, backend)
        self._serial = serial

    @property
    def tells(self) -> bool:
        """These boards always report it."""
        return True

    async def open(self) -> None:
        """Claim the board, and check that it is the right one."""
        await super().open()
        if not self._serial:
            return
        report = await self._report()
        if report is None or report.serial != self._serial:
            told = "nothing readable" if report is None else report.serial
            raise DeviceFault(f"{self._address} says it is {told}, not {self._serial}; check which board is in which socket")

    async def switch(self, relay: int, *, on: bool) -> None:
        """Send the report that switches; retry where the board refused it."""
        for _ in range(STALLS_BORNE):
            with suppress(UsbStall):
                await self._opened.set_report(usb_relay.FEATURE_REPORT, usb_relay.switch(relay, on=on))
                return
        raise DeviceFault(f"{self._address} refuses every command; plug it in again")

    async def read(self) -> frozenset[int] | None:
        """Ask for the report; see the protocol."""
        try:
            report = await self._report()
        except UsbStall:
            return None
        return None if report is None else report.on

    async def _report(self) -> usb_relay.RelayReport | None:
        data = await self._opened.get_report(usb_relay.FEATURE_REPORT, usb_relay.REPORT_BYTES)
        return usb_relay.read_report(data)
