"""A unix socket on which a simulator takes commands: a line of JSON asks, a line of JSON answers."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

Answer = Callable[[bytes], Awaitable[object]]


async def serve_commands(answer: Answer, path: Path, max_line_bytes: int) -> asyncio.Server:
    """Answer commands on the unix socket `path`, replacing a stale one."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The caller is gone, the line is beyond the limit, or the process ends. A handler that stays cancelled would be reported
        # on stderr by Python 3.11's streams.
        with contextlib.suppress(ConnectionError, ValueError, asyncio.CancelledError):
            while line := await reader.readline():
                writer.write(json.dumps(await answer(line)).encode() + b"\n")
                await writer.drain()
        writer.close()

    await asyncio.to_thread(path.unlink, missing_ok=True)
    return await asyncio.start_unix_server(serve, path, limit=max_line_bytes)
