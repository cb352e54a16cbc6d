"""The simulated printer against an independent peer: the bytes of python-escpos become sheets with readable codes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zxingcpp

from hardware_sims.printer import DLE_EOT, OK, Printer, PrinterFault
from hardware_sims.printer_wires import UsbPrinterGadget
from hardware_sims.timers import VirtualTimers
from hardware_sims.usb_bus import UsbBus
from tests.builders.memory_wire import MemoryWire

if TYPE_CHECKING:
    from escpos.printer import Usb

CODE = "PF1KRUGKIDROVUWG2ZAMJZG653OEBTG66BANJ2W24DTEBXXMZLSEB2GQZJANRQXU6JAMRXWOLQ"


class Bench:
    def __init__(self) -> None:
        self.wire, self.timers = MemoryWire(), VirtualTimers()
        self.printer = Printer(self.wire, self.timers)

    def codes(self) -> list[str]:
        return [found.text for found in zxingcpp.read_barcodes(self.printer.sheets[0].picture())]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_what_python_escpos_sends_is_printed_and_both_its_kinds_of_code_can_be_read(bench: Bench) -> None:
    from escpos.printer import Dummy  # noqa: PLC0415 - it reads a large file while it is imported

    for native in (True, False):
        peer = Dummy()
        peer.text("Entry ticket\n")
        peer.text("成人票\n")
        peer.qr(CODE, native=native, size=4)
        peer.cut()
        bench.wire.deliver(peer.output)
        assert bench.codes() == [CODE]
        assert bench.printer.sheets[0].lines[:2] == ["Entry ticket", "成人票"]
        assert bench.printer.unknown == []
        del bench.printer.sheets[0]


def test_a_picture_and_a_pulse_of_python_escpos_are_what_it_meant(bench: Bench) -> None:
    from escpos.printer import Dummy  # noqa: PLC0415 - see above
    from PIL import Image  # noqa: PLC0415 - python-escpos brings it

    rows = bytes((7 * number) % 256 for number in range(72 * 50))
    peer = Dummy()
    peer.image(Image.frombytes("1", (576, 50), bytes(255 - byte for byte in rows)), impl="bitImageRaster", fragment_height=24)
    peer.cashdraw(2)
    peer.cashdraw(5)
    bench.wire.deliver(peer.output)
    assert np.packbits(bench.printer.sheets[0].picture()[24:-24] == 0).tobytes() == rows
    assert bench.printer.pulses == [2, 5]
    assert bench.printer.unknown == []


def test_dots_that_spell_a_real_time_pulse_open_the_drawer_until_that_is_disabled(bench: Bench) -> None:
    dots = b"\x1dv0\x00\x05\x00\x01\x00\x10\x14\x01\x00\x01"
    bench.wire.deliver(dots)
    assert bench.printer.pulses == [2]
    bench.wire.deliver(b"\x1d(D\x05\x00\x14\x01\x00\x02\x00")
    bench.wire.deliver(dots)
    assert bench.printer.pulses == [2]


@pytest.fixture
def usb_peer() -> "Iterator[tuple[Printer, Usb]]":
    from escpos.printer import Usb  # noqa: PLC0415 - see above

    bus = UsbBus()
    gadget = UsbPrinterGadget(bus)
    printer = Printer(gadget, VirtualTimers())
    bus.plug(gadget, kernel_driver=False)
    peer = Usb(gadget.vendor, gadget.product, usb_args={"backend": bus}, timeout=500)
    yield printer, peer
    peer.close()


def test_python_escpos_prints_and_asks_over_the_simulated_usb_bus(usb_peer: "tuple[Printer, Usb]") -> None:
    printer, peer = usb_peer
    peer.text("over USB\n")
    peer.cut()
    assert printer.printed[0].lines == ["over USB"]
    assert peer.is_online()
    assert peer.paper_status() == 2
    printer.faults.add(PrinterFault.PAPER_OUT)
    assert not peer.is_online()
    assert peer.paper_status() == 0


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        (None, [OK, OK, OK, OK]),
        (PrinterFault.PAPER_LOW, [0x12, 0x12, 0x12, 0x1E]),
        (PrinterFault.PAPER_OUT, [0x1A, 0x32, 0x12, 0x72]),
        (PrinterFault.COVER_OPEN, [0x1A, 0x16, 0x12, 0x12]),
        (PrinterFault.CUTTER_JAM, [0x1A, 0x52, 0x1A, 0x12]),
        (PrinterFault.HEAD_HOT, [0x1A, 0x12, 0x52, 0x12]),
        (PrinterFault.LIAR, [OK, OK, OK, OK]),
        (PrinterFault.MUTE, []),
    ],
)
def test_status_bytes(bench: Bench, fault: PrinterFault | None, answers: list[int]) -> None:
    bench.printer.faults |= set() if fault is None else {fault}
    for kind in (1, 2, 3, 4):
        bench.wire.deliver(DLE_EOT + bytes([kind]))
    assert list(bench.wire.take()) == answers


def test_a_question_within_an_image_is_answered_too_and_the_image_is_whole(bench: Bench) -> None:
    bench.wire.deliver(b"\x1dv0\x00\x03\x00\x01\x00" + DLE_EOT + b"\x01")
    assert bench.wire.take() == bytes([OK])
    assert len(bench.printer.sheets[0].strips) == 1


def test_that_all_is_printed_is_said_in_its_turn(bench: Bench) -> None:
    bench.wire.deliver(b"one\ntwo\n\x1dr\x01")
    assert bench.wire.take() == b""
    bench.timers.advance(1.0)
    assert bench.wire.take() == b"\0"


def test_a_printer_without_paper_keeps_what_is_left_until_it_has_some_or_loses_its_supply(bench: Bench) -> None:
    bench.printer.paper_lines = 1
    bench.wire.deliver(b"one\ntwo\n")
    assert bench.printer.sheets[0].lines == ["one"]
    bench.printer.mend()
    assert bench.printer.sheets[0].lines == ["one", "two"]
    bench.printer.faults.add(PrinterFault.COVER_OPEN)
    bench.wire.deliver(b"three\n")
    bench.printer.power_cycle()
    bench.printer.mend()
    assert bench.printer.sheets[0].lines == ["one", "two"]


def test_what_is_no_known_command_is_noted(bench: Bench) -> None:
    bench.wire.deliver(b"\x1b\x7fx\n")
    assert bench.printer.unknown == [b"\x1b\x7f"]
