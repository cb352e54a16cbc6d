"""Set-up frames of the GM65 family, HID-POS reports, and keys, byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.devices.framing import gm65, hid_pos
from edge.devices.framing.gm65 import NO_SETUP_CODES, ReplyDecoder
from edge.devices.framing.hid_keyboard import SILENCE_S, TypedCodes
from edge.devices.framing.hid_pos import CONTINUATION_S, CodeReports


@pytest.mark.parametrize(
    ("made", "frame"),
    [
        (gm65.save(), "7E 00 09 01 00 00 00 DE C8"),
        (gm65.read_zone(0x0060)[:-2], "7E 00 07 01 00 60 01"),
        (gm65.write_zone(0x0003, 2)[:-2], "7E 00 08 01 00 03 02"),
    ],
)
def test_gm65_frames(made: bytes, frame: str) -> None:
    assert made.hex(" ").upper() == frame


ACK = bytes.fromhex("02 00 00 01 00 33 31")


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        (ACK, [0]),
        (b"PF1AAAA\r" + ACK + b"PF1", [0]),
        (b"\x02\x00\x00" + ACK + ACK, [0, 0]),
        (ACK[:-1] + b"\x30", []),
        (ACK[:-1], []),
    ],
)
def test_gm65_replies(stream: bytes, told: list[int]) -> None:
    assert ReplyDecoder().feed(stream) == told
    bytewise = ReplyDecoder()
    assert [one for byte in stream for one in bytewise.feed(bytes([byte]))] == told


@given(st.integers(0, 255))
def test_a_wish_changes_its_own_bits_alone(value: int) -> None:
    granted = NO_SETUP_CODES.granted(value)
    assert NO_SETUP_CODES.holds(granted)
    assert (granted ^ value) & ~NO_SETUP_CODES.mask == 0


def report(data: bytes, *, more: bool = False, length: int | None = None) -> bytes:
    return bytes([2, len(data) if length is None else length]) + b"]Q1" + data.ljust(56, b"\0") + bytes([0, 0, more])


def test_hid_pos_parts_are_put_together_and_time_out() -> None:
    reports = CodeReports()
    assert reports.feed(report(b"A" * 56, more=True), 1.0) == []
    assert reports.feed(report(b"BCDE"), 1.1) == [b"A" * 56 + b"BCDE"]
    assert reports.feed(report(b"lost", more=True), 2.0) == []
    assert reports.feed(report(b"whole"), 2.1 + CONTINUATION_S) == [b"whole"]


@pytest.mark.parametrize("bad", [report(b"x", length=57), b"\x03" + report(b"x")[1:], report(b"x")[:-1], b""])
def test_a_hid_pos_report_that_contradicts_itself_spoils_its_code(bad: bytes) -> None:
    reports = CodeReports()
    reports.feed(report(b"lost", more=True), 1.0)
    assert reports.feed(bad, 1.1) == []
    assert reports.feed(report(b"whole"), 1.2) == [b"whole"]
    assert len(report(b"")) == hid_pos.REPORT_BYTES


def keys(*pressed: tuple[int, int]) -> list[bytes]:
    return [frame for modifiers, key in pressed for frame in (bytes([modifiers, 0, key, 0, 0, 0, 0, 0]), bytes(8))]


@pytest.mark.parametrize(
    ("pressed", "codes"),
    [
        ([(0, 0x1E), (0, 0x1E), (0, 0x28)], [b"11"]),
        ([(2, 0x04), (0x20, 0x05), (0, 0x06), (0, 0x58)], [b"ABc"]),
        ([(1, 0x15), (0, 0x06), (0, 0x28)], []),
        ([(8, 0x15), (0, 0x28), (0, 0x06), (0, 0x28)], [b"c"]),
        ([(0, 0x50), (0, 0x06), (0, 0x28)], []),
        ([(0, 0x28)], []),
    ],
)
def test_keys_become_codes_and_keys_that_type_nothing_spoil_them(pressed: list[tuple[int, int]], codes: list[bytes]) -> None:
    typed = TypedCodes()
    assert [code for frame in keys(*pressed) for code in typed.feed(frame, 1.0)] == codes


def test_silence_ends_a_typed_code_too_and_two_keys_in_one_report_are_two() -> None:
    typed = TypedCodes()
    assert typed.feed(bytes([0, 0, 0x04, 0x05, 0, 0, 0, 0]), 1.0) == []
    assert typed.feed(b"", 1.0 + SILENCE_S / 2) == []
    assert typed.feed(b"", 1.1 + SILENCE_S) == [b"ab"]
