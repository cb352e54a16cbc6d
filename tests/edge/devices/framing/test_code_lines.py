"""Codes in a scanner's stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.devices.framing.code_lines import IDLE_FLUSH_S, MAX_CODE_BYTES, SUFFIX_WAIT_S, CodeLines, Line, Overlong, crc_xmodem

ACK = bytes.fromhex("02000001003331")


def lines_of(stream: bytes, chunk: int = 1 << 20, *, flushed: bool = True) -> list[Line]:
    lines = CodeLines()
    found: list[Line] = []
    for at in range(0, len(stream), chunk):
        found += lines.feed(stream[at : at + chunk], 0.0)
    return found + (silence(lines, 0.0) if flushed else [])


def silence(lines: CodeLines, since_s: float) -> list[Line]:
    """Let time pass until there is no deadline any more; flush at each deadline."""
    found: list[Line] = []
    while (deadline_s := lines.deadline_s) is not None:
        found += lines.flush(max(since_s, deadline_s))
    return found


def test_the_checksum_is_that_of_the_engines_manual() -> None:
    assert crc_xmodem(bytes.fromhex("0901000000")) == 0xDEC8
    assert crc_xmodem(ACK[2:-2]) == 0x3331


@pytest.mark.parametrize("chunk", [1, 3, 1 << 20])
@pytest.mark.parametrize(
    ("stream", "codes"),
    [
        (b"PF1A\r", [b"PF1A"]),
        (b"PF1A\n", [b"PF1A"]),
        (b"PF1A\r\n", [b"PF1A"]),
        (b"PF1A\r\nPF1B\r\n", [b"PF1A", b"PF1B"]),
        (b"\r\n\r\n", []),
        (b"PF1A", [b"PF1A"]),
        (b"PF1A\t", [b"PF1A"]),
        (b"PF1A\tB\r", [b"PF1A\tB"]),
        (b"PF1APF1B\r", [b"PF1APF1B"]),
        (ACK, []),
        (ACK + b"PF1A\r", [b"PF1A"]),
        (b"PF1A\r" + ACK + b"PF1B\r", [b"PF1A", b"PF1B"]),
        (ACK + ACK + b"PF1A", [b"PF1A"]),
        (b"PF1A" + ACK + b"\r", [b"PF1A"]),
        (ACK[:-1] + b"2PF1A\r", [ACK[:-1] + b"2PF1A"]),
        (b"\x02PF1A\r", [b"\x02PF1A"]),
        (b"\x02\x00\x00\xffPF1A\r", [b"\x02\x00\x00\xffPF1A"]),
        (bytes.fromhex("02000002 0D0A") + crc_xmodem(bytes.fromhex("00020D0A")).to_bytes(2, "big") + b"A\r", [b"A"]),
        ("身份证\r".encode("gbk"), ["身份证".encode("gbk")]),
        (b"A" * MAX_CODE_BYTES + b"\r", [b"A" * MAX_CODE_BYTES]),
        (b"A" * (MAX_CODE_BYTES + 1) + b"\rPF1A\r", [Overlong(MAX_CODE_BYTES + 1), b"PF1A"]),
        (b"A" * (MAX_CODE_BYTES + 9), [Overlong(MAX_CODE_BYTES + 9)]),
    ],
)
def test_a_stream_is_cut_into_codes(stream: bytes, codes: list[Line], chunk: int) -> None:
    assert lines_of(stream, chunk) == codes


def test_a_code_with_its_end_is_handed_on_at_once() -> None:
    assert lines_of(b"PF1A\r", flushed=False) == [b"PF1A"]


def test_silence_ends_a_line_no_sooner_than_its_limit() -> None:
    lines = CodeLines()
    assert lines.deadline_s is None
    lines.feed(b"PF1", 1.0)
    lines.feed(b"A", 1.04)
    assert lines.deadline_s == pytest.approx(1.09)
    assert lines.flush(1.1) == []
    assert lines.deadline_s == pytest.approx(1.1 + SUFFIX_WAIT_S)
    assert lines.flush(1.39) == []
    assert lines.flush(1.41) == [b"PF1A"]
    assert lines.deadline_s is None


def test_a_scanner_without_a_suffix_is_waited_for_only_once() -> None:
    lines = CodeLines()
    lines.feed(b"PF1A", 1.0)
    assert silence(lines, 1.0) == [b"PF1A"]
    lines.feed(b"PF1B", 2.0)
    assert lines.flush(2.0 + IDLE_FLUSH_S) == [b"PF1B"]


def test_codes_without_a_suffix_that_follow_each_other_are_not_glued() -> None:
    lines = CodeLines()
    for repetition in range(3):
        lines.feed(b"PF1A", 1.0 + 0.1 * repetition)
        assert lines.flush(1.06 + 0.1 * repetition) == []
    assert silence(lines, 1.26) == [b"PF1A", b"PF1A", b"PF1A"]


def test_a_pause_within_a_code_does_not_cut_it_where_a_suffix_is_expected() -> None:
    lines = CodeLines()
    lines.feed(b"PF1A\r", 1.0)
    lines.feed(b"PF", 2.0)
    assert lines.flush(2.0 + IDLE_FLUSH_S) == []
    assert lines.feed(b"1B\r", 2.2) == [b"PF1B"]


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.integers(1, 60))
def test_codes_without_line_ends_and_frames_survive_any_cutting(codes: list[bytes], chunk: int) -> None:
    clean = [code.translate(None, b"\r\n\x02") for code in codes]
    stream = b"".join(code + b"\r\n" for code in clean)
    assert lines_of(stream, chunk) == [code for code in clean if code]


@given(st.binary(max_size=2_000), st.integers(1, 64))
def test_any_bytes_give_lines_without_line_ends_and_leave_nothing_behind(stream: bytes, chunk: int) -> None:
    lines = CodeLines()
    found: list[Line] = []
    for at in range(0, len(stream), chunk):
        found += lines.feed(stream[at : at + chunk], 0.0)
    found += silence(lines, 0.0)
    assert not any(isinstance(line, bytes) and (b"\r" in line or b"\n" in line or not line) for line in found)
