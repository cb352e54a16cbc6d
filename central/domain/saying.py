"""Sentences to people: a message has a code, and words in Chinese and in English; what is said is a message with its parameters.

Laws: a code is never renamed and stands for one message; both languages take the same parameters; a parameter whose name ends in
`_fen` is read in yuan. Each slice has its messages in `messages.py`, those of several slices are in `central/domain/messages.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from string import Formatter
from typing import TypeAlias

FEN_PER_YUAN = 100
_FEN_SUFFIX = "_fen"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence without its parameters: `{name}` stands for one."""

    code: str
    zh: str
    en: str

    def of(self, **parameters: "Parameter") -> "Said":
        """Return the sentence about these things: each of its parameters by name, and no other."""
        assert set(parameters) == self.names(), f"{self.code} takes {sorted(self.names())}, not {sorted(parameters)}"
        return Said(self, parameters)

    def names(self) -> frozenset[str]:
        """Return the names of its parameters."""
        return names_in(self.en)


@dataclass(frozen=True, slots=True)
class Said:
    """A message about certain things."""

    message: Message
    parameters: Mapping[str, "Parameter"]

    @property
    def code(self) -> str:
        """Return the code of its message."""
        return self.message.code

    def text(self, *, chinese: bool) -> str:
        """Return the sentence in one of the two languages."""
        words = {name: _words(name, value, chinese=chinese) for name, value in self.parameters.items()}
        return (self.message.zh if chinese else self.message.en).format_map(words)

    def __str__(self) -> str:
        """Return the sentence in English, as logs keep it."""
        return self.text(chinese=False)

    def values(self) -> dict[str, object]:
        """Return its parameters as JSON carries them: money in fen, days and times by ISO 8601, a sentence by its code."""
        return {name: _value(value) for name, value in self.parameters.items()}


Parameter: TypeAlias = str | int | date | time | Said


def names_in(template: str) -> frozenset[str]:
    """Return the names of the parameters of a sentence."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def _words(name: str, value: Parameter, *, chinese: bool) -> str:
    if isinstance(value, Said):
        return value.text(chinese=chinese)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} {value.tzname() or ''}".rstrip()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, int) and name.endswith(_FEN_SUFFIX):
        return _yuan(value)
    return str(value)


def _yuan(amount_fen: int) -> str:
    yuan, fen = divmod(abs(amount_fen), FEN_PER_YUAN)
    return f"{'-' * (amount_fen < 0)}{yuan}.{fen:02d}"


def _value(value: Parameter) -> object:
    if isinstance(value, Said):
        return {"code": value.code, "parameters": value.values()}
    return value.isoformat() if isinstance(value, date | time) else value
