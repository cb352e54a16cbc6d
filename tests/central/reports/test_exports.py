"""Exported tables: the whole list, as text and numbers, and never a formula."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.domain.problems import Problem
from central.reports import exports
from central.reports.exports import Table, csv_cell, yuan
from central.reports.listing import Column, Kind, Names
from central.reports.routes.exports import EXPORT_TURNS, MOST_AT_ONCE
from tests.builders.office import Office, sign_in
from tests.builders.trade import Trade

NAMES = Names(people={}, ticket_types={}, check_points={}, sites={}, promoters={}, zones={1: UTC})
COLUMNS: tuple[Column[tuple[str, int]], ...] = (
    Column("名称", "Name", Kind.TEXT, lambda one, _names: one[0]),
    Column("数量", "Count", Kind.NUMBER, lambda one, _names: one[1]),
    Column("金额", "Amount", Kind.FEN, lambda one, _names: one[1]),
)
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=cmd|"/c calc"!A1', "a,b", 'a"b', "line\nbreak", "票")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


async def pages(*items: Sequence[tuple[str, int]]) -> AsyncIterator[Sequence[tuple[str, int]]]:
    for one in items:
        yield one


def table() -> Table[tuple[str, int]]:
    return Table(COLUMNS, NAMES, chinese=False)


def cells_of(book: bytes) -> list[list[tuple[str, str]]]:
    """Return (type, text) of each cell of a book's sheet."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - made by this test
    assert not list(sheet.iter(f"{SHEET}f")), "a formula"
    return [
        [(cell.get("t", "n"), "".join(cell.itertext())) for cell in row.iter(f"{SHEET}c")] for row in sheet.iter(f"{SHEET}row")
    ]


async def test_what_people_typed_is_text_in_a_csv() -> None:
    told = b"".join([chunk async for chunk in table().csv(pages([(text, 1) for text in HOSTILE]))])
    assert told.startswith(b"\xef\xbb\xbfName,Count,Amount\r\n")
    rows = list(csv.reader(io.StringIO(told.decode("utf-8-sig"), newline="")))[1:]
    assert [row[0].removeprefix("'") for row in rows] == list(HOSTILE)
    assert not [row[0] for row in rows if row[0][0] in "=+-@\t\r"]


async def test_what_people_typed_is_text_in_a_book() -> None:
    told = b"".join([chunk async for chunk in table().xlsx(pages([(text, -12_345) for text in HOSTILE]))])
    rows = cells_of(told)
    assert [cell for _, cell in rows[0]] == ["Name", "Count", "Amount"]
    assert {row[0][0] for row in rows[1:]} == {"inlineStr"}
    assert rows[1][0][1] == "=1+1"
    assert [(kind, float(text)) for kind, text in rows[1][1:]] == [("n", -12_345.0), ("n", -123.45)]


async def test_a_list_longer_than_a_sheet_is_a_problem_and_no_half_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_XLSX_ROWS", 2)
    rows = [("a", 1)] * 2
    assert b"".join([chunk async for chunk in table().xlsx(pages(rows))])
    with pytest.raises(Problem):
        assert [chunk async for chunk in table().xlsx(pages(rows, rows))]


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (12_345, "123.45"), (-5, "-0.05"), (-100, "-1.00")])
def test_fen_are_shown_in_yuan(fen: int, text: str) -> None:
    assert (yuan(fen), csv_cell(fen, Kind.FEN), csv_cell(fen, Kind.NUMBER)) == (text, text, str(fen))


@pytest.mark.usefixtures("sellers")
async def test_a_list_is_taken_away_whole_in_the_readers_language(
    trade: Trade, client: TestClient[web.Request, web.Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.reports.service.ROWS_AT_ONCE", 2)
    headers = {**await sign_in(client, trade.office), "Accept-Language": "zh-CN"}
    answer = await client.get("/api/v1/exports/orders?format=csv&channel=window", headers=headers)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
    rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"), newline="")))
    sale, goods = ["订单号", "景区", "售票员", "销售渠道", "分销渠道", "状态"], ["票种", "张数", "人数"]
    assert rows[0] == [*sale, *goods, "购票人", "手机号", "金额（元）", "已退（元）", "下单时间", "付款时间"]
    assert rows[1][1:12] == ["牌坊镇", "'=li", "window", "'=li", "paid", "成人票", "2", "2", "", "", "160.00"]
    assert rows[-1][13] == "2026-05-10 10:00:00"
    assert len(rows) == 5
    answer = await client.get("/api/v1/exports/admissions?format=xlsx", headers=headers)
    assert answer.content_type.endswith("spreadsheetml.sheet")
    assert len(cells_of(await answer.read())) == 9
    assert (await client.get("/api/v1/exports/orders", headers=headers)).status == 400


async def test_so_many_exports_at_once_and_no_more(office: Office) -> None:
    app = office.application()
    desk = app[EXPORT_TURNS]
    held = [desk.place() for _ in range(MOST_AT_ONCE)]
    for one in held:
        one.__enter__()
    with pytest.raises(Problem), desk.place():
        pass
    held[0].__exit__(None, None, None)
    with desk.place():
        pass
