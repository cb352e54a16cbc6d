"""The pty wire as a driver meets it: through pyserial, across unplugging, pacing and wrong speeds."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

from hardware_sims.timers import Cancellable, LoopTimers, VirtualTimers
from hardware_sims.wires import PtyWire

pytestmark = pytest.mark.real_time

WAIT_S = 30.0


def leads_to(link: Path) -> str:
    return str(link.readlink())


class Plugged:
    """A plugged wire, what the device received, and a driver's port on it."""

    def __init__(self, link: Path, baud: int = 9600) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()
        self.link = link
        self.wire = PtyWire(link, LoopTimers(), baud=baud)
        self.wire.connect(self.received.put_nowait)
        self.wire.plug()

    def open(self, baud: int = 9600) -> serial.Serial:
        return serial.Serial(str(self.link), baud, timeout=WAIT_S, exclusive=True)


@pytest.fixture
async def plugged(tmp_path: Path) -> Iterator[Plugged]:  # type: ignore[misc]  # pytest-asyncio awaits the fixture
    plugged = Plugged(tmp_path / "relay")
    yield plugged
    plugged.wire.unplug()


async def test_bytes_go_both_ways_unchanged_without_echo(plugged: Plugged) -> None:
    every_byte = bytes(range(256))
    with plugged.open() as port:
        port.write(every_byte)
        assert await asyncio.wait_for(plugged.received.get(), WAIT_S) == every_byte
        plugged.wire.send(every_byte)
        assert await asyncio.to_thread(port.read, 256) == every_byte
        assert port.in_waiting == 0


async def test_the_device_may_send_before_any_driver_is_there_and_outlives_each(plugged: Plugged) -> None:
    plugged.wire.send(b"into the void\r")
    with plugged.open() as port:
        port.write(b"driver")
        assert await asyncio.wait_for(plugged.received.get(), WAIT_S) == b"driver", "nothing was echoed to the device"
    for _ in range(2):
        with plugged.open() as port:
            plugged.wire.send(b"hello")
            assert await asyncio.to_thread(port.read, 5) == b"hello"


async def test_pulling_the_cable_ends_a_pending_read_and_takes_the_link_away(plugged: Plugged) -> None:
    with plugged.open() as port:
        reading = asyncio.create_task(asyncio.to_thread(port.read, 1))
        await asyncio.sleep(0)
        plugged.wire.unplug()
        with pytest.raises(serial.SerialException):
            await asyncio.wait_for(reading, WAIT_S)
        with pytest.raises(serial.SerialException):
            port.write(b"x")
    assert not plugged.link.is_symlink()
    assert not plugged.wire.plugged
    plugged.wire.send(b"nobody hears this")


async def test_replugging_gives_the_same_link_to_another_pts(plugged: Plugged) -> None:
    before = leads_to(plugged.link)
    keeps_the_number = os.open(before, os.O_RDWR | os.O_NOCTTY)
    plugged.wire.unplug()
    plugged.wire.plug()
    assert leads_to(plugged.link) != before
    with plugged.open() as port:
        plugged.wire.send(b"back")
        assert await asyncio.to_thread(port.read, 4) == b"back"
    os.close(keeps_the_number)


async def test_plugging_twice_changes_nothing(plugged: Plugged) -> None:
    before = leads_to(plugged.link)
    plugged.wire.plug()
    assert leads_to(plugged.link) == before


async def test_a_driver_at_another_speed_reads_and_writes_garbage(plugged: Plugged) -> None:
    with plugged.open(115200) as port:
        plugged.wire.send(b"hello")
        assert await asyncio.to_thread(port.read, 5) != b"hello"
        port.write(b"hello")
        assert await asyncio.wait_for(plugged.received.get(), WAIT_S) != b"hello"
        plugged.wire.set_baud(115200)
        plugged.wire.send(b"hello")
        assert await asyncio.to_thread(port.read, 5) == b"hello"


async def test_sending_never_blocks_when_no_driver_reads(plugged: Plugged) -> None:
    for _ in range(100):
        plugged.wire.send(b"x" * 4096)
    plugged.wire.unplug()
    plugged.wire.plug()
    with plugged.open() as port:
        plugged.wire.send(b"fresh")
        assert await asyncio.to_thread(port.read, 5) == b"fresh"


async def test_paced_bytes_take_ten_bits_each(tmp_path: Path) -> None:
    timers = VirtualTimers()
    wire = PtyWire(tmp_path / "relay", timers, baud=9600, paced=True)
    wire.plug()
    with serial.Serial(str(tmp_path / "relay"), 9600, timeout=0) as port:
        wire.send(b"a" * 8)
        wire.send(b"b" * 20)
        timers.advance(8 * 10 / 9600 - 0.0001)
        assert port.read(100) == b""
        port.timeout = WAIT_S
        timers.advance(0.0002)
        assert port.read(8) == b"a" * 8
        timers.advance(20 * 10 / 9600)
        assert port.read(20) == b"b" * 20
        port.timeout = 0
        wire.send(b"lost")
        wire.unplug()
        timers.advance(1)


class LateTimers(VirtualTimers):
    """A machine so busy that timers set in a row run in the opposite order."""

    def __init__(self) -> None:
        super().__init__()
        self._held_up: list[Callable[[], None]] = []

    def call_after(self, delay_s: float, action: Callable[[], None]) -> Cancellable:
        self._held_up.append(action)
        return super().call_after(delay_s, lambda: None)

    def catch_up(self) -> None:
        while self._held_up:
            self._held_up.pop()()


async def test_a_busy_machine_never_changes_the_order_of_bytes(tmp_path: Path) -> None:
    timers, code = LateTimers(), bytes(range(32, 112))
    wire = PtyWire(tmp_path / "scanner", timers, baud=9600, paced=True)
    wire.plug()
    with serial.Serial(str(tmp_path / "scanner"), 9600, timeout=WAIT_S) as port:
        wire.send(code)
        timers.catch_up()
        assert port.read(len(code)) == code
    wire.unplug()
