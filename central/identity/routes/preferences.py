"""The own preferences, over HTTP."""

from typing import Annotated, Self

from aiohttp import web
from pydantic import Field

from central.domain.models import StrictModel, Version
from central.domain.names import SiteName
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.versions import Versioned
from central.domain.views import View
from central.identity.preferences import SUBJECT_KIND, PreferencesOfPeople
from central.identity.routes.menus import Key
from central.identity.rules.preferences import (
    MOST_COLUMNS,
    MOST_FILTER_CHARACTERS,
    MOST_PINNED_PAGES,
    MOST_VIEW_NAME_CHARACTERS,
    MOST_VIEWS,
    Density,
    Language,
    Preferences,
    SavedView,
    Theme,
)
from central.web.access import Access
from central.web.operations import Call, Route
from protocol.identifiers import U16_MAX

PREFERENCES: web.AppKey[PreferencesOfPeople] = web.AppKey("preferences", PreferencesOfPeople)

_ColumnKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
# What an address may hold (RFC 3986): everything else stands there in percent signs.
_Filter = Annotated[str, Field(max_length=MOST_FILTER_CHARACTERS, pattern=r"^[A-Za-z0-9._~!$&'()*+,;=:@/?%\[\]-]*$")]


class SavedViewBody(StrictModel):
    """A view of a list that the person saves; of one list each has another name."""

    list_key: Key
    name: Annotated[str, Field(min_length=1, max_length=MOST_VIEW_NAME_CHARACTERS, pattern=PRINTABLE)]
    filter: _Filter
    columns: Annotated[list[_ColumnKey], Field(min_length=1, max_length=MOST_COLUMNS)] | None

    def stated(self) -> SavedView:
        """Return the view as the service takes it."""
        return SavedView(self.list_key, self.name, self.filter, None if self.columns is None else tuple(self.columns))


class PreferencesBody(StrictModel):
    """All that the person prefers from now on; together they have at most 32 KiB."""

    version: Version
    language: Language
    theme: Theme
    density: Density
    default_site_id: Annotated[int, Field(ge=1, le=U16_MAX)] | None
    pinned_pages: Annotated[list[Key], Field(max_length=MOST_PINNED_PAGES)]
    views: Annotated[list[SavedViewBody], Field(max_length=MOST_VIEWS)]

    def stated(self) -> Preferences:
        """Return the preferences as the service takes them."""
        return Preferences(
            self.language,
            self.theme,
            self.density,
            self.default_site_id,
            tuple(self.pinned_pages),
            tuple(one.stated() for one in self.views),
        )


class SavedViewView(View):
    """A saved view of a list."""

    list_key: str
    name: str
    filter: str
    columns: list[str] | None


class PreferencesView(Versioned, View):
    """What the person prefers."""

    kind_of_subject, named_by = SUBJECT_KIND, ("user_id",)

    user_id: int
    language: Language
    theme: Theme
    density: Density
    default_site: SiteName | None
    pinned_pages: list[str]
    views: list[SavedViewView]

    @classmethod
    def of_person(cls, user_id: int, preferences: Preferences) -> Self:
        """Return what the view shows of a person's preferences."""
        shown = {name: getattr(preferences, name) for name in ("language", "theme", "density", "pinned_pages", "views")}
        return cls.model_validate({"user_id": user_id, "default_site": preferences.default_site_id, **shown})


@Route("GET", "/api/v1/session/preferences", Access.SESSION)
async def read_preferences(call: Call[None, None]) -> PreferencesView:
    """Read the own preferences; without any, the ones that are shipped."""
    person = call.principal.user_id
    return PreferencesView.of_person(person, await call.request.app[PREFERENCES].of_person(person))


@Route("PUT", "/api/v1/session/preferences", Access.SESSION, problems=(ProblemCode.VERSION_CONFLICT,))
async def change_preferences(call: Call[PreferencesBody, None]) -> PreferencesView:
    """Replace the own preferences; those of others stay closed to everyone."""
    person, wanted = call.principal.user_id, call.body.stated()
    kept = await call.request.app[PREFERENCES].put(wanted, call.body.version, person, call.now)
    return PreferencesView.of_person(person, kept)


OPERATIONS = (read_preferences, change_preferences)
