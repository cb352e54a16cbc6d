"""Exported tables: the whole list, as text and numbers, and never a formula."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st

from central.domain.problems import Problem
from central.payments.differences import DifferenceState
from central.payments.methods import Method
from central.payments.rules.difference_causes import Cause
from central.payments.rules.payment_states import PaymentState
from central.payments.rules.refund_states import RefundDocumentState
from central.payments.rules.settlements import SettlementCause
from central.refunds.rules.amounts import RefundKind
from central.refunds.service import RefundState
from central.reports import exports, words
from central.reports.exports import Table, csv_cell
from central.reports.listing import Column, Kind, Names
from central.reports.routes.exports import EXPORT_TURNS, MOST_AT_ONCE
from central.reports.rules import cells
from central.sales.rules.activation import CodeState
from central.sales.rules.pricing import OrderState
from protocol.admission.passages import PassageKind, PassageState
from protocol.admission.verdict import AdmitFlag
from protocol.directions import Direction
from tests.builders.office import Office, sign_in
from tests.builders.trade import Trade

NAMES = Names(people={}, ticket_types={}, check_points={}, sites={}, promoters={}, zones={1: UTC}, chinese=False)
COLUMNS: tuple[Column[tuple[str, int]], ...] = (
    Column("名称", "Name", Kind.TEXT, lambda one, _names: one[0]),
    Column("数量", "Count", Kind.NUMBER, lambda one, _names: one[1]),
    Column("金额", "Amount", Kind.FEN, lambda one, _names: one[1]),
)
PHONE = {"service_phone": "13800138000"}
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=cmd|"/c calc"!A1', "a,b", 'a"b', "line\nbreak", "票")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


async def pages(*items: Sequence[tuple[str, int]]) -> AsyncIterator[Sequence[tuple[str, int]]]:
    for one in items:
        yield one


def table() -> Table[tuple[str, int]]:
    return Table("orders", COLUMNS, NAMES)


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


@pytest.mark.parametrize(
    "text",
    [
        "4200001234202605101234567890",
        "0012",
        "1234567890123456",
        "3-4",
        "3/4",
        "2026.5",
        "1e5",
        "12:30",
        "MAR1",
        "4 May",
        "5月4日",
        "＝1",
        "＋1",
        "－1",
        "＠A1",
    ],
)
def test_what_a_spreadsheet_would_change_is_left_alone(text: str) -> None:
    assert csv_cell(text, Kind.TEXT) == f"'{text}"


@pytest.mark.parametrize("text", ["成人票", "T0042-17", "window", "20260510", "3 adults", "marina", "a=1", "No. 7", "张三", ""])
def test_a_text_that_stays_as_it_is_gets_no_mark(text: str) -> None:
    assert csv_cell(text, Kind.TEXT) == text


@given(st.text(max_size=40))
def test_a_guarded_text_is_the_text_with_at_most_one_mark(text: str) -> None:
    assert csv_cell(text, Kind.TEXT).removeprefix("'" if not text.startswith("'") else "") == text


async def test_times_are_times_of_a_spreadsheet_and_the_sheet_has_a_name() -> None:
    columns: tuple[Column[datetime], ...] = (
        Column("时间", "At", Kind.TIME, lambda at, _names: at),
        Column("日期", "Day", Kind.DAY, lambda at, _names: at.date()),
    )
    chinese = replace(NAMES, chinese=True)

    async def moments() -> AsyncIterator[Sequence[datetime]]:
        yield [datetime(2026, 5, 10, 10, 30, 5)]  # noqa: DTZ001 - by the site's clock

    book = b"".join([chunk async for chunk in Table("orders", columns, chinese).xlsx(moments())])
    assert cells_of(book)[1] == [("n", "46152.43755787037"), ("n", "46152")]
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert 'name="票据订单"' in archive.read("xl/workbook.xml").decode()
    lines = [chunk async for chunk in Table("orders", columns, NAMES).csv(moments())]
    assert lines[1].decode() == "2026-05-10 10:30:05,2026-05-10\r\n"


@pytest.mark.parametrize(
    ("vocabulary", "codes"),
    [
        (words.ORDER_STATES, OrderState),
        (words.PAYMENT_STATES, PaymentState),
        (words.METHODS, Method),
        (words.REFUND_STATES, RefundState),
        (words.REFUND_DOCUMENT_STATES, RefundDocumentState),
        (words.REFUND_KINDS, RefundKind),
        (words.PASSAGE_STATES, PassageState),
        (words.PASSAGE_KINDS, PassageKind),
        (words.DIRECTIONS, Direction),
        (words.FLAGS, AdmitFlag),
        (words.CODE_STATES, CodeState),
        (words.CAUSES, Cause),
        (words.DIFFERENCE_STATES, DifferenceState),
        (words.SETTLEMENT_CAUSES, SettlementCause),
    ],
)
def test_each_code_has_its_words_in_both_languages(vocabulary: words.Vocabulary, codes: type[StrEnum]) -> None:
    assert set(vocabulary) == set(codes)
    assert all(zh and en for zh, en in vocabulary.values())
    assert words.word(vocabulary, "of a newer version", chinese=True) == "of a newer version"


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (12_345, "123.45"), (-5, "-0.05"), (-100, "-1.00")])
def test_fen_are_shown_in_yuan(fen: int, text: str) -> None:
    assert (cells.yuan(fen), csv_cell(fen, Kind.FEN), csv_cell(fen, Kind.NUMBER)) == (text, text, str(fen))


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
    assert rows[0] == [*sale, *goods, "购票人", "手机号", "金额（元）", "支付方式", "已退（元）", "下单时间", "付款时间"]
    assert rows[1][1:13] == ["牌坊镇", "'=li", "窗口", "'=li", "已付款", "成人票", "2", "2", "", "", "160.00", "现金"]
    assert rows[-1][14] == "2026-05-10 10:00:00"
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


async def test_the_audit_is_taken_away_with_what_changed(
    office: Office, client: TestClient[web.Request, web.Application]
) -> None:
    headers = await sign_in(client, office)
    await office.ticket_type()
    amended = {"version": 0, "price_fen": 9000, "parameters": {"sale": {"per_order": 4}}}
    assert (await client.patch("/api/v1/ticket-types/1", json=amended, headers=headers)).status == 200
    setting = {"version": 0, "all_types": False, "ticket_type_ids": [1]}
    assert (await client.put("/api/v1/sale-settings/channel/window", json=setting, headers=headers)).status == 200
    assert (await client.put("/api/v1/parameters/others", json={"version": 0, "values": PHONE}, headers=headers)).status == 200

    async def rows_of(action: str, language: str) -> list[list[str]]:
        asked = f"/api/v1/exports/audit-records?format=csv&action={action}"
        answer = await client.get(asked, headers={**headers, "Accept-Language": language})
        return list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"), newline="")))

    rows = await rows_of("ticket-type", "en")
    assert rows[0][1:7] == ["At (UTC)", "Person", "Action", "Subject", "Changes", "Further detail"]
    assert [row[3:5] for row in rows[1:]] == [["ticket-type.change", "ticket-type:1"], ["ticket-type.add", "ticket-type:1"]]
    assert rows[1][5] == "sale.per_order: - -> 4; price_fen: 8000 -> 9000"
    (titles, setting_row) = await rows_of("sale-setting", "zh-CN")
    assert titles[5:7] == ["变更", "其他内容"]
    assert setting_row[5] == "all_types: true -> false; ticket_type_ids: [] -> [1 (成人票)]"
    _, parameters = await rows_of("parameters", "zh-CN")
    assert "service_phone: 已更改，不显示" in parameters[5]
    assert "13800138000" not in str(parameters)
