"""All operations of the API, in one tuple: what is served, and what the OpenAPI document describes."""

from central.admissions.routes import OPERATIONS as ADMISSIONS
from central.agencies.routes import OPERATIONS as AGENCIES
from central.audit.routes import OPERATIONS as AUDIT
from central.catalog.routes import OPERATIONS as CATALOG
from central.devices.routes import OPERATIONS as DEVICES
from central.identity.routes import OPERATIONS as IDENTITY
from central.issuing.routes import OPERATIONS as ISSUING
from central.parameters.routes import OPERATIONS as PARAMETERS
from central.payments.routes import OPERATIONS as PAYMENTS
from central.promoters.routes import OPERATIONS as PROMOTERS
from central.refunds.routes import OPERATIONS as REFUNDS
from central.reports.routes import OPERATIONS as REPORTS
from central.sales.routes import OPERATIONS as SALES
from central.shifts.routes import OPERATIONS as SHIFTS
from central.sync.routes import OPERATIONS as SYNC
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *IDENTITY,
    *AUDIT,
    *PARAMETERS,
    *CATALOG,
    *SALES,
    *PAYMENTS,
    *SHIFTS,
    *PROMOTERS,
    *ISSUING,
    *REFUNDS,
    *AGENCIES,
    *REPORTS,
    *DEVICES,
    *ADMISSIONS,
    *SYNC,
)
