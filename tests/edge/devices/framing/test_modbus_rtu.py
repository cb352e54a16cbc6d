"""Modbus RTU frames: golden bytes of the Waveshare family, and a reply found among any other bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.devices.framing.modbus_rtu import (
    Bits,
    Echoed,
    Refused,
    Reply,
    ReplyDecoder,
    Request,
    crc16,
    flash_on,
    quiet_s,
    read_coils,
    read_inputs,
    write_coil,
)

READ_COILS = read_coils(1)
READ_INPUTS = read_inputs(1)
FLASH = flash_on(1, 0, 7)
COILS_41 = bytes.fromhex("010101 41 91B8")


def framed(body: str) -> bytes:
    data = bytes.fromhex(body)
    return data + crc16(data)


@pytest.mark.parametrize(
    ("request_", "frame"),
    [
        (write_coil(1, 0, on=True), "01050000FF008C3A"),
        (write_coil(1, 0, on=False), "010500000000CDCA"),
        (flash_on(1, 0, 7), "0105020000078DB0"),
        (flash_on(1, 1, 8), "0105020100089C74"),
        (read_coils(1), "0101000000083DCC"),
        (read_inputs(1), "01020000000879CC"),
    ],
)
def test_requests_are_the_bytes_of_the_manual(request_: Request, frame: str) -> None:
    assert request_.frame == bytes.fromhex(frame)


@pytest.mark.parametrize("tenths", [0, 0x8000])
def test_a_flash_outside_the_boards_range_is_a_mistake(tenths: int) -> None:
    with pytest.raises(AssertionError):
        flash_on(1, 0, tenths)


@pytest.mark.parametrize(("baud", "quiet"), [(9600, 0.00401), (19_200, 0.002), (38_400, 0.00175), (115_200, 0.00175)])
def test_frames_are_kept_apart_by_the_silence_of_the_standard(baud: int, quiet: float) -> None:
    assert quiet_s(baud) == pytest.approx(quiet, abs=1e-5)


@pytest.mark.parametrize(
    ("request_", "stream", "reply"),
    [
        (READ_COILS, COILS_41, Bits(0x41)),
        (FLASH, FLASH.frame, Echoed()),
        (READ_COILS, framed("0181 02"), Refused(2)),
        (FLASH, framed("0185 03"), Refused(3)),
        (READ_COILS, b"\x00\xff" + COILS_41, Bits(0x41)),
        (READ_COILS, b"\x01\x01" + COILS_41, Bits(0x41)),
        (READ_COILS, READ_COILS.frame + COILS_41, Bits(0x41)),
        (READ_INPUTS, READ_INPUTS.frame + framed("010201 05"), Bits(0x05)),
        (READ_COILS, framed("110101 FF") + COILS_41, Bits(0x41)),
        (READ_COILS, framed("010201 FF") + COILS_41, Bits(0x41)),
        (READ_COILS, FLASH.frame + COILS_41, Bits(0x41)),
        (READ_COILS, COILS_41 + COILS_41, Bits(0x41)),
        (FLASH, flash_on(1, 1, 7).frame, None),
        (FLASH, framed("0105 0200"), None),
        (READ_COILS, READ_COILS.frame, None),
        (READ_COILS, COILS_41[:-1], None),
        (READ_COILS, COILS_41[:-1] + b"\x00", None),
        (READ_COILS, framed("010100 41"), None),
        (READ_COILS, b"", None),
    ],
    ids=[
        "coils",
        "echo",
        "exception of a read",
        "exception of a write",
        "leading junk",
        "junk that looks like a head",
        "local echo, then coils",
        "local echo, then inputs",
        "another unit first",
        "late reply to another function first",
        "late echo of a flash first",
        "double reply",
        "echo of another write",
        "short write reply",
        "local echo alone is no reply to a read",
        "incomplete",
        "wrong CRC",
        "wrong byte count",
        "silence",
    ],
)
def test_a_reply_is_found_in_what_surrounds_it(request_: Request, stream: bytes, reply: Reply | None) -> None:
    assert ReplyDecoder(request_).feed(stream) == reply


@given(junk=st.binary(max_size=300), bits=st.integers(0, 255), chunk=st.integers(1, 20))
def test_a_reply_is_found_behind_any_junk_in_any_pieces(junk: bytes, bits: int, chunk: int) -> None:
    stream = junk + framed(f"010201{bits:02X}")
    decoder = ReplyDecoder(READ_INPUTS)
    replies = [decoder.feed(stream[at : at + chunk]) for at in range(0, len(stream), chunk)]
    assert any(reply is not None for reply in replies)
    if b"\x01\x02" not in junk and b"\x01\x82" not in junk and not junk.endswith(b"\x01"):
        assert replies[-1] == Bits(bits)


@given(bits=st.integers(0, 255), position=st.integers(0, 47))
def test_no_single_bit_error_is_believed(bits: int, position: int) -> None:
    frame = bytearray(framed(f"010101{bits:02X}"))
    frame[position // 8] ^= 1 << position % 8
    assert ReplyDecoder(READ_COILS).feed(bytes(frame)) is None


def test_an_exception_is_named_for_staff() -> None:
    assert str(Refused(2)) == "exception 02 (address not present)"
