"""Lists and statistics as tables to download: CSV as it is read, XLSX through a file.

Laws: memory is bounded by one page of a list of any length; text that people typed stays text in every program that opens the
table, never a formula; a thread does the writing that takes long.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic

from xlsxwriter import Workbook

from central.domain.problems import Problem, ProblemCode
from central.reports.listing import Cell, Column, ItemT, Kind, Names

CHUNK_BYTES = 256 * 1024
MOST_XLSX_ROWS = 1_048_576 - 1  # what a sheet holds (ECMA-376) below its titles
_FEN_A_YUAN = 100
_COLUMN_WIDTH = 18
_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n")
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
    """A table of items: its columns, in one language, with the names that numbers stand for."""

    def __init__(self, columns: Sequence[Column[ItemT]], names: Names, *, chinese: bool) -> None:
        """Take the columns, the names, and the language of the titles."""
        self._columns = columns
        self._names = names
        self._chinese = chinese

    async def csv(self, pages: AsyncIterator[Sequence[ItemT]]) -> AsyncGenerator[bytes]:
        """Yield the table as CSV (RFC 4180, UTF-8), page by page."""
        yield (_BYTE_ORDER_MARK + _csv_text([self._titles()])).encode()
        async for page in pages:
            yield await asyncio.to_thread(self._csv_page, page)

    async def xlsx(self, pages: AsyncIterator[Sequence[ItemT]]) -> AsyncGenerator[bytes]:
        """Yield the table as XLSX, once all of it is in its own file; Problem where it is longer than a sheet."""
        with tempfile.TemporaryDirectory(prefix="paifang-export-") as folder:
            book = _Book(Path(folder), self._titles())
            try:
                async for page in pages:
                    await asyncio.to_thread(self._add_page, book, page)
            finally:
                await asyncio.to_thread(book.close)
            with book.file.open("rb") as file:
                while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                    yield chunk

    def _titles(self) -> tuple[str, ...]:
        return tuple(column.title_zh if self._chinese else column.title_en for column in self._columns)

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
    """Return a value as CSV writes it; text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, int):
        return yuan(value) if kind is Kind.FEN else str(value)
    return f"'{value}" if value.startswith(_FORMULA_BEGINNINGS) else value


def yuan(fen: int) -> str:
    """Return whole fen as yuan with two places."""
    whole, rest = divmod(abs(fen), _FEN_A_YUAN)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"


def _csv_text(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


class _Book:
    """An XLSX file of one sheet that is written row by row: only the current row is in memory."""

    def __init__(self, folder: Path, titles: Sequence[str]) -> None:
        self.file = folder / "table.xlsx"
        self._book: Any = Workbook(str(self.file), {"constant_memory": True, "tmpdir": str(folder)})
        self._sheet = self._book.add_worksheet()
        self._money = self._book.add_format({"num_format": "0.00"})
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
            raise Problem(ProblemCode.INPUT_INVALID, f"a sheet holds {MOST_XLSX_ROWS} rows; ask for fewer days, or for csv")
        for place, (value, kind) in enumerate(zip(cells, kinds, strict=True)):
            if isinstance(value, str):
                self._sheet.write_string(self._rows, place, value)
            elif value is not None and kind is Kind.FEN:
                self._sheet.write_number(self._rows, place, value / _FEN_A_YUAN, self._money)
            elif value is not None:
                self._sheet.write_number(self._rows, place, value)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()
