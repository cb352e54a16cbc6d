"""Finds the line of a setting in a TOML file, so that a refusal can name it. Pure.

The standard library's parser keeps no lines. This reads what settings files are made of: tables, arrays of tables, and keys at
the beginning of a line. A setting that it cannot follow (a table written within a line) gets the line of the table around it.
"""

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\" ]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*\"?([A-Za-z0-9_\-]+)\"?\s*=")

SettingPath = Sequence[str | int]


def line_of(text: str, path: SettingPath) -> int:
    """Return the line, from 1, of the setting at `path` (keys, and indexes from 0), or of the nearest table around it."""
    lines = _lines_by_path(text)
    for length in range(len(path), 0, -1):
        if tuple(path[:length]) in lines:
            return lines[tuple(path[:length])]
    return 1


def _lines_by_path(text: str) -> dict[tuple[str | int, ...], int]:
    lines: dict[tuple[str | int, ...], int] = {}
    last_index: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header is not None:
            table = _table(header[2], last_index, is_array=header[1] == "[[")
            lines.setdefault(table, number)
        elif key is not None:
            lines.setdefault((*table, key[1]), number)
    return lines


def _table(name: str, last_index: dict[tuple[str | int, ...], int], *, is_array: bool) -> tuple[str | int, ...]:
    """Return the path of a table: the name of an array in its path means the array's last element."""
    path: tuple[str | int, ...] = ()
    parts = [part.strip().strip('"') for part in name.split(".")]
    for at, part in enumerate(parts):
        path = (*path, part)
        if is_array and at == len(parts) - 1:
            last_index[path] = last_index.get(path, -1) + 1
        if path in last_index:
            path = (*path, last_index[path])
    return path
