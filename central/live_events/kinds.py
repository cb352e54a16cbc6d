"""What live events are about: pure."""

from enum import StrEnum


class LiveKind(StrEnum):
    """What an event is about. The words are stored and never change their meaning."""

    ADMISSION = "admission"
    REFUSAL = "refusal"
    CONFLICT = "conflict"
    AGENT = "agent"
    ALARM = "alarm"
    ORDER = "order"
    PAYMENT = "payment"
    REFUND = "refund"
    EXPORT = "export"


class AgentChange(StrEnum):
    """What has changed about an agent. The words are stored and never change their meaning."""

    ENROLLED = "enrolled"
    SEEN = "seen"
    SILENT = "silent"
    OPENED = "opened"
    CLOSED = "closed"
    REVOKED = "revoked"
    LOST = "lost"


class ConflictChange(StrEnum):
    """What has changed about a conflict; gone: a later fact explains it. The words are stored and never change their meaning."""

    FOUND = "found"
    SETTLED = "settled"
    GONE = "gone"
