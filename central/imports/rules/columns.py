"""Headers and cells: which columns a kind of file has, in both languages, and the lines by these columns. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from central.imports.rules.findings import WHOLE_FILE, Finding, FindingCode
from central.imports.rules.sheets import Line, Lines


class ImportKind(StrEnum):
    """What a file holds."""

    USERS = "users"
    AGENCY_PRICES = "agency-prices"
    GROUP_NAMES = "group-names"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name; `headers` are the words for it, in small letters. `is_required`: in the file and in each line."""

    name: str
    headers: frozenset[str]
    is_required: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line by the names of its columns; a column that is left out is empty."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a cell."""
        return self.cells.get(column, "")


def _column(name: str, *headers: str, required: bool = False) -> Column:
    return Column(name, frozenset({name, name.replace("_", " "), *headers}), required)


COLUMNS: Mapping[ImportKind, tuple[Column, ...]] = {
    ImportKind.USERS: (
        _column("name", "用户名", "账号", required=True),
        _column("full_name", "姓名"),
        _column("channel", "渠道", "售票渠道"),
        _column("roles", "角色", "role"),
    ),
    ImportKind.GROUP_NAMES: (
        _column("name", "姓名", required=True),
        _column("document_type", "证件类型", required=True),
        _column("country", "国家", "国籍"),
        _column("number", "证件号码", "证件号", "document number", required=True),
    ),
    ImportKind.AGENCY_PRICES: (
        _column("agency", "旅行社", required=True),
        _column("ticket_type", "票种", "type", required=True),
        _column("price", "价格", "单价", "价格（元）", "price (yuan)", required=True),
        _column("first_day", "开始日期", "起始日期"),
        _column("last_day", "结束日期", "截止日期"),
    ),
}


def entries_of(kind: ImportKind, lines: Lines) -> tuple[tuple[Entry, ...], tuple[Finding, ...]]:
    """Return a file's lines by their columns, and what is wrong with its headers and with cells that must not be empty."""
    if not lines:
        return (), (Finding(WHOLE_FILE, "", FindingCode.EMPTY),)
    names, findings = _names(COLUMNS[kind], lines[0])
    if findings:
        return (), findings
    if len(lines) == 1:
        return (), (Finding(WHOLE_FILE, "", FindingCode.EMPTY),)
    too_long = tuple(Finding(one.number, "", FindingCode.INVALID) for one in lines[1:] if len(one.cells) > len(names))
    entries = tuple(Entry(one.number, dict(zip(names, one.cells, strict=False))) for one in lines[1:])
    required = [column.name for column in COLUMNS[kind] if column.is_required]
    missing = (Finding(one.line, name, FindingCode.REQUIRED) for one in entries for name in required if not one[name])
    return entries, (*too_long, *missing)


def _names(columns: tuple[Column, ...], header: Line) -> tuple[list[str], tuple[Finding, ...]]:
    names: list[str] = []
    findings: list[Finding] = []
    for cell in header.cells:
        found = next((one.name for one in columns if cell.lower() in one.headers), None)
        if found is None:
            findings.append(Finding(header.number, cell[:64], FindingCode.COLUMN_UNKNOWN))
        elif found in names:
            findings.append(Finding(header.number, found, FindingCode.COLUMN_TWICE))
        names.append(found or cell)
    absent = (one.name for one in columns if one.is_required and one.name not in names)
    return names, (*findings, *(Finding(header.number, name, FindingCode.COLUMN_MISSING) for name in absent))
