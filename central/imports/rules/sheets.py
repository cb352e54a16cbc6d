"""A file's bytes as lines of cells: CSV in UTF-8 or GB18030, divided by commas, semicolons or tabs. Pure.

Laws: any bytes give lines or a finding, never a fault; a cell is text, and nothing in it is evaluated.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from central.imports.rules.findings import WHOLE_FILE, Finding, FindingCode

MOST_LINES = 50_000
MOST_COLUMNS = 32
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not empty, by its number in the file, with blanks around its cells taken away."""

    number: int
    cells: tuple[str, ...]


Lines = tuple[Line, ...]


def lines_of_text(data: bytes) -> Lines | Finding:
    """Return the lines of a CSV file, or what is wrong with it."""
    text = _decoded(data)
    if text is None or "\x00" in text:
        return Finding(WHOLE_FILE, "", FindingCode.NOT_A_TABLE)
    return lines_of_rows(_numbered(text))


def lines_of_rows(rows: Iterable[tuple[int, Iterable[str]]]) -> Lines | Finding:
    """Return the lines that are not empty, or that there are too many, or that the file is broken."""
    found: list[Line] = []
    try:
        for number, cells in rows:
            line = Line(number, tuple(cell.strip() for cell in cells))
            if not any(line.cells):
                continue
            if len(line.cells) > MOST_COLUMNS:
                return Finding(number, "", FindingCode.NOT_A_TABLE)
            found.append(line)
            if len(found) > MOST_LINES + 1:
                return Finding(WHOLE_FILE, "", FindingCode.TOO_MANY_LINES)
    except csv.Error:
        return Finding(WHOLE_FILE, "", FindingCode.NOT_A_TABLE)
    return tuple(found)


def _numbered(text: str) -> Iterable[tuple[int, list[str]]]:
    """Yield the lines, each with the number at which it begins: a cell may hold a line break."""
    first = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    begins = 1
    for cells in rows:
        yield begins, cells
        begins = rows.line_num + 1


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
