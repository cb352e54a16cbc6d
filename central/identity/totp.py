"""A second factor: time-based codes of six digits (RFC 6238: SHA-1, 30 s), by pyotp.

Laws: a code is accepted once (its step must be later than the last accepted one); the step before now and the step after now are
accepted too, because clocks differ.
"""

import base64

import pyotp

from protocol.instants import MS_PER_SECOND, Instant

SECRET_BYTES = 20
STEP_S = 30
DIGITS = 6
ISSUER = "Paifang"


def secret_text(random: bytes) -> str:
    """Return a secret as authenticator apps read it (base32)."""
    return base64.b32encode(random).decode()


def uri(secret: str, name: str) -> str:
    """Return the text of the QR that an authenticator app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, last_step: int, now: Instant) -> int | None:
    """Return the step to which a code belongs, if it is later than `last_step` and at most one from now; or None."""
    codes = pyotp.TOTP(secret)
    current = now // (STEP_S * MS_PER_SECOND)
    for step in (current, current - 1, current + 1):
        if step > last_step and pyotp.utils.strings_equal(codes.generate_otp(step), code):
            return step
    return None
