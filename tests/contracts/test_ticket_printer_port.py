"""The guarantees of a ticket printer to a kiosk or window, over a tty, TCP and USB."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
import zxingcpp

from edge.devices.drivers.escpos_printer import EscPosPrinter
from edge.devices.drivers.printer_lines import PrinterLine, SerialPrinterLine, TcpPrinterLine, UsbPrinterLine
from edge.devices.ports import DeviceFault, DeviceState, DrawerPulse, NothingPrinted, PrinterState, Raster, Sheetful
from edge.devices.supervisor import supervise
from edge.devices.transports.usb_device import UsbAddress
from hardware_sims.faults import FaultyWire
from hardware_sims.printer import LINE_S, Printer, PrinterFault
from hardware_sims.printer_wires import TcpWire, UsbPrinterGadget
from hardware_sims.timers import LoopTimers
from hardware_sims.usb_bus import UsbBus
from hardware_sims.wires import PtyWire, Wire
from tests.builders.supervised import Supervised

pytestmark = pytest.mark.real_time

LIMIT_S = 20.0
BAUD = 115_200
CODE = "PF1KRUGKIDROVUWG2ZAMJZG653OEBTG66BANJ2W24DTEBXXMZLSEB2GQZJANRQXU6JAMRXWOLQ"
DOTS = Raster(576, 400, bytes((number * 37) % 256 for number in range(72 * 400)))
SPELLS_A_PULSE = Raster(64, 30, b"\x10\x14\x01\x00\x01\x00\x00\x00" * 30)
TICKET = Sheetful(("景区门票", "成人票 ￥80.00", "Adult"), CODE)


class Rig(Supervised):
    def __init__(self, kind: str, directory: Path, *, tells: bool = True) -> None:
        super().__init__(LIMIT_S)
        timers = LoopTimers()
        self.kind = kind
        self.bus = UsbBus()
        self.pty = PtyWire(directory / "printer", timers, baud=BAUD)
        self.tcp = TcpWire()
        self.gadget = UsbPrinterGadget(self.bus)
        wires: dict[str, Wire] = {"serial": self.pty, "tcp": self.tcp, "usb": self.gadget}
        self.printer = Printer(FaultyWire(wires[kind], timers, Random(1)), timers)  # noqa: S311 - a seed repeats a run
        self._path = str(directory / "printer")
        self._tells = tells

    async def plug(self) -> None:
        match self.kind:
            case "serial":
                self.pty.plug()
            case "tcp":
                await self.tcp.plug()
            case _:
                self.bus.plug(self.gadget)
        if not hasattr(self, "driver"):
            self.driver = EscPosPrinter("printer", self._line(), tells=self._tells, module_dots=4)

    async def unplug(self) -> None:
        match self.kind:
            case "serial":
                self.pty.unplug()
            case "tcp":
                await self.tcp.unplug()
            case _:
                self.bus.unplug(self.gadget)

    def _line(self) -> PrinterLine:
        match self.kind:
            case "serial":
                return SerialPrinterLine(self._path, BAUD)
            case "tcp":
                return TcpPrinterLine("127.0.0.1", self.tcp.port)
        return UsbPrinterLine(UsbAddress(self.gadget.vendor, self.gadget.product), self.bus)


async def attend(rig: Rig) -> AsyncIterator[Rig]:
    await rig.plug()
    serving = asyncio.create_task(supervise(rig.driver, rig.healths.append, asyncio.get_running_loop().time))
    await rig.until(lambda: rig.state is DeviceState.READY)
    yield rig
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await rig.unplug()


@pytest.fixture(params=["serial", "tcp", "usb"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr("edge.devices.drivers.escpos_printer.LOOK_PERIOD_S", 0.1)
    async for attended in attend(Rig(request.param, tmp_path)):
        yield attended


@pytest.fixture
async def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr("edge.devices.drivers.escpos_printer.LOOK_PERIOD_S", 0.1)
    async for attended in attend(Rig("serial", tmp_path)):
        yield attended


async def test_a_sheet_is_printed_and_its_code_can_be_read_off_the_paper(rig: Rig) -> None:
    await rig.driver.print(TICKET)
    (sheet,) = rig.printer.printed
    assert [line for line in sheet.lines if line] == list(TICKET.lines)
    assert [found.text for found in zxingcpp.read_barcodes(sheet.picture())] == [CODE]
    assert rig.printer.unknown == []
    assert rig.driver.state is PrinterState.READY


async def test_an_unplugged_printer_is_told_of_and_prints_after_it_is_plugged_in(rig: Rig) -> None:
    await rig.unplug()
    await rig.until(lambda: rig.state is DeviceState.FAULT)
    with pytest.raises(NothingPrinted):
        await rig.driver.print(TICKET)
    await rig.plug()
    await rig.until(lambda: rig.state is DeviceState.READY)
    await rig.driver.print(TICKET)
    assert len(rig.printer.printed) == 1


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (PrinterFault.PAPER_OUT, PrinterState.PAPER_OUT),
        (PrinterFault.COVER_OPEN, PrinterState.COVER_OPEN),
        (PrinterFault.CUTTER_JAM, PrinterState.CUTTER_JAMMED),
        (PrinterFault.HEAD_HOT, PrinterState.OVERHEATED),
        (PrinterFault.OFFLINE, PrinterState.OFFLINE),
    ],
)
async def test_nothing_is_sent_to_a_printer_that_cannot_print_and_staff_are_told_why(
    one: Rig, fault: PrinterFault, state: PrinterState
) -> None:
    one.printer.faults.add(fault)
    with pytest.raises(NothingPrinted, match=f"{state}, nothing was printed; "):
        await one.driver.print(TICKET)
    await one.until(lambda: one.state is DeviceState.FAULT and state in one.healths[-1].detail)
    one.printer.mend()
    await one.until(lambda: one.state is DeviceState.READY)
    assert one.printer.sheets[0].lines == []
    await one.driver.print(TICKET)


async def test_paper_that_ends_within_a_sheet_is_told_and_one_that_is_low_prints(one: Rig) -> None:
    one.printer.faults.add(PrinterFault.PAPER_LOW)
    await one.driver.print(TICKET)
    await one.until(lambda: one.driver.state is PrinterState.PAPER_LOW)
    one.printer.paper_lines = 2
    with pytest.raises(DeviceFault, match="paper out, the sheet may be incomplete") as told:
        await one.driver.print(TICKET)
    assert not isinstance(told.value, NothingPrinted)


async def test_unasked_status_disturbs_nothing(one: Rig) -> None:
    one.printer.faults.add(PrinterFault.ASB_NOISE)
    await one.driver.print(TICKET)
    assert one.driver.state is PrinterState.READY


async def test_a_printer_that_falls_silent_is_told_of_and_is_not_believed_to_have_printed(one: Rig) -> None:
    one.printer.faults.add(PrinterFault.MUTE)
    with pytest.raises(DeviceFault):
        await one.driver.print(TICKET)
    await one.until(lambda: one.state is DeviceState.FAULT)
    one.printer.faults.clear()
    await one.until(lambda: one.state is DeviceState.READY)


async def test_a_printer_that_never_answers_prints_if_it_is_said_to_be_one(tmp_path: Path) -> None:
    rig = Rig("serial", tmp_path, tells=False)
    rig.printer.faults.add(PrinterFault.MUTE)
    async for _ in attend(rig):
        await rig.driver.print(TICKET)
        await rig.until(lambda: len(rig.printer.printed) == 1)
        assert rig.driver.state is PrinterState.UNKNOWN


def dots_on(rig: Rig) -> bytes:
    """The dots of the newest sheet, without the blank edges."""
    picture = rig.printer.printed[-1].picture()[24:-24]
    return np.packbits(picture == 0).tobytes()


async def test_dots_come_out_as_they_were_drawn(rig: Rig) -> None:
    await rig.driver.print(DOTS)
    assert dots_on(rig) == DOTS.rows
    assert rig.printer.unknown == []


async def test_dots_that_spell_a_pulse_open_no_drawer(one: Rig) -> None:
    await one.driver.print(SPELLS_A_PULSE)
    assert len(one.printer.printed) == 1
    assert one.printer.pulses == []


async def test_the_drawer_opens_at_its_pin_also_without_paper(rig: Rig) -> None:
    await rig.driver.open_drawer(DrawerPulse())
    rig.printer.faults.add(PrinterFault.PAPER_LOW)
    await rig.driver.open_drawer(DrawerPulse(5))
    await rig.until(lambda: rig.printer.pulses == [2, 5])
    await rig.unplug()
    await rig.until(lambda: rig.state is DeviceState.FAULT)
    with pytest.raises(DeviceFault):
        await rig.driver.open_drawer(DrawerPulse())
    await rig.plug()


@pytest.mark.parametrize("rig", ["tcp", "usb"], indirect=True)
async def test_after_dots_that_broke_off_the_next_sheet_is_whole(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    line, half = rig.driver._line, len(DOTS.rows) // 2  # noqa: SLF001 - the cable is pulled there
    send = line.write

    async def break_off(data: bytes) -> None:
        if len(data) > half:
            await send(data[:half])
            raise DeviceFault("the cable was pulled")
        await send(data)

    monkeypatch.setattr(line, "write", break_off)
    with pytest.raises(DeviceFault) as told:
        await rig.driver.print(DOTS)
    assert not isinstance(told.value, NothingPrinted)
    monkeypatch.undo()
    await rig.driver.print(DOTS)
    assert dots_on(rig) == DOTS.rows
    assert len(rig.printer.printed) == 2


@pytest.mark.parametrize("rig", ["tcp"], indirect=True)
async def test_dots_wait_until_the_printer_has_disabled_what_they_may_spell(rig: Rig) -> None:
    clock, arrived_s = asyncio.get_running_loop().time, []

    def note(data: bytes) -> None:
        if b"\x1dv0" in data:
            arrived_s.append(clock())
        rig.printer.received(data)

    rig.tcp.connect(note)
    rig.printer.received(b"\n" * 50)
    busy_until_s = clock() + 50 * LINE_S
    await rig.driver.print(DOTS)
    assert arrived_s[0] >= busy_until_s - 0.01
