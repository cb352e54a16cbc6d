"""Who may hear which event: pure.

Laws: an event is heard only with the permission that opens its list; what belongs to an order only within the data scope of lists
and reports; what belongs to no order, and devices, only in the scope of all; an export by its own person alone.
"""

from dataclasses import dataclass

from central.domain.principal import DataScope, Principal
from central.identity.permissions import Permission
from central.live_events.kinds import LiveKind

PERMISSION: dict[LiveKind, Permission | None] = {
    LiveKind.ADMISSION: Permission.ADMISSIONS_READ,
    LiveKind.REFUSAL: Permission.ADMISSIONS_READ,
    LiveKind.CONFLICT: Permission.ADMISSIONS_READ,
    LiveKind.AGENT: Permission.DEVICES_READ,
    LiveKind.ALARM: Permission.DEVICES_READ,
    LiveKind.ORDER: Permission.SALES_READ,
    LiveKind.PAYMENT: Permission.PAYMENTS_READ,
    LiveKind.REFUND: Permission.REFUNDS_READ,
    LiveKind.EXPORT: None,
}
_OF_DEVICES = frozenset({LiveKind.AGENT, LiveKind.ALARM})


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom an event concerns: the order's seller and channel (None: it belongs to no order), or one person alone."""

    kind: LiveKind
    seller_id: int | None = None
    channel: str | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """What of a person's rights decides what the person hears."""

    user_id: int
    scope: DataScope
    channel: str
    kinds: frozenset[LiveKind]

    def hears(self, one: Concerned) -> bool:
        """Return whether the person may hear an event."""
        if one.kind not in self.kinds:
            return False
        if one.kind is LiveKind.EXPORT:
            return one.user_id == self.user_id
        if self.scope is DataScope.ALL:
            return True
        if one.seller_id is None or one.kind in _OF_DEVICES:
            return False
        if self.scope is DataScope.CHANNEL:
            return one.channel == self.channel and one.seller_id > 0
        return one.seller_id == self.user_id


def rights_of(who: Principal) -> Rights:
    """Return what a person may hear."""
    held = (kind for kind, permission in PERMISSION.items() if permission is None or permission in who.permissions)
    kinds = frozenset(held) if who.scope is DataScope.ALL else frozenset(held) - _OF_DEVICES
    return Rights(who.user_id, who.scope, who.channel, kinds)
