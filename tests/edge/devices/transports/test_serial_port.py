"""Bytes over a tty, tested with a pty."""

import asyncio
import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.devices.ports import DeviceFault
from edge.devices.transports.serial_port import SerialPort


class Cable:
    """Both ends of a pty; the driver's end stays open here, as with a real adapter."""

    def __init__(self) -> None:
        self.ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.path = os.ttyname(self._theirs)
        self._open = True

    def unplug(self) -> None:
        if self._open:
            os.close(self._theirs)
            os.close(self.ours)
        self._open = False


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable()
    yield cable
    cable.unplug()


async def test_bytes_are_on_the_wire_when_write_returns(cable: Cable) -> None:
    port = SerialPort(cable.path, 9600)
    port.write(b"\x01\x05\r\n\x00")
    assert os.read(cable.ours, 100) == b"\x01\x05\r\n\x00"
    port.close()


async def test_bytes_that_arrive_are_received_unchanged(cable: Cable) -> None:
    port = SerialPort(cable.path, 115_200)
    sent = bytes(range(256))
    os.write(cable.ours, sent)
    received = b""
    async with asyncio.timeout(20):
        while len(received) < len(sent):
            received += await port.receive()
    assert received == sent
    assert port.take_unread() == b""
    port.close()


async def test_an_unplugged_device_is_a_fault_for_a_waiting_reader_and_for_all_after(cable: Cable) -> None:
    port = SerialPort(cable.path, 9600)
    waiting = asyncio.create_task(port.receive())
    await asyncio.sleep(0)
    cable.unplug()
    async with asyncio.timeout(20):
        with pytest.raises(DeviceFault, match="gone"):
            await waiting
    with pytest.raises(DeviceFault):
        port.write(b"x")
    with pytest.raises(DeviceFault):
        await port.receive()


async def test_an_unplugged_device_is_a_fault_for_a_writer(cable: Cable) -> None:
    port = SerialPort(cable.path, 9600)
    cable.unplug()
    with pytest.raises(DeviceFault, match="gone while writing"):
        port.write(b"x")


async def test_a_device_that_takes_no_bytes_is_a_fault_and_never_blocks(cable: Cable) -> None:
    port = SerialPort(cable.path, 9600)
    more_than_any_buffer = bytes(1 << 20)
    with pytest.raises(DeviceFault, match="takes no more bytes"):
        port.write(more_than_any_buffer)


async def test_a_missing_device_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DeviceFault, match="cannot open"):
        SerialPort(str(tmp_path / "absent"), 9600)


async def test_a_device_is_held_exclusively_and_given_back(cable: Cable) -> None:
    port = SerialPort(cable.path, 9600)
    with pytest.raises(DeviceFault, match="cannot open"):
        SerialPort(cable.path, 9600)
    port.close()
    SerialPort(cable.path, 9600).close()


async def test_no_file_descriptor_is_left_behind(cable: Cable) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names only
    for _ in range(5):
        SerialPort(cable.path, 9600).close()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - names only
