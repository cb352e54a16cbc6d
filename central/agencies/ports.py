"""What group orders must know of admissions; the assembly gives the service that answers."""

from typing import Protocol

from central.store.unit_of_work import Work
from protocol.identifiers import TicketId


class PersonsWhoCame(Protocol):
    """Answered by `central.admissions`."""

    async def persons_who_came(self, work: Work, ticket_id: TicketId) -> int:
        """Return how many persons came by a ticket; a person who went out and came back counts once."""
        ...
