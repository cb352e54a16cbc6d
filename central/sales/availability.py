"""For which days and slots a type can be sold now, at what price, and how many places are left.

Laws: the answer is the judgement of a quote (`rules.availability`); any number of days and slots costs the same few statements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from central.catalog.sale_settings import Seller, sale_refusal
from central.catalog.service import ticket_types
from central.catalog.shop import Shop, Shops
from central.catalog.shop import read as read_shop
from central.catalog.ticket_type import TicketType
from central.domain.messages import NO_TICKET_TYPE
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.sales import quotas
from central.sales.messages import DAYS_TOO_MANY, NAME_SITE
from central.sales.rules.availability import Offer, Terms, deciding_slots, offer_of_day, offers, slots_of, tried_on
from central.sales.rules.on_sale import NotSold, Unsold
from central.store import settings_version
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant, to_datetime

MOST_DAYS = 62
DAYS_SHOWN = 31


@dataclass(frozen=True, slots=True)
class Asked:
    """A type, the site that sells it (None: its only one), the seller and the channel of the sale."""

    type_id: TicketTypeId
    site_id: SiteId | None
    seller: Seller
    channel: str


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both included. None: from today, and for `DAYS_SHOWN` days."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What a site offers of a type; `zone` is the site's."""

    site_id: SiteId
    ticket_type_id: TicketTypeId
    zone: tzinfo
    offers: tuple[Offer, ...]


class Availability:
    """Knows what can be sold, and why the rest cannot."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store
        self._shops = Shops(read_shop)

    async def days(self, asked: Asked, days: Days, now: Instant) -> Offered:
        """Return each day; Problem where there is no such type or site, or these are no days or too many."""
        async with self._store.reading() as work:
            one, terms = await self._terms(work, asked, now)
            slots = deciding_slots(one)
            tries = [tried_on(one, day, slots, terms) for day in _listed(days, terms.at.date())]
            taken = await quotas.taken_of_places(work, (take for day in tries for each in day for take in each.takes))
        found = tuple(offer_of_day(day, taken) for day in tries)
        return Offered(terms.site_id, one.type_id, terms.zone, found)

    async def slots(self, asked: Asked, day: date | None, now: Instant) -> Offered:
        """Return each slot of a day (None: today), none where the type has no slots; Problem as for `days`."""
        async with self._store.reading() as work:
            one, terms = await self._terms(work, asked, now)
            tries = tried_on(one, day or terms.at.date(), slots_of(one), terms) if one.parameters.slots else ()
            taken = await quotas.taken_of_places(work, (take for each in tries for take in each.takes))
        return Offered(terms.site_id, one.type_id, terms.zone, offers(tries, taken))

    async def _terms(self, work: Work, asked: Asked, now: Instant) -> tuple[TicketType, Terms]:
        one = (await ticket_types(work, [asked.type_id])).get(asked.type_id)
        if one is None:
            raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=asked.type_id))
        site_id = asked.site_id or _only_site(one)
        shop = await self._shops.at(work, site_id, await settings_version.version(await work.connection()))
        at = to_datetime(now, shop.zone).replace(tzinfo=None)
        return one, Terms(site_id, shop.zone, at, shop.daily_capacity, shop.full_day, _barred(shop, asked))


def _only_site(one: TicketType) -> SiteId:
    first, *others = sorted(one.parameters.sites)
    if others:
        listed = ", ".join(str(number) for number in (first, *others))
        raise wrong_field(ProblemCode.INPUT_INVALID, "site_id", NAME_SITE.of(sites=listed))
    return first


def _barred(shop: Shop, asked: Asked) -> NotSold | None:
    said = sale_refusal(shop.settings, asked.seller, asked.channel, asked.type_id)
    return None if said is None else NotSold(Unsold.NOT_ALLOWED, "ticket_type_id", said)


def _listed(days: Days, today: date) -> Sequence[date]:
    first = days.first or today
    last = days.last or first + timedelta(days=DAYS_SHOWN - 1)
    count = (last - first).days + 1
    if not 0 < count <= MOST_DAYS:
        raise wrong_field(ProblemCode.INPUT_INVALID, "last_day", DAYS_TOO_MANY.of(most=MOST_DAYS, first=first))
    return [first + timedelta(days=after) for after in range(count)]
