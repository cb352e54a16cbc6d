"""Tables that take long: made in files beside requests, with their progress, and kept until they are fetched or expire.

Laws: bounded in number, in size and in time; only the person who asked for a table sees it; a file of progress stands beside each
table, so that every process that shares the directory can answer for it, and stop it; a table that a process left unfinished when
it ended is reported as failed.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, aclosing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel

from central.domain.problems import Problem, ProblemCode
from central.reports.exports import Table, TableFormat
from central.reports.listing import ItemT
from protocol.errors import PaifangError
from protocol.instants import MS_PER_MINUTE, MS_PER_SECOND, Clock, Instant

MOST_KEPT_EACH = 5
MOST_BYTES = 512 * 1024 * 1024
MOST_SECONDS = 30 * 60
KEPT_MS = 24 * 60 * MS_PER_MINUTE
# A process that works on a table writes its progress at each page; after this time without progress the process counts as dead.
SILENT_MS = 60 * MS_PER_SECOND
_SERVER_ENDED = "the server ended"
_FORGOTTEN = "forgotten"
_NUMBER_BYTES = 6  # so that every reader of JSON keeps all bits of it
RandomBytes = Callable[[int], bytes]


class ExportState(StrEnum):
    """The state of an export."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


_ENDS = (ExportState.DONE, ExportState.FAILED)


class KeptExport(BaseModel):
    """An export, as its file of progress states it. `permission` is the permission that reading the list needs."""

    export_id: int
    user_id: int
    permission: str
    list_name: str
    format: TableFormat
    state: ExportState
    rows_wanted: int
    rows_done: int
    size_bytes: int
    fault: str | None
    requested_at: Instant
    told_at: Instant


@dataclass(frozen=True, slots=True)
class Asked:
    """The person who asks, the list, and how many rows it has."""

    user_id: int
    permission: str
    list_name: str
    format: TableFormat
    rows_wanted: int


class _Cancelled(PaifangError):
    """The person who asked has cancelled it."""


class KeptExports:
    """The exports of one directory."""

    def __init__(self, folder: Path, random_bytes: RandomBytes, clock: Clock) -> None:
        """Take the directory, which is made when it is needed, randomness to number exports by, and the clock."""
        self._folder = folder
        self._random_bytes = random_bytes
        self._clock = clock
        self._tasks: dict[asyncio.Task[None], _Making] = {}

    async def begin(
        self, asked: Asked, table: Table[ItemT], pages: AsyncIterator[Sequence[ItemT]], place: AbstractContextManager[None]
    ) -> KeptExport:
        """Begin to make a table; it keeps its place among the exports until it is made.

        Problem where the person keeps too many.
        """
        now = self._clock()
        await asyncio.to_thread(self._tidy, now)
        if len(await self.of(asked.user_id)) >= MOST_KEPT_EACH:
            detail = f"you keep {MOST_KEPT_EACH} exports; delete one of them"
            raise Problem(ProblemCode.CONFLICT, detail)
        number = int.from_bytes(self._random_bytes(_NUMBER_BYTES)) or 1
        said = KeptExport(
            export_id=number,
            user_id=asked.user_id,
            permission=asked.permission,
            list_name=asked.list_name,
            format=asked.format,
            state=ExportState.RUNNING,
            rows_wanted=asked.rows_wanted,
            rows_done=0,
            size_bytes=0,
            fault=None,
            requested_at=now,
            told_at=now,
        )
        with ExitStack() as holding:
            holding.enter_context(place)
            await asyncio.to_thread(self._tell, said)
            held = holding.pop_all()
        making = _Making(said)
        task = asyncio.create_task(self._make(making, table, pages))
        self._tasks[task] = making
        task.add_done_callback(self._tasks.pop)
        task.add_done_callback(lambda _: held.close())
        return said

    async def export(self, export_id: int, user_id: int) -> KeptExport:
        """Return an export and its progress; Problem where there is none that this person asked for."""
        said = await asyncio.to_thread(self._read, export_id)
        if said is None or said.user_id != user_id:
            raise Problem(ProblemCode.NOT_FOUND, f"there is no export {export_id}; it is kept for a day")
        return said

    async def of(self, user_id: int) -> tuple[KeptExport, ...]:
        """Return a person's exports."""
        return tuple(one for one in await asyncio.to_thread(self._all) if one.user_id == user_id)

    async def cancel(self, export_id: int, user_id: int) -> KeptExport:
        """Cancel an export; an export that has ended stays as it is."""
        said = await self.export(export_id, user_id)
        if said.state is ExportState.RUNNING:
            await asyncio.to_thread(self._unwanted(export_id).touch)
        return await self.export(export_id, user_id)

    async def delete(self, export_id: int, user_id: int) -> None:
        """Delete an export and its file; the process that still makes it notices this, and removes the rest."""
        said = await self.export(export_id, user_id)
        await asyncio.to_thread(self._unwanted(export_id).write_text, _FORGOTTEN)
        stored = await asyncio.to_thread(self._stored, export_id)
        if said.state in _ENDS or (stored is not None and stored.state is not ExportState.RUNNING):
            await asyncio.to_thread(self._forget, export_id)

    async def file(self, export_id: int, user_id: int) -> Path:
        """Return the file of an export; Problem where it is not made."""
        said = await self.export(export_id, user_id)
        if said.state is not ExportState.DONE:
            raise Problem(ProblemCode.CONFLICT, f"the export is {said.state}: {said.rows_done} of {said.rows_wanted} rows")
        return self._path(said)

    async def finished(self) -> None:
        """Wait for the exports that this process is making."""
        await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Stop the exports that this process is making: the server ends."""
        under_way = dict(self._tasks)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for making in under_way.values():
            self._end(making, ExportState.FAILED, _SERVER_ENDED)  # also for a task that had not begun

    async def _make(self, making: "_Making", table: Table[ItemT], pages: AsyncIterator[Sequence[ItemT]]) -> None:
        ended, fault = ExportState.FAILED, _SERVER_ENDED
        try:
            async with asyncio.timeout(MOST_SECONDS):
                told = self._told(making, pages)
                async with aclosing(table.csv(told) if making.said.format is TableFormat.CSV else table.xlsx(told)) as chunks:
                    await self._write(making, chunks)
            ended, fault = ExportState.DONE, ""
        except _Cancelled:
            ended, fault = ExportState.CANCELLED, ""
        except TimeoutError:
            fault = "it took too long; ask for fewer days"
        except (PaifangError, OSError) as error:
            fault = str(error)
        finally:
            self._end(making, ended, fault)

    async def _told(self, making: "_Making", pages: AsyncIterator[Sequence[ItemT]]) -> AsyncGenerator[Sequence[ItemT]]:
        async for page in pages:
            yield page
            making.rows_done += len(page)
            await asyncio.to_thread(self._go_on, making)

    async def _write(self, making: "_Making", chunks: AsyncIterator[bytes]) -> None:
        with self._open(making.said) as file:
            async for chunk in chunks:
                making.size_bytes += len(chunk)
                if making.size_bytes > MOST_BYTES:
                    raise Problem(ProblemCode.INPUT_INVALID, f"it is larger than {MOST_BYTES} bytes; ask for fewer days")
                await asyncio.to_thread(file.write, chunk)

    def _open(self, said: KeptExport) -> BinaryIO:
        """Open the file in the event loop's thread. If the task ended while another thread opened it, no code would close it."""
        return self._path(said).open("wb")

    def _go_on(self, making: "_Making") -> None:
        stored = self._read(making.said.export_id)
        if stored is None or stored.state is ExportState.CANCELLED:
            raise _Cancelled("the export was cancelled")
        self._tell(making.at(self._clock()))

    def _end(self, making: "_Making", ended: ExportState, fault: str) -> None:
        """Store how it ended. After this, the task at most finishes a write of some bytes."""
        stored = self._read(making.said.export_id)
        if ended is not ExportState.DONE:
            self._path(making.said).unlink(missing_ok=True)
        if stored is None:
            self._forget(making.said.export_id)
        elif stored.state not in _ENDS:
            self._tell(making.at(self._clock()).model_copy(update={"state": ended, "fault": fault or None}))

    def _path(self, said: KeptExport) -> Path:
        return self._folder / f"{said.export_id}.{said.format}"

    def _said_at(self, export_id: int) -> Path:
        return self._folder / f"{export_id}.json"

    def _unwanted(self, export_id: int) -> Path:
        """Return the file that marks a cancelled export.

        It is a separate file, because the process that makes the table writes the other.
        """
        return self._folder / f"{export_id}.unwanted"

    def _tell(self, said: KeptExport) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._said_at(said.export_id)
        written = path.with_suffix(".new")
        written.write_text(said.model_dump_json(), encoding="utf-8")
        written.replace(path)

    def _stored(self, export_id: int) -> KeptExport | None:
        try:
            return KeptExport.model_validate_json(self._said_at(export_id).read_bytes())
        except FileNotFoundError:
            return None

    def _read(self, export_id: int) -> KeptExport | None:
        """Return an export with its state, as any process sees it; None where there is none, or it was deleted."""
        said, unwanted = self._stored(export_id), self._unwanted(export_id)
        mark = unwanted.read_text() if unwanted.exists() else None
        if said is None or mark == _FORGOTTEN:
            return None
        if said.state is ExportState.RUNNING and mark is not None:
            return said.model_copy(update={"state": ExportState.CANCELLED})
        if said.state is ExportState.RUNNING and self._clock() - said.told_at > SILENT_MS:
            return said.model_copy(update={"state": ExportState.FAILED, "fault": _SERVER_ENDED})
        return said

    def _all(self) -> list[KeptExport]:
        return [one for one in map(self._read, self._numbers()) if one is not None]

    def _numbers(self) -> list[int]:
        return [int(path.stem) for path in self._folder.glob("*.json")]

    def _tidy(self, now: Instant) -> None:
        for one in map(self._stored, self._numbers()):
            if one is not None and now - one.requested_at > KEPT_MS:
                self._forget(one.export_id)

    def _forget(self, export_id: int) -> None:
        for path in (
            self._said_at(export_id),
            self._unwanted(export_id),
            *(self._folder / f"{export_id}.{one}" for one in TableFormat),
        ):
            path.unlink(missing_ok=True)


@dataclass(slots=True)
class _Making:
    """The progress of a table."""

    said: KeptExport
    rows_done: int = 0
    size_bytes: int = 0

    def at(self, now: Instant) -> KeptExport:
        """Return the progress as the file states it."""
        return self.said.model_copy(update={"rows_done": self.rows_done, "size_bytes": self.size_bytes, "told_at": now})
