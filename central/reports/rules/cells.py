"""How a value stands in a CSV that a spreadsheet program opens. Pure.

Laws: a text stays the text that it is: what the program would take for a formula, a number, a date or a moment gets an apostrophe
in front. Without it, 28 digits lose the last 13, a number loses its first zeros, and `3-4` becomes the third of April.
"""

import re
from datetime import date, datetime

_FEN_A_YUAN = 100
# With the full-width forms: in a Chinese locale they begin a formula too.
_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MOST_DIGITS = 15  # what a spreadsheet's number holds (IEEE 754)
_CHANGED = re.compile(
    rf"""
      0[0-9]+                                      # zeros in front
    | [0-9]{{{_MOST_DIGITS + 1},}}                 # more digits than it holds
    | [0-9]+(\.[0-9]*)?e[+-]?[0-9]+                # a power of ten
    | [0-9]+[-/.][0-9]+([-/.][0-9]+)?              # a date, a fraction, a version
    | [0-9]{{1,4}}:[0-9]{{2}}(:[0-9]{{2}})?        # a time of day
    | (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ /-]?[0-9]+
    | [0-9]+[ /-]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*
    | [0-9]+年.*|[0-9]+月.*                         # the same in Chinese
    """,
    re.VERBOSE | re.IGNORECASE,
)


def guarded(text: str) -> str:
    """Return a text so that a spreadsheet program leaves it alone."""
    is_changed = text.startswith(_FORMULA_BEGINNINGS) or _CHANGED.fullmatch(text.strip()) is not None
    return f"'{text}" if is_changed else text


def local_time(at: datetime) -> str:
    """Return a moment by the site's clock, as every spreadsheet program reads it."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def local_day(day: date) -> str:
    """Return a day, as every spreadsheet program reads it."""
    return day.isoformat()


def yuan(fen: int) -> str:
    """Return whole fen as yuan with two places."""
    whole, rest = divmod(abs(fen), _FEN_A_YUAN)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"
