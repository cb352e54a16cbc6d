"""The reasons to refuse a feed, by role and by kind of attack (The Update Framework's names).

Laws: a fault names the role that failed, so that staff know which key or file to mistrust; none changes state.
"""

from enum import StrEnum

from protocol.errors import UntrustedError


class Role(StrEnum):
    """The signed roles, and the content that they name by hash."""

    ROOT = "root"
    TIMESTAMP = "timestamp"
    MANIFEST = "manifest"
    ADMISSIONS = "admissions"


class Kind(StrEnum):
    """The attack that was tried, or that the data looks like."""

    ROLLBACK = "rollback"
    FREEZE = "freeze"
    MIX_AND_MATCH = "mix-and-match"
    FAST_FORWARD = "fast-forward"
    ENDLESS_DATA = "endless-data"
    EQUIVOCATION = "equivocation"
    TRUNCATION = "truncation"
    FORGERY = "forgery"


class UntrustedFeed(UntrustedError):
    """A feed that seems to come from central is refused. The feed believed before stays in force."""

    def __init__(self, kind: Kind, role: Role, message: str) -> None:
        """Name the attack and the role; `message` names the expected and the received value."""
        super().__init__(f"{role.value}: {message} ({kind.value}); the feed in force stays, and central must be looked at")
        self.kind = kind
        self.role = role
