"""What refunds must know of gates and admissions; the assembly gives the services that answer."""

from typing import Protocol

from central.refunds.rules.fence import AgentFacts
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Instant


class AdmittingAgents(Protocol):
    """Answered by `central.devices`."""

    async def agents_that_may_admit(
        self, work: Work, sites: frozenset[SiteId], ticket_types: frozenset[TicketTypeId]
    ) -> tuple[AgentFacts, ...]:
        """Return the agents that host an enabled check point of these sites that is ticked for any of these types."""
        ...


class Admissions(Protocol):
    """Answered by `central.admissions`."""

    async def used_persons(self, work: Work, ticket_id: TicketId) -> int:
        """Return how many persons the ticket has admitted, by all that gates have reported until now."""
        ...

    async def judge_again(self, work: Work, ticket_id: TicketId, now: Instant) -> None:
        """Compute again whether the ticket's admissions conflict with its state, after that has changed."""
        ...
