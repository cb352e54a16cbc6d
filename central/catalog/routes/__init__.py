"""The operations of what is sold: each file declares its own, and they are joined here."""

from central.catalog.routes import categories, presets, preview, sale_settings, ticket_types
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *ticket_types.OPERATIONS,
    *categories.OPERATIONS,
    *presets.OPERATIONS,
    *preview.OPERATIONS,
    *sale_settings.OPERATIONS,
)
