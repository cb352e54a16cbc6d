"""The release of a refund that waits for gates (双人复核): one person asks, and a second one approves with a PIN or a card."""

from dataclasses import dataclass

from central.identity.permissions import Permission
from central.identity.second_person import Act, SecondPerson, SecondPersons
from central.refunds.service import Refund, Refunds
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Releases:
    """Releases refunds."""

    refunds: Refunds
    second_persons: SecondPersons

    async def release(self, refund_id: int, reason: str, second: SecondPerson, now: Instant) -> Refund:
        """Pay without waiting any longer; Problem as for an override, and where the second person cannot approve it."""
        requester = (await self.refunds.refund(refund_id, now)).requested_by
        act = Act(Permission.REFUNDS_OVERRIDE, {requester}, f"refund:{refund_id}")
        approver = await self.second_persons.approve(act, second, now)
        return await self.refunds.override(refund_id, reason, approver, now, asked_by=second.caller)
