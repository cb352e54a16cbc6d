"""The cost of a gate without visitors: a real agent that polls its relay board, with and without a camera on an empty scene."""

import asyncio
from pathlib import Path
from random import Random

from hardware_sims.camera import Camera
from tests.bench.children import child, next_line
from tests.bench.gate_process import make_files, remove, running
from tests.bench.lane_rig import LaneRig
from tests.bench.measuring import Values, cpu_s, now_s

SETTLED_S = 15.0  # the start, and the first glances at a picture that does not change after
WATCHED_S = 30.0
_PERCENT = 100


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    return asyncio.run(_measure(place))


async def _measure(place: Path) -> Values:
    camera = Camera(Random(1))  # noqa: S311 - the same pictures in every run
    await camera.plug()
    async with child("-m", "tests.bench.feed_server", str(place)) as server:
        url = f"http://127.0.0.1:{await next_line(server)}"
        sees = f'[[lanes.readers]]\ndriver = "camera"\nsource = "{camera.url}"\n'
        return {
            "gate_idle_cpu_percent": await _idle_percent(place / "gate-idle", url, sees),
            "gate_idle_cpu_percent_without_camera": await _idle_percent(place / "gate-idle", url, ""),
        }


async def _idle_percent(directory: Path, url: str, devices: str) -> float:
    remove(directory)
    settings = await make_files(directory, url, devices)
    rig = LaneRig(directory)
    rig.plug()
    try:
        async with running(settings, rig) as (process, _):
            await asyncio.sleep(SETTLED_S)
            start_s, used_s = now_s(), cpu_s(process.pid)
            await asyncio.sleep(WATCHED_S)
            return (cpu_s(process.pid) - used_s) / (now_s() - start_s) * _PERCENT
    finally:
        rig.unplug()
        remove(directory)
