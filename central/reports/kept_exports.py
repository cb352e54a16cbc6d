"""Tables that take long: made beside requests into files, with their progress, and kept until they were fetched or a day is over.

Laws: bounded in number, in size and in time; a person sees only the exports that this person asked for; a row of the database
says how far an export is, so that every process answers and cancels alike; the files alone stand in a directory, which the
processes share; an export whose process has ended is shown as failed.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, aclosing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, select, update

from central.domain.ports import RandomBytes
from central.domain.problems import Problem, ProblemCode
from central.live_events.kinds import LiveKind
from central.live_events.telling import Change, tell
from central.reports.exports import Table, TableFormat
from central.reports.listing import ItemT
from central.reports.messages import EXPORT_NOT_MADE, EXPORT_STATES, EXPORT_TOO_LARGE, NO_EXPORT, TOO_MANY_EXPORTS
from central.store.tables.people import UserRow
from central.store.tables.reports import KeptExportRow
from central.store.unit_of_work import Store, Work
from protocol.errors import PaifangError
from protocol.instants import MS_PER_MINUTE, MS_PER_SECOND, Clock, Instant

MOST_KEPT_EACH = 5
MOST_BYTES = 512 * 1024 * 1024
MOST_SECONDS = 30 * 60
KEPT_MS = 24 * 60 * MS_PER_MINUTE
# The process that makes a table says so at each page; after this long without a word the process has ended.
SILENT_MS = 60 * MS_PER_SECOND
MAX_FAULT_CHARACTERS = 200
# Live streams hear of progress this often at most.
TOLD_EVERY_MS = 1_000
_SERVER_ENDED = "the server ended"
_NUMBER_BYTES = 6  # so that every reader of JSON keeps all bits of it


class ExportState(StrEnum):
    """How an export stands. The words are stored and never change their meaning."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class KeptExport:
    """An export as its row says it. `permission` is what it takes to read the list."""

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


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which list, and how many rows that is."""

    user_id: int
    permission: str
    list_name: str
    format: TableFormat
    rows_wanted: int


class _Cancelled(PaifangError):
    """The person cancelled the export or deleted it."""


class KeptExports:
    """The exports of an office; their files stand in one directory."""

    def __init__(self, store: Store, folder: Path, random_bytes: RandomBytes, clock: Clock) -> None:
        """Take the store, the directory (made when it is needed), randomness to number exports by, and the clock."""
        self._store = store
        self._folder = folder
        self._random_bytes = random_bytes
        self._clock = clock
        self._tasks: dict[asyncio.Task[None], _Making] = {}

    async def begin(
        self, asked: Asked, table: Table[ItemT], pages: AsyncIterator[Sequence[ItemT]], place: AbstractContextManager[None]
    ) -> KeptExport:
        """Begin to make a table in a place that is held until it is made; Problem where the person keeps too many."""
        now = self._clock()
        number = int.from_bytes(self._random_bytes(_NUMBER_BYTES)) or 1
        with ExitStack() as holding:
            async with self._store.transaction() as work:
                old = await _forget_old(work, now)
                await _require_room(work, asked.user_id)
                holding.enter_context(place)
                row = _row(number, asked, now)
                work.session.add(row)
                said = _export(row, now)
                _tell_live(work, said, now)
            held = holding.pop_all()
        making = _Making(said)
        task = asyncio.create_task(self._make(making, table, pages))
        self._tasks[task] = making
        task.add_done_callback(self._tasks.pop)
        task.add_done_callback(lambda _: held.close())
        await asyncio.to_thread(self._remove, old)
        return said

    async def export(self, export_id: int, user_id: int) -> KeptExport:
        """Return how an export stands; Problem where there is none that this person asked for."""
        async with self._store.reading() as work:
            row = await work.session.get(KeptExportRow, export_id)
            if row is None or row.user_id != user_id:
                raise Problem(ProblemCode.NOT_FOUND, NO_EXPORT.of(export_id=export_id))
            return _export(row, self._clock())

    async def of(self, user_id: int) -> tuple[KeptExport, ...]:
        """Return a person's exports."""
        query = select(KeptExportRow).where(KeptExportRow.user_id == user_id).order_by(col(KeptExportRow.requested_at))
        async with self._store.reading() as work:
            now = self._clock()
            return tuple(_export(row, now) for row in (await work.session.exec(query)).all())

    async def cancel(self, export_id: int, user_id: int) -> KeptExport:
        """Let an export go no further; one that has ended stays as it is."""
        await self.export(export_id, user_id)
        async with self._store.transaction() as work:
            cancelled = update(KeptExportRow).where(*_running(export_id)).values(state=ExportState.CANCELLED)
            if (await work.session.exec(cancelled)).rowcount:
                now = self._clock()
                _tell_live(work, _export(await work.session.get_one(KeptExportRow, export_id), now), now)
        return await self.export(export_id, user_id)

    async def delete(self, export_id: int, user_id: int) -> None:
        """Forget an export and its file; the task that still makes it finds no row, and removes its file."""
        await self.export(export_id, user_id)
        async with self._store.transaction() as work:
            await work.session.exec(delete(KeptExportRow).where(col(KeptExportRow.id) == export_id))
        await asyncio.to_thread(self._remove, (export_id,))

    async def file(self, export_id: int, user_id: int) -> Path:
        """Return the file of an export; Problem where it is not made."""
        said = await self.export(export_id, user_id)
        if said.state is not ExportState.DONE:
            state = EXPORT_STATES[said.state].of()
            not_made = EXPORT_NOT_MADE.of(state=state, rows_done=said.rows_done, rows_wanted=said.rows_wanted)
            raise Problem(ProblemCode.CONFLICT, not_made)
        return self._path(said)

    async def finished(self) -> None:
        """Wait for what is under way in this process."""
        await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """End what is under way: the server ends."""
        under_way = dict(self._tasks)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for making in under_way.values():
            await self._end(making, ExportState.FAILED, _SERVER_ENDED)  # also of a task that had not begun

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
            await self._end(making, ended, fault)

    async def _told(self, making: "_Making", pages: AsyncIterator[Sequence[ItemT]]) -> AsyncGenerator[Sequence[ItemT]]:
        async for page in pages:
            yield page
            making.rows_done += len(page)
            await self._tell(making, {})

    async def _write(self, making: "_Making", chunks: AsyncIterator[bytes]) -> None:
        with self._open(making.said) as file:
            async for chunk in chunks:
                making.size_bytes += len(chunk)
                if making.size_bytes > MOST_BYTES:
                    raise Problem(ProblemCode.INPUT_INVALID, EXPORT_TOO_LARGE.of(most_bytes=MOST_BYTES))
                await asyncio.to_thread(file.write, chunk)

    def _open(self, said: KeptExport) -> BinaryIO:
        """Open the file to be written, on the loop: a thread could still open it after the task has ended, and close it never."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._path(said).open("wb")

    async def _tell(self, making: "_Making", end: dict[str, object]) -> None:
        """Say how far an export is; _Cancelled where its row is gone or says that it runs no more."""
        now = self._clock()
        progress = {"rows_done": making.rows_done, "size_bytes": making.size_bytes, "told_at": now, **end}
        async with self._store.transaction() as work:
            running = update(KeptExportRow).where(*_running(making.said.export_id)).values(**progress)
            if not (await work.session.exec(running)).rowcount:
                raise _Cancelled("the person does not want it any more")
            if end or now - making.told_at >= TOLD_EVERY_MS:
                making.told_at = now
                state = ExportState(str(end.get("state", ExportState.RUNNING)))
                _tell_live(work, replace(making.said, state=state, rows_done=making.rows_done), now)

    async def _end(self, making: "_Making", ended: ExportState, fault: str) -> None:
        """Say how it ended; a file remains only of an export that is done."""
        try:
            await self._tell(making, {"state": ended, "fault": fault[:MAX_FAULT_CHARACTERS] or None})
        except _Cancelled:
            stands = await self._state(making.said.export_id)
        else:
            stands = ended
        if stands is not ExportState.DONE:
            self._path(making.said).unlink(missing_ok=True)

    async def _state(self, export_id: int) -> ExportState | None:
        async with self._store.reading() as work:
            row = await work.session.get(KeptExportRow, export_id)
            return None if row is None else ExportState(row.state)

    def _path(self, said: KeptExport) -> Path:
        return self._folder / f"{said.export_id}.{said.format}"

    def _remove(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            for one in TableFormat:
                (self._folder / f"{number}.{one}").unlink(missing_ok=True)


@dataclass(slots=True)
class _Making:
    """How far a table is."""

    said: KeptExport
    rows_done: int = 0
    size_bytes: int = 0
    told_at: int = 0


def _tell_live(work: Work, said: KeptExport, now: Instant) -> None:
    progress = {
        "export_id": said.export_id,
        "list_name": said.list_name,
        "state": said.state.value,
        "rows_wanted": said.rows_wanted,
        "rows_done": said.rows_done,
    }
    tell(work, now, Change(LiveKind.EXPORT, progress, user_id=said.user_id))


def _running(export_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(KeptExportRow.id) == export_id, col(KeptExportRow.state) == ExportState.RUNNING


async def _forget_old(work: Work, now: Instant) -> tuple[int, ...]:
    """Delete the rows of exports that were kept for a day; return their numbers."""
    query = select(KeptExportRow.id).where(col(KeptExportRow.requested_at) < now - KEPT_MS)
    old = tuple((await work.session.exec(query)).all())
    if old:
        await work.session.exec(delete(KeptExportRow).where(col(KeptExportRow.id).in_(old)))
    return old


async def _require_room(work: Work, user_id: int) -> None:
    """Raise Problem where a person keeps too many exports. The person's own row is locked: two calls at once count in turn."""
    await work.session.exec(select(UserRow.id).where(UserRow.id == user_id).with_for_update())
    counted = select(func.count()).select_from(KeptExportRow).where(KeptExportRow.user_id == user_id)
    if (await work.session.exec(counted)).one() >= MOST_KEPT_EACH:
        raise Problem(ProblemCode.CONFLICT, TOO_MANY_EXPORTS.of(most=MOST_KEPT_EACH))


def _row(number: int, asked: Asked, now: Instant) -> KeptExportRow:
    return KeptExportRow(
        id=number,
        user_id=asked.user_id,
        permission=asked.permission,
        list_name=asked.list_name,
        format=asked.format,
        state=ExportState.RUNNING,
        rows_wanted=asked.rows_wanted,
        requested_at=now,
        told_at=now,
    )


def _export(row: KeptExportRow, now: Instant) -> KeptExport:
    """Return an export as it is shown now: one whose maker is silent for too long has failed."""
    is_silent = row.state == ExportState.RUNNING and now - row.told_at > SILENT_MS
    return KeptExport(
        export_id=row.id,
        user_id=row.user_id,
        permission=row.permission,
        list_name=row.list_name,
        format=TableFormat(row.format),
        state=ExportState.FAILED if is_silent else ExportState(row.state),
        rows_wanted=row.rows_wanted,
        rows_done=row.rows_done,
        size_bytes=row.size_bytes,
        fault=_SERVER_ENDED if is_silent else row.fault,
        requested_at=row.requested_at,
    )
