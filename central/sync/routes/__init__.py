"""The operations of gates: each file declares its own, here they are joined."""

from central.sync.routes import agents, alarms, corrections
from central.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *corrections.OPERATIONS,
    *alarms.OPERATIONS,
    *agents.OPERATIONS,
)
