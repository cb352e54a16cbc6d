"""What can be wrong with a file that people bring, with its texts in both languages: pure."""

from dataclasses import dataclass
from enum import StrEnum

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


# In Chinese, then in English.
TEXTS: dict[FindingCode, tuple[str, str]] = {
    FindingCode.NOT_A_TABLE: (
        "无法读取：请用 CSV（UTF-8 或 GB18030）或 XLSX",
        "The file cannot be read: use CSV (UTF-8 or GB18030) or XLSX.",
    ),
    FindingCode.EMPTY: ("文件没有数据行", "The file has no lines below its headers."),
    FindingCode.TOO_MANY_LINES: ("行数过多，请分成几个文件", "There are too many lines; divide the file."),
    FindingCode.COLUMN_UNKNOWN: ("未知的列，请删除或改名", "This column is not known; remove or rename it."),
    FindingCode.COLUMN_TWICE: ("该列重复", "This column stands twice."),
    FindingCode.COLUMN_MISSING: ("缺少该列", "This column is missing."),
    FindingCode.REQUIRED: ("必填", "This must not be empty."),
    FindingCode.INVALID: ("格式有误", "This is not of the form that the column has."),
    FindingCode.TWICE: ("与前面的行重复", "An earlier line says this already."),
    FindingCode.EXISTS: ("已存在", "This exists already."),
    FindingCode.NOT_FOUND: ("未找到", "There is none of this name."),
    FindingCode.AMBIGUOUS: ("有多个同名项", "Several have this name; rename one of them."),
    FindingCode.TOO_MANY_PERSONS: ("超过团队计划人数", "The group is planned for fewer persons."),
    FindingCode.NOT_HELD: ("您自己没有该权限，不能授予", "You do not hold this yourself, so that you cannot give it."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `line` counts from 1 as the file does (0: the whole file); `column` may be empty."""

    line: int
    column: str
    code: FindingCode
