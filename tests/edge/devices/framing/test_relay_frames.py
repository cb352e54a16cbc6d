"""Frames of relay boards and gate controllers without Modbus, byte for byte as published, and of FE boards."""

import pytest

from edge.devices.framing import lcus, modbus_rtu, swing_gate, usb_relay
from edge.devices.framing.lcus import StateDecoder, StateReply
from edge.devices.framing.modbus_rtu import Bits, Echoed, Refused, ReplyDecoder, Request
from edge.devices.framing.swing_gate import Command, Status, StatusDecoder, passed_between


@pytest.mark.parametrize(
    ("channel", "on", "frame"),
    [(0, True, "A0 01 01 A2"), (0, False, "A0 01 00 A1"), (1, True, "A0 02 01 A3"), (1, False, "A0 02 00 A2")],
)
def test_lcus_frames(channel: int, on: bool, frame: str) -> None:  # noqa: FBT001 - a table's column
    assert lcus.switch(channel, on=on).hex(" ").upper() == frame


@pytest.mark.parametrize(
    ("reply", "pieces", "on"),
    [
        (StateReply.TEXT, [b"CH1:OFF \r\nCH2:OFF \r\n"], set()),
        (StateReply.TEXT, [b"CH1:ON \r\n", b"CH2:OF", b"F \r\n"], {0}),
        (StateReply.TEXT, [b"\x13CH1:ON \r\nCH2:ON\r\n"], {0, 1}),
        (StateReply.TEXT, [b"CH1:ON \r\n"], None),
        (StateReply.TEXT, [b"CH1:ON \r\nCH2:OM \r\n"], None),
        (StateReply.BYTES, [b"\x00\x01"], {1}),
        (StateReply.BYTES, [b"\x77\x01", b"\x00"], {0}),
        (StateReply.BYTES, [b"\x01"], None),
    ],
)
def test_lcus_states(reply: StateReply, pieces: list[bytes], on: set[int] | None) -> None:
    decoder = StateDecoder(reply, 2)
    assert [decoder.feed(piece) for piece in pieces][-1] == on


@pytest.mark.parametrize(
    ("report", "frame"),
    [
        (usb_relay.switch(0, on=True), "FF 01 00 00 00 00 00 00"),
        (usb_relay.switch(1, on=False), "FD 02 00 00 00 00 00 00"),
        (usb_relay.all_off(), "FC 00 00 00 00 00 00 00"),
    ],
)
def test_usb_relay_reports(report: bytes, frame: str) -> None:
    assert report.hex(" ").upper() == frame


def test_usb_relay_states() -> None:
    assert usb_relay.read_report(b"BITFT\0\0\x05") == usb_relay.RelayReport("BITFT", frozenset({0, 2}))
    assert usb_relay.read_report(b"BIT\xffT\0\0\x05") is None
    assert usb_relay.read_report(b"BITFT\0\0") is None


@pytest.mark.parametrize(
    ("kind", "persons", "frame"),
    [
        (Command.LEFT_OPEN, 1, "7E 00 01 80 01 00 00 FF"),
        (Command.RIGHT_OPEN, 1, "7E 00 01 82 01 00 00 FD"),
        (Command.STATUS, 0, "7E 00 01 10 00 00 00 70"),
        (Command.CLOSE, 0, "7E 00 01 84 00 00 00 FC"),
    ],
)
def test_swing_gate_commands(kind: Command, persons: int, frame: str) -> None:
    assert swing_gate.command(1, kind, persons).hex(" ").upper() == frame


STATUS = bytes.fromhex("7F 01 01 00 02 00 00 01 02 FF FF FF 03 80 78 00 00")
WHOLE = STATUS + bytes([(0xFF - sum(STATUS)) & 0xFF])
SAID = Status(address=1, fault=0, gate=2, alarm=0, left=0x102, right=0xFFFFFF, infrared=3, executed=0x80)


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (WHOLE, [SAID]),
        (b"\x7f\x05\x01" + WHOLE, [SAID]),
        (swing_gate.command(1, Command.LEFT_OPEN, 1) + WHOLE, [SAID]),
        (WHOLE * 2, [SAID, SAID]),
        (WHOLE[:-1], []),
        (WHOLE[:4] + b"\x55" + WHOLE[5:], []),
    ],
)
def test_swing_gate_statuses(stream: bytes, found: list[Status]) -> None:
    assert StatusDecoder(1).feed(stream) == found
    bytewise = StatusDecoder(1)
    assert [status for byte in stream for status in bytewise.feed(bytes([byte]))] == found
    assert StatusDecoder(2).feed(stream) == []


@pytest.mark.parametrize(
    ("before", "after", "passed"), [(5, 5, 0), (5, 7, 2), (0xFFFFFF, 1, 2), (1_000, 0, 0), (0, 0x800000, 0), (0xFFFFFF, 0, 1)]
)
def test_passages_are_steps_of_a_counter_that_may_run_over_or_be_reset(before: int, after: int, passed: int) -> None:
    assert passed_between(before, after) == passed


@pytest.mark.parametrize(
    ("request_", "frame"),
    [
        (modbus_rtu.jog_on(0xFE, 0, 10), "FE 10 00 03 00 02 04 00 04 00 0A 41 6B"),
        (modbus_rtu.jog_on(1, 0, 20), "01 10 00 03 00 02 04 00 04 00 14 F2 74"),
        (modbus_rtu.read_inputs(0xFE), "FE 02 00 00 00 08 6D C3"),
        (modbus_rtu.write_coil(0xFE, 1, on=True), "FE 05 00 01 FF 00 C9 F5"),
        (modbus_rtu.write_coil(0xFE, 0, on=False), "FE 05 00 00 00 00 D9 C5"),
    ],
)
def test_fe_frames(request_: Request, frame: str) -> None:
    assert request_.frame.hex(" ").upper() == frame


@pytest.mark.parametrize(
    ("asked", "answer", "said"),
    [
        (modbus_rtu.jog_on(0xFF, 0, 10), "FF 10 00 03 00 02 A4 16", Echoed()),
        (modbus_rtu.jog_on(0xFE, 0, 10), "FF 10 00 03 00 02 A4 16", Echoed()),
        (modbus_rtu.jog_on(0xFE, 1, 10), "FF 10 00 03 00 02 A4 16", None),
        (modbus_rtu.jog_on(1, 0, 10), "FF 10 00 03 00 02 A4 16", None),
        (modbus_rtu.jog_on(0xFE, 0, 10), "FE 10 00 03 00 02 04 00 04 00 0A 41 6B", None),
        (modbus_rtu.read_inputs(0xFE), "FE 02 01 00 91 9C", Bits(0)),
        (modbus_rtu.jog_on(1, 0, 10), "01 90 02 CD C1", Refused(2)),
    ],
)
def test_fe_replies_may_come_from_the_boards_own_unit(asked: Request, answer: str, said: object) -> None:
    assert ReplyDecoder(asked).feed(bytes.fromhex(answer)) == said
