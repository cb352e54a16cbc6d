"""Refunds in a test: asked for, told to gates by the feed, and settled."""

from itertools import count
from typing import Any

from central.issuing import outbox
from central.issuing.feed_version import FeedVersion
from central.payments import ledger
from central.refunds.rules.amounts import WantedRefund
from central.refunds.rules.fence import AgentFacts, Standing
from central.refunds.service import Refund
from protocol.identifiers import AgentId, SiteId, TicketId
from tests.builders.office import Office, once

SITE = SiteId(1)
_numbers = count(1)


def gate(office: Office, in_force: FeedVersion | None) -> AgentFacts:
    """Return a gate of the site with that version in force."""
    now = office.clock()
    return AgentFacts(AgentId(5), SITE, Standing.ABLE, in_force, now, now, now)


async def publish(office: Office, version: FeedVersion) -> None:
    """Tell gates of all changes by a version of the feed."""
    async with office.store.transaction() as work:
        changes = await outbox.unpublished(work, SITE, 1000)
        await outbox.mark_published(work, [change.change_id for change in changes], version)


async def request(office: Office, ticket_id: TicketId, **wanted: Any) -> Refund:  # noqa: ANN401 - fields of a wanted refund
    """Ask for a refund, as a new request each time."""
    asked = WantedRefund(ticket_id, "rain", **wanted)
    return await office.refunds.request(asked, once(f"refund-{next(_numbers):04}"), office.seller, office.clock())


async def settled(office: Office, refund: Refund) -> Refund:
    """Tell gates of the refund, and settle it: there is no gate that must confirm."""
    await publish(office, FeedVersion(1, refund.refund_id + 1))
    return await office.refunds.settle(refund.refund_id, office.clock())


async def balances(office: Office) -> dict[str, int]:
    """Return the accounts that hold something; the ledger must sum to zero."""
    async with office.store.reading() as work:
        found = await ledger.balances(work)
    assert sum(found.values()) == 0
    return {account: amount for account, amount in found.items() if amount}
