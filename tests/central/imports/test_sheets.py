"""Files as lines: the encodings and delimiters that people have, and that no bytes are a fault."""

import io

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from central.imports.rules.columns import ImportKind, entries_of
from central.imports.rules.findings import TEXTS, Finding, FindingCode
from central.imports.rules.sheets import MOST_LINES, Line, lines_of_text
from central.imports.workbooks import MAGIC, lines_of_workbook

HEADER = "用户名,姓名"
LINE = "wang,王伟"


def workbook(*rows: tuple[object, ...]) -> bytes:
    """An XLSX file of these rows."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell)
    return held.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_encodings_and_delimiters_of_spreadsheets_are_found(encoding: str, delimiter: str) -> None:
    text = f"{HEADER}\r\n{LINE}\r\n\r\n".replace(",", delimiter)
    assert lines_of_text(text.encode(encoding)) == (Line(1, ("用户名", "姓名")), Line(2, ("wang", "王伟")))


def test_a_line_has_the_number_at_which_it_begins() -> None:
    lines = lines_of_text(b'a,b\n"x\ny",1\n\nz,2\n')
    assert not isinstance(lines, Finding)
    assert [(one.number, one.cells[0]) for one in lines] == [(1, "a"), (2, "x\ny"), (5, "z")]


def test_a_sheet_is_read_and_a_formula_is_its_text() -> None:
    lines = lines_of_workbook(workbook(("agency", "price"), ("甲", 80.5), ("乙", 80.0), ("丙", "=1+1")))
    assert not isinstance(lines, Finding)
    assert [one.cells for one in lines] == [("agency", "price"), ("甲", "80.5"), ("乙", "80"), ("丙", "=1+1")]


@pytest.mark.parametrize(
    "data", [b"\x00\x01", b'"open', b"\xff\xff\xff", MAGIC + b"broken", (b"," * 40 + b"\n") + b"x" + b"," * 40]
)
def test_what_is_no_table_is_said_so(data: bytes) -> None:
    read = lines_of_workbook if data.startswith(MAGIC) else lines_of_text
    assert isinstance(found := read(data), Finding)
    assert found.code is FindingCode.NOT_A_TABLE


def test_too_many_lines_are_refused() -> None:
    found = lines_of_text(b"x\n" * (MOST_LINES + 2))
    assert found == Finding(0, "", FindingCode.TOO_MANY_LINES)


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_are_a_fault(data: bytes) -> None:
    for read, given_bytes in ((lines_of_text, data), (lines_of_workbook, MAGIC + data)):
        lines = read(given_bytes)
        if not isinstance(lines, Finding):
            for kind in ImportKind:
                entries_of(kind, lines)


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_change_of_a_workbook_is_a_fault(place: int, change: bytes) -> None:
    data = workbook(("agency", "price"), ("甲", 80.5))
    at = place % len(data)
    lines_of_workbook(data[:at] + change + data[at + len(change) :])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", [FindingCode.EMPTY]),
        ("name", [FindingCode.EMPTY]),
        ("name,age\nx,1", [FindingCode.COLUMN_UNKNOWN]),
        ("name,用户名\nx,y", [FindingCode.COLUMN_TWICE]),
        ("full name\nx", [FindingCode.COLUMN_MISSING]),
        ("name,full name\n,x", [FindingCode.REQUIRED]),
        ("name\nx,y", [FindingCode.INVALID]),
        ("Name,Full Name\nx,y", []),
    ],
)
def test_headers_and_empty_cells(text: str, codes: list[FindingCode]) -> None:
    lines = lines_of_text(text.encode())
    assert not isinstance(lines, Finding)
    assert [one.code for one in entries_of(ImportKind.USERS, lines)[1]] == codes


def test_each_finding_has_its_texts() -> None:
    assert set(TEXTS) == set(FindingCode)
