"""Trade in a test: several sellers, what they sold and refunded, and the journal of one gate, each at its own time."""

from dataclasses import dataclass, field, replace
from itertools import count
from zoneinfo import ZoneInfo

from central.admissions import events, refusals
from central.admissions.events import NewEvent
from central.admissions.refusals import NewRefusal
from central.domain.principal import Principal
from central.issuing import outbox
from central.issuing.feed_version import FeedVersion
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.promoters.rules.attribution import PromoterKind
from central.promoters.service import PromoterWish
from central.refunds.rules.amounts import WantedRefund
from central.sales.orders import Order
from central.sales.service import Wanted
from central.shifts.service import Opening
from central.store.tables.devices import AgentRow, CheckPointRow
from central.store.tables.journals import JournalRow
from central.store.tables.people import UserRow
from protocol import identifiers as ids
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.instants import Instant, local_day
from protocol.journal.events import NO_TICKET, Intent, Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent
from tests.builders.office import Office, once, wanted_line

SITE = ids.SiteId(1)
JOURNAL = ids.JournalId(b"j" * 16)
ZONE = ZoneInfo("Asia/Shanghai")
LONG_AGO = Instant(0)
A_DAY_S = 24 * 3600


@dataclass(slots=True)
class Trade:
    """Sales of an office and the journal of its one gate."""

    office: Office
    journal: int = 0
    check_point: int = 0
    _sequence: int = 0
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def open(self) -> "Trade":
        """Give the site a gate."""
        async with self.office.store.transaction() as work:
            agent = AgentRow(
                site_id=SITE,
                name="gate",
                role="gate",
                public_key=b"k" * 32,
                enrolled_at=LONG_AGO,
                duty="open",
                duty_since=LONG_AGO,
                last_seen_at=LONG_AGO,
                last_head_at=LONG_AGO,
            )
            work.session.add(agent)
            await work.session.flush()
            assert agent.id is not None, "a flushed row has its number"
            point = CheckPointRow(
                site_id=SITE,
                zone=0,
                name_zh="一号闸机",
                name_en="Gate 1",
                direction="entry",
                state=0,
                attended=False,
                reads_documents=False,
                created_at=LONG_AGO,
            )
            journal = JournalRow(agent_id=agent.id, journal_id=JOURNAL, kind="gate", sequence=0, hash=b"", received_at=LONG_AGO)
            work.session.add_all([point, journal])
            await work.session.flush()
            self.journal, self.check_point = journal.number or 0, point.id or 0
        return self

    async def seller(self, name: str, channel: str) -> int:
        """Add a seller of a channel; return the number."""
        async with self.office.store.transaction() as work:
            row = UserRow(
                name=name,
                full_name=f"={name}",
                channel=channel,
                password_hash="",
                must_change_password=False,
                is_disabled=False,
                created_at=LONG_AGO,
            )
            work.session.add(row)
            await work.session.flush()
            return row.id or 0

    async def promoter(self, name: str) -> str:
        """Add a promoter; return the code."""
        wish = PromoterWish(PromoterKind.PERSON, f"={name}", None, None, is_disabled=False)
        return (await self.office.promoters.add(wish, self.office.seller, self.office.clock())).code

    async def sell(
        self, type_id: ids.TicketTypeId, seller: int, channel: str, quantity: int = 1, promoter_code: str | None = None
    ) -> Order:
        """Sell now, in cash."""
        now = self.office.clock()
        types = await self.office.catalog.all_ticket_types()
        one = next(kind for kind in types if kind.type_id == type_id)
        line = wanted_line(one, quantity, visit=local_day(now, ZONE))
        wanted = replace(Wanted(SITE, (line,)), channel=channel, promoter_code=promoter_code)
        total = (await self.office.sales.quote(wanted, now)).total_fen
        key = once(f"trade-{next(self._numbers):04}")
        return await self.office.sales.sell(wanted, total, AtOnce(Method.CASH, seller), key, now)

    async def open_shift(self, seller: int, channel: str, float_fen: int = 10_000) -> int:
        """Open a seller's shift; return its number."""
        who = Principal(seller, "", frozenset(), must_change_password=False, channel=channel)
        return (await self.office.shifts.open(Opening(SITE, float_fen, None), who, self.office.clock())).shift_id

    async def refund(self, ticket_id: ids.TicketId, by: int) -> None:
        """Refund a ticket; no gate holds the money back."""
        office = self.office
        await office.refunds.request(WantedRefund(ticket_id, "rain"), once(f"trade-{next(self._numbers):04}"), by, office.clock())
        async with office.store.transaction() as work:
            changes = await outbox.unpublished(work, SITE, 100)
            await outbox.mark_published(work, [change.change_id for change in changes], FeedVersion(1, 1))
        await office.refunds.settle_waiting(office.clock())

    async def reprint(self, ticket_id: ids.TicketId, by: int) -> None:
        """Print a ticket again."""
        key = once(f"trade-{next(self._numbers):04}")
        await self.office.reprints.reprint(ticket_id, "torn", key, by, self.office.clock())

    async def journalled(self, *told: Intent | Outcome) -> None:
        """Ingest the gate's next entries."""
        async with self.office.store.transaction() as work:
            row = await work.session.get_one(JournalRow, self.journal)
            new = []
            for event in told:
                row.sequence += 1
                place = ids.CheckPointId(self.check_point)
                new.append(
                    NewEvent(
                        self.journal, AdmissionEvent(ids.AgentId(1), JOURNAL, ids.Sequence(row.sequence), SITE, place, event)
                    )
                )
            work.session.add(row)
            await work.session.flush()
            await events.store(work, new)
            self._sequence = row.sequence

    async def admit(self, ticket_id: ids.TicketId, at: Instant, direction: Direction = Direction.ENTRY, persons: int = 1) -> None:
        """Let a visitor through."""
        told = intent(ticket_id, at, direction, persons)
        await self.journalled(told, Outcome(ids.Sequence(self._sequence + 1), OutcomeResult.PASSED, persons))

    async def refuse(self, ticket_id: ids.TicketId) -> None:
        """Let the gate refuse a visitor, and tell of it at once."""
        attempt, now = ids.AttemptId(next(self._numbers).to_bytes(16)), self.office.clock()
        refused = NewRefusal(
            ids.AgentId(1), attempt, SITE, ids.CheckPointId(self.check_point), Direction.ENTRY, "used_up", ticket_id, now, False
        )
        async with self.office.store.transaction() as work:
            await refusals.record(work, (refused,), now)


def intent(
    ticket_id: ids.TicketId,
    at: Instant,
    direction: Direction = Direction.ENTRY,
    persons: int = 1,
    resumes: ids.Sequence | None = None,
) -> Intent:
    """Return a release of an arm."""
    return Intent(
        attempt_id=ids.AttemptId(bytes(16)),
        direction=direction,
        kind=PassageKind.ENTRY if direction is Direction.ENTRY else PassageKind.EXIT,
        ticket_id=ticket_id,
        entitlement_id=ids.EntitlementId(1),
        generation=1,
        persons=persons,
        uses_left=0,
        flags=(),
        feed_version=1,
        resumes=resumes,
        rule_id=0,
        holder=None,
        supervisor=None,
        scanned_at=at,
    )


@dataclass(frozen=True, slots=True)
class Sellers:
    """The numbers of the sellers: two at windows, one at kiosks."""

    wang: int
    li: int
    kiosk: int


async def two_days(trade: Trade) -> Sellers:
    """On each of two days every seller sells two tickets: one is printed again, used and refused, one is refunded.

    On each day one visitor walks in, too, and one shows a code that is no ticket. The sellers' shifts are open all the time, and
    each seller sells for a promoter of the same name.
    """
    office = trade.office
    adult = await office.ticket_type(8000)
    wang, li = await trade.seller("wang", "window"), await trade.seller("li", "window")
    found = Sellers(wang, li, await trade.seller("kiosk", "kiosk"))
    everybody = ((found.wang, "window", "wang"), (found.li, "window", "li"), (found.kiosk, "kiosk", "kiosk"))
    codes = {seller: await trade.promoter(name) for seller, _, name in everybody}
    for seller, channel, _ in everybody:
        await trade.open_shift(seller, channel)
    for _ in range(2):
        for seller, channel, _ in everybody:
            order = await trade.sell(adult.type_id, seller, channel, quantity=2, promoter_code=codes[seller])
            used, returned = order.tickets
            await trade.reprint(used.ticket_id, seller)
            await trade.admit(used.ticket_id, office.clock())
            await trade.refuse(used.ticket_id)
            await trade.refund(returned.ticket_id, seller)
            office.clock.advance(seconds=60)
        await trade.admit(NO_TICKET, office.clock())
        await trade.refuse(NO_TICKET)
        office.clock.advance(seconds=A_DAY_S)
    return found
