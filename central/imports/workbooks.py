"""The first sheet of an XLSX file as lines of cells.

Laws: the size of what is unpacked is bounded before it is unpacked; a formula is its text; whatever the library raises about a
broken file is a finding.
"""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from central.imports.rules.findings import WHOLE_FILE, Finding, FindingCode
from central.imports.rules.sheets import MOST_COLUMNS, MOST_LINES, Lines, lines_of_rows

MAGIC = b"PK\x03\x04"
MOST_UNPACKED_BYTES = 64 * 1024 * 1024


# The library lets pass what its parsers raise.
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
)


def lines_of_workbook(data: bytes) -> Lines | Finding:
    """Return the lines of the first sheet, or what is wrong with the file. Runs in a thread: it may take seconds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED_BYTES:
                return Finding(WHOLE_FILE, "", FindingCode.TOO_MANY_LINES)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        rows = book.worksheets[0].iter_rows(max_row=MOST_LINES + 2, max_col=MOST_COLUMNS + 1, values_only=True)
        return lines_of_rows((number, _without_end(cells)) for number, cells in enumerate(rows, start=1))
    except _BROKEN:
        return Finding(WHOLE_FILE, "", FindingCode.NOT_A_TABLE)


def _without_end(cells: Iterable[object]) -> list[str]:
    """Return the cells as text, without the empty ones at the end."""
    texts = [_text(one) for one in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(getattr(value, "text", value))
