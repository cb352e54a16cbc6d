"""The agent's local socket: a client that sends nonsense loses only its own connection, and all others get answers."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from edge.local.server import ask_local, serve_local
from edge.local_messages import MAX_LINE_BYTES, Question, Request
from protocol.errors import InputError, PeerError, StorageError

STATUS = Request(Question.STATUS)


async def answer(request: Request) -> Mapping[str, object]:
    if request.ticket == "fault":
        raise StorageError("the disk is gone")
    await asyncio.sleep(0)
    return {"asked": request.question.value, "ticket": request.ticket, "说": "好"}


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    path = tmp_path / "agent.sock"
    path.touch()  # the socket of a dead agent
    serving = asyncio.create_task(serve_local(path, answer))
    while not path.is_socket():  # noqa: ASYNC110 - the socket itself is the event
        await asyncio.sleep(0)
    yield path
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


async def raw(path: Path, data: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(path, limit=4 * MAX_LINE_BYTES)
    writer.write(data)
    with suppress(OSError):
        await writer.drain()
        writer.write_eof()
    try:
        async with asyncio.timeout(30):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_question_is_answered(path: Path) -> None:
    assert await ask_local(path, Request(Question.TICKET, "77")) == {"asked": "ticket", "ticket": "77", "说": "好"}


async def test_only_the_owner_may_ask(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600  # noqa: ASYNC240 - one call in a test


async def test_a_fault_is_one_sentence(path: Path) -> None:
    with pytest.raises(InputError, match="the disk is gone"):
        await ask_local(path, Request(Question.TICKET, "fault"))


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"{}",
        b"[]",
        b"3",
        b"null",
        b'{"question": "open sesame"}',
        b'{"question": ["status"]}',
        b'{"question": "unlock", "minutes": "long"}',
        b'{"question": "unlock", "minutes": 1e999}',
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"question": ' + b"9" * 6_000 + b"}",
    ],
    ids=lambda line: str(line[:20]),
)
async def test_nonsense_is_told_what_may_be_asked(path: Path, line: bytes) -> None:
    said = json.loads(await raw(path, line + b"\n"))
    assert "ask one of status" in said["error"]
    assert await ask_local(path, STATUS)


@pytest.mark.parametrize("data", [b"", b"half a question", b"x" * (2 * MAX_LINE_BYTES)], ids=["nothing", "half", "too long"])
async def test_nothing_half_a_line_and_too_much_end_alone(path: Path, data: bytes) -> None:
    said = await raw(path, data)
    assert said == b"" or "error" in json.loads(said)
    assert await ask_local(path, STATUS)


async def test_many_ask_at_once_and_one_hangs_up(path: Path) -> None:
    _, silent = await asyncio.open_unix_connection(path)
    answers = await asyncio.gather(*(ask_local(path, Request(Question.TICKET, str(n))) for n in range(50)))
    assert [said["ticket"] for said in answers] == [str(n) for n in range(50)]
    silent.close()
    assert await ask_local(path, STATUS)


async def test_several_questions_may_come_on_one_line_each(path: Path) -> None:
    said = await raw(path, STATUS.to_line() + Request(Question.TICKET, "5").to_line())
    assert [json.loads(line)["asked"] for line in said.splitlines()] == ["status", "ticket"]


async def test_where_no_agent_runs_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(PeerError, match="paifang edge run"):
        await ask_local(tmp_path / "none.sock", STATUS)


def test_a_pin_is_not_shown_where_a_request_is_printed() -> None:
    assert "4711" not in repr(Request(Question.UNLOCK, person=7, pin="4711", minutes=5))


def test_a_request_comes_back_as_it_went() -> None:
    request = Request(Question.OVERRIDE, person=7, pin="4711", lane="east")
    assert Request.from_line(request.to_line()) == request
