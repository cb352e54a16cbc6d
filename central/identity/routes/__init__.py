"""The operations of people, their roles and sessions: each file declares its own, and they are joined here."""

from central.identity.routes import menus, preferences, roles, sessions, setting_groups, supervisors, tokens, users
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *sessions.OPERATIONS,
    *preferences.OPERATIONS,
    *users.OPERATIONS,
    *roles.OPERATIONS,
    *tokens.OPERATIONS,
    *menus.OPERATIONS,
    *supervisors.OPERATIONS,
    *setting_groups.OPERATIONS,
)
