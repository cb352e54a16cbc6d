"""What sales must know of admissions; the assembly gives the service that answers."""

from typing import Protocol

from central.store.unit_of_work import Work
from protocol.identifiers import TicketId


class Uses(Protocol):
    """Answered by `central.admissions`."""

    async def used_persons(self, work: Work, ticket_id: TicketId) -> int:
        """Return how many persons the ticket has admitted, by all that gates have reported until now."""
        ...
