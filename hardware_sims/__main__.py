"""The command `paifang sims`: simulated hardware in a process of its own.

Laws: prints one JSON line when everything is ready, and ends, cables pulled, on SIGINT or SIGTERM.
"""

import asyncio
import json
import signal
from pathlib import Path
from typing import Annotated

import typer

from hardware_sims.lane import Lane, LaneSetup
from hardware_sims.lane_control import listen

app = typer.Typer(help="Simulated hardware, for demonstrations and tests.", no_args_is_help=True)


@app.callback()
def _main() -> None:
    """Keep `lane` a command of its own while it is the only one."""


@app.command()
def lane(
    directory: Annotated[
        list[Path], typer.Option("--dir", help="Where a lane's links and its control socket go; repeat for more lanes.")
    ],
    baud: Annotated[int, typer.Option(help="Speed of the serial lines.")] = 9600,
    paced: Annotated[bool, typer.Option(help="Let bytes take as long as they do on a real line.")] = True,  # noqa: FBT002 - typer options are plain arguments
    seed: Annotated[int, typer.Option(help="Seed of all chance: the same seed, the same faults.")] = 0,
) -> None:
    """Wire up lanes: relay board with turnstile, scanner and camera, steered through DIR/control."""
    asyncio.run(_run_lanes(directory, LaneSetup(baud=baud, paced=paced, seed=seed)))


async def _run_lanes(directories: list[Path], setup: LaneSetup) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    lanes = [Lane(directory, setup) for directory in directories]
    for each in lanes:
        await each.plug()
    controls = [await listen(each, each.directory / "control") for each in lanes]
    typer.echo(json.dumps({"ready": [_places(each) for each in lanes]}))
    await stop.wait()
    for each, control in zip(lanes, controls, strict=True):
        control.close()
        await asyncio.to_thread((each.directory / "control").unlink, missing_ok=True)
        await each.unplug()


def _places(each: Lane) -> dict[str, str]:
    return {
        "relay": str(each.directory / "relay"),
        "scanner": str(each.directory / "scanner"),
        "camera": each.camera.url,
        "control": str(each.directory / "control"),
    }


def run_main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    run_main()
