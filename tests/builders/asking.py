"""The person that a test calls as, without sessions."""

from dataclasses import dataclass

from central.domain.principal import DataScope, Principal
from central.identity.permissions import ALL
from protocol.instants import Instant


@dataclass(slots=True)
class Asking:
    """Lets every caller in as the person of the moment, with any token."""

    who: Principal

    async def principal(self, token: str, now: Instant) -> Principal | None:
        """Answer the port `web.access.Authenticator`."""
        assert token
        return self.who if now else None


def somebody(
    *permissions: str, scope: DataScope = DataScope.ALL, user_id: int = 1, channel: str = "window", now: Instant | None = None
) -> Principal:
    """Return a person who holds these permissions (all, where none is named), and gave the password at that time."""
    return Principal(user_id, "somebody", frozenset(permissions or ALL), False, scope, channel, now)
