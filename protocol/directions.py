"""The two ways through a check point. A place that checks both directions is two check points."""

from enum import StrEnum


class Direction(StrEnum):
    """入园 or 出园, as the site counts."""

    ENTRY = "entry"
    EXIT = "exit"
