"""What a person may be allowed to do. Each route names one of these; nothing is allowed by default."""

from enum import StrEnum


class Permission(StrEnum):
    """The names are stored with users and never change their meaning."""

    CATALOG_READ = "catalog.read"
    CATALOG_EDIT = "catalog.edit"
    SALES_READ = "sales.read"
    SALES_SELL = "sales.sell"
    HOLDERS_READ = "holders.read"
    TICKETS_EDIT = "tickets.edit"
    REFUNDS_READ = "refunds.read"
    REFUNDS_REQUEST = "refunds.request"
    REFUNDS_OVERRIDE = "refunds.override"
    DEVICES_READ = "devices.read"
    DEVICES_EDIT = "devices.edit"
    ADMISSIONS_READ = "admissions.read"
    USERS_EDIT = "users.edit"
    SUPERVISORS_EDIT = "supervisors.edit"


ALL = tuple(permission.value for permission in Permission)
