"""Reports: lists, statistics and home figures, within the caller's scope; admissions are brought up to date first."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from central.catalog import capacity
from central.catalog.service import Site
from central.domain.principal import Principal
from central.reports import admission_projection, balances, daily_totals, home, on_site, statistics
from central.reports.filters import Wanted, narrowed, sites_of
from central.reports.home import Home
from central.reports.hours import PastDays
from central.reports.listing import ItemT, Listing, Names, Position, counted, names
from central.reports.own_day import OwnHome, own_home
from central.reports.promoters import OfPromoter, promoter_statistics
from central.reports.reprints import OfReprinter, by_seller
from central.reports.statistics import OfSeller, OfType
from central.reports.ticket_histories import Event, history_of
from central.reports.whole_orders import WholeOrder, whole_order
from central.sales.data_scope import Sight, sight_of
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketId
from protocol.instants import Instant

# A report waits until so many events of journals are recorded; if there are more, the job is still working through them.
MOST_RECORDINGS_BEFORE_A_REPORT = 4
ROWS_AT_ONCE = 500
FoundT = TypeVar("FoundT")


class Reports:
    """Answers questions about what happened."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store
        self._past = PastDays()

    async def page(
        self, listing: Listing[ItemT], wanted: Wanted, who: Principal, position: Position | None, limit: int
    ) -> tuple[ItemT, ...]:
        """Return a list's newest items, or those after a position, within what the caller sees."""
        await self.catch_up()
        async with self._store.querying() as work:
            return await listing.read(work, await narrowed(work, wanted, sight_of(who)), position, limit)

    async def pages(self, listing: Listing[ItemT], wanted: Wanted, who: Principal) -> AsyncIterator[tuple[ItemT, ...]]:
        """Yield the whole list, page by page, each read in a transaction of its own."""
        position: Position | None = None
        while page := await self.page(listing, wanted, who, position, ROWS_AT_ONCE):
            yield page
            position = listing.position(page[-1])

    async def count(self, listing: Listing[ItemT], wanted: Wanted, who: Principal) -> int:
        """Return how many items a list has, within what the caller sees."""
        await self.catch_up()
        async with self._store.querying() as work:
            return await counted(work, listing, await narrowed(work, wanted, sight_of(who)))

    async def within(self, who: Principal, question: Callable[[Work, Sight], Awaitable[FoundT]]) -> FoundT:
        """Return what a question about the books finds, within what the caller sees."""
        async with self._store.querying() as work:
            return await question(work, sight_of(who))

    async def whole_order(self, order_id: int) -> WholeOrder:
        """Return an order with all documents of its money; Problem where there is none."""
        async with self._store.reading() as work:
            return await whole_order(work, order_id)

    async def ticket_history(self, ticket_id: TicketId) -> tuple[Event, ...]:
        """Return what happened to a ticket, the oldest first; Problem where there is none."""
        async with self._store.querying() as work:
            return await history_of(work, ticket_id)

    async def ticket_statistics(self, wanted: Wanted, who: Principal) -> tuple[OfType, ...]:
        """Return the figures by day and ticket type."""
        await self.catch_up()
        async with self._store.querying() as work:
            return await statistics.ticket_statistics(work, wanted, sight_of(who))

    async def seller_statistics(self, wanted: Wanted, who: Principal) -> tuple[OfSeller, ...]:
        """Return the figures by seller and channel."""
        async with self._store.querying() as work:
            return await statistics.seller_statistics(work, wanted, sight_of(who))

    async def reprint_statistics(self, wanted: Wanted, who: Principal) -> tuple[OfReprinter, ...]:
        """Return how often each seller has printed tickets again."""
        async with self._store.querying() as work:
            return await by_seller(work, await narrowed(work, wanted, sight_of(who)))

    async def promoter_statistics(self, wanted: Wanted, who: Principal) -> tuple[OfPromoter, ...]:
        """Return what each promoter brought."""
        async with self._store.querying() as work:
            return await promoter_statistics(work, await narrowed(work, wanted, sight_of(who)))

    async def home(self, site_id: int | None, who: Principal, now: Instant) -> Home:
        """Return each site's day so far, and what is open."""
        await self.catch_up()
        async with self._store.querying() as work:
            return await home.home(work, self._past, site_id, who, now)

    async def own_home(self, user_id: int, now: Instant) -> OwnHome:
        """Return a seller's own day so far."""
        await self.catch_up()
        async with self._store.querying() as work:
            return await own_home(work, self._past, user_id, now)

    async def watch_capacity(self, now: Instant) -> None:
        """Store how full each site with a maximum is, so that sales stop and begin again. A job."""
        async with self._store.reading() as work:
            sites = [one for one in await sites_of(work, None) if _is_limited(one)]
        if not sites:
            return
        await self.catch_up()
        for site in sites:
            async with self._store.reading() as work:
                day, loads = await on_site.loads(work, site, now)
            await capacity.note(self._store, site.site_id, day, loads, now)

    async def names(self, *, chinese: bool) -> Names:
        """Return the names of all that reports name."""
        async with self._store.querying() as work:
            return await names(work, chinese=chinese)

    async def catch_up(self) -> None:
        """Record what journals have told since the last run. Also a job: the next run records what is left."""
        for _ in range(MOST_RECORDINGS_BEFORE_A_REPORT):
            if not await admission_projection.record_some(self._store):
                return

    async def keep_days(self, now: Instant) -> None:
        """Store the figures and the balances of past days. A job: the next run stores what is left."""
        await self.catch_up()
        await balances.keep(self._store, now)
        await daily_totals.keep_some(self._store, now)


def _is_limited(site: Site) -> bool:
    return site.parameters.capacity is not None or site.parameters.daily_capacity is not None
