"""A whole wired lane: relay board with turnstile, scanner and camera, each on its own wire, each with its faults.

DIR/relay and DIR/scanner are links to ptys, DIR/camera.url holds the camera's address; all three are there once
`plug` returns.
"""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from hardware_sims.camera import Camera
from hardware_sims.faults import FaultyWire
from hardware_sims.relay_board import RelayBoard
from hardware_sims.scanner import Scanner
from hardware_sims.timers import LoopTimers
from hardware_sims.turnstile import Turnstile, Wiring
from hardware_sims.wires import PtyWire


@dataclass(frozen=True, slots=True)
class LaneSetup:
    """The build of a lane: speed and pacing of both serial wires, the turnstile's wiring, the seed of all chance."""

    baud: int = 9600
    paced: bool = True
    wiring: Wiring = field(default_factory=Wiring)
    seed: int = 0


class Lane:
    """One lane in `directory`. Make it inside a running asyncio loop; `plug` before use, `unplug` at the end."""

    def __init__(self, directory: Path, setup: LaneSetup | None = None) -> None:
        setup = setup or LaneSetup()
        self.directory = directory
        random, timers = Random(setup.seed), LoopTimers()
        self.relay_wire = PtyWire(directory / "relay", timers, baud=setup.baud, paced=setup.paced)
        self.scanner_wire = PtyWire(directory / "scanner", timers, baud=setup.baud, paced=setup.paced)
        self.relay_line = FaultyWire(self.relay_wire, timers, Random(random.getrandbits(64)))
        self.scanner_line = FaultyWire(self.scanner_wire, timers, Random(random.getrandbits(64)))
        self.board = RelayBoard(self.relay_line, timers, baud=setup.baud)
        self.turnstile = Turnstile(self.board, timers, setup.wiring)
        self.scanner = Scanner(self.scanner_line, timers)
        self.camera = Camera(Random(random.getrandbits(64)))

    async def plug(self) -> None:
        """Plug all three devices in and write the camera's address."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.relay_wire.plug()
        self.scanner_wire.plug()
        await self.camera.plug()
        await asyncio.to_thread((self.directory / "camera.url").write_text, self.camera.url + "\n")

    async def unplug(self) -> None:
        """Pull every cable."""
        self.scanner.clear()
        self.relay_wire.unplug()
        self.scanner_wire.unplug()
        await self.camera.unplug()
