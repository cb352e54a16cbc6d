"""The command `paifang sims`: simulated hardware, or payment institutions, in a separate process.

Laws: prints one JSON line when everything is ready; on SIGINT or SIGTERM it pulls all cables and ends.
"""

import asyncio
import json
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from hardware_sims.lane import Lane, LaneSetup
from hardware_sims.lane_control import listen
from hardware_sims.payment_institutions.control import listen as listen_for_payers
from hardware_sims.payment_institutions.institutions import Institutions, InstitutionsSetup
from hardware_sims.payment_institutions.keys import make_keys, write_merchant_files
from hardware_sims.payment_institutions.payers import Payers
from hardware_sims.timers import LoopTimers

app = typer.Typer(help="Simulated hardware and payment institutions, for demonstrations and tests.", no_args_is_help=True)


@app.command()
def lane(
    directory: Annotated[
        list[Path], typer.Option("--dir", help="Where a lane's links and its control socket go; repeat for more lanes.")
    ],
    baud: Annotated[int, typer.Option(help="Speed of the serial lines.")] = 9600,
    paced: Annotated[bool, typer.Option(help="Let bytes take as long as they do on a real line.")] = True,  # noqa: FBT002 - typer options are plain arguments
    seed: Annotated[int, typer.Option(help="Seed of all chance: the same seed, the same faults.")] = 0,
) -> None:
    """Wire up lanes: relay board with turnstile, scanner and camera, controlled through DIR/control."""
    asyncio.run(_run_lanes(directory, LaneSetup(baud=baud, paced=paced, seed=seed)))


@app.command()
def institutions(
    directory: Annotated[Path, typer.Option("--dir", help="Where the merchant's keys and the control socket go.")],
    wechat_port: Annotated[int, typer.Option(help="Port of WeChat Pay; 0 takes any.")] = 0,
    alipay_port: Annotated[int, typer.Option(help="Port of Alipay; 0 takes any.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 0,
) -> None:
    """Serve WeChat Pay and Alipay on the loopback address, controlled through DIR/control."""
    asyncio.run(_run_institutions(directory, wechat_port, alipay_port, seed))


async def _run_institutions(directory: Path, wechat_port: int, alipay_port: int, seed: int) -> None:
    stop = _told_to_stop()
    keys = await asyncio.to_thread(make_keys)
    started_at_ms = time.time_ns() // 1_000_000
    setup = InstitutionsSetup(started_at_ms, seed=seed, wechat_port=wechat_port, alipay_port=alipay_port)
    timers = LoopTimers()
    both = Institutions(keys, timers, setup)
    await both.start()
    write_merchant_files(keys, directory, wechat_url=both.wechat_url, alipay_url=both.alipay_url)
    control = await listen_for_payers(both, Payers(both, timers), directory / "control")
    places = {"wechat": both.wechat_url, "alipay": both.alipay_url, "control": str(directory / "control")}
    typer.echo(json.dumps({"ready": places}))
    await stop.wait()
    control.close()
    await asyncio.to_thread((directory / "control").unlink, missing_ok=True)
    await both.stop()


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    return stop


async def _run_lanes(directories: list[Path], setup: LaneSetup) -> None:
    stop = _told_to_stop()
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
