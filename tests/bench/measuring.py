"""Counting and timing, for every group: medians and percentiles of enough runs, one clock."""

import gc
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

US_PER_S = 1_000_000
MS_PER_S = 1_000
MB = 1_000_000
_KIB = 1_024
_USER_TICKS_AT = 11  # in /proc/PID/stat after the name; the system's ticks follow

Values = dict[str, float]  # by the names of figures


def now_s() -> float:
    """Read the machine's monotonic clock: the same in every process and in every asyncio loop."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def median(values: Sequence[float]) -> float:
    """Return the middle one."""
    return statistics.median(values)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that is not below `percent` of them (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def median_s(work: Callable[[], object], runs: int) -> float:
    """Return the median time of one run, after one uncounted run."""
    work()
    gc.collect()
    taken: list[float] = []
    for _ in range(runs):
        start_s = now_s()
        work()
        taken.append(now_s() - start_s)
    return median(taken)


def rss_mb(process_id: int) -> float:
    """Return the memory of a process that is in the machine's RAM now, in megabytes of 10^6 bytes."""
    return _status_kib(process_id, "VmRSS") * _KIB / MB


def peak_rss_mb(process_id: int) -> float:
    """Return its highest memory so far."""
    return _status_kib(process_id, "VmHWM") * _KIB / MB


def cpu_s(process_id: int) -> float:
    """Return the seconds of a core that a process and its living children have used."""
    family = [process_id, *(int(one) for one in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split())]
    return sum(_cpu_ticks(one) for one in family) / os.sysconf("SC_CLK_TCK")


def _cpu_ticks(process_id: int) -> int:
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[_USER_TICKS_AT]) + int(fields[_USER_TICKS_AT + 1])


def _status_kib(process_id: int, field: str) -> int:
    for line in Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    raise ValueError(f"process {process_id} has no {field}: it has ended")
