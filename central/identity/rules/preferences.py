"""Personal preferences of a person who signs in: how the console looks, what stands at hand, and saved views of lists. Pure.

Laws: a person without preferences has the ones that are shipped; what is stored is bounded as a whole; a page that a later
version no longer has is left out when it is read, so that what was read can be stored again.
"""

import json
from collections.abc import Collection, Hashable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from central.domain.messages import MUST_STAND_ONCE
from central.domain.saying import Said
from central.identity.messages import NO_PAGE, PREFERENCES_TOO_LARGE

MOST_PINNED_PAGES = 20
MOST_VIEWS = 50
MOST_COLUMNS = 60
MOST_VIEW_NAME_CHARACTERS = 60
MOST_FILTER_CHARACTERS = 2_000
MOST_KIB = 32
_BYTES_PER_KIB = 1024


class Language(StrEnum):
    """The language of the console."""

    CHINESE = "zh-CN"
    ENGLISH = "en"
    BROWSER = "browser"


class Theme(StrEnum):
    """The colours of the console."""

    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


class Density(StrEnum):
    """How close the rows of lists stand."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list as a person wants it again: what it shows, and by which columns; `columns` None: those that the list begins with."""

    list_key: str
    name: str
    filter: str
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person prefers."""

    language: Language = Language.BROWSER
    theme: Theme = Theme.SYSTEM
    density: Density = Density.COMFORTABLE
    default_site_id: int | None = None
    pinned_pages: tuple[str, ...] = ()
    views: tuple[SavedView, ...] = ()


SHIPPED = Preferences()


def fault_of(wanted: Preferences, pages: Collection[str]) -> tuple[str, Said] | None:
    """Return what is wrong with preferences, and in which field, or None; `pages` are the keys of all pages."""
    if unknown := [key for key in wanted.pinned_pages if key not in pages]:
        return "pinned_pages", NO_PAGE.of(key=unknown[0])
    if _stands_twice(wanted.pinned_pages):
        return "pinned_pages", MUST_STAND_ONCE.of()
    if _stands_twice((one.list_key, one.name) for one in wanted.views):
        return "views", MUST_STAND_ONCE.of()
    for number, one in enumerate(wanted.views):
        if _stands_twice(one.columns or ()):
            return f"views.{number}.columns", MUST_STAND_ONCE.of()
    if len(written(wanted).encode()) > MOST_KIB * _BYTES_PER_KIB:
        return "views", PREFERENCES_TOO_LARGE.of(most_kib=MOST_KIB)
    return None


def written(preferences: Preferences) -> str:
    """Return preferences as they are stored, in JSON."""
    return json.dumps(asdict(preferences), ensure_ascii=False, separators=(",", ":"))


def read(text: str, pages: Collection[str]) -> Preferences:
    """Return stored preferences, without pages that there are no longer."""
    stated = json.loads(text)
    return Preferences(
        language=Language(stated["language"]),
        theme=Theme(stated["theme"]),
        density=Density(stated["density"]),
        default_site_id=stated["default_site_id"],
        pinned_pages=tuple(key for key in stated["pinned_pages"] if key in pages),
        views=tuple(_view(**one) for one in stated["views"]),
    )


def _view(list_key: str, name: str, filter: str, columns: list[str] | None) -> SavedView:  # noqa: A002 - the stored name
    return SavedView(list_key, name, filter, None if columns is None else tuple(columns))


def _stands_twice(values: Iterable[Hashable]) -> bool:
    listed = list(values)
    return len(set(listed)) < len(listed)
