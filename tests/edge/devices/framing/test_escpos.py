"""Sheets as bytes, and the meaning of status bytes."""

import pytest

from edge.devices.framing import escpos
from edge.devices.framing.escpos import StatusBytes
from edge.devices.ports import DrawerPulse, PrinterState, Raster, Sheetful


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("Adult", b"Adult\n"),
        ("票", b"\x1c&" + "票".encode("gbk") + b"\x1c.\n"),
        ("¥80", b"\x1c&\xa3\xa480\x1c.\n"),
        ("€1 😀", b"?1 ?\n"),
        ("\x10\x04\x01\x1b@ok", b"@ok\n"),
    ],
)
def test_a_line_is_sent_in_signs_that_printers_know_and_never_as_a_command(line: str, sent: bytes) -> None:
    assert escpos.encode(Sheetful((line,)), 6) == escpos.INITIALISE + sent + escpos.CUT


def test_a_code_is_drawn_by_the_printer() -> None:
    drawn = escpos.encode(Sheetful((), "PF1ABC"), 6).hex(" ").upper()
    for command in (
        "1D 28 6B 04 00 31 41 32 00",
        "1D 28 6B 03 00 31 43 06",
        "1D 28 6B 03 00 31 45 31",
        "1D 28 6B 09 00 31 50 30 50 46 31 41 42 43",
        "1D 28 6B 03 00 31 51 30",
    ):
        assert command in drawn


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([0x12, 0x12, 0x12, 0x12], PrinterState.READY),
        ([0x12, 0x12, 0x12, 0x1E], PrinterState.PAPER_LOW),
        ([0x1A, 0x32, 0x12, 0x7E], PrinterState.PAPER_OUT),
        ([0x12, 0x12, 0x12, 0x32], PrinterState.PAPER_OUT),
        ([0x1A, 0x16, 0x12, 0x12], PrinterState.COVER_OPEN),
        ([0x1A, 0x52, 0x1A, 0x12], PrinterState.CUTTER_JAMMED),
        ([0x1A, 0x12, 0x52, 0x12], PrinterState.OVERHEATED),
        ([0x1A, 0x12, 0x32, 0x12], PrinterState.FAILED),
        ([0x1A, 0x12, 0x12, 0x12], PrinterState.OFFLINE),
        ([], PrinterState.UNKNOWN),
    ],
)
def test_the_worst_that_is_told_counts(answers: list[int], state: PrinterState) -> None:
    assert escpos.state_of(dict(enumerate(answers, 1))) is state


@pytest.mark.parametrize(
    ("stream", "told", "printed"),
    [
        (b"\x12", [0x12], 0),
        (b"\x10\x00\x00\x0f\x1a", [0x1A], 0),
        (b"\x00", [], 1),
        (b"\x03\x12", [0x12], 1),
        (b"\x93\xff", [], 0),
    ],
)
def test_answers_are_distinguished_from_unasked_status(stream: bytes, told: list[int], printed: int) -> None:
    assert StatusBytes().feed(stream) == (told, printed)


def test_dots_go_as_they_are_in_bands_and_cannot_open_the_drawer() -> None:
    rows = bytes(range(256)) * 2
    sent = escpos.encode(Raster(65, 50, rows[:450]), 6)
    head, width = b"\x1dv0\x00\x09\x00", 9
    assert escpos.BEFORE_DOTS == b"\x1b@\x1da\x00" + b"\x1d(D\x05\x00\x14\x01\x00\x02\x00"
    assert sent == (
        head + b"\x18\x00" + rows[: 24 * width]
        + head + b"\x18\x00" + rows[24 * width : 48 * width]
        + head + b"\x02\x00" + rows[48 * width : 450]
        + b"\x1bd\x04\x1dV\x01"
    )  # fmt: skip


def test_dots_are_sent_as_python_escpos_sends_them() -> None:
    from escpos.printer import Dummy  # noqa: PLC0415 - it reads a large file while it is imported
    from PIL import Image  # noqa: PLC0415 - python-escpos brings it

    rows = bytes((7 * number) % 256 for number in range(10 * 40))
    peer = Dummy()
    peer.image(Image.frombytes("1", (80, 40), bytes(255 - byte for byte in rows)), impl="bitImageRaster", fragment_height=24)
    assert peer.output in escpos.encode(Raster(80, 40, rows), 6)


@pytest.mark.parametrize(("pulse", "sent"), [(DrawerPulse(), b"\x1bp\x00\x32\xfa"), (DrawerPulse(5, 200), b"\x1bp\x01\x64\xfa")])
def test_the_drawer_is_kicked_at_its_pin(pulse: DrawerPulse, sent: bytes) -> None:
    assert escpos.kick(pulse) == sent
