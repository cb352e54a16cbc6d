"""For which days and slots a type can be sold, over HTTP: what a window, a kiosk and a calendar show before they quote."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, WithJsonSchema

from central.catalog.parameters import LAST_DAY, SiteNumber
from central.catalog.routes.sale_settings import seller_of
from central.catalog.routes.ticket_types import TicketTypePath
from central.domain.local_times import LocalTime
from central.domain.names import SiteName, TicketTypeName
from central.domain.principal import Principal
from central.domain.problems import ProblemCode
from central.domain.views import Moment
from central.identity.permissions import Permission
from central.sales.availability import DAYS_SHOWN, MOST_DAYS, Asked, Availability, Days
from central.sales.routes.orders import PlacesLeft
from central.sales.rules.availability import Offer
from central.sales.rules.on_sale import NotSold, Unsold
from central.sales.service import WINDOW_CHANNEL
from central.web.languages import reads_chinese
from central.web.operations import Call, Route
from protocol.identifiers import SiteId, TicketTypeId

AVAILABILITY: web.AppKey[Availability] = web.AppKey("availability", Availability)
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=LAST_DAY)]
_CODES = sorted({reason.code.value.code for reason in Unsold})
_QuoteCode = Annotated[
    str, WithJsonSchema({"type": "string", "enum": _CODES, "description": "the code by which a quote is refused"})
]


class _TypeQuery(TicketTypePath):
    site_id: Annotated[SiteNumber | None, Field(description="the site that sells; left out, the type's only site")] = None


class DaysQuery(_TypeQuery):
    """Which type, and which days: both included; left out, from today on and for 31 days."""

    first_day: Annotated[Day | None, Field(description="left out: today at the site")] = None
    last_day: Annotated[Day | None, Field(description=f"at most {MOST_DAYS} days in all; left out: {DAYS_SHOWN} days in all")] = (
        None
    )


class SlotsQuery(_TypeQuery):
    """Which type, and which day."""

    day: Annotated[Day | None, Field(description="left out: today at the site")] = None


class WhyNotView(BaseModel):
    """Why it is not sold, as a quote would say it: its code and its detail, and a title in the reader's language."""

    reason: Unsold
    code: _QuoteCode
    title: str
    detail: Annotated[str, Field(description="says what would be sold")]


_Price = Annotated[int, Field(description="per person")]
_IsSold = Annotated[bool, Field(description="a quote for one ticket takes it now")]
_WhyNot = Annotated[WhyNotView | None, Field(description="empty where it is sold")]


class DayOfferView(BaseModel):
    """A day: of a type with slots, it is sold while one of its slots is, and has the places of those that are not over."""

    day: date
    price_fen: _Price
    places_left: PlacesLeft
    is_sold: _IsSold
    why_not: _WhyNot


class SlotOfferView(BaseModel):
    """A slot of a day; `slot_start` is what a quote takes."""

    slot_start: LocalTime
    starts_at: Moment
    ends_at: Moment
    price_fen: _Price
    places_left: PlacesLeft
    is_sold: _IsSold
    why_not: _WhyNot


class TypeDaysView(BaseModel):
    """What a site offers of a type, day by day."""

    site: SiteName
    ticket_type: TicketTypeName
    days: list[DayOfferView]


class TypeSlotsView(BaseModel):
    """What a site offers of a type on a day, slot by slot; no slots where the type has none."""

    site: SiteName
    ticket_type: TicketTypeName
    slots: list[SlotOfferView]


@Route("GET", "/api/v1/ticket-types/{ticket_type_id}/days", Permission.SALES_SELL, problems=(ProblemCode.NOT_FOUND,))
async def read_ticket_type_days(call: Call[None, DaysQuery]) -> TypeDaysView:
    """Read for which days the seller who calls can sell a type: price, places left, and why not.

    It is the judgement of `quoteOrder` for one ticket, without what depends on the buyer: holders, evidence, purchases made.
    """
    query = call.parameters
    wanted, chinese = Days(query.first_day, query.last_day), reads_chinese(call.request.headers)
    found = await call.request.app[AVAILABILITY].days(_asked(query, call.principal), wanted, call.now)
    return TypeDaysView(
        site=SiteName.of(found.site_id),
        ticket_type=TicketTypeName.of(found.ticket_type_id),
        days=[day_view(one, chinese=chinese) for one in found.offers],
    )


@Route("GET", "/api/v1/ticket-types/{ticket_type_id}/slots", Permission.SALES_SELL, problems=(ProblemCode.NOT_FOUND,))
async def read_ticket_type_slots(call: Call[None, SlotsQuery]) -> TypeSlotsView:
    """Read which slots of a day the seller who calls can sell: price, places left, and why not."""
    query, chinese = call.parameters, reads_chinese(call.request.headers)
    found = await call.request.app[AVAILABILITY].slots(_asked(query, call.principal), query.day, call.now)
    return TypeSlotsView(
        site=SiteName.of(found.site_id),
        ticket_type=TicketTypeName.of(found.ticket_type_id),
        slots=[slot_view(one, found.zone, chinese=chinese) for one in found.offers],
    )


def _asked(query: _TypeQuery, principal: Principal) -> Asked:
    site_id = None if query.site_id is None else SiteId(query.site_id)
    return Asked(TicketTypeId(query.ticket_type_id), site_id, seller_of(principal), principal.channel or WINDOW_CHANNEL)


def day_view(one: Offer, *, chinese: bool) -> DayOfferView:
    """Return a day's offer as answers show it, in the reader's language."""
    why = _why_not(one.not_sold, chinese=chinese)
    return DayOfferView(day=one.visit, price_fen=one.price_fen, places_left=one.places_left, is_sold=one.is_sold, why_not=why)


def slot_view(one: Offer, zone: tzinfo, *, chinese: bool) -> SlotOfferView:
    """Return a slot's offer as answers show it, in the reader's language."""
    assert one.slot is not None, "it is the offer of a slot"
    starts_at = datetime.combine(one.visit, one.slot.start, zone).astimezone(UTC)
    return SlotOfferView(
        slot_start=one.slot.start,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=one.slot.minutes),
        price_fen=one.price_fen,
        places_left=one.places_left,
        is_sold=one.is_sold,
        why_not=_why_not(one.not_sold, chinese=chinese),
    )


def _why_not(found: NotSold | None, *, chinese: bool) -> WhyNotView | None:
    if found is None:
        return None
    title, code = found.why.text(chinese=chinese), found.why.code.value.code
    return WhyNotView(reason=found.why, code=code, title=title, detail=found.message.text(chinese=chinese))


OPERATIONS = (read_ticket_type_days, read_ticket_type_slots)
