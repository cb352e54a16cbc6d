"""The home page over HTTP."""

from datetime import date

from pydantic import BaseModel

from central.catalog.rules.capacity import LoadLevel
from central.domain.names import CheckPointName, SiteName
from central.domain.views import View
from central.identity.permissions import Permission
from central.reports.routes.lists import REPORTS
from central.reports.routes.queries import HomeQuery
from central.web.operations import Call, Route


class DayView(View):
    """A day's four figures, which are never mixed."""

    tickets: int
    entries: int
    taken_fen: int
    returned_fen: int


class CheckPointTodayView(View):
    """Persons who passed a check point today."""

    check_point: CheckPointName
    name_zh: str
    name_en: str
    entries: int
    exits: int


class SiteTodayView(View):
    """A site's business day so far, beside whole days; figures of the site as a whole are empty for a scope narrower than all.

    `on_site` contains a correction of so many persons; `load` warns from four fifths of a maximum on.
    """

    site: SiteName
    day: date
    today: DayView
    yesterday: DayView
    same_day_last_week: DayView
    check_points: list[CheckPointTodayView] | None
    on_site: int | None
    corrected: int | None
    load: LoadLevel | None


class HomeView(BaseModel):
    """By the number of the site."""

    items: list[SiteTodayView]


@Route("GET", "/api/v1/home", Permission.REPORTS_READ)
async def read_home(call: Call[None, HomeQuery]) -> HomeView:
    """Read the day's figures so far, and who is on site: each site's day beside yesterday and the same day last week."""
    found = await call.request.app[REPORTS].home(call.parameters.site_id, call.principal, call.now)
    return HomeView(items=[SiteTodayView.of(one) for one in found])


OPERATIONS = (read_home,)
