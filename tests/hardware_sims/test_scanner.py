"""The scanner, byte for byte as the vendor's frames, in virtual time."""

import pytest

from hardware_sims.checksums import xmodem_crc
from hardware_sims.scanner import ACK, Mode, Scanner, ScannerFault, Tail
from hardware_sims.timers import VirtualTimers
from tests.builders.memory_wire import MemoryWire

TRIGGER, STOP = "7E 00 08 01 00 02 01 AB CD", "7E 00 08 01 00 02 00 AB CD"
SET_COMMAND_MODE = "7E 00 08 01 00 00 01 AB CD"


class Bench:
    def __init__(self, mode: Mode = Mode.CONTINUOUS, tail: Tail = Tail.CR) -> None:
        self.wire, self.timers = MemoryWire(), VirtualTimers()
        self.scanner = Scanner(self.wire, self.timers, mode=mode, tail=tail)

    def ask(self, command: str) -> str:
        self.wire.deliver(bytes.fromhex(command))
        return self.wire.take().hex(" ").upper()


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("7E 00 09 01 00 00 00 DE C8", "02 00 00 01 00 33 31"),
        ("7E 00 08 02 00 2A 39 01 A7 EA", "02 00 00 01 00 33 31"),
        ("7E 00 0A 01 00 00 00 30 1A", "03 00 00 01 00 33 31"),
        (TRIGGER, "02 00 00 01 00 33 31"),
        (STOP, "02 00 00 01 00 33 31"),
    ],
)
def test_commands_of_the_manual(bench: Bench, command: str, reply: str) -> None:
    assert bench.ask(command) == reply


def test_reading_the_baud_divisor(bench: Bench) -> None:
    reply = bytes.fromhex(bench.ask("7E 00 07 01 00 2A 02 D8 0F"))
    assert reply[:-2] == bytes.fromhex("02 00 00 02 39 01")
    assert xmodem_crc(reply[2:-2]) == reply[-2:]


@pytest.mark.parametrize(
    "command",
    [
        "7E 00 09 01 00 00 00 DE C9",
        "7E 01 09 01 00 00 00 DE C8",
        "7E 00 09 01 00",
        "7E 00 55 01 00 00 00 AB CD",
        "7E 00 07 01 00 FF 02 AB CD",
        "41 42 0D",
    ],
)
def test_silence_meets_what_is_no_command(bench: Bench, command: str) -> None:
    assert bench.ask(command) == ""


def test_a_command_is_found_behind_noise_and_across_pieces(bench: Bench) -> None:
    assert bench.ask("00 FF 7E 41 7E") == ""
    assert bench.ask("00 09 01 00 00 00") == ""
    assert bench.ask("DE C8 7E 00 0A 01 00 00 00 30 1A") == "02 00 00 01 00 33 31 03 00 00 01 00 33 31"


@pytest.mark.parametrize(
    ("tail", "end"),
    [(Tail.CR, b"\r"), (Tail.LF, b"\n"), (Tail.CRLF, b"\r\n"), (Tail.TAB, b"\t"), (Tail.NONE, b"")],
)
def test_each_tail(tail: Tail, end: bytes) -> None:
    bench = Bench(tail=tail)
    bench.scanner.show(b"PF1ABC")
    assert bench.wire.take() == b"PF1ABC" + end


@pytest.mark.parametrize("code", ["景区".encode("gbk"), bytes(range(1, 256)), b"A" * 4096])
def test_any_bytes_go_out_as_they_are(bench: Bench, code: bytes) -> None:
    bench.scanner.show(code)
    assert bench.wire.take() == code + b"\r"


def test_a_code_that_stays_is_read_again_each_100_ms_until_taken_away(bench: Bench) -> None:
    bench.scanner.show(b"A")
    bench.timers.advance(0.35)
    assert bench.wire.take() == b"A\r" * 4
    bench.scanner.show(b"B")
    bench.timers.advance(0.05)
    bench.scanner.clear()
    bench.timers.advance(10)
    assert bench.wire.take() == b"B\r"


def test_in_manual_mode_nothing_is_read(bench: Bench) -> None:
    bench.scanner.factory_reset()
    bench.scanner.show(b"A")
    bench.timers.advance(1)
    assert bench.ask(TRIGGER) == ACK.hex(" ").upper()


def test_in_command_mode_the_ack_arrives_just_before_the_code_in_one_stream() -> None:
    bench = Bench(mode=Mode.COMMAND)
    bench.scanner.show(b"A")
    assert bench.wire.take() == b""
    assert bytes.fromhex(bench.ask(TRIGGER)) == ACK + b"A\r"
    bench.timers.advance(1)
    bench.scanner.show(b"B")
    assert bench.wire.take() == b"", "one trigger, one read"


def test_a_trigger_waits_5_s_for_a_code_unless_stopped() -> None:
    bench = Bench(mode=Mode.COMMAND)
    bench.ask(TRIGGER)
    bench.timers.advance(4.9)
    bench.scanner.show(b"A")
    assert bench.wire.take() == b"A\r"
    bench.scanner.clear()
    bench.ask(TRIGGER)
    bench.timers.advance(5.1)
    bench.scanner.show(b"B")
    assert bench.wire.take() == b""
    bench.scanner.clear()
    bench.ask(TRIGGER)
    bench.ask(STOP)
    bench.scanner.show(b"C")
    assert bench.wire.take() == b""


def test_a_written_mode_holds_at_once_and_survives_a_power_cut_only_when_saved(bench: Bench) -> None:
    modes = list[Mode]()
    for commands in ((SET_COMMAND_MODE,), (SET_COMMAND_MODE, "7E 00 09 01 00 00 00 DE C8")):
        for command in commands:
            bench.ask(command)
        modes.append(bench.scanner.mode)
        bench.scanner.power_cycle()
        modes.append(bench.scanner.mode)
    assert modes == [Mode.COMMAND, Mode.CONTINUOUS, Mode.COMMAND, Mode.COMMAND]


def test_a_setup_code_held_before_it_changes_mode_and_tail() -> None:
    bench = Bench(tail=Tail.CRLF)
    bench.scanner.factory_reset()
    assert (bench.scanner.mode, bench.scanner.tail) == (Mode.MANUAL, Tail.CR)


def test_a_new_speed_holds_after_the_ack(bench: Bench) -> None:
    assert bench.ask("7E 00 08 02 00 2A 1A 00 AB CD") == "02 00 00 01 00 33 31"
    assert bench.wire.bauds == []
    bench.timers.advance(0.2)
    assert bench.wire.bauds == [115200]


def test_faults_of_the_scanner(bench: Bench) -> None:
    bench.scanner.faults = {ScannerFault.DOUBLE_READ}
    bench.scanner.show(b"A")
    bench.timers.advance(0.05)
    assert bench.wire.take() == b"A\rA\r"
    bench.scanner.faults = {ScannerFault.MISSING_TAIL}
    bench.scanner.show(b"A")
    assert bench.wire.take() == b"A"
    bench.scanner.faults = {ScannerFault.STRAY_ACK}
    bench.scanner.show(b"A")
    assert bench.wire.take() == ACK + b"A\r"


def test_codes_may_come_glued(bench: Bench) -> None:
    bench.scanner.show_glued((b"A", b"B"))
    assert bench.wire.take() == b"AB\r"
