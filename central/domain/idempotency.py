"""The Idempotency-Key of a request: the same key and request give the same effect once.

Laws: a key belongs to a person and an operation; the same key with another request is refused, never answered by a guess.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

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
            raise Problem(ProblemCode.IDEMPOTENCY_KEY_REUSED, f"{HEADER} {self.key} was used for another request; make a new key")


def parse(header: str | None, scope: str, path: str, body: bytes) -> IdempotencyKey:
    """Return the key of a request that must have one."""
    if header is None:
        raise Problem(
            ProblemCode.IDEMPOTENCY_KEY_REQUIRED, f"send the header {HEADER}: 8 to 64 letters, digits or _.:-, new for each try"
        )
    text = header.strip().strip('"')
    if not _KEY.fullmatch(text):
        raise Problem(ProblemCode.IDEMPOTENCY_KEY_REQUIRED, f"{HEADER} must be 8 to 64 letters, digits or _.:-")
    return IdempotencyKey(scope, text, hashlib.sha256(path.encode() + b"\0" + body).digest())
