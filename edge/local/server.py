"""The unix socket on which an agent answers its own computer.

Laws: only the owner may connect (mode 0600); where a client sends nonsense, too much or nothing, only its connection ends.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from edge.local_messages import MAX_LINE_BYTES, Request, answer_line, read_answer
from protocol.errors import InputError, PaifangError, PeerError, StorageError

_OWNER_ONLY = 0o600
IDLE_S = 300.0
ANSWER_WITHIN_S = 30.0

Answerer = Callable[[Request], Awaitable[Mapping[str, object]]]


async def serve_local(path: Path, answer: Answerer) -> None:
    """Serve until cancelled; replace a socket that a dead agent left behind. Raise StorageError where none can be made."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _converse(reader, writer, answer)
        except (OSError, TimeoutError, ValueError):
            return
        finally:
            writer.close()

    try:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - one call, before the server starts
        server = await asyncio.start_unix_server(client, path, limit=MAX_LINE_BYTES)
        path.chmod(_OWNER_ONLY)  # noqa: ASYNC240 - one call, before the server starts
    except OSError as error:
        raise StorageError(f"{path}: cannot be made ({error.strerror}); check the disk and whose the directory is") from error
    async with server:
        await server.serve_forever()


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answerer) -> None:
    while True:
        async with asyncio.timeout(IDLE_S):
            line = await reader.readline()
        if not line:
            return
        writer.write(answer_line(await _answer(line, answer)))
        await writer.drain()


async def _answer(line: bytes, answer: Answerer) -> Mapping[str, object]:
    try:
        return await answer(Request.from_line(line))
    except PaifangError as fault:
        return {"error": str(fault)}


async def ask_local(path: Path, request: Request) -> dict[str, object]:
    """Ask a running agent; raise PeerError where none answers."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_unix_connection(path, limit=MAX_LINE_BYTES)
            writer.write(request.to_line())
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError) as error:
        raise PeerError(f"{path}: no agent answers; start it with 'paifang edge run'") from error
    except ValueError as error:
        raise InputError(f"the agent's answer is longer than {MAX_LINE_BYTES} bytes") from error
    if not line:
        raise InputError("the agent closed the connection without an answer")
    return read_answer(line)
