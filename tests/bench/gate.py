"""From the last byte of a code to the relay command on the wire, by a real agent over ptys at 115,200 baud.

The agent has a million tickets, journals durably, uploads to a server on loopback, and polls its relay board all the time. Start,
memory and latency are those of one agent process; visitors come at random moments.
"""

import asyncio
import random
from pathlib import Path

from hardware_sims.turnstile import PASS_PULSE_S, Direction, Motion
from tests.bench.children import child, next_line
from tests.bench.feed_server import computer_at
from tests.bench.gate_process import make_files, remove, running
from tests.bench.lane_rig import LaneRig
from tests.bench.measuring import MS_PER_S, Values, median, now_s, peak_rss_mb, percentile
from tests.bench.million import site_of_a_million, visitors
from tests.builders.gate import code_of

STARTS = 7
WARM_VISITS = 5
VISITS = 300
VISIT_LIMIT_S = 5.0
PAUSE_S = 0.1  # the longest pause between two visitors
POLL_S = 0.002


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    return asyncio.run(_measure(place))


async def _measure(place: Path) -> Values:
    directory = place / "gate"
    remove(directory)
    codes = await asyncio.to_thread(_codes, place)
    async with child("-m", "tests.bench.feed_server", str(place)) as server:
        url = f"http://127.0.0.1:{await next_line(server)}"
        settings = await make_files(directory, url)
        rig = LaneRig(directory)
        rig.plug()
        try:
            return await _served(settings, rig, codes)
        finally:
            rig.unplug()
            remove(directory)


def _codes(place: Path) -> list[bytes]:
    site = site_of_a_million(place, computer_at())
    return [code_of(record, site) for record in visitors()[: WARM_VISITS + VISITS]]


async def _served(settings: Path, rig: LaneRig, codes: list[bytes]) -> Values:
    ready_s: list[float] = []
    for _ in range(STARTS - 1):
        async with running(settings, rig) as (_, taken_s):
            ready_s.append(taken_s)
    async with running(settings, rig) as (process, taken_s):
        ready_s.append(taken_s)
        chance = random.Random(7)  # noqa: S311 - moments, the same in every run
        taken = [await _visit(rig, code, chance) for code in codes][WARM_VISITS:]
        memory_mb = peak_rss_mb(process.pid)
    return {
        "scan_to_relay_p50_ms": percentile(taken, 50) * MS_PER_S,
        "scan_to_relay_p99_ms": percentile(taken, 99) * MS_PER_S,
        "gate_ready_s": median(ready_s),
        "gate_rss_mb": memory_mb,
    }


async def _visit(rig: LaneRig, code: bytes, chance: random.Random) -> float:
    """Let one visitor through; return the seconds from the code's last byte to the relay command."""
    released = rig.turnstile.releases(Direction.ENTRY)
    commands = len(rig.relay_wire.commands)
    rig.scanner.show(code)
    rig.scanner.clear()  # it is read once: bytes on the way to the wire still go
    end_s = now_s() + VISIT_LIMIT_S
    while rig.turnstile.releases(Direction.ENTRY) == released and now_s() < end_s:  # noqa: ASYNC110 - an arm has no event
        await asyncio.sleep(POLL_S)
    assert rig.turnstile.push(Direction.ENTRY), f"a visitor was not let in: {rig.turnstile.history[-1:]}"
    assert rig.turnstile.counts[Motion.RELEASED, Direction.ENTRY] == released + 1, "one release for one visitor"
    await asyncio.sleep(PASS_PULSE_S + chance.random() * PAUSE_S)
    return rig.relay_wire.commands[commands] - rig.scanner_timers.last_s
