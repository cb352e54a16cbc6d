"""The office: every service that sells, pays, issues, refunds and reports, made over one store.

Laws: nothing here decides, and nothing here knows the outside: the clock, randomness, hashers, the key that signs tickets,
institutions and gates come in as ports. The assembly and the tests call the same constructor, so that both run the same office.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from central.admissions.conflicts import Conflicts
from central.admissions.service import Admissions
from central.agencies import ports as agency_ports
from central.agencies.group_names import GroupNames
from central.agencies.groups import Gates, GroupOrders
from central.agencies.selling import AgencySales
from central.agencies.service import Agencies
from central.audit.search import AuditSearch
from central.audit.versions import EditVersions
from central.catalog.categories import Categories
from central.catalog.preview import Preview
from central.catalog.sale_settings import SaleSettings
from central.catalog.service import Catalog
from central.catalog.type_sheets import TypeSheets
from central.devices.check_points import CheckPoints
from central.domain.ports import RandomBytes
from central.faces.offsets import PrinterOffsets
from central.faces.pictures import Pictures
from central.faces.printing import Printing
from central.faces.service import Faces
from central.identity.accounts import Accounts
from central.identity.menu_service import Menus
from central.identity.passwords import Passwords
from central.identity.preferences import PreferencesOfPeople
from central.identity.roles import Roles
from central.identity.second_person import SecondPersons
from central.identity.service import Identity
from central.identity.setting_groups import SettingGroups
from central.identity.supervisor_cards import SupervisorCards
from central.identity.supervisors import Supervisors
from central.identity.tokens import Tokens
from central.imports.service import Imports
from central.issuing.service import Issuing
from central.issuing.signer import Signer
from central.parameters.service import Parameters
from central.payments import merchants
from central.payments.differences import Differences
from central.payments.institution_refunds import Institutions, World
from central.payments.reconciliation import Reconciliation
from central.payments.service import Payments
from central.promoters.service import Promoters
from central.refunds import ports as refund_ports
from central.refunds.batches import RefundBatches
from central.refunds.releases import Releases
from central.refunds.service import Refunds
from central.refunds.several import SeveralRefunds
from central.refunds.upgrades import Upgrades
from central.reports.look_ups import LookUps
from central.reports.names import NamesOfThings
from central.reports.service import Reports
from central.sales.activation import ActivationCodes
from central.sales.availability import Availability
from central.sales.buyers import Buyers
from central.sales.carts import Carts
from central.sales.data_scope import OrderScopeGuard
from central.sales.holder_rehashing import HolderRehashing
from central.sales.orders import Evidences
from central.sales.reprints import Reprints
from central.sales.rescheduling import Rescheduling
from central.sales.service import Sales
from central.sales.type_changes import TypeChanges
from central.sales.type_editing import TypeEditing
from central.sales.type_plans import TypePlans
from central.shifts.service import CashShifts
from central.shop.service import Shop, Trades
from central.store.answers import Answers
from central.store.sealed import FieldSeal
from central.store.unit_of_work import Store
from central.sync.alarms import Alarms
from central.sync.corrections import Corrections
from protocol.instants import Clock


class TicketUses(refund_ports.Admissions, agency_ports.PersonsWhoCame, Protocol):
    """What gates have reported of a ticket: answered by `central.admissions`."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the office uses from outside.

    `feed_has_work` wakes the publisher; `institutions` takes the parameters and returns the function that says which institutions
    are configured; `agents` and `uses` answer what refunds and groups ask about gates.
    """

    clock: Clock
    random_bytes: RandomBytes
    passwords: Passwords
    pins: Passwords
    signer: Signer
    feed_has_work: Callable[[], None]
    institutions: Callable[[Parameters], Institutions]
    agents: refund_ports.AdmittingAgents
    uses: TicketUses


class Office:
    """All services, by name."""

    def __init__(self, store: Store, seal: FieldSeal, ports: Ports) -> None:
        """Make the services in the order in which they need each other."""
        self.store = store
        self.clock = ports.clock
        self.admissions, self.conflicts = Admissions(store), Conflicts(store)
        self._make_people(store, seal, ports)
        self._make_catalog(store, seal, ports)
        self._make_sales(store, seal, ports)
        self._make_payments(store, ports)
        self._make_after_sale(store, seal, ports)
        self.agencies = Agencies(store, seal)
        self.groups = GroupOrders(store, self.issuing, Gates(ports.agents, ports.uses), seal)
        self.group_names = GroupNames(store, seal)
        self.imports = Imports(store, self.accounts, self.agencies, self.group_names, seal)
        self._make_faces(store, seal)
        self.agency_sales = AgencySales(store, self.sales, self.groups)
        self.check_points = CheckPoints(store, ports.feed_has_work)
        self.corrections, self.alarms, self.reports = Corrections(store), Alarms(store), Reports(store)
        self.look_ups = LookUps(store, self.catalog, seal)
        self.names, self.versions, self.answers = NamesOfThings(store), EditVersions(store), Answers(store, seal)
        trades = Trades(
            self.categories, self.availability, self.sales, self.scope_guard, self.payments, self.refunds, self.activation
        )
        self.shop = Shop(store, trades, self.catalog, seal)

    def _make_faces(self, store: Store, seal: FieldSeal) -> None:
        self.faces, self.face_pictures = Faces(store), Pictures(store)
        self.printing, self.printer_offsets = Printing(store, seal), PrinterOffsets(store)

    def _make_people(self, store: Store, seal: FieldSeal, ports: Ports) -> None:
        self.identity = Identity(store, ports.passwords, ports.random_bytes, seal)
        self.accounts = Accounts(store, ports.passwords, ports.random_bytes)
        self.roles, self.menus, self.setting_groups = Roles(store), Menus(store), SettingGroups(store)
        self.tokens, self.preferences = Tokens(store, ports.random_bytes), PreferencesOfPeople(store)
        self.supervisors = Supervisors(store, ports.pins, ports.feed_has_work)
        self.supervisor_cards = SupervisorCards(store, seal)
        self.second_persons = SecondPersons(store, ports.pins, seal)
        self.audit = AuditSearch(store)
        self.parameters = Parameters(store, seal, merchants.guards())

    def _make_catalog(self, store: Store, seal: FieldSeal, ports: Ports) -> None:
        self.catalog = Catalog(store, seal, ports.random_bytes, ports.feed_has_work)
        self.categories, self.sale_settings = Categories(store), SaleSettings(store)
        self.preview, self.type_sheets = Preview(store), TypeSheets(store)

    def _make_sales(self, store: Store, seal: FieldSeal, ports: Ports) -> None:
        self.issuing = Issuing(store, ports.signer, ports.random_bytes, ports.feed_has_work)
        self.sales = Sales(store, self.catalog, self.issuing, seal)
        self.availability, self.scope_guard = Availability(store), OrderScopeGuard(store)
        self.buyers = Buyers(store, seal)
        self.carts, self.evidences, self.type_changes = Carts(store, seal), Evidences(store), TypeChanges(store)
        self.type_editing = TypeEditing(store, ports.feed_has_work)
        self.type_plans = TypePlans(store, ports.feed_has_work)
        self.activation = ActivationCodes(store, self.catalog, self.issuing, seal, ports.random_bytes)
        self.holder_rehashing = HolderRehashing(store, self.catalog, self.issuing, seal)
        self.promoters = Promoters(store, ports.random_bytes)

    def _make_payments(self, store: Store, ports: Ports) -> None:
        world = World(ports.institutions(self.parameters), ports.clock, ports.random_bytes)
        self.payments = Payments(store, self.sales, world)
        self.differences, self.reconciliation = Differences(store), Reconciliation(store, world)
        self.shifts = CashShifts(store)

    def _make_after_sale(self, store: Store, seal: FieldSeal, ports: Ports) -> None:
        self.refunds = Refunds(store, self.issuing, self.payments, ports.agents, ports.uses)
        self.releases = Releases(self.refunds, self.second_persons)
        self.several_refunds = SeveralRefunds(store, self.refunds)
        self.refund_batches = RefundBatches(store, self.refunds)
        self.upgrades = Upgrades(store, self.sales, self.refunds, seal)
        self.rescheduling = Rescheduling(store, self.issuing, ports.uses)
        self.reprints = Reprints(store)
