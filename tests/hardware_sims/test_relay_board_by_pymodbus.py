"""The relay board against an independent peer: pymodbus drives it over a pty with the standard functions."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient
from pymodbus.exceptions import ModbusIOException

from hardware_sims.relay_board import RelayBoard
from hardware_sims.timers import LoopTimers
from hardware_sims.wires import PtyWire


class Peer:
    def __init__(self, board: RelayBoard, client: AsyncModbusSerialClient) -> None:
        self.board, self.client = board, client


@pytest.fixture
async def peer(tmp_path: Path) -> AsyncIterator[Peer]:
    timers = LoopTimers()
    wire = PtyWire(tmp_path / "relay", timers)
    board = RelayBoard(wire, timers)
    wire.plug()
    client = AsyncModbusSerialClient(str(tmp_path / "relay"), framer=FramerType.RTU, baudrate=9600, timeout=0.3, retries=0)
    assert await client.connect()
    yield Peer(board, client)
    client.close()
    wire.unplug()


async def test_coils_are_written_and_read_back(peer: Peer) -> None:
    assert not (await peer.client.write_coil(0, True)).isError()
    assert not (await peer.client.write_coil(5, True)).isError()
    read = await peer.client.read_coils(0, count=8)
    assert read.bits == [True, False, False, False, False, True, False, False]
    assert list(peer.board.contacts) == read.bits
    assert not (await peer.client.write_coils(0, [False] * 8)).isError()
    assert not any(peer.board.contacts)


async def test_inputs_and_registers_are_read(peer: Peer) -> None:
    peer.board.set_input(2, closed=True)
    assert (await peer.client.read_discrete_inputs(0, count=8)).bits == [at == 2 for at in range(8)]
    assert (await peer.client.read_holding_registers(0x8000)).registers == [100]
    assert not (await peer.client.write_register(0x4000, 7)).isError()
    assert (await peer.client.read_holding_registers(0x4000, device_id=7)).registers == [7]


async def test_refusals_are_exceptions_and_other_units_are_silent(peer: Peer) -> None:
    refused = await peer.client.read_coils(0, count=9)
    assert refused.isError()
    assert refused.exception_code == 2
    with pytest.raises(ModbusIOException):
        await peer.client.read_coils(0, count=8, device_id=9)
