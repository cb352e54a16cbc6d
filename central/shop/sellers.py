"""Agents as sellers: each kiosk and each counter has a user of its own, in whose name it sells.

Laws: that user cannot sign in, and is not changed as a person is; a kiosk sells through the channel `kiosk`, a counter through
`window`; the sale settings bind it as they bind a person, and it sees what it sold itself and nothing else.
"""

from dataclasses import dataclass

from sqlmodel import col, select

from central.audit import service as audit
from central.catalog.sale_settings import Seller
from central.devices.agents import Agent, agent_in
from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.shop.messages import ROLE_DOES_NOT_SELL
from central.shop.rules.selling import channel_of
from central.store.tables.people import UserRow
from central.store.tables.shop import SellingAgentRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_missing
from protocol.identifiers import AgentId, SiteId
from protocol.instants import Instant

# No hash of any password.
_NO_PASSWORD = "!"  # noqa: S105 - see above
_MOST_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class SellingAgent:
    """An agent that sells at its site, and the seller that it is."""

    agent_id: AgentId
    site_id: SiteId
    seller: Seller

    @property
    def user_id(self) -> int:
        """Return the number of its user."""
        return self.seller.user_id

    @property
    def principal(self) -> Principal:
        """Return it as one who asks: without a permission, in the scope of its own sales."""
        channel = self.seller.channel
        return Principal(self.user_id, f"agent {self.agent_id}", frozenset(), False, DataScope.OWN, channel)


class SellingAgents:
    """Knows the agents that sell."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store
        self._known: dict[AgentId, SellingAgent] = {}

    async def of(self, agent: AgentId, now: Instant) -> SellingAgent:
        """Return an agent as a seller; its user is made at its first use. Problem where its role does not sell."""
        known = self._known.get(agent)
        if known is None:
            known = self._known[agent] = await self._read(agent, now)
        return known

    async def _read(self, agent: AgentId, now: Instant) -> SellingAgent:
        async with self._store.transaction() as work:
            one = await agent_in(work, agent)
            channel = channel_of(one.role)
            if channel is None:
                raise Problem(ProblemCode.FORBIDDEN, ROLE_DOES_NOT_SELL.of(agent_id=agent, role=one.role.value))
            user_id = await _user_of(work, agent) or await _made(work, one, channel, now)
        return SellingAgent(agent, one.site_id, Seller(user_id, channel, sells_all=False))


async def _user_of(work: Work, agent: AgentId) -> int | None:
    return (await work.session.exec(select(SellingAgentRow.user_id).where(SellingAgentRow.agent_id == agent))).first()


async def _made(work: Work, one: Agent, channel: str, now: Instant) -> int:
    # No person has this name: people's names have no blank.
    name = f"{one.role} {one.agent_id}"
    row = {
        "name": name,
        "full_name": one.name[:_MOST_CHARACTERS],
        "channel": channel,
        "password_hash": _NO_PASSWORD,
        "must_change_password": False,
        "is_disabled": True,
        "totp_confirmed": False,
        "totp_step": 0,
        "created_at": now,
    }
    connection = await work.connection()
    await insert_missing(connection, UserRow, [row])
    user_id = (await work.session.exec(select(col(UserRow.id)).where(UserRow.name == name))).one()
    assert user_id is not None, "a stored user has its number"
    await insert_missing(connection, SellingAgentRow, [{"agent_id": one.agent_id, "user_id": user_id}])
    audit.record(work, now, audit.SYSTEM, "agent.sell", f"agent:{one.agent_id}", user=user_id)
    return user_id
