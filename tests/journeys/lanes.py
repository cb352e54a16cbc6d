"""The visitors of a journey: simulated hardware in a separate process, controlled through each lane's control socket."""

import asyncio
from pathlib import Path

from tests.journeys.processes import Program, tell, until

_SHOWN_S = 0.2
_FRAMES_ON_THE_WAY = 10  # more than the camera's and the agent's buffers hold, on a busy machine
_BODY_S = 0.5  # how long a visitor stands before the detector: longer than the pauses of a busy machine


class LaneControl:
    """One simulated lane: show codes, push the arm, cut cables."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def tell(self, do: str, **arguments: object) -> dict[str, object]:
        """Send one command and return the answer."""
        return await tell(self.directory / "control", do, arguments)

    async def visit(self, code: str, *, device: str = "scanner", direction: str = "entry", push: bool = True) -> bool:
        """Show a code, go through if the arm is released; return whether it was released."""
        answer = await self.tell("visit", code=code, device=device, direction=direction, push=False, patience_s=2.0)
        released = bool(answer["released"])
        if device == "camera":
            await self._out_of_sight()
        if released and push:
            await self.tell("push", direction=direction, pulse_s=_BODY_S)
            await asyncio.sleep(_BODY_S)
        return released

    async def show(self, code: str) -> None:
        """Hold a code before the scanner for a moment, with any answer."""
        await self.tell("show", code=code, for_s=_SHOWN_S)

    async def _out_of_sight(self) -> None:
        """Wait until the agent has seen that the code is gone: after a passage the same code counts as shown again."""
        first = await self._frames()

        async def gone() -> bool:
            return await self._frames() >= first + _FRAMES_ON_THE_WAY

        await until("the camera to see the code go", gone)

    async def _frames(self) -> int:
        return int(str((await self.tell("state"))["camera_frames"]))

    async def released(self) -> int:
        """Return how often the arm was released, both ways."""
        counts = (await self.tell("state"))["releases"]
        assert isinstance(counts, dict)
        return sum(counts.values())

    def camera_url(self) -> str:
        """Return the address of the lane's camera, empty where it has none."""
        file = self.directory / "camera.url"
        return file.read_text(encoding="utf-8").strip() if file.exists() else ""


async def start_lanes(directories: list[Path], log: Path) -> tuple[Program, list[LaneControl]]:
    """Start simulated lanes and wait until they are ready."""
    arguments = ["-m", "hardware_sims", "lane", "--baud", "115200"]
    for directory in directories:
        arguments += ["--dir", str(directory)]
    program = Program("simulated lanes", arguments, log)
    await program.start()

    async def ready() -> bool:
        return '"ready"' in program.printed()

    await until("the simulated lanes", ready)
    return program, [LaneControl(directory) for directory in directories]
