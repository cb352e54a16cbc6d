"""A supervised device in a test: the health that it has reported, and waiting for what happens on its wire."""

import asyncio
from collections.abc import Callable

from edge.devices.ports import DeviceHealth, DeviceState
from hardware_sims.lcus_board import LcusBoard
from hardware_sims.usb_bus import UsbBus
from hardware_sims.usb_relay_board import UsbRelayBoard
from hardware_sims.wires import PtyWire


class Supervised:
    """What a device has reported, the newest last."""

    def __init__(self, limit_s: float) -> None:
        self.healths: list[DeviceHealth] = []
        self.limit_s = limit_s

    @property
    def state(self) -> DeviceState:
        return self.healths[-1].state if self.healths else DeviceState.CONNECTING

    async def until(self, condition: Callable[[], bool], limit_s: float | None = None) -> None:
        async with asyncio.timeout(self.limit_s if limit_s is None else limit_s):
            while not condition():  # noqa: ASYNC110 - the awaited change happens on a wire and has no event
                await asyncio.sleep(0.005)


class SupervisedBoard(Supervised):
    """A board that is plugged into a USB bus or into a serial wire, by its kind."""

    board: object

    def __init__(self, wire: PtyWire, limit_s: float) -> None:
        super().__init__(limit_s)
        self.bus = UsbBus()
        self.wire = wire

    def plug(self) -> None:
        if isinstance(self.board, UsbRelayBoard):
            self.bus.plug(self.board)
        else:
            self.wire.plug()

    def unplug(self) -> None:
        """Pull the plug; a board that it feeds is without power then."""
        if isinstance(self.board, UsbRelayBoard):
            self.bus.unplug(self.board)
        else:
            self.wire.unplug()
        if isinstance(self.board, UsbRelayBoard | LcusBoard):
            self.board.power(on=False)
