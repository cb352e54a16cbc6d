"""A whole office in a test: every slice of selling over one store, with stand-ins for what gates would say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.agencies.groups import Gates as GroupGates
from central.agencies.groups import GroupOrders
from central.agencies.routes import agencies as agency_routes
from central.agencies.routes import orders as agency_order_routes
from central.agencies.selling import AgencySales
from central.agencies.service import Agencies
from central.catalog.categories import Categories
from central.catalog.parameters import SiteParameters, TicketTypeParameters
from central.catalog.preview import Preview
from central.catalog.routes import categories, presets, preview, sale_settings
from central.catalog.routes import ticket_types as catalog_routes
from central.catalog.sale_settings import SaleSettings
from central.catalog.service import Catalog
from central.catalog.ticket_type import TicketType
from central.domain.idempotency import IdempotencyKey
from central.domain.principal import DataScope, Principal
from central.identity.accounts import WINDOW, Accounts, Profile
from central.identity.menu_service import Menus
from central.identity.passwords import Passwords
from central.identity.permissions import ALL, Permission
from central.identity.roles import RoleGrant, Roles
from central.identity.routes import menus, roles, sessions, setting_groups, supervisors, tokens, users
from central.identity.service import Attempt, Identity
from central.identity.setting_groups import SettingGroups
from central.identity.supervisors import Supervisors
from central.identity.tokens import Tokens
from central.issuing import routes as issuing_routes
from central.issuing.service import Issuing
from central.issuing.signer import KeySigner
from central.parameters import routes as parameter_routes
from central.parameters.service import Parameters
from central.payments import merchants
from central.payments import routes as payment_routes
from central.payments.differences import Differences
from central.payments.documents import AtOnce
from central.payments.institution import Institution
from central.payments.institution_refunds import World
from central.payments.methods import Method
from central.payments.reconciliation import Reconciliation
from central.payments.service import Payments
from central.promoters import routes as promoter_routes
from central.promoters.service import Promoters
from central.refunds.batches import RefundBatches
from central.refunds.routes import batches, upgrades
from central.refunds.routes import refunds as refund_routes
from central.refunds.rules.fence import AgentFacts
from central.refunds.service import Refunds
from central.refunds.upgrades import Upgrades
from central.reports import filters as report_wanted
from central.reports.listing import ItemT, Listing
from central.reports.orders import ORDERS
from central.reports.routes import activation_codes as code_routes
from central.reports.routes import exports, reprints
from central.reports.routes import lists as report_routes
from central.reports.service import Reports
from central.sales.activation import ActivationCodes
from central.sales.carts import Carts
from central.sales.data_scope import OrderSight
from central.sales.orders import Evidences, Order
from central.sales.reprints import Reprints
from central.sales.rescheduling import Rescheduling
from central.sales.routes import activation, after_sale, carts, evidence, type_changes
from central.sales.routes import orders as sales_routes
from central.sales.rules.pricing import Holder, WantedLine
from central.sales.service import Sales, Wanted
from central.sales.type_changes import TypeChanges
from central.shifts import routes as shift_routes
from central.shifts.service import CashShifts
from central.store.unit_of_work import Store, Work
from central.sync.corrections import Corrections
from central.sync.routes import corrections
from central.web.application import make_application
from central.web.operations import SIGHT
from protocol.identifiers import KeyId, ProductId, SiteId, TicketId
from protocol.instants import Instant
from tests.builders.central import HandClock, SeededBytes, cheap_hasher, field_seal
from tests.builders.institution import ScriptedInstitution, configured

PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ISSUING_KEY = KeyId(7)
VISIT = date(2026, 5, 10)
ANYTHING = report_wanted.Wanted()
EVERYBODY = Principal(1, "seller", frozenset(), must_change_password=False, scope=DataScope.ALL)
OPERATIONS = (
    *sessions.OPERATIONS,
    *users.OPERATIONS,
    *roles.OPERATIONS,
    *tokens.OPERATIONS,
    *menus.OPERATIONS,
    *supervisors.OPERATIONS,
    *parameter_routes.OPERATIONS,
    *catalog_routes.OPERATIONS,
    *categories.OPERATIONS,
    *presets.OPERATIONS,
    *preview.OPERATIONS,
    *type_changes.OPERATIONS,
    *sale_settings.OPERATIONS,
    *setting_groups.OPERATIONS,
    *issuing_routes.OPERATIONS,
    *sales_routes.OPERATIONS,
    *evidence.OPERATIONS,
    *after_sale.OPERATIONS,
    *carts.OPERATIONS,
    *activation.OPERATIONS,
    *payment_routes.OPERATIONS,
    *shift_routes.OPERATIONS,
    *promoter_routes.OPERATIONS,
    *refund_routes.OPERATIONS,
    *batches.OPERATIONS,
    *upgrades.OPERATIONS,
    *agency_routes.OPERATIONS,
    *agency_order_routes.OPERATIONS,
    *report_routes.OPERATIONS,
    *reprints.OPERATIONS,
    *code_routes.OPERATIONS,
    *corrections.OPERATIONS,
    *exports.OPERATIONS,
)


@dataclass(slots=True)
class Gates:
    """What gates would say: the agents that may admit, and the persons that each ticket has admitted."""

    agents: tuple[AgentFacts, ...] = ()
    used: dict[TicketId, int] = field(default_factory=dict)

    async def agents_that_may_admit(
        self, work: Work, sites: frozenset[SiteId], ticket_types: frozenset[ProductId]
    ) -> tuple[AgentFacts, ...]:
        """Answer the port `refunds.ports.AdmittingAgents`."""
        assert work.session.is_active
        assert ticket_types
        return tuple(agent for agent in self.agents if agent.site in sites)

    async def used_persons(self, work: Work, ticket_id: TicketId) -> int:
        """Answer the port `refunds.ports.Admissions`."""
        assert work.session.is_active
        return self.used.get(ticket_id, 0)

    async def heads(self, work: Work, ticket_id: TicketId) -> int:
        """Answer the port `agencies.ports.Heads`: nobody here comes back."""
        return await self.used_persons(work, ticket_id)

    async def judge_anew(self, work: Work, ticket_id: TicketId, now: Instant) -> None:
        """Answer the port `refunds.ports.Admissions`: there are no gates here whose admissions could be in conflict."""
        assert work.session.is_active
        assert ticket_id
        assert now


class Office:
    """All slices, by name; `woken` counts how often the publisher was called.

    `institutions` instead of the scripted one, and a stream of random bytes of its own where the office is not the first.
    """

    def __init__(
        self,
        store: Store,
        clock: HandClock,
        institutions: Mapping[Method, Institution] | None = None,
        random_bytes: SeededBytes | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.gates = Gates()
        self.woken = 0
        random_bytes = random_bytes or SeededBytes()
        seal = field_seal(random_bytes)
        passwords = Passwords(cheap_hasher())
        self.identity = Identity(store, passwords, random_bytes, seal)
        self.accounts = Accounts(store, passwords, random_bytes)
        self.roles = Roles(store)
        self.tokens = Tokens(store, random_bytes)
        self.supervisors = Supervisors(store, Passwords(cheap_hasher()), self._wake)
        self.parameters = Parameters(store, seal, merchants.guards())
        self.catalog = Catalog(store, seal, random_bytes, self._wake)
        self.categories, self.sale_settings = Categories(store), SaleSettings(store)
        self.setting_groups = SettingGroups(store)
        self.issuing = Issuing(store, KeySigner(ISSUING_KEY, PRIVATE_KEY), random_bytes, self._wake)
        self.sales = Sales(store, self.catalog, self.issuing, seal)
        self.bank = ScriptedInstitution(clock)
        world = World(configured(institutions or {Method.WECHAT: self.bank}), clock, random_bytes)
        self.payments = Payments(store, self.sales, world)
        self.differences, self.reconciliation = Differences(store), Reconciliation(store, world)
        self.shifts, self.promoters = CashShifts(store), Promoters(store, random_bytes)
        self.reports = Reports(store)
        self.refunds = Refunds(store, self.issuing, self.payments, self.gates, self.gates)
        self.rescheduling = Rescheduling(store, self.issuing, self.gates)
        self.reprints = Reprints(store)
        self.carts, self.evidences = Carts(store, seal), Evidences(store)
        self.activation = ActivationCodes(store, self.catalog, self.issuing, seal, random_bytes)
        self.upgrades = Upgrades(store, self.sales, self.refunds, seal)
        self.refund_batches = RefundBatches(store, self.refunds)
        self.corrections, self.type_changes = Corrections(store), TypeChanges(store)
        self.agencies = Agencies(store, seal)
        self.groups = GroupOrders(store, self.issuing, GroupGates(self.gates, self.gates), seal)
        self.agency_sales = AgencySales(store, self.sales, self.groups)
        self.seller = 0

    def _wake(self) -> None:
        self.woken += 1

    async def open(self) -> "Office":
        """Give the office a seller and its first site."""
        await self.add_person("seller", *ALL)
        self.seller = 1
        await self.catalog.add_site(SiteParameters(name_zh="牌坊镇", name_en="Paifang Town"), None, self.clock())
        return self

    async def add_person(self, name: str, *permissions: str, scope: DataScope = DataScope.ALL) -> str:
        """Add a person with a role of their own; return the one-time password."""
        grant = RoleGrant(name, frozenset(Permission(one) for one in permissions), scope)
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

    async def listed(self, listing: Listing[ItemT], which: report_wanted.Wanted = ANYTHING) -> tuple[ItemT, ...]:
        """Return what a list shows to somebody who sees all."""
        return await self.reports.page(listing, which, EVERYBODY, None, 200)

    async def orders(self) -> tuple[Order, ...]:
        """Return all orders, newest first."""
        return await self.listed(ORDERS)

    def application(self) -> web.Application:
        """Return the web application over these slices."""
        app = make_application(OPERATIONS, clock=self.clock, authenticator=self.identity, random_bytes=SeededBytes("requests"))
        app[sessions.IDENTITY], app[users.ACCOUNTS] = self.identity, self.accounts
        app[roles.ROLES], app[tokens.TOKENS] = self.roles, self.tokens
        app[menus.MENUS], app[supervisors.SUPERVISORS] = Menus(self.store), self.supervisors
        app[parameter_routes.PARAMETERS], app[catalog_routes.CATALOG] = self.parameters, self.catalog
        app[categories.CATEGORIES], app[sale_settings.SALE_SETTINGS] = self.categories, self.sale_settings
        app[issuing_routes.ISSUING] = self.issuing
        app[sales_routes.SALES], app[SIGHT] = self.sales, OrderSight(self.store)
        app[setting_groups.SETTING_GROUPS] = self.setting_groups
        app[evidence.EVIDENCES] = self.evidences
        app[type_changes.TYPE_CHANGES] = self.type_changes
        app[corrections.CORRECTIONS] = self.corrections
        app[preview.PREVIEW] = Preview(self.store)
        app[activation.ACTIVATION] = self.activation
        app[after_sale.RESCHEDULING], app[after_sale.REPRINTS] = self.rescheduling, self.reprints
        app[payment_routes.PAYMENTS], app[payment_routes.DIFFERENCES] = self.payments, self.differences
        app[payment_routes.RECONCILIATION] = self.reconciliation
        app[upgrades.UPGRADES], app[carts.CARTS] = self.upgrades, self.carts
        app[refund_routes.REFUNDS], app[batches.REFUND_BATCHES] = self.refunds, self.refund_batches
        app[shift_routes.CASH_SHIFTS] = self.shifts
        app[promoter_routes.PROMOTERS], app[promoter_routes.LINK_ORIGIN] = self.promoters, "https://tickets.example"
        app[agency_routes.AGENCIES], app[agency_order_routes.GROUP_ORDERS] = self.agencies, self.groups
        app[agency_order_routes.AGENCY_SALES] = self.agency_sales
        app[report_routes.REPORTS], app[exports.DESK] = self.reports, exports.Desk()
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
