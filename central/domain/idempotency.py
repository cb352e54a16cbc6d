"""The Idempotency-Key of a request: the same key and request give the same effect once.

Laws: a key belongs to a person and an operation; the same key with another request is refused, never answered by a guess; what an
operation answered is shown again only to a person who may still do all that they could do then.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from central.domain.messages import IDEMPOTENCY_KEY_MALFORMED, IDEMPOTENCY_KEY_MISSING, IDEMPOTENCY_KEY_USED
from central.domain.principal import Principal
from central.domain.problems import Problem, ProblemCode
from protocol.instants import Instant

HEADER = "Idempotency-Key"
PATTERN = r"^[A-Za-z0-9_.:-]{8,64}$"
_KEY = re.compile(PATTERN)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """`scope` is the operation and the person; the fingerprint is SHA-256 over the path and the body."""

    scope: str
    key: str
    fingerprint: bytes

    def require_same(self, earlier_fingerprint: bytes) -> None:
        """Raise Problem where the key was used for another request."""
        if not hmac.compare_digest(self.fingerprint, earlier_fingerprint):
            raise Problem(ProblemCode.IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_USED.of(header=HEADER, key=self.key))


def parse(header: str | None, scope: str, path: str, body: bytes) -> IdempotencyKey:
    """Return the key of a request that must have one."""
    if header is None:
        raise Problem(ProblemCode.IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_MISSING.of(header=HEADER))
    text = header.strip().strip('"')
    if not _KEY.fullmatch(text):
        raise Problem(ProblemCode.IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_MALFORMED.of(header=HEADER))
    return IdempotencyKey(scope, text, hashlib.sha256(path.encode() + b"\0" + body).digest())


class KeyClaimed(Exception):
    """An earlier request has had its effect under this key: the transaction of this one ends before it begins."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What an operation answered, as it was sent; `rights` are what the person could do and see then."""

    status: int
    media_type: str
    body: str
    rights: frozenset[str]

    def may_be_shown_to(self, who: Principal) -> bool:
        """Return whether the person has lost nothing of these rights."""
        return self.rights <= rights_of(who)


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """An earlier call that had its effect; `answer` is None where it was not kept, or not yet."""

    asked_at: Instant
    answer: KeptAnswer | None


def rights_of(who: Principal) -> frozenset[str]:
    """Return all that a person may do, and whose sales they see."""
    return who.permissions | {f"scope:{who.scope.value}", f"counter-scope:{who.sees_at_counter.value}"}
