"""The home pages over HTTP: the office's, and a seller's own."""

from datetime import date
from typing import Annotated

from pydantic import Field

from central.catalog.rules.capacity import LoadLevel
from central.domain.names import CheckPointName, SiteName, TicketTypeName
from central.domain.views import MinuteMoment, Moment, View, read_from, within
from central.identity.permissions import Permission
from central.payments.methods import Method
from central.reports.routes.lists import REPORTS
from central.reports.routes.queries import HomeQuery
from central.reports.rules.exceptions import OpenKind
from central.shifts.routes import ShiftItem
from central.web.operations import Call, Route


class DayView(View):
    """A day's figures, which are never mixed: `persons` were sold for with `tickets`, `entries` are persons who came."""

    tickets: int
    persons: int
    entries: int
    taken_fen: int
    returned_fen: int


class MethodDayView(View):
    """What came in and what went back by a method of paying today."""

    method: Method
    taken_fen: int
    returned_fen: int


class HourView(View):
    """An hour of the business day, and the same hour of the day before; hours to come are there too."""

    begins_at: Moment
    tickets: int
    entries: int
    tickets_yesterday: int
    entries_yesterday: int


class OpenView(View):
    """How many of a kind are open and need a person; `oldest_at` is empty where there is none."""

    kind: Annotated[
        OpenKind,
        Field(
            description="refunds-waiting: for gates; refunds-owed: not handed out; refunds-stuck: at the institution; "
            "differences, conflicts: not settled; alarms: not acknowledged; agents-unseen: on duty and not seen for 15 minutes"
        ),
    ]
    count: int
    oldest_at: Moment | None


class StockOfDayView(View):
    """Places of a type that are taken on a day or in its slot; places that an unpaid order holds are taken."""

    ticket_type: TicketTypeName
    slot_start: MinuteMoment | None
    taken: int
    places: int


class ComingDayView(View):
    """Persons for whom tickets are sold for a day; `most` may come in all. Of its stocks the fullest fifty."""

    day: date
    persons: int
    most: int | None
    stocks: list[StockOfDayView]


class CheckPointTodayView(View):
    """Persons who passed a check point today."""

    check_point: CheckPointName
    name_zh: str
    name_en: str
    entries: int
    exits: int


class SiteTodayView(View, alias_generator=within("parts")):
    """A site's business day so far, beside whole days; figures of the site as a whole are empty for a scope narrower than all.

    `yesterday_so_far` is yesterday at this hour. `exceptions` has each kind whose list the caller may read. `on_site` contains a
    correction of so many persons; `load` warns from four fifths of a maximum on; `coming_days` are fourteen, today first.
    """

    site: SiteName
    day: date
    today: DayView
    yesterday: DayView
    same_day_last_week: DayView
    yesterday_so_far: DayView
    methods: list[MethodDayView]
    hours: list[HourView]
    exceptions: list[OpenView]
    check_points: list[CheckPointTodayView] | None
    on_site: int | None
    corrected: int | None
    load: LoadLevel | None
    coming_days: list[ComingDayView] | None


class HomeView(View):
    """By the number of the site; and what is open that is of no site."""

    items: Annotated[list[SiteTodayView], read_from("sites")]
    of_no_site: list[OpenView]


class OwnSiteDayView(View, alias_generator=within("figures")):
    """The caller's own business day at a site so far.

    While the own shift is open, sums and the line of cash are left out: the drawer is counted first.
    """

    site: SiteName
    day: date
    orders: int
    tickets: int
    persons: int
    refunded_tickets: int
    sold_fen: int | None
    taken_fen: int | None
    returned_fen: int | None
    methods: list[MethodDayView]
    hours: list[HourView]


class OwnDayView(View):
    """The own open shift, and the own day at each site at which the caller sold today or has the shift."""

    shift: ShiftItem | None
    items: Annotated[list[OwnSiteDayView], read_from("days")]


@Route("GET", "/api/v1/home", Permission.REPORTS_READ)
async def read_home(call: Call[None, HomeQuery]) -> HomeView:
    """Read the day's figures so far, what is open and who is on site: each site's day beside yesterday and last week."""
    return HomeView.of(await call.request.app[REPORTS].home(call.parameters.site_id, call.principal, call.now))


@Route("GET", "/api/v1/own-day", Permission.SALES_READ)
async def read_own_day(call: Call[None, None]) -> OwnDayView:
    """Read the caller's own day so far: what the caller sold, took and gave back, and the own shift."""
    return OwnDayView.of(await call.request.app[REPORTS].own_home(call.principal.user_id, call.now))


OPERATIONS = (read_home, read_own_day)
