"""One admission on the wire, byte by byte with its times: from the scanner's first byte to central's receipt.

`python -m tests.journeys.capture` writes docs/wire.md. This process simulates the devices and relays the network, so that all
times come from one clock; agent and central are the real programs.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware_sims.relay_board import RelayBoard
from hardware_sims.scanner import Scanner
from hardware_sims.timers import LoopTimers
from hardware_sims.turnstile import Direction, Turnstile
from hardware_sims.visitor import visit
from hardware_sims.wires import PtyWire
from tests.journeys.demo import ADULT, PRICE_FEN, site_day
from tests.journeys.lanes import LaneControl
from tests.journeys.processes import ROOT, until
from tests.journeys.town import Gate, Town

DOCUMENT = ROOT / "docs" / "wire.md"
BAUD = 115_200
SHOWN_BYTES = 48
QUIET_S = 1.0  # until all work after the sale has ended
FLASH = bytes.fromhex("01 05 02 00")
POLL = bytes.fromhex("01 02 00 00 00 08")
_BEGINNINGS = (
    (FLASH, "**flash coil 0 on: release for entry, the board's own timer ends the pulse**"),
    (bytes.fromhex("01 01 00 00"), "read the coils back"),
    (bytes.fromhex("01 01 01"), "the coils"),
    (bytes.fromhex("01 02 01"), "the inputs"),
    (POLL, "read the inputs (PASS, FIRE)"),
    (b"PF1", "the ticket's code and CR"),
    (b"POST /agent/v1/journal", "the journal's batch, signed (RFC 9421)"),
    (b"GET /agent/v1/feed", "content of the feed"),
    (b"GET /agent/v1/head", "waiting for the next head"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Some bytes at a moment."""

    at_s: float
    wire: str
    data: bytes


@dataclass
class Recorder:
    """All recorded bytes, in order."""

    clock: Callable[[], float]
    seen: list[Seen] = field(default_factory=list)

    def note(self, wire: str, data: bytes) -> None:
        self.seen.append(Seen(self.clock(), wire, data))


class TappedWire:
    """A wire that passes its bytes to the recorder too; implements `hardware_sims.wires.Wire`."""

    def __init__(self, wire: PtyWire, name: str, recorder: Recorder) -> None:
        self._wire = wire
        self._name = name
        self._recorder = recorder

    def connect(self, receive: Callable[[bytes], None]) -> None:
        def pass_on(data: bytes) -> None:
            self._recorder.note(f"agent → {self._name}", data)
            receive(data)

        self._wire.connect(pass_on)

    def send(self, data: bytes) -> None:
        self._recorder.note(f"{self._name} → agent", data)
        self._wire.send(data)

    def set_baud(self, baud: int) -> None:
        self._wire.set_baud(baud)


class TappedLane:
    """Relay board, turnstile and scanner on tapped wires."""

    def __init__(self, directory: Path, recorder: Recorder) -> None:
        timers = LoopTimers()
        directory.mkdir()
        self.control = LaneControl(directory)
        self.relay = PtyWire(directory / "relay", timers, baud=BAUD)
        self.eye = PtyWire(directory / "scanner", timers, baud=BAUD)
        self.arm = Turnstile(RelayBoard(TappedWire(self.relay, "relay", recorder), timers, baud=BAUD), timers)
        self.scanner = Scanner(TappedWire(self.eye, "scanner", recorder), timers)

    def plug(self) -> None:
        self.relay.plug()
        self.eye.plug()

    def unplug(self) -> None:
        self.scanner.clear()
        self.relay.unplug()
        self.eye.unplug()


async def capture(directory: Path) -> list[Seen]:
    """Return the recorded bytes of one admission."""
    recorder = Recorder(asyncio.get_running_loop().time)
    async with Town(directory) as town:
        lane = TappedLane(directory / "lane", recorder)
        lane.plug()
        try:
            gate, code = await _a_gate_and_a_ticket(town, lane, recorder)
            await asyncio.sleep(QUIET_S)
            recorder.seen.clear()
            await visit(lane.scanner, lane.arm, code.encode(), Direction.ENTRY, pushes=True, patience_s=3.0)
            await until("the passage to end", gate.is_idle)
            await until("the receipt", gate.is_current)
        finally:
            lane.unplug()
    return recorder.seen


async def _a_gate_and_a_ticket(town: Town, lane: TappedLane, recorder: Recorder) -> tuple[Gate, str]:
    office = town.office()
    await office.sign_in(town.password)
    site = await office.add_site()
    adult = await office.add_ticket_type(site, ADULT, PRICE_FEN, claim="never")
    entry = await office.add_check_point(site, ("东门", "East gate"), [adult])
    gate = await town.add_gate(office, site, "east gate", lane.control, (entry, None), recorder.note)
    await gate.start()
    sold = (await office.sell(site, adult, PRICE_FEN, site_day()))[0]

    async def knows() -> bool:
        return await gate.is_current() and await gate.knows(sold.ticket_id)

    await until("the gate to know the ticket", knows)
    return gate, sold.code


def told(seen: list[Seen]) -> str:
    """Return the capture as a page."""
    start_s = next(one.at_s for one in seen if one.wire == "scanner → agent")
    lines = [
        "# One admission on the wire",
        "",
        "Made by `python -m tests.journeys.capture`: agent and central are the real programs, relay board, turnstile and scanner",
        f"are simulated, serial lines at {BAUD} baud. Times count from the moment when the scanner begins to send.",
        "Polls of the inputs that only repeat the one before are left out. Keys and tickets are new in each capture.",
        "",
        "| ms | wire | bytes | what |",
        "|--:|---|---|---|",
    ]
    lines += [_line(one, start_s) for one in _without_repetition(seen) if one.at_s >= start_s]
    return "\n".join(lines) + "\n"


def _without_repetition(seen: list[Seen]) -> list[Seen]:
    kept: list[Seen] = []
    last: dict[str, bytes] = {}
    for one in seen:
        is_poll = one.data.startswith((POLL, bytes.fromhex("01 02 01")))
        if is_poll and last.get(one.wire) == one.data:
            continue
        if is_poll:
            last[one.wire] = one.data
        kept.append(one)
    return kept


def _line(one: Seen, start_s: float) -> str:
    is_text = one.data[:8].decode("latin-1").isprintable() and one.data[:8].isascii()
    head = one.data[:SHOWN_BYTES]
    text = head.decode("latin-1").replace("\r\n", " ␍␊ ").replace("\r", "␍") if is_text else head.hex(" ")
    shown = text.replace("|", "\\|") + (f" … ({len(one.data)} bytes)" if len(one.data) > SHOWN_BYTES else "")
    return f"| {(one.at_s - start_s) * 1000:.2f} | {one.wire} | `{shown}` | {_meaning(one)} |"


def _meaning(one: Seen) -> str:
    if one.wire == "relay → agent" and one.data.startswith(FLASH):
        return "the board's echo: no proof yet that it switched"
    if one.wire == "from central" and b"quarantine" in one.data:
        return "**the signed receipt**: central has stored the admission"
    if one.wire == "from central":
        return "the answer"
    return next((meaning for start, meaning in _BEGINNINGS if one.data.startswith(start)), "")


def main() -> None:
    """Capture, and write the page."""
    with TemporaryDirectory() as directory:
        seen = asyncio.run(capture(Path(directory) / "town"))
    DOCUMENT.write_text(told(seen), encoding="utf-8")


if __name__ == "__main__":
    main()
