"""WeChat Pay v3 on the wire: the texts that merchant and institution sign, and the encryption of a callback.

Laws: a request's signature is checked over the received bytes; an answer is signed over the sent bytes. Source: the published
API.
"""

import base64
import re
from dataclasses import dataclass
from random import Random

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hardware_sims.payment_institutions.signatures import sign

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PROBE_PREFIX = "WECHATPAY/SIGNTEST/"
NONCE_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
NONCE_LENGTH = 32
GCM_NONCE_LENGTH = 12
SECOND_MS = 1_000
_PARAMETER = re.compile(r'\s*(\w+)="([^"]*)"\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class Authorization:
    """The content of a merchant's Authorization header."""

    mchid: str
    nonce_str: str
    signature: str
    timestamp: str
    serial_no: str


@dataclass(frozen=True, slots=True)
class Signer:
    """An institution's key and the name in its signatures."""

    key: RSAPrivateKey
    key_id: str


def parse_authorization(header: str) -> Authorization | None:
    """Read the header, with its parameters in any order; return None where it is malformed."""
    scheme, _, rest = header.partition(" ")
    if scheme != SCHEME:
        return None
    parameters, at = {}, 0
    while at < len(rest):
        match = _PARAMETER.match(rest, at)
        if match is None:
            return None
        parameters[match[1]] = match[2]
        at = match.end()
    try:
        return Authorization(**parameters)
    except TypeError:  # a parameter is missing, or there are too many
        return None


def request_text(method: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """The text that a merchant signs: five ended lines. `path` includes the query as sent."""
    return f"{method}\n{path}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def reply_text(timestamp: str, nonce: str, body: bytes) -> bytes:
    """The text that the institution signs: three ended lines."""
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"


def pay_text(app_id: str, timestamp: str, nonce: str, package: str) -> bytes:
    """The text that the payer's app checks before it asks for the password: four ended lines."""
    return f"{app_id}\n{timestamp}\n{nonce}\n{package}\n".encode()


def make_nonce(random: Random, length: int = NONCE_LENGTH) -> str:
    """Random letters and digits."""
    return "".join(random.choices(NONCE_CHARACTERS, k=length))


def signed_headers(signer: Signer, body: bytes, now_ms: int, random: Random, *, probe: bool = False) -> dict[str, str]:
    """Headers of a reply or callback; a probe's signature must fail."""
    timestamp, nonce = str(now_ms // SECOND_MS), make_nonce(random)
    signature = sign(signer.key, reply_text(timestamp, nonce, body))
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": signer.key_id,
        "Wechatpay-Signature": PROBE_PREFIX + signature[len(PROBE_PREFIX) :] if probe else signature,
        "Wechatpay-Signature-Type": SCHEME,
    }


def encrypt_resource(api_v3_key: str, plain: bytes, original_type: str, random: Random) -> dict[str, str]:
    """The resource of a callback: AES-256-GCM, tag appended, base64."""
    nonce = make_nonce(random, GCM_NONCE_LENGTH)
    ciphertext = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plain, original_type.encode())
    return {
        "original_type": original_type,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(ciphertext).decode("ascii"),
        "associated_data": original_type,
        "nonce": nonce,
    }
