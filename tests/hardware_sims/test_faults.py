"""Each fault of a line, alone: the bytes that go out instead of the device's."""

from random import Random

import pytest

from hardware_sims.faults import SLOW_REPLY_S, SPLIT_GAP_S, FaultyWire, LineFault
from hardware_sims.timers import VirtualTimers
from tests.builders.memory_wire import MemoryWire

REPLY = bytes.fromhex("0105000000FF008C3A")


class Line:
    def __init__(self) -> None:
        self.wire, self.timers = MemoryWire(), VirtualTimers()
        self.faulty = FaultyWire(self.wire, self.timers, Random(7))  # noqa: S311 - a repeatable fault, not a secret
        self.received: list[bytes] = []
        self.faulty.connect(self.received.append)


@pytest.fixture
def line() -> Line:
    return Line()


def test_a_sound_line_changes_nothing(line: Line) -> None:
    line.faulty.send(REPLY)
    line.wire.deliver(b"question")
    assert line.wire.sent == [REPLY]
    assert line.received == [b"question"]


def test_a_silent_device_sends_nothing_until_switched_back(line: Line) -> None:
    line.faulty.switch(LineFault.SILENT, on=True)
    line.faulty.send(REPLY)
    assert line.wire.sent == []
    line.faulty.switch(LineFault.SILENT, on=False)
    line.faulty.send(REPLY)
    assert line.wire.sent == [REPLY]


def test_exactly_one_bit_is_garbled(line: Line) -> None:
    line.faulty.switch(LineFault.GARBLE_BIT, on=True)
    line.faulty.send(REPLY)
    changed = int.from_bytes(line.wire.take(), "big") ^ int.from_bytes(REPLY, "big")
    assert changed.bit_count() == 1


def test_exactly_one_byte_is_dropped(line: Line) -> None:
    line.faulty.switch(LineFault.DROP_BYTE, on=True)
    line.faulty.send(REPLY)
    sent = line.wire.take()
    assert sent in [REPLY[:at] + REPLY[at + 1 :] for at in range(len(REPLY))]


def test_bytes_come_one_by_one_and_closer_than_the_gap_that_ends_a_frame(line: Line) -> None:
    line.faulty.switch(LineFault.SPLIT_BYTES, on=True)
    line.faulty.send(REPLY)
    line.timers.advance(len(REPLY) * SPLIT_GAP_S)
    assert line.wire.sent == [bytes([byte]) for byte in REPLY]
    assert SPLIT_GAP_S < 3.5 * 10 / 9600


def test_junk_leads_the_reply(line: Line) -> None:
    line.faulty.switch(LineFault.LEADING_JUNK, on=True)
    line.faulty.send(REPLY)
    sent = line.wire.take()
    assert sent.endswith(REPLY)
    assert len(sent) == len(REPLY) + 2


def test_a_slow_reply_comes_whole_after_its_time(line: Line) -> None:
    line.faulty.switch(LineFault.SLOW_REPLY, on=True)
    line.faulty.send(REPLY)
    line.timers.advance(SLOW_REPLY_S - 0.01)
    assert line.wire.sent == []
    line.timers.advance(0.02)
    assert line.wire.sent == [REPLY]


def test_a_late_reply_arrives_in_the_next_transaction(line: Line) -> None:
    line.faulty.switch(LineFault.LATE_REPLY, on=True, replies=1)
    line.faulty.send(b"first")
    assert line.wire.sent == []
    line.faulty.send(b"second")
    assert line.wire.sent == [b"first", b"second"]


def test_replies_that_stay_late_lag_by_one(line: Line) -> None:
    line.faulty.switch(LineFault.LATE_REPLY, on=True)
    for reply in (b"first", b"second", b"third"):
        line.faulty.send(reply)
    assert line.wire.sent == [b"first", b"second"]


def test_a_duplicate_reply_comes_twice(line: Line) -> None:
    line.faulty.switch(LineFault.DUPLICATE_REPLY, on=True)
    line.faulty.send(REPLY)
    assert line.wire.take() == REPLY * 2


def test_an_adapter_that_echoes_sends_the_request_back_before_the_reply(line: Line) -> None:
    line.faulty.switch(LineFault.LOCAL_ECHO, on=True)
    line.wire.deliver(b"question")
    line.faulty.send(b"answer")
    assert line.wire.sent == [b"question", b"answer"]
    assert line.received == [b"question"]


def test_a_fault_with_a_number_of_replies_ends_by_itself(line: Line) -> None:
    line.faulty.switch(LineFault.SILENT, on=True, replies=2)
    for reply in (b"1", b"2", b"3"):
        line.faulty.send(reply)
    assert line.wire.sent == [b"3"]


def test_the_same_seed_damages_alike() -> None:
    taken = []
    for _ in "ab":
        line = Line()
        for fault in (LineFault.GARBLE_BIT, LineFault.DROP_BYTE, LineFault.LEADING_JUNK):
            line.faulty.switch(fault, on=True)
        line.faulty.send(REPLY)
        taken.append(line.wire.take())
    assert taken[0] == taken[1]
