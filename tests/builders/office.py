"""A whole office in a test: every slice of selling over one store, with stand-ins for the answers of gates."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import central.office
from central.catalog.parameters import SiteParameters, TicketTypeParameters
from central.catalog.ticket_type import TicketType
from central.domain.idempotency import IdempotencyKey
from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.identity.accounts import WINDOW, Profile
from central.identity.passwords import Passwords
from central.identity.permissions import ALL, Permission
from central.identity.roles import RoleGrant
from central.identity.service import Attempt
from central.issuing.signer import KeySigner
from central.office import Ports
from central.operations import OPERATIONS, offer
from central.payments.documents import AtOnce
from central.payments.institution import Institution
from central.payments.methods import Method
from central.promoters.routes import LINK_ORIGIN
from central.refunds.rules.fence import AgentFacts
from central.reports import filters
from central.reports.listing import ItemT, Listing, Wish
from central.reports.orders import ORDERS
from central.reports.routes.exports import EXPORT_TURNS, ExportTurns
from central.sales.orders import Order
from central.sales.rules.pricing import Holder, WantedLine
from central.sales.service import Wanted
from central.store.unit_of_work import Store, Work
from central.web.application import make_application
from protocol.identifiers import KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Instant
from tests.builders.central import HandClock, SeededBytes, cheap_hasher, field_seal
from tests.builders.institution import ScriptedInstitution, configured

PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ISSUING_KEY = KeyId(7)
VISIT = date(2026, 5, 10)
ANYTHING = filters.Wanted()
EVERYBODY = Principal(1, "seller", frozenset(), must_change_password=False, scope=DataScope.ALL)


@dataclass(slots=True)
class Gates:
    """The answers of gates: the agents that may admit, and the persons that each ticket has admitted."""

    agents: tuple[AgentFacts, ...] = ()
    used: dict[TicketId, int] = field(default_factory=dict)

    async def agents_that_may_admit(
        self, work: Work, sites: frozenset[SiteId], ticket_types: frozenset[TicketTypeId]
    ) -> tuple[AgentFacts, ...]:
        """Answer the port `refunds.ports.AdmittingAgents`."""
        assert work.session.is_active
        assert ticket_types
        return tuple(agent for agent in self.agents if agent.site in sites)

    async def used_persons(self, work: Work, ticket_id: TicketId) -> int:
        """Answer the port `refunds.ports.Admissions`."""
        assert work.session.is_active
        return self.used.get(ticket_id, 0)

    async def persons_who_came(self, work: Work, ticket_id: TicketId) -> int:
        """Answer the port `agencies.ports.PersonsWhoCame`: no person here comes back."""
        return await self.used_persons(work, ticket_id)

    async def judge_again(self, work: Work, ticket_id: TicketId, now: Instant) -> None:
        """Answer the port `refunds.ports.Admissions`: there are no gates here whose admissions could be in conflict."""
        assert work.session.is_active
        assert ticket_id
        assert now


class Office(central.office.Office):
    """The office of central, over stand-ins for the outside; `woken` counts how often the publisher was called.

    `institutions` replaces the scripted one; an office that is not the first has its own stream of random bytes.
    """

    def __init__(
        self,
        store: Store,
        clock: HandClock,
        institutions: Mapping[Method, Institution] | None = None,
        random_bytes: SeededBytes | None = None,
    ) -> None:
        self.gates, self.bank = Gates(), ScriptedInstitution(clock)
        self.woken = self.seller = 0
        random_bytes = random_bytes or SeededBytes()
        answering = configured(institutions or {Method.WECHAT: self.bank})
        passwords = Passwords(cheap_hasher())
        ports = Ports(
            clock=clock,
            random_bytes=random_bytes,
            passwords=passwords,
            pins=passwords,
            signer=KeySigner(ISSUING_KEY, PRIVATE_KEY),
            feed_has_work=self._wake,
            institutions=lambda _: answering,
            agents=self.gates,
            uses=self.gates,
        )
        super().__init__(store, field_seal(random_bytes), ports)
        self.clock: HandClock = clock

    def _wake(self) -> None:
        self.woken += 1

    async def open(self) -> "Office":
        """Give the office a seller and its first site."""
        await self.add_person("seller", *ALL)
        self.seller = 1
        await self.catalog.add_site(SiteParameters(name_zh="牌坊镇", name_en="Paifang Town"), None, self.clock())
        return self

    async def add_person(
        self, name: str, *permissions: str, scope: DataScope = DataScope.ALL, counter_scope: DataScope | None = None
    ) -> str:
        """Add a person with a role of their own; return the one-time password."""
        grant = RoleGrant(name, frozenset(Permission(one) for one in permissions), scope, counter_scope or scope)
        role = await self.roles.add(grant, None, self.clock())
        profile = Profile("", WINDOW, frozenset({role.role_id}))
        return (await self.accounts.add(name, profile, None, self.clock()))[1]

    async def ticket_type(self, price_fen: int = 8000, **parameters: Any) -> TicketType:  # noqa: ANN401 - JSON as people state it
        """Add a ticket type: a single entry to site 1 on the day of the visit, unless stated otherwise."""
        stated = {
            "name_zh": "成人票",
            "name_en": "Adult",
            "entitlements": [{"sites": [1], "always": [{"check": "total-uses", "most": 1}]}],
            **parameters,
        }
        return await self.catalog.add_ticket_type(TicketTypeParameters.model_validate(stated), price_fen, None, self.clock())

    async def sell(self, one: TicketType, key: str = "key-0001", **line: Any) -> Order:  # noqa: ANN401 - fields of a line
        """Sell tickets of one type in cash."""
        wanted = Wanted(SiteId(1), (wanted_line(one, **line),))
        quoted = await self.sales.quote(wanted, self.clock())
        paid = AtOnce(Method.CASH, self.seller)
        return await self.sales.sell(wanted, quoted.total_fen, paid, once(key), self.clock())

    async def hold(self, one: TicketType, key: str = "hold-0001", **line: Any) -> Order:  # noqa: ANN401 - fields of a line
        """Make an order of tickets of one type that waits for its money."""
        wanted = Wanted(SiteId(1), (wanted_line(one, **line),))
        quoted = await self.sales.quote(wanted, self.clock())
        return await self.sales.hold(wanted, quoted.total_fen, once(key), self.seller, self.clock())

    async def listed(self, listing: Listing[ItemT], which: filters.Wanted = ANYTHING) -> tuple[ItemT, ...]:
        """Return what a list shows to a person who sees all."""
        return await self.reports.page(listing, which, EVERYBODY, Wish(200))

    async def orders(self) -> tuple[Order, ...]:
        """Return all orders, newest first."""
        return tuple(one.order for one in await self.listed(ORDERS))

    def application(self) -> web.Application:
        """Return the web application over these services, without the operations of agents (keys and feed)."""
        app = make_application(OPERATIONS, clock=self.clock, authenticator=self.identity, random_bytes=SeededBytes("requests"))
        offer(app, self)
        app[LINK_ORIGIN], app[EXPORT_TURNS] = "https://tickets.example", ExportTurns()
        return app

    def client(self) -> TestClient[web.Request, web.Application]:
        """Return a client of the application, to be used as an asynchronous context."""
        return TestClient(TestServer(self.application()))


def wanted_line(one: TicketType, quantity: int = 1, persons: int = 1, **line: Any) -> WantedLine:  # noqa: ANN401 - fields of a line
    """Return a line for the day of the visit."""
    holders: tuple[Holder, ...] = line.get("holders", ())
    return WantedLine(
        one.type_id, quantity, persons, line.get("visit", VISIT), line.get("slot_start"), holders, line.get("evidence", ())
    )


def once(key: str, fingerprint: bytes = b"same") -> IdempotencyKey:
    """Return an idempotency key of the seller."""
    return IdempotencyKey("test/1", key, fingerprint)


async def problem_of(sale: Awaitable[object]) -> ProblemCode | None:
    """Return why a sale was refused; None where it was not."""
    try:
        await sale
    except Problem as problem:
        return problem.code
    return None


async def sign_in(client: TestClient[web.Request, web.Application], office: Office, *permissions: str) -> dict[str, str]:
    """Add a person with these permissions (all, where none is named), sign in, and return the headers to send."""
    name = f"person-{len(permissions)}"
    now = office.clock()
    one_time = await office.add_person(name, *(permissions or ALL))
    first = await office.identity.sign_in(Attempt(name, one_time, "builder"), now)
    await office.identity.change_password(first.principal, one_time, "a long passphrase", now)
    body = {"name": name, "password": "a long passphrase", "bearer": True}
    answer = await client.post("/api/v1/session", json=body)
    assert answer.status == 201, await answer.text()
    return {"Authorization": f"Bearer {(await answer.json())['token']}"}
