"""All operations of the API, in one tuple: what is served, and what the OpenAPI document describes."""

from central.admissions.routes import OPERATIONS as ADMISSION_OPERATIONS
from central.agencies.order_routes import OPERATIONS as AGENCY_ORDER_OPERATIONS
from central.agencies.routes import OPERATIONS as AGENCY_OPERATIONS
from central.audit.routes import OPERATIONS as AUDIT_OPERATIONS
from central.catalog.category_routes import OPERATIONS as CATEGORY_OPERATIONS
from central.catalog.preset_routes import OPERATIONS as PRESET_OPERATIONS
from central.catalog.preview_routes import OPERATIONS as PREVIEW_OPERATIONS
from central.catalog.routes import OPERATIONS as CATALOG_OPERATIONS
from central.catalog.sale_setting_routes import OPERATIONS as SALE_SETTING_OPERATIONS
from central.devices.routes import OPERATIONS as DEVICE_OPERATIONS
from central.identity.menu_routes import OPERATIONS as MENU_OPERATIONS
from central.identity.role_routes import OPERATIONS as ROLE_OPERATIONS
from central.identity.session_routes import OPERATIONS as SESSION_OPERATIONS
from central.identity.setting_group_routes import OPERATIONS as SETTING_GROUP_OPERATIONS
from central.identity.supervisor_routes import OPERATIONS as SUPERVISOR_OPERATIONS
from central.identity.token_routes import OPERATIONS as TOKEN_OPERATIONS
from central.identity.user_routes import OPERATIONS as USER_OPERATIONS
from central.issuing.routes import OPERATIONS as ISSUING_OPERATIONS
from central.parameters.routes import OPERATIONS as PARAMETER_OPERATIONS
from central.payments.routes import OPERATIONS as PAYMENT_OPERATIONS
from central.promoters.routes import OPERATIONS as PROMOTER_OPERATIONS
from central.refunds.batch_routes import OPERATIONS as REFUND_BATCH_OPERATIONS
from central.refunds.routes import OPERATIONS as REFUND_OPERATIONS
from central.refunds.upgrade_routes import OPERATIONS as UPGRADE_OPERATIONS
from central.reports.activation_routes import OPERATIONS as ACTIVATION_CODE_OPERATIONS
from central.reports.export_routes import OPERATIONS as EXPORT_OPERATIONS
from central.reports.kept_export_routes import OPERATIONS as KEPT_EXPORT_OPERATIONS
from central.reports.reprint_routes import OPERATIONS as REPRINT_OPERATIONS
from central.reports.routes import OPERATIONS as REPORT_OPERATIONS
from central.sales.activation_routes import OPERATIONS as ACTIVATION_OPERATIONS
from central.sales.after_sale_routes import OPERATIONS as AFTER_SALE_OPERATIONS
from central.sales.cart_routes import OPERATIONS as CART_OPERATIONS
from central.sales.evidence_routes import OPERATIONS as EVIDENCE_OPERATIONS
from central.sales.routes import OPERATIONS as SALES_OPERATIONS
from central.sales.type_change_routes import OPERATIONS as TYPE_CHANGE_OPERATIONS
from central.shifts.routes import OPERATIONS as SHIFT_OPERATIONS
from central.sync.agent_routes import OPERATIONS as AGENT_OPERATIONS
from central.sync.correction_routes import OPERATIONS as CORRECTION_OPERATIONS
from central.sync.routes import OPERATIONS as SYNC_OPERATIONS
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *SESSION_OPERATIONS,
    *USER_OPERATIONS,
    *ROLE_OPERATIONS,
    *TOKEN_OPERATIONS,
    *MENU_OPERATIONS,
    *SUPERVISOR_OPERATIONS,
    *AUDIT_OPERATIONS,
    *PARAMETER_OPERATIONS,
    *CATALOG_OPERATIONS,
    *CATEGORY_OPERATIONS,
    *PRESET_OPERATIONS,
    *PREVIEW_OPERATIONS,
    *TYPE_CHANGE_OPERATIONS,
    *SALE_SETTING_OPERATIONS,
    *SETTING_GROUP_OPERATIONS,
    *SALES_OPERATIONS,
    *EVIDENCE_OPERATIONS,
    *AFTER_SALE_OPERATIONS,
    *CART_OPERATIONS,
    *ACTIVATION_OPERATIONS,
    *PAYMENT_OPERATIONS,
    *SHIFT_OPERATIONS,
    *PROMOTER_OPERATIONS,
    *ISSUING_OPERATIONS,
    *REFUND_OPERATIONS,
    *REFUND_BATCH_OPERATIONS,
    *UPGRADE_OPERATIONS,
    *AGENCY_OPERATIONS,
    *AGENCY_ORDER_OPERATIONS,
    *REPORT_OPERATIONS,
    *REPRINT_OPERATIONS,
    *ACTIVATION_CODE_OPERATIONS,
    *EXPORT_OPERATIONS,
    *KEPT_EXPORT_OPERATIONS,
    *DEVICE_OPERATIONS,
    *ADMISSION_OPERATIONS,
    *CORRECTION_OPERATIONS,
    *SYNC_OPERATIONS,
    *AGENT_OPERATIONS,
)
