"""All operations of the API: what central serves and the OpenAPI document describes, and the services that they use."""

from aiohttp import web

from central.admissions.routes import CONFLICTS
from central.admissions.routes import OPERATIONS as ADMISSIONS_OPERATIONS
from central.agencies.routes import OPERATIONS as AGENCIES_OPERATIONS
from central.agencies.routes.agencies import AGENCIES
from central.agencies.routes.orders import AGENCY_SALES, GROUP_NAMES, GROUP_ORDERS
from central.audit.routes import AUDIT
from central.audit.routes import OPERATIONS as AUDIT_OPERATIONS
from central.catalog.routes import OPERATIONS as CATALOG_OPERATIONS
from central.catalog.routes.categories import CATEGORIES
from central.catalog.routes.preview import PREVIEW
from central.catalog.routes.sale_settings import SALE_SETTINGS
from central.catalog.routes.ticket_types import CATALOG, TYPE_SHEETS
from central.devices.routes import CHECK_POINTS
from central.devices.routes import OPERATIONS as DEVICES_OPERATIONS
from central.faces.routes import OPERATIONS as FACES_OPERATIONS
from central.faces.routes.faces import FACES
from central.faces.routes.pictures import PICTURES
from central.faces.routes.prints import PRINTER_OFFSETS, PRINTING
from central.identity.routes import OPERATIONS as IDENTITY_OPERATIONS
from central.identity.routes.menus import MENUS
from central.identity.routes.preferences import PREFERENCES
from central.identity.routes.roles import ROLES
from central.identity.routes.sessions import IDENTITY
from central.identity.routes.setting_groups import SETTING_GROUPS
from central.identity.routes.supervisors import SUPERVISOR_CARDS, SUPERVISORS
from central.identity.routes.tokens import TOKENS
from central.identity.routes.users import ACCOUNTS
from central.imports.routes.imports import IMPORTS
from central.imports.routes.imports import OPERATIONS as IMPORTS_OPERATIONS
from central.issuing.routes import ISSUING
from central.issuing.routes import OPERATIONS as ISSUING_OPERATIONS
from central.live.routes import OPERATIONS as LIVE_OPERATIONS
from central.office import Office
from central.parameters.routes import OPERATIONS as PARAMETERS_OPERATIONS
from central.parameters.routes import PARAMETERS
from central.payments.routes import DIFFERENCES, PAYMENTS, RECONCILIATION
from central.payments.routes import OPERATIONS as PAYMENTS_OPERATIONS
from central.promoters.routes import OPERATIONS as PROMOTERS_OPERATIONS
from central.promoters.routes import PROMOTERS
from central.refunds.routes import OPERATIONS as REFUNDS_OPERATIONS
from central.refunds.routes.batches import REFUND_BATCHES
from central.refunds.routes.refunds import REFUNDS, RELEASES
from central.refunds.routes.several import SEVERAL_REFUNDS
from central.refunds.routes.upgrades import UPGRADES
from central.reports.routes import OPERATIONS as REPORTS_OPERATIONS
from central.reports.routes.look_ups import LOOK_UPS
from central.reports.routes.pages import REPORTS
from central.sales.routes import OPERATIONS as SALES_OPERATIONS
from central.sales.routes.activation import ACTIVATION
from central.sales.routes.after_sale import REPRINTS, RESCHEDULING
from central.sales.routes.availability import AVAILABILITY
from central.sales.routes.buyers import BUYERS
from central.sales.routes.carts import CARTS
from central.sales.routes.evidence import EVIDENCES
from central.sales.routes.orders import HOLDER_REHASHING, SALES
from central.sales.routes.type_changes import TYPE_CHANGES
from central.sales.routes.type_editing import TYPE_EDITING
from central.sales.routes.type_plans import TYPE_PLANS
from central.shifts.routes import CASH_SHIFTS
from central.shifts.routes import OPERATIONS as SHIFTS_OPERATIONS
from central.shop.routes import OPERATIONS as SHOP_OPERATIONS
from central.shop.routes.selling import SHOP
from central.sync.routes import OPERATIONS as SYNC_OPERATIONS
from central.sync.routes.alarms import ALARMS
from central.sync.routes.corrections import CORRECTIONS
from central.web.once import ANSWERS
from central.web.operations import NAMING, SCOPE_GUARD, VERSIONS, Operation, tagged
from central.web.tags import Tag

OPERATIONS: tuple[Operation, ...] = (
    *tagged(Tag.IDENTITY, IDENTITY_OPERATIONS),
    *tagged(Tag.AUDIT, AUDIT_OPERATIONS),
    *tagged(Tag.PARAMETERS, PARAMETERS_OPERATIONS),
    *tagged(Tag.CATALOG, CATALOG_OPERATIONS),
    *tagged(Tag.SALES, SALES_OPERATIONS),
    *tagged(Tag.PAYMENTS, PAYMENTS_OPERATIONS),
    *tagged(Tag.SHIFTS, SHIFTS_OPERATIONS),
    *tagged(Tag.PROMOTERS, PROMOTERS_OPERATIONS),
    *tagged(Tag.ISSUING, ISSUING_OPERATIONS),
    *tagged(Tag.REFUNDS, REFUNDS_OPERATIONS),
    *tagged(Tag.AGENCIES, AGENCIES_OPERATIONS),
    *tagged(Tag.REPORTS, REPORTS_OPERATIONS),
    *tagged(Tag.DEVICES, DEVICES_OPERATIONS),
    *tagged(Tag.ADMISSIONS, ADMISSIONS_OPERATIONS),
    *tagged(Tag.SYNC, SYNC_OPERATIONS),
    *tagged(Tag.SHOP, SHOP_OPERATIONS),
    *tagged(Tag.FACES, FACES_OPERATIONS),
    *tagged(Tag.IMPORTS, IMPORTS_OPERATIONS),
    *tagged(Tag.LIVE, LIVE_OPERATIONS),
)


def offer(app: web.Application, office: Office) -> None:
    """Put each service of the office under the key by which its routes find it."""
    _offer_what_all_routes_use(app, office)
    app[SHOP] = office.shop
    _offer_people(app, office)
    app[AUDIT] = office.audit
    app[PARAMETERS] = office.parameters
    app[CATALOG] = office.catalog
    app[TYPE_SHEETS] = office.type_sheets
    app[CATEGORIES] = office.categories
    app[SALE_SETTINGS] = office.sale_settings
    app[PREVIEW] = office.preview
    app[ISSUING] = office.issuing
    app[SALES] = office.sales
    app[AVAILABILITY] = office.availability
    app[HOLDER_REHASHING] = office.holder_rehashing
    app[EVIDENCES] = office.evidences
    app[TYPE_CHANGES] = office.type_changes
    app[TYPE_EDITING], app[TYPE_PLANS] = office.type_editing, office.type_plans
    app[ACTIVATION] = office.activation
    app[RESCHEDULING] = office.rescheduling
    app[REPRINTS] = office.reprints
    app[CARTS] = office.carts
    app[BUYERS] = office.buyers
    app[PAYMENTS] = office.payments
    app[DIFFERENCES] = office.differences
    app[RECONCILIATION] = office.reconciliation
    app[CASH_SHIFTS] = office.shifts
    app[PROMOTERS] = office.promoters
    app[REFUNDS] = office.refunds
    app[RELEASES] = office.releases
    app[SEVERAL_REFUNDS] = office.several_refunds
    app[REFUND_BATCHES] = office.refund_batches
    app[UPGRADES] = office.upgrades
    app[AGENCIES] = office.agencies
    app[GROUP_NAMES] = office.group_names
    app[GROUP_ORDERS] = office.groups
    app[AGENCY_SALES] = office.agency_sales
    _offer_faces(app, office)
    app[IMPORTS] = office.imports
    app[CHECK_POINTS] = office.check_points
    app[CONFLICTS] = office.conflicts
    app[CORRECTIONS] = office.corrections
    app[ALARMS] = office.alarms
    app[REPORTS] = office.reports
    app[LOOK_UPS] = office.look_ups


def _offer_what_all_routes_use(app: web.Application, office: Office) -> None:
    app[SCOPE_GUARD] = office.scope_guard
    app[NAMING] = office.names
    app[VERSIONS] = office.versions
    app[ANSWERS] = office.answers


def _offer_people(app: web.Application, office: Office) -> None:
    app[IDENTITY] = office.identity
    app[ACCOUNTS] = office.accounts
    app[ROLES] = office.roles
    app[TOKENS] = office.tokens
    app[MENUS] = office.menus
    app[PREFERENCES] = office.preferences
    app[SUPERVISORS] = office.supervisors
    app[SUPERVISOR_CARDS] = office.supervisor_cards
    app[SETTING_GROUPS] = office.setting_groups


def _offer_faces(app: web.Application, office: Office) -> None:
    app[FACES] = office.faces
    app[PICTURES] = office.face_pictures
    app[PRINTING] = office.printing
    app[PRINTER_OFFSETS] = office.printer_offsets
