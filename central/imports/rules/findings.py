"""What can be wrong with a file that people bring, with its words: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from central.domain.saying import Message
from central.imports.messages import (
    ALREADY_THERE,
    BEYOND_PLANNED_PERSONS,
    CELL_EMPTY,
    CELL_MALFORMED,
    COLUMN_MISSING,
    COLUMN_TWICE,
    COLUMN_UNKNOWN,
    FILE_EMPTY,
    FILE_TOO_LONG,
    FILE_UNREADABLE,
    LINE_TWICE,
    NONE_OF_THIS_NAME,
    ROLE_NOT_HELD,
    SEVERAL_OF_THIS_NAME,
)

WHOLE_FILE = 0


class FindingCode(StrEnum):
    """Why a line, or the whole file, cannot be stored."""

    NOT_A_TABLE = "not-a-table"
    EMPTY = "empty"
    TOO_MANY_LINES = "too-many-lines"
    COLUMN_UNKNOWN = "column-unknown"
    COLUMN_TWICE = "column-twice"
    COLUMN_MISSING = "column-missing"
    REQUIRED = "required"
    INVALID = "invalid"
    TWICE = "twice"
    EXISTS = "exists"
    NOT_FOUND = "not-found"
    AMBIGUOUS = "ambiguous"
    NOT_HELD = "not-held"
    TOO_MANY_PERSONS = "too-many-persons"


TEXTS: Mapping[FindingCode, Message] = {
    FindingCode.NOT_A_TABLE: FILE_UNREADABLE,
    FindingCode.EMPTY: FILE_EMPTY,
    FindingCode.TOO_MANY_LINES: FILE_TOO_LONG,
    FindingCode.COLUMN_UNKNOWN: COLUMN_UNKNOWN,
    FindingCode.COLUMN_TWICE: COLUMN_TWICE,
    FindingCode.COLUMN_MISSING: COLUMN_MISSING,
    FindingCode.REQUIRED: CELL_EMPTY,
    FindingCode.INVALID: CELL_MALFORMED,
    FindingCode.TWICE: LINE_TWICE,
    FindingCode.EXISTS: ALREADY_THERE,
    FindingCode.NOT_FOUND: NONE_OF_THIS_NAME,
    FindingCode.AMBIGUOUS: SEVERAL_OF_THIS_NAME,
    FindingCode.TOO_MANY_PERSONS: BEYOND_PLANNED_PERSONS,
    FindingCode.NOT_HELD: ROLE_NOT_HELD,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `line` counts from 1 as the file does (0: the whole file); `column` may be empty."""

    line: int
    column: str
    code: FindingCode
