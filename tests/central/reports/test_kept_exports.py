"""Exports that take long: their progress, their end, who sees them, and their bounds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from central.domain.principal import DataScope
from central.domain.problems import Problem, ProblemCode
from central.reports import kept_exports
from central.reports.admissions import ADMISSIONS
from central.reports.differences import DIFFERENCES
from central.reports.exports import Table, TableFormat
from central.reports.filters import Wanted
from central.reports.kept_exports import KEPT_MS, MOST_KEPT_EACH, SILENT_MS, Asked, ExportState, KeptExport, KeptExports
from central.reports.listing import Column, Kind, Listing, Names
from central.reports.orders import ORDERS
from central.reports.payments import PAYMENTS, RETURNS
from central.reports.refunds import REFUNDS
from central.reports.reprints import REPRINTS
from central.reports.routes.exports import ExportTurns
from central.reports.shifts import SHIFTS
from central.store.unit_of_work import Store
from tests.builders.central import HandClock, SeededBytes
from tests.builders.office import EVERYBODY
from tests.builders.trade import Sellers, Trade

LISTS: tuple[Listing[Any], ...] = (ORDERS, PAYMENTS, RETURNS, DIFFERENCES, REFUNDS, REPRINTS, ADMISSIONS, SHIFTS)
ASKED = Asked(7, "sales.read", "orders", TableFormat.CSV, 6)
NAMES = Names({}, {}, {}, {}, {}, {}, chinese=False)
TABLE: Table[int] = Table("numbers", (Column("数", "Number", Kind.NUMBER, lambda one, _names: one),), NAMES)


@pytest.fixture
def kept(store: Store, tmp_path: Path, clock: HandClock) -> KeptExports:
    return KeptExports(store, tmp_path / "exports", SeededBytes(), clock)


def files(folder: Path) -> list[str]:
    return [path.suffix for path in folder.glob("exports/*")]


class Pages:
    """Pages of two rows, each when the test says so. `last`: the last one is asked for, so that what was before it is told."""

    def __init__(self) -> None:
        self.turn = asyncio.Semaphore(0)
        self.last = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[list[int]]:
        for first in range(0, 6, 2):
            if first == 4:
                self.last.set()
            await self.turn.acquire()
            yield [first, first + 1]

    def next(self, pages: int = 1) -> None:
        for _ in range(pages):
            self.turn.release()


async def begun(kept: KeptExports, pages: Pages, asked: Asked = ASKED) -> KeptExport:
    return await kept.begin(asked, TABLE, aiter(pages), nullcontext())


async def code_of(asked: object) -> ProblemCode:
    with pytest.raises(Problem) as refused:
        await asked  # type: ignore[misc]  # any use case
    return refused.value.code


@pytest.mark.parametrize("wanted", list(TableFormat))
async def test_an_export_says_how_far_it_is_and_then_its_file_is_there(kept: KeptExports, wanted: TableFormat) -> None:
    pages = Pages()
    said = await begun(kept, pages, replace(ASKED, format=wanted))
    assert (said.state, said.rows_done, said.rows_wanted) == (ExportState.RUNNING, 0, 6)
    pages.next(2)
    await pages.last.wait()
    assert (await kept.export(said.export_id, 7)).rows_done == 4
    assert await code_of(kept.file(said.export_id, 7)) is ProblemCode.CONFLICT
    pages.next()
    await kept.finished()
    said = await kept.export(said.export_id, 7)
    assert (said.state, said.rows_done) == (ExportState.DONE, 6)
    made = (await kept.file(said.export_id, 7)).read_bytes()
    assert len(made) == said.size_bytes
    assert made.startswith(b"PK" if wanted is TableFormat.XLSX else b"\xef\xbb\xbfNumber\r\n0\r\n1\r\n")


async def test_another_process_answers_and_stops_it(kept: KeptExports, store: Store, tmp_path: Path, clock: HandClock) -> None:
    pages, other = Pages(), KeptExports(store, tmp_path / "exports", SeededBytes("other"), clock)
    said = await begun(kept, pages)
    assert (await other.cancel(said.export_id, 7)).state is ExportState.CANCELLED
    pages.next(3)
    await kept.finished()
    ended = await kept.export(said.export_id, 7)
    assert (ended.state, ended.rows_done) == (ExportState.CANCELLED, 0)
    assert files(tmp_path) == []
    await other.delete(said.export_id, 7)
    assert await code_of(kept.export(said.export_id, 7)) is ProblemCode.NOT_FOUND


async def test_what_is_forgotten_while_it_is_made_leaves_nothing(kept: KeptExports, tmp_path: Path) -> None:
    pages = Pages()
    running = await begun(kept, pages)
    await kept.delete(running.export_id, 7)
    assert await code_of(kept.export(running.export_id, 7)) is ProblemCode.NOT_FOUND
    pages.next(3)
    await kept.finished()
    made = await begun(kept, pages)
    pages.next(3)
    await kept.finished()
    assert files(tmp_path) == [".csv"]
    await kept.delete(made.export_id, 7)
    assert files(tmp_path) == []


async def test_a_person_does_not_see_the_exports_of_another(kept: KeptExports) -> None:
    said, stranger = await begun(kept, Pages()), 8
    for asked in (kept.export, kept.cancel, kept.delete, kept.file):
        assert await code_of(asked(said.export_id, stranger)) is ProblemCode.NOT_FOUND
    assert (await kept.of(stranger), len(await kept.of(7))) == ((), 1)
    await kept.stop()


async def test_so_many_are_kept_and_each_for_a_day(kept: KeptExports, clock: HandClock, tmp_path: Path) -> None:
    for _ in range(MOST_KEPT_EACH):
        pages = Pages()
        pages.next(3)
        await begun(kept, pages)
    await kept.finished()
    assert await code_of(begun(kept, Pages())) is ProblemCode.CONFLICT
    clock.advance(milliseconds=KEPT_MS + 1)
    await begun(kept, Pages())
    assert len(await kept.of(7)) == 1
    await kept.stop()
    assert files(tmp_path) == []


async def test_what_grows_too_large_fails_and_leaves_no_file(
    kept: KeptExports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_exports, "MOST_BYTES", 12)
    pages = Pages()
    pages.next(3)
    said = await begun(kept, pages)
    await kept.finished()
    failed = await kept.export(said.export_id, 7)
    assert (failed.state, "larger" in (failed.fault or "")) == (ExportState.FAILED, True)
    assert files(tmp_path) == []


async def test_what_an_ended_server_left_has_failed(kept: KeptExports, store: Store, clock: HandClock, tmp_path: Path) -> None:
    said = await begun(kept, Pages())
    await kept.stop()
    assert (await kept.export(said.export_id, 7)).state is ExportState.FAILED
    other = await begun(kept, Pages())
    clock.advance(milliseconds=SILENT_MS + 1)
    later = KeptExports(store, tmp_path / "exports", SeededBytes(), clock)
    assert (await later.export(other.export_id, 7)).state is ExportState.FAILED
    await kept.stop()


async def test_what_is_done_when_the_server_ends_keeps_its_file(kept: KeptExports, tmp_path: Path) -> None:
    pages = Pages()
    pages.next(3)
    said = await begun(kept, pages)
    for _ in range(10_000):
        if (await kept.export(said.export_id, 7)).state is ExportState.DONE:
            break
    await kept.stop()
    assert (await kept.export(said.export_id, 7)).state is ExportState.DONE
    assert files(tmp_path) == [".csv"]


async def test_it_takes_a_place_of_the_desk_until_it_ends(kept: KeptExports) -> None:
    desk, pages = ExportTurns(), [Pages(), Pages()]
    for one in pages:
        await kept.begin(ASKED, TABLE, aiter(one), desk.place())
    assert await code_of(kept.begin(ASKED, TABLE, aiter(Pages()), desk.place())) is ProblemCode.BUSY
    await kept.stop()
    with desk.place():
        assert len(await kept.of(7)) == 2


async def test_the_rows_wanted_are_those_in_scope(trade: Trade, sellers: Sellers) -> None:
    reports = trade.office.reports
    for listing in LISTS:
        assert await reports.count(listing, Wanted(), EVERYBODY) == len(await trade.office.listed(listing))
    own = replace(EVERYBODY, scope=DataScope.OWN, user_id=sellers.wang)
    assert await reports.count(ORDERS, Wanted(), own) == 2
