"""The relay board, byte for byte as the vendor's frames, in virtual time."""

import pytest

from hardware_sims.checksums import modbus_crc
from hardware_sims.relay_board import RelayBoard, RelayFault
from hardware_sims.timers import VirtualTimers
from tests.builders.memory_wire import MemoryWire

FRAME_GAP_S = 3.5 * 10 / 9600


class Bench:
    def __init__(self) -> None:
        self.wire, self.timers = MemoryWire(), VirtualTimers()
        self.board = RelayBoard(self.wire, self.timers)

    def ask(self, request: str) -> str:
        """Send a whole frame in hexadecimal, and return the reply in hexadecimal."""
        self.wire.deliver(bytes.fromhex(request))
        self.timers.advance(FRAME_GAP_S + 0.0001)
        return self.wire.take().hex(" ").upper()

    def ask_pdu(self, pdu: str, unit: int = 1) -> str:
        """Like `ask`, but add unit and checksum to the PDU and cut them off the reply."""
        frame = bytes([unit]) + bytes.fromhex(pdu)
        return self.ask((frame + modbus_crc(frame)).hex())[3:-6]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def coils(*on: int) -> tuple[bool, ...]:
    return tuple(channel in on for channel in range(8))


@pytest.mark.parametrize(
    ("request_frame", "reply", "on_after"),
    [
        ("01 05 00 00 FF 00 8C 3A", "01 05 00 00 FF 00 8C 3A", coils(0)),
        ("01 05 00 00 00 00 CD CA", "01 05 00 00 00 00 CD CA", coils()),
        ("01 05 00 00 55 00 F2 9A", "01 05 00 00 55 00 F2 9A", coils(0)),
        ("01 05 00 FF FF 00 BC 0A", "01 05 00 FF FF 00 BC 0A", coils(*range(8))),
        ("01 05 02 00 00 07 8D B0", "01 05 02 00 00 07 8D B0", coils(0)),
        ("01 05 02 01 00 08 9C 74", "01 05 02 01 00 08 9C 74", coils(1)),
        ("01 05 04 00 00 07 8D 38", "01 05 04 00 00 07 8D 38", coils()),
        ("01 0F 00 00 00 08 01 FF BE D5", "01 0F 00 00 00 08 54 0D", coils(*range(8))),
        ("00 03 40 00 00 01 90 1B", "01 03 02 00 01 79 84", coils()),
        ("00 03 80 00 00 01 AC 1B", "01 03 02 00 64 B9 AF", coils()),
    ],
)
def test_frames_of_the_datasheet(bench: Bench, request_frame: str, reply: str, on_after: tuple[bool, ...]) -> None:
    assert bench.ask(request_frame) == reply
    assert bench.board.coils == on_after
    assert bench.board.contacts == on_after


def test_reading_coils_packs_the_first_into_the_lowest_bit(bench: Bench) -> None:
    bench.ask_pdu("0F 0000 0008 01 41")
    assert bench.ask("01 01 00 00 00 08 3D CC") == "01 01 01 41 91 B8"


def test_reading_inputs(bench: Bench) -> None:
    bench.board.set_input(0, closed=True)
    bench.board.set_input(2, closed=True)
    assert bench.ask("01 02 00 00 00 08 79 CC") == "01 02 01 05 61 8B"
    assert bench.ask_pdu("02 0002 0001") == "02 01 01"


@pytest.mark.parametrize(
    ("pdu", "refusal"),
    [
        ("04 0000 0008", "84 01"),
        ("2B 0E01 00", "AB 01"),
        ("05 0008 FF00", "85 02"),
        ("05 0100 FF00", "85 02"),
        ("05 0208 0001", "85 02"),
        ("01 0000 0009", "81 02"),
        ("02 0008 0001", "82 02"),
        ("03 1000 0001", "83 02"),
        ("06 8000 0001", "86 02"),
        ("0F 0001 0008 01 FF", "8F 02"),
        ("05 0000 1234", "85 03"),
        ("05 0200 0000", "85 03"),
        ("05 0200 8000", "85 03"),
        ("01 0000 0000", "81 03"),
        ("03 4000 0002", "83 03"),
        ("06 4000 0000", "86 03"),
        ("06 2000 0009", "86 03"),
        ("0F 0000 0008 02 FF", "8F 03"),
        ("05 0000", "85 03"),
    ],
)
def test_what_the_board_refuses(bench: Bench, pdu: str, refusal: str) -> None:
    assert bench.ask_pdu(pdu) == refusal
    assert bench.board.coils == coils()


@pytest.mark.parametrize(
    "frame",
    ["01 05 00 00 FF 00 8C 3B", "02 05 00 00 FF 00 8C 09", "01 05 00 00 FF 00", "00 05 00 00 FF 00 8D EB", "01", ""],
)
def test_silence_meets_bad_checksums_other_units_fragments_and_broadcasts(bench: Bench, frame: str) -> None:
    assert bench.ask(frame) == ""


def test_a_broadcast_write_switches_without_a_word(bench: Bench) -> None:
    assert bench.ask_pdu("05 0003 FF00", unit=0) == ""
    assert bench.board.coils == coils(3)


def test_a_frame_may_come_in_pieces_but_not_with_a_gap_of_silence(bench: Bench) -> None:
    for piece in ("01 05", "00 00"):
        bench.wire.deliver(bytes.fromhex(piece))
        bench.timers.advance(FRAME_GAP_S * 0.9)
    assert bench.ask("FF 00 8C 3A") != ""
    bench.wire.deliver(bytes.fromhex("01 05 00 00"))
    bench.timers.advance(FRAME_GAP_S * 1.1)
    assert bench.ask("00 00 CD CA") == ""
    assert bench.board.coils == coils(0)


def test_junk_glued_to_a_request_spoils_it_and_the_next_one_is_heard(bench: Bench) -> None:
    assert bench.ask("AA 01 05 00 00 FF 00 8C 3A") == ""
    assert bench.ask("01 05 00 00 FF 00 8C 3A") == "01 05 00 00 FF 00 8C 3A"


@pytest.mark.parametrize(("kind", "during", "after"), [("02", True, False), ("04", False, True)])
def test_the_board_itself_ends_a_flash(bench: Bench, kind: str, during: bool, after: bool) -> None:  # noqa: FBT001 - a table's columns
    bench.ask_pdu(f"05 {kind}00 0007")
    bench.timers.advance(0.69)
    assert bench.board.contacts[0] is during
    bench.timers.advance(0.02)
    assert bench.board.contacts[0] is after
    bench.timers.advance(10)
    assert bench.board.contacts[0] is after


def test_a_second_flash_restarts_the_time_and_a_write_ends_it(bench: Bench) -> None:
    bench.ask_pdu("05 0200 0005")
    bench.timers.advance(0.4)
    bench.ask_pdu("05 0200 0005")
    bench.timers.advance(0.4)
    assert bench.board.contacts[0]
    bench.ask_pdu("05 0000 FF00")
    bench.timers.advance(10)
    assert bench.board.contacts[0], "a plain ON outlives the flash it replaced"


def test_toggle_of_all_inverts_each(bench: Bench) -> None:
    bench.ask_pdu("05 0003 FF00")
    bench.ask_pdu("05 00FF 5500")
    assert bench.board.coils == coils(0, 1, 2, 4, 5, 6, 7)


def test_a_new_address_holds_after_the_reply_that_still_carries_the_old_one(bench: Bench) -> None:
    assert bench.ask("01 06 40 00 00 02 1D CB") == "01 06 40 00 00 02 1D CB"
    assert bench.ask_pdu("01 0000 0008") == ""
    assert bench.ask_pdu("01 0000 0008", unit=2) == "01 01 00"


def test_a_new_speed_holds_after_the_reply(bench: Bench) -> None:
    assert bench.ask_pdu("06 2000 0005") == "06 20 00 00 05"
    assert bench.wire.bauds == []
    bench.timers.advance(0.2)
    assert bench.wire.bauds == [115200]


@pytest.mark.parametrize(
    ("fault", "pdu", "reply", "contact"),
    [
        (RelayFault.ACK_WITHOUT_SWITCH, "05 0000 FF00", "05 00 00 FF 00", False),
        (RelayFault.ACK_WITHOUT_SWITCH, "05 0200 0005", "05 02 00 00 05", False),
        (RelayFault.ACK_WITHOUT_SWITCH, "0F 0000 0008 01 FF", "0F 00 00 00 08", False),
        (RelayFault.FLASH_IGNORED, "05 0200 0005", "05 02 00 00 05", False),
        (RelayFault.FLASH_IGNORED, "05 0000 FF00", "05 00 00 FF 00", True),
        (RelayFault.ILLEGAL_FUNCTION, "05 0200 0005", "85 01", False),
        (RelayFault.ILLEGAL_ADDRESS, "05 0200 0005", "85 02", False),
        (RelayFault.ILLEGAL_VALUE, "01 0000 0008", "81 03", False),
    ],
)
def test_faults_of_the_board(bench: Bench, fault: RelayFault, pdu: str, reply: str, contact: bool) -> None:  # noqa: FBT001 - a table's columns
    bench.board.faults.add(fault)
    assert bench.ask_pdu(pdu) == reply
    assert bench.board.contacts[0] is contact


def test_a_flash_may_latch(bench: Bench) -> None:
    bench.board.faults.add(RelayFault.FLASH_LATCHES)
    bench.ask_pdu("05 0200 0001")
    bench.timers.advance(3600)
    assert bench.board.contacts[0]


def test_a_reply_may_come_from_another_unit_with_a_good_checksum(bench: Bench) -> None:
    bench.board.faults.add(RelayFault.WRONG_UNIT)
    reply = bytes.fromhex(bench.ask("01 01 00 00 00 08 3D CC"))
    assert reply[0] == 0x11
    assert modbus_crc(reply[:-2]) == reply[-2:]


@pytest.mark.parametrize("closed", [True, False])
def test_a_stuck_contact_lies_behind_a_coil_that_obeys(bench: Bench, closed: bool) -> None:  # noqa: FBT001 - a table's column
    moves = list[tuple[int, bool]]()
    bench.board.on_contact(lambda channel, now: moves.append((channel, now)))
    bench.board.stick(0, closed=closed)
    bench.ask_pdu(f"05 0000 {'0000' if closed else 'FF00'}")
    assert bench.ask_pdu("01 0000 0001") == f"01 01 {'00' if closed else '01'}"
    assert bench.board.contacts[0] is closed
    bench.board.stick(0, closed=None)
    assert bench.board.contacts[0] is not closed
    assert moves[-1] == (0, not closed)


def test_a_reset_drops_all_relays_and_forgets_flashes(bench: Bench) -> None:
    bench.ask_pdu("05 0200 0014")
    bench.ask_pdu("05 0401 0014")
    bench.board.reset()
    bench.timers.advance(60)
    assert bench.board.contacts == coils()


def test_without_power_nothing_answers(bench: Bench) -> None:
    bench.ask_pdu("05 0000 FF00")
    bench.board.power(on=False)
    assert bench.board.contacts == coils()
    assert bench.ask_pdu("05 0000 FF00") == ""
    bench.board.power(on=True)
    assert bench.ask_pdu("01 0000 0008") == "01 01 00"
