"""The Idempotency-Key of a request: the same key and request give the same effect once.

Laws: a key belongs to a person and an operation; the same key with another request is refused, never answered by a guess.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from central.domain.messages import IDEMPOTENCY_KEY_MALFORMED, IDEMPOTENCY_KEY_MISSING, IDEMPOTENCY_KEY_USED
from central.domain.problems import Problem, ProblemCode

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
