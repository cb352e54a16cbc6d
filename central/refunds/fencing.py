"""The fence of one ticket, over what the database knows: for refunds, and for group orders.

Law 6: what is asked of gates is asked in the caller's transaction, before the caller asks whether the ticket was used.
"""

from dataclasses import dataclass

from central.catalog import service as catalog
from central.issuing import outbox
from central.issuing.service import ticket_in
from central.refunds.ports import AdmittingAgents
from central.refunds.rules.fence import Revocation, WaitedFor, fence
from central.store.unit_of_work import Work
from protocol.identifiers import TicketId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Revoked:
    """A ticket that became void, or that fewer persons may use, and the change by which gates are told."""

    ticket_id: TicketId
    change_id: int
    revoked_at: Instant


async def fenced(work: Work, agents: AdmittingAgents, revoked: Revoked, now: Instant) -> tuple[WaitedFor, ...]:
    """Return what must be waited for before no gate can admit by the ticket."""
    ticket = await ticket_in(work, revoked.ticket_id)
    rules = (await catalog.ticket_types(work, (ticket.record.ticket_type,)))[ticket.record.ticket_type].rules()
    sites = frozenset().union(*(right.sites for right in rules.entitlements))
    types = frozenset(right.ticket_type for right in rules.entitlements)
    versions = await outbox.published_versions(work, revoked.ticket_id, revoked.change_id)
    able = await agents.agents_that_may_admit(work, sites, types)
    return fence(Revocation(revoked.revoked_at, versions, rules.autonomy_s), able, now)
