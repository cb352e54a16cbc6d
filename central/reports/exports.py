"""Lists and statistics as tables to download: CSV as it is read, XLSX through a file.

Laws: memory is bounded by one page of a list of any length; text that people typed stays text in every program that opens the
table, never a formula; a thread does the writing that takes long.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic

from xlsxwriter import Workbook

from central.domain.problems import Problem, ProblemCode
from central.reports.listing import Cell, Column, ItemT, Kind, Names
from central.reports.messages import SHEET_FULL
from central.reports.rules import cells
from central.reports.words import LISTS

CHUNK_BYTES = 256 * 1024
MOST_XLSX_ROWS = 1_048_576 - 1  # what a sheet holds (ECMA-376) below its titles
_FEN_A_YUAN = 100
_COLUMN_WIDTH = 18
_MOST_SHEET_CHARACTERS = 31  # of a sheet's name
_BYTE_ORDER_MARK = "\ufeff"  # by this, a spreadsheet program knows that a CSV is UTF-8


class TableFormat(StrEnum):
    """The format of a downloaded table."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    TableFormat.CSV: "text/csv",
    TableFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Table(Generic[ItemT]):
    """A table of items: its columns, in the language of the names that numbers stand for."""

    def __init__(self, name: str, columns: Sequence[Column[ItemT]], names: Names) -> None:
        """Take the list's name, its columns, and the names."""
        self._name = name
        self._columns = columns
        self._names = names

    async def csv(self, pages: AsyncIterator[Sequence[ItemT]]) -> AsyncGenerator[bytes]:
        """Yield the table as CSV (RFC 4180, UTF-8), page by page."""
        yield (_BYTE_ORDER_MARK + _csv_text([self._titles()])).encode()
        async for page in pages:
            yield await asyncio.to_thread(self._csv_page, page)

    async def xlsx(self, pages: AsyncIterator[Sequence[ItemT]]) -> AsyncGenerator[bytes]:
        """Yield the table as XLSX, once all of it is in its own file; Problem where it is longer than a sheet."""
        with tempfile.TemporaryDirectory(prefix="paifang-export-") as folder:
            title = self._names.word(LISTS, self._name) or self._name
            book = _Book(Path(folder), title, self._titles())
            try:
                async for page in pages:
                    await asyncio.to_thread(self._add_page, book, page)
            finally:
                await asyncio.to_thread(book.close)
            with book.file.open("rb") as file:
                while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                    yield chunk

    def _titles(self) -> tuple[str, ...]:
        return tuple(column.title_zh if self._names.chinese else column.title_en for column in self._columns)

    def _cells(self, item: ItemT) -> list[Cell]:
        return [column.value(item, self._names) for column in self._columns]

    def _csv_page(self, page: Sequence[ItemT]) -> bytes:
        kinds = [column.kind for column in self._columns]
        return _csv_text(map(csv_cell, self._cells(item), kinds) for item in page).encode()

    def _add_page(self, book: "_Book", page: Sequence[ItemT]) -> None:
        kinds = [column.kind for column in self._columns]
        for item in page:
            book.add(self._cells(item), kinds)


def csv_cell(value: Cell, kind: Kind) -> str:
    """Return a value as CSV writes it; spreadsheet programs leave its text alone."""
    match value:
        case None:
            return ""
        case int():
            return cells.yuan(value) if kind is Kind.FEN else str(value)
        case datetime():
            return cells.local_time(value)
        case date():
            return cells.local_day(value)
        case _:
            return cells.guarded(value)


def _csv_text(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


class _Book:
    """An XLSX file of one sheet that is written row by row: only the current row is in memory."""

    def __init__(self, folder: Path, name: str, titles: Sequence[str]) -> None:
        self.file = folder / "table.xlsx"
        self._book: Any = Workbook(str(self.file), {"constant_memory": True, "tmpdir": str(folder)})
        self._sheet = self._book.add_worksheet(name[:_MOST_SHEET_CHARACTERS])
        self._money = self._book.add_format({"num_format": "0.00"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        bold = self._book.add_format({"bold": True})
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(titles) - 1, _COLUMN_WIDTH)
        for place, title in enumerate(titles):
            self._sheet.write_string(0, place, title, bold)
        self._rows = 0

    def add(self, cells: Sequence[Cell], kinds: Sequence[Kind]) -> None:
        """Write a row; text is written as text, with any first character."""
        self._rows += 1
        if self._rows > MOST_XLSX_ROWS:
            raise Problem(ProblemCode.INPUT_INVALID, SHEET_FULL.of(most_rows=MOST_XLSX_ROWS))
        for place, (value, kind) in enumerate(zip(cells, kinds, strict=True)):
            self._write(place, value, kind)

    def _write(self, place: int, value: Cell, kind: Kind) -> None:
        row, sheet = self._rows, self._sheet
        match value:
            case None:
                pass
            case str():
                sheet.write_string(row, place, value)
            case datetime() | date():
                sheet.write_datetime(row, place, value, self._time if isinstance(value, datetime) else self._day)
            case _ if kind is Kind.FEN:
                sheet.write_number(row, place, value / _FEN_A_YUAN, self._money)
            case _:
                sheet.write_number(row, place, value)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()
