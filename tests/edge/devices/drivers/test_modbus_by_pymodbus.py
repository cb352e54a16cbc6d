"""Our Modbus master against an independent slave: pymodbus's server on the other end of the line."""

import asyncio
import os
import tty
from collections.abc import AsyncIterator

import pytest
from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from edge.devices.drivers.modbus_bus import ModbusBus
from edge.devices.framing import modbus_rtu
from edge.devices.framing.modbus_rtu import Bits, Echoed, Refused, Reply, Request

pytestmark = pytest.mark.real_time

BAUD = 9_600
INPUTS = [True, False, True, False, False, False, False, False]


class Line:
    """Two ptys, joined at their far ends as by a cable between two serial ports."""

    def __init__(self) -> None:
        self._ends = [os.openpty(), os.openpty()]
        for near, far in self._ends:
            tty.setraw(far)
            os.set_blocking(near, False)
        self.ports = [os.ttyname(far) for _, far in self._ends]
        (one, _), (other, _) = self._ends
        loop = asyncio.get_running_loop()
        for here, there in ((one, other), (other, one)):
            loop.add_reader(here, lambda here=here, there=there: os.write(there, os.read(here, 256)))  # type: ignore[misc]

    def cut(self) -> None:
        for near, far in self._ends:
            asyncio.get_running_loop().remove_reader(near)
            os.close(near)
            os.close(far)


@pytest.fixture
async def bus() -> AsyncIterator[ModbusBus]:
    line = Line()
    bits = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
    inputs = [SimData(0, values=INPUTS + [False] * 8, datatype=DataType.BITS)]
    words = [SimData(0, count=8, values=0, datatype=DataType.REGISTERS)]
    device = SimDevice(1, simdata=(bits, inputs, words, words))
    server = ModbusSerialServer(device, framer=FramerType.RTU, port=line.ports[0], baudrate=BAUD, ignore_missing_devices=True)
    await server.serve_forever(background=True)
    bus = ModbusBus(line.ports[1], BAUD, asyncio.get_running_loop().time)
    yield bus
    bus.close()
    await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus has no type for it
    line.cut()


async def ask(bus: ModbusBus, request: Request) -> Reply | None:
    """Retry where a busy machine made the reply late."""
    async with bus.lock:
        for _ in range(5):
            reply = await bus.exchange(request)
            if reply is not None:
                return reply
    return None


async def test_coils_are_written_and_read_back_and_inputs_are_read(bus: ModbusBus) -> None:
    assert await ask(bus, modbus_rtu.write_coil(1, 3, on=True)) == Echoed()
    assert await ask(bus, modbus_rtu.read_coils(1)) == Bits(0b1000)
    assert await ask(bus, modbus_rtu.write_coil(1, 3, on=False)) == Echoed()
    assert await ask(bus, modbus_rtu.read_coils(1)) == Bits(0)
    assert await ask(bus, modbus_rtu.read_inputs(1)) == Bits(0b101)


async def test_a_command_that_only_the_vendors_boards_know_is_refused(bus: ModbusBus) -> None:
    assert await ask(bus, modbus_rtu.flash_on(1, 0, 5)) == Refused(2)
