"""Admissions: what was used, by which visitors, and where two gates admitted what only one should have.

Laws: facts are stored in every state of the ticket (law 5); a list shows the facts, and a conflict shows both of its passages.
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from central.admissions import events, judging, live
from central.admissions.events import NewEvent
from central.catalog import service as catalog
from central.issuing.service import ticket_in
from central.store.unit_of_work import Store, Work
from protocol.admission.passages import PassageState, PastPassage
from protocol.admission.usage import usage_of
from protocol.directions import Direction
from protocol.identifiers import TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET
from protocol.journal.history import fold


class Admissions:
    """Knows what all gates have reported."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def used_persons(self, work: Work, ticket_id: TicketId) -> int:
        """Return how many persons the ticket has admitted, by all that gates have reported until now."""
        return persons_admitted(await passages(work, ticket_id))

    async def persons_who_came(self, work: Work, ticket_id: TicketId) -> int:
        """Return how many persons came by a ticket; a person who came back, as the type allows, counts once."""
        ticket = (await ticket_in(work, ticket_id)).record
        one = (await catalog.ticket_types(work, (ticket.ticket_type,)))[ticket.ticket_type]
        zone = ZoneInfo((await catalog.site(work, ticket.issuing_site)).parameters.zone)
        found = await passages(work, ticket_id)
        rights = one.rules().entitlements
        return max((usage_of(found, right, ticket.persons, zone).persons() for right in rights), default=0)

    async def judge_again(self, work: Work, ticket_id: TicketId, now: Instant) -> None:
        """Compute again whether the ticket's admissions conflict with its state, after that has changed."""
        await judging.judge_again(work, ticket_id, now)

    async def passages_of(self, ticket_id: TicketId) -> tuple[PastPassage, ...]:
        """Return the passages of a ticket, by time of scan."""
        async with self._store.reading() as work:
            return await passages(work, ticket_id)


async def passages(work: Work, ticket_id: TicketId) -> tuple[PastPassage, ...]:
    """Return the passages of a ticket, by time of scan."""
    return fold((await events.of_tickets(work, (ticket_id,))).get(ticket_id, ()))


def persons_admitted(found: Iterable[PastPassage]) -> int:
    """Return how many persons entered; a release without outcome counts, because without a sensor it is a passage."""
    return sum(one.persons for one in found if one.direction is Direction.ENTRY and one.state is not PassageState.NOT_PASSED)


async def record(work: Work, new: Iterable[NewEvent], now: Instant) -> None:
    """Store new events, and compute the conflicts of their tickets again."""
    told = await events.store(work, new)
    live.tell_admissions(work, told, now)
    tickets = frozenset(subject.ticket_id for _, subject in told) - {NO_TICKET}
    if tickets:
        await judging.judge(work, tickets, now)
