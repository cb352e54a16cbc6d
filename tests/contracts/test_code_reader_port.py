"""The guarantees of any reader of codes to a lane, tested with serial scanners, USB scanners and the camera."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from edge.devices.framing import hid_pos
from edge.devices.ports import DeviceState
from hardware_sims.camera import CameraFault
from hardware_sims.faults import LineFault
from hardware_sims.scanner import ZONE_MODE, Mode, ScannerFault, Tail
from hardware_sims.usb_scanner import UsbScannerFault
from tests.builders.reader_benches import (
    OTHER,
    RECOVERY_LIMIT_S,
    TICKET,
    Bench,
    CameraBench,
    Gm65Bench,
    ScannerBench,
    UsbBench,
    attend,
    made,
    until,
)

pytestmark = pytest.mark.real_time


@pytest.fixture
async def scanner(tmp_path: Path) -> AsyncIterator[ScannerBench]:
    bench = ScannerBench(tmp_path)
    async for _ in attend(bench):
        yield bench


@pytest.fixture
async def camera() -> AsyncIterator[CameraBench]:
    bench = CameraBench()
    async for _ in attend(bench):
        yield bench


@pytest.fixture(params=["scanner", "gm65", "hid-pos", "keyboard-wedge", "camera"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = made(request.param, tmp_path)
    async for _ in attend(bench):
        yield bench


@pytest.fixture
async def gm65(tmp_path: Path) -> AsyncIterator[Gm65Bench]:
    bench = Gm65Bench(tmp_path)
    async for _ in attend(bench):
        yield bench


@pytest.fixture
async def usb(request: pytest.FixtureRequest) -> AsyncIterator[UsbBench]:
    bench = UsbBench(request.param)
    async for _ in attend(bench):
        yield bench


async def test_a_code_held_before_the_reader_is_read_once(bench: Bench) -> None:
    bench.show(TICKET)
    await until(lambda: bench.suppressed > 5 and bool(bench.payloads))
    assert bench.payloads == [TICKET]


async def test_another_code_is_read_at_once(bench: Bench) -> None:
    bench.show(TICKET)
    await until(lambda: bench.payloads == [TICKET])
    bench.show(OTHER)
    await until(lambda: bench.payloads == [TICKET, OTHER])


async def test_the_same_code_is_read_again_after_a_completed_passage(bench: Bench) -> None:
    bench.show(TICKET)
    await until(lambda: bench.payloads == [TICKET])
    bench.port.forget_last()
    await until(lambda: bench.payloads == [TICKET, TICKET])


async def test_an_unplugged_reader_is_told_and_reads_on_after_it_is_plugged_in(bench: Bench) -> None:
    await bench.unplug()
    await until(lambda: bench.state is DeviceState.FAULT)
    await bench.plug()
    await until(lambda: bench.state is DeviceState.READY, RECOVERY_LIMIT_S)
    bench.show(TICKET)
    await until(lambda: bench.payloads == [TICKET])


@pytest.mark.parametrize("tail", Tail)
async def test_a_code_is_read_with_any_suffix(scanner: ScannerBench, tail: Tail) -> None:
    scanner.scanner.tail = tail
    scanner.show(TICKET)
    await until(lambda: scanner.suppressed > 0 and bool(scanner.payloads))
    assert scanner.payloads == [TICKET]


@pytest.mark.parametrize("fault", ScannerFault)
async def test_a_code_is_read_under_any_fault_of_the_scanner(scanner: ScannerBench, fault: ScannerFault) -> None:
    scanner.scanner.faults.add(fault)
    scanner.show(TICKET)
    await until(lambda: scanner.suppressed > 0 and bool(scanner.payloads))
    assert scanner.payloads == [TICKET]


@pytest.mark.parametrize("code", [b"A" * 4_096, "身份证".encode("gbk"), bytes(range(14, 256))], ids=["4 KB", "GBK", "binary"])
async def test_any_bytes_are_read_as_they_are(scanner: ScannerBench, code: bytes) -> None:
    scanner.show(code)
    await until(lambda: scanner.payloads == [code])


async def test_a_long_code_is_told_of_once_while_it_is_still_coming_and_a_short_one_is_not(scanner: ScannerBench) -> None:
    scanner.line.switch(LineFault.SPLIT_BYTES, on=True)
    scanner.show(TICKET)
    await until(lambda: scanner.payloads == [TICKET])
    scanner.show(TICKET * 3)
    await until(lambda: scanner.payloads == [TICKET, TICKET * 3])
    assert scanner.read_when_coming == [1]


async def test_a_code_that_is_too_long_is_no_code_and_the_next_one_is_read(scanner: ScannerBench) -> None:
    scanner.show(b"A" * 4_200)
    scanner.show(TICKET)
    await until(lambda: scanner.payloads == [TICKET])


async def test_glued_codes_are_never_cut_at_a_guess(scanner: ScannerBench) -> None:
    scanner.scanner.show_glued((TICKET, OTHER))
    await until(lambda: scanner.payloads == [TICKET + OTHER])


@pytest.mark.parametrize(
    ("fault", "replies"),
    [
        (LineFault.GARBLE_BIT, 1),
        (LineFault.DROP_BYTE, 1),
        (LineFault.SILENT, 1),
        (LineFault.LEADING_JUNK, 1),
        (LineFault.SPLIT_BYTES, None),
        (LineFault.DUPLICATE_REPLY, None),
        (LineFault.SLOW_REPLY, None),
    ],
)
async def test_a_code_is_read_after_the_lines_faults(scanner: ScannerBench, fault: LineFault, replies: int | None) -> None:
    scanner.line.switch(fault, on=True, replies=replies)
    scanner.show(TICKET)
    await until(lambda: TICKET in scanner.payloads)
    assert scanner.state is DeviceState.READY


async def test_a_factory_new_scanner_is_set_up_for_good_and_a_set_up_code_changes_nothing(gm65: Gm65Bench) -> None:
    gm65.scanner.power_cycle()
    assert (gm65.scanner.mode, gm65.scanner.tail, gm65.scanner.setup_codes_closed) == (Mode.CONTINUOUS, Tail.CR, True)
    gm65.scanner.show_setup_code(ZONE_MODE, Mode.MANUAL)
    assert gm65.scanner.mode is Mode.CONTINUOUS
    gm65.show(TICKET)
    await until(lambda: gm65.payloads == [TICKET])


async def test_a_scanner_that_lost_its_set_up_while_it_is_served_is_set_up_again(gm65: Gm65Bench) -> None:
    gm65.scanner.factory_reset()
    await until(lambda: any("set up again" in health.detail for health in gm65.healths))
    await until(lambda: gm65.scanner.setup_codes_closed and gm65.state is DeviceState.READY, RECOVERY_LIMIT_S)
    gm65.show(TICKET)
    await until(lambda: gm65.payloads == [TICKET])


async def test_a_scanner_that_falls_silent_is_told_of_and_one_that_is_read_is_looked_after_all_the_same(gm65: Gm65Bench) -> None:
    gm65.show(TICKET)
    await asyncio.sleep(1.0)
    assert [health.state for health in gm65.healths] == [DeviceState.CONNECTING, DeviceState.READY]
    assert gm65.payloads == [TICKET]
    gm65.clear()
    gm65.line.switch(LineFault.SILENT, on=True)
    await until(lambda: gm65.state is DeviceState.FAULT)
    gm65.line.switch(LineFault.SILENT, on=False)
    await until(lambda: gm65.state is DeviceState.READY, RECOVERY_LIMIT_S)


@pytest.mark.parametrize("usb", ["hid-pos", "keyboard-wedge"], indirect=True)
async def test_what_is_scanned_reaches_no_other_program(usb: UsbBench) -> None:
    usb.show(TICKET)
    await until(lambda: usb.payloads == [TICKET])
    assert not usb.scanner.leaked


@pytest.mark.parametrize("usb", ["keyboard-wedge"], indirect=True)
async def test_a_code_that_would_press_keys_is_no_code_and_reaches_no_other_program(usb: UsbBench) -> None:
    usb.show(b"\x12cmd")  # Ctrl and R, then a command
    await until(lambda: not usb.scanner.leaked)
    usb.show(b'11 Tickets: a-z, A_Z & "so" on\\|~`')
    await until(lambda: bool(usb.payloads))
    assert usb.payloads == [b'11 Tickets: a-z, A_Z & "so" on\\|~`']
    assert not usb.scanner.leaked


@pytest.mark.parametrize("usb", ["hid-pos"], indirect=True)
async def test_a_long_code_comes_in_several_reports_and_one_without_its_end_is_none(usb: UsbBench) -> None:
    usb.scanner.faults.add(UsbScannerFault.LOST_CONTINUATION)
    usb.show(OTHER * 4)
    usb.clear()
    await asyncio.sleep(hid_pos.CONTINUATION_S + 0.1)
    usb.scanner.faults.clear()
    usb.show(TICKET * 8)
    await until(lambda: usb.payloads == [TICKET * 8])


@pytest.mark.parametrize("fault", [CameraFault.BLACK_FRAME, CameraFault.WHITE_FRAME])
async def test_a_camera_that_sees_nothing_reads_nothing_and_reads_on(camera: CameraBench, fault: CameraFault) -> None:
    camera.camera.faults.add(fault)
    camera.show(TICKET)
    sent = camera.camera.frames_sent
    await until(lambda: camera.camera.frames_sent > sent + 5)
    camera.payloads.clear()
    camera.port.forget_last()
    camera.camera.faults.clear()
    await until(lambda: camera.payloads == [TICKET])


@pytest.mark.parametrize("fault", [CameraFault.CORRUPT_FRAME, CameraFault.TORN_FRAME])
async def test_spoilt_frames_end_nothing(camera: CameraBench, fault: CameraFault) -> None:
    camera.camera.faults.add(fault)
    sent = camera.camera.frames_sent
    await until(lambda: camera.camera.frames_sent > sent + 5)
    camera.camera.faults.clear()
    camera.show(TICKET)
    await until(lambda: TICKET in camera.payloads, RECOVERY_LIMIT_S)


async def test_a_camera_that_stalls_is_told_and_reads_on(camera: CameraBench) -> None:
    camera.camera.faults.add(CameraFault.STALL)
    await until(lambda: camera.state is DeviceState.FAULT)
    camera.camera.faults.clear()
    camera.show(TICKET)
    await until(lambda: camera.payloads == [TICKET], 2 * RECOVERY_LIMIT_S)


async def test_a_killed_capturing_process_is_replaced(camera: CameraBench) -> None:
    (process_id,) = camera.processes()
    os.kill(process_id, signal.SIGKILL)
    await until(lambda: camera.state is DeviceState.FAULT)
    await until(lambda: camera.state is DeviceState.READY, RECOVERY_LIMIT_S)
    assert camera.processes() != [process_id]


async def test_no_capturing_process_is_left_behind() -> None:
    bench = CameraBench()
    attended = attend(bench)
    await anext(attended)
    (process_id,) = bench.processes()
    with suppress(StopAsyncIteration):
        await anext(attended)
    assert bench.processes() == []
    assert not Path(f"/proc/{process_id}").exists()  # noqa: ASYNC240 - /proc answers from memory
