"""Readers of codes of every kind, each supervised over its simulated device, and the codes that they have read."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

from edge.devices.driver_api import Surroundings
from edge.devices.drivers.camera import Camera
from edge.devices.drivers.gm65_scanner import Gm65Scanner, Gm65Settings
from edge.devices.drivers.serial_scanner import SerialScanner
from edge.devices.drivers.usb_scanner import UsbScanner
from edge.devices.framing import hid_keyboard, hid_pos
from edge.devices.framing.hid_keyboard import TypedCodes
from edge.devices.framing.hid_pos import CodeReports
from edge.devices.ports import CodeReader, DeviceHealth, DeviceState, SupervisedDevice
from edge.devices.supervisor import supervise
from edge.devices.transports.usb_device import UsbAddress
from hardware_sims import camera as camera_sim
from hardware_sims import scanner as scanner_sim
from hardware_sims.faults import FaultyWire
from hardware_sims.timers import LoopTimers
from hardware_sims.usb_bus import UsbBus
from hardware_sims.usb_scanner import KeyboardScanner, PosScanner
from hardware_sims.wires import PtyWire

SURFACE_LIMIT_S = 10.0  # how soon each of these comes is measured by the bench, not here: a limit only ends a wait in vain
RECOVERY_LIMIT_S = 20.0
DOUBLE_READ_S = 0.5
TICKET, OTHER = b"PF1KRUGKIDROVUWG2ZA", b"PF1MJZG653OEBTG66BA"


class Bench(ABC):
    """A supervised reader, what is held before it, and what it has read."""

    port: CodeReader
    driver: SupervisedDevice
    _driver: SerialScanner | UsbScanner | Camera
    _simulated: scanner_sim.Scanner | KeyboardScanner | PosScanner | camera_sim.Camera

    def __init__(self) -> None:
        self.healths: list[DeviceHealth] = []
        self.payloads: list[bytes] = []

    async def collect(self) -> None:
        async for read in self.port.reads():
            self.payloads.append(read.payload)

    @property
    def state(self) -> DeviceState:
        return self.healths[-1].state if self.healths else DeviceState.CONNECTING

    @property
    def suppressed(self) -> int:
        return self._driver.suppressed

    def show(self, code: bytes) -> None:
        self._simulated.show(code)

    def clear(self) -> None:
        self._simulated.clear()

    @abstractmethod
    async def plug(self) -> None: ...

    @abstractmethod
    async def unplug(self) -> None: ...


class ScannerBench(Bench):
    def __init__(self, directory: Path) -> None:
        super().__init__()
        timers, clock = LoopTimers(), asyncio.get_running_loop().time
        self.wire = PtyWire(directory / "scanner", timers)
        self.line = FaultyWire(self.wire, timers, Random(1))  # noqa: S311 - a seed repeats a run
        self._simulated = self.scanner = scanner_sim.Scanner(self.line, timers)
        self.read_when_coming: list[int] = []
        driver = SerialScanner("reader", str(directory / "scanner"), 9600, clock, self.note_coming, DOUBLE_READ_S)
        self.port = self.driver = self._driver = driver

    def note_coming(self) -> None:
        self.read_when_coming.append(len(self.payloads))

    async def plug(self) -> None:
        self.wire.plug()

    async def unplug(self) -> None:
        self.wire.unplug()


class Gm65Bench(ScannerBench):
    """The same scanner, as it comes from the factory, set up and watched by its driver."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.scanner.factory_reset()
        around = Surroundings("reader", asyncio.get_running_loop().time, self.note_coming)
        wired = Gm65Settings(driver="gm65", port=str(directory / "scanner"))
        self.port = self.driver = self._driver = Gm65Scanner(around, wired, look_period_s=0.1)


class UsbBench(Bench):
    """A scanner on a simulated USB bus."""

    _driver: UsbScanner

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.bus = UsbBus()
        timers, clock = LoopTimers(), asyncio.get_running_loop().time
        types = kind == "keyboard-wedge"
        self._simulated = self.scanner = (KeyboardScanner if types else PosScanner)(self.bus, timers)
        address = UsbAddress(self.scanner.vendor, self.scanner.product)
        size = hid_keyboard.REPORT_BYTES if types else hid_pos.REPORT_BYTES
        self._driver = UsbScanner("reader", address, TypedCodes if types else CodeReports, size, clock, DOUBLE_READ_S)
        self._driver.backend = self.bus
        self.port = self.driver = self._driver

    async def plug(self) -> None:
        self.bus.plug(self.scanner)

    async def unplug(self) -> None:
        self.bus.unplug(self.scanner)


class CameraBench(Bench):
    _driver: Camera

    def __init__(self) -> None:
        super().__init__()
        self._simulated = self.camera = camera_sim.Camera(Random(1))  # noqa: S311 - a seed repeats a run

    async def plug(self) -> None:
        await self.camera.plug()
        if not hasattr(self, "driver"):
            driver = Camera("reader", self.camera.url, asyncio.get_running_loop().time)
            self.port = self.driver = self._driver = driver

    async def unplug(self) -> None:
        await self.camera.unplug()

    def processes(self) -> list[int]:
        process_id = self._driver.process_id
        return [] if process_id is None or not Path(f"/proc/{process_id}").exists() else [process_id]


async def until(condition: Callable[[], bool], limit_s: float = SURFACE_LIMIT_S) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - what is waited for happens on a wire and has no event
            await asyncio.sleep(0.005)


async def attend(bench: Bench) -> AsyncIterator[None]:
    await bench.plug()
    clock = asyncio.get_running_loop().time
    tasks = [
        asyncio.create_task(supervise(bench.driver, bench.healths.append, clock)),
        asyncio.create_task(bench.collect()),
    ]
    await until(lambda: bench.state is DeviceState.READY, RECOVERY_LIMIT_S)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    bench.clear()
    await bench.unplug()


def made(kind: str, directory: Path) -> Bench:
    match kind:
        case "scanner":
            return ScannerBench(directory)
        case "gm65":
            return Gm65Bench(directory)
        case "camera":
            return CameraBench()
    return UsbBench(kind)
