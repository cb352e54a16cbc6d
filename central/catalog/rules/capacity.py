"""How full a site is: pure.

Laws: at a maximum the site is full; from four fifths of a maximum the level is a warning; a full site stays full until it is well
below the maximum, so that sales do not stop and begin again with each visitor who leaves.
"""

from collections.abc import Iterable
from enum import StrEnum

_WARNED_PER_CENT = 80
_OPEN_AGAIN_PER_CENT = 95
_WHOLE = 100


class LoadLevel(StrEnum):
    """How full a site is. The words are stored and never change their meaning."""

    OK = "ok"
    WARNING = "warning"
    FULL = "full"


def level(persons: int, most: int | None) -> LoadLevel:
    """Return how full a site is with so many persons where so many may be; None does not restrict."""
    if most is None:
        return LoadLevel.OK
    if persons >= most:
        return LoadLevel.FULL
    return LoadLevel.WARNING if persons * _WHOLE >= most * _WARNED_PER_CENT else LoadLevel.OK


def level_after(before: LoadLevel, loads: Iterable[tuple[int, int | None]]) -> LoadLevel:
    """Return how full a site is by all of its (persons, maximum); the level before is taken into account."""
    known = list(loads)
    levels = {level(persons, most) for persons, most in known}
    if LoadLevel.FULL in levels:
        return LoadLevel.FULL
    is_near = any(most is not None and persons * _WHOLE >= most * _OPEN_AGAIN_PER_CENT for persons, most in known)
    if before is LoadLevel.FULL and is_near:
        return LoadLevel.FULL
    return LoadLevel.WARNING if LoadLevel.WARNING in levels else LoadLevel.OK
