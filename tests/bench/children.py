"""Processes that a group starts: Python modules of ours, each ended by its own id.

Laws: every process started here ends with the group that started it; every wait has a limit.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 120.0
END_LIMIT_S = 10.0


@asynccontextmanager
async def child(*arguments: str, env: Mapping[str, str] | None = None, log: Path | None = None) -> AsyncIterator[Process]:
    """Run `python ARGUMENTS` until the block ends; its stdout is a pipe, its stderr is ours or a file."""
    errors = None if log is None else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env=env, stdin=DEVNULL, stdout=PIPE, stderr=errors
    )
    if errors is not None:
        os.close(errors)
    try:
        yield process
    finally:
        await _end(process)


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment with some more variables."""
    return os.environ | more


async def next_line(process: Process) -> str:
    """Return the next line that a child prints: with a line it reports that it is ready."""
    assert process.stdout is not None, "its stdout is a pipe"
    async with asyncio.timeout(START_LIMIT_S):
        line = await process.stdout.readline()
    if not line:
        raise ChildFailed(f"process {process.pid} ended before it was ready; its complaints stand above")
    return line.decode().strip()


class ChildFailed(Exception):
    """A process of the bench did not do its part."""


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(END_LIMIT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
