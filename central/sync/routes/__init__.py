"""The operations of gates: each file declares its own, and they are joined here."""

from central.sync.routes import agents, alarms, checks, corrections
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *corrections.OPERATIONS,
    *alarms.OPERATIONS,
    *checks.OPERATIONS,
    *agents.OPERATIONS,
)
