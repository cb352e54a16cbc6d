"""Ed25519 with domain separation, and the envelope in which signed metadata travels.

Laws: a signature for one purpose verifies for no other (`paifang/<domain>/1`, a zero byte, then the payload);
a public key of small order, or one that is not a canonical point, is never accepted (RFC 8032, section 5.1.3).
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from protocol import cbor
from protocol.errors import InputError
from protocol.identifiers import U16_MAX, KeyId

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
MAX_SIGNATURES = 16
MAX_KEYS_AT_HAND = 64

_FIELD_PRIME = 2**255 - 19
_SIGN_BIT = 1 << 255
_ORDER_EIGHT_Y = 55188659117513257062467267217118295137698188065244968500265048394206261417927
# The y coordinates of the eight points whose order divides 8.
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD_PRIME - 1,
        _ORDER_EIGHT_Y,
        _FIELD_PRIME - _ORDER_EIGHT_Y,
    }
)


def message(domain: str, payload: bytes) -> bytes:
    """Return the bytes that a signature covers."""
    return b"paifang/" + domain.encode("ascii") + b"/1\0" + payload


def sign(private: Ed25519PrivateKey, domain: str, payload: bytes) -> bytes:
    """Return the 64-byte signature of a payload for one domain."""
    return private.sign(message(domain, payload))


def verifies(public: bytes, domain: str, payload: bytes, signature: bytes) -> bool:
    """Whether this key signed this payload in this domain. Never raises on a peer's bytes."""
    try:
        _public_key(public).verify(signature, message(domain, payload))
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=MAX_KEYS_AT_HAND)
def _public_key(public: bytes) -> Ed25519PublicKey:
    """Return a loaded key, kept in memory: a gate proves every ticket by one or two keys. Each signature is still verified."""
    return Ed25519PublicKey.from_public_bytes(public)


def checked_public_key(public: bytes) -> bytes:
    """Return the key; raise InputError where it is no canonical Ed25519 point of large order."""
    if len(public) != PUBLIC_KEY_BYTES:
        raise InputError(f"a public key has {PUBLIC_KEY_BYTES} bytes, not {len(public)}")
    y = int.from_bytes(public, "little") & ~_SIGN_BIT
    if y >= _FIELD_PRIME or y in _SMALL_ORDER_Y:
        raise InputError("the public key is of small order or not canonical; make a new key pair")
    try:
        Ed25519PublicKey.from_public_bytes(public)
    except ValueError as error:
        raise InputError("the public key is no point of Ed25519; make a new key pair") from error
    return public


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with the signatures over it, each by the key that it names."""

    payload: bytes
    signatures: tuple[tuple[KeyId, bytes], ...]

    def to_bytes(self) -> bytes:
        """Return the envelope's bytes."""
        return cbor.encode({"payload": self.payload, "signatures": [[k, s] for k, s in self.signatures]})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Envelope":
        """Read an envelope; raise InputError where it is malformed. The caller bounds the length before."""
        fields = cbor.Fields(cbor.decode(data), "envelope", {"payload", "signatures"})
        pairs = fields.items("signatures", MAX_SIGNATURES)
        return cls(fields.binary("payload"), tuple(_signature(pair) for pair in pairs))


def _signature(pair: object) -> tuple[KeyId, bytes]:
    match pair:
        case [int() as key_id, bytes() as signature] if 0 <= key_id <= U16_MAX and len(signature) == SIGNATURE_BYTES:
            return KeyId(key_id), signature
    raise InputError(f"envelope: each signature is [key id, {SIGNATURE_BYTES} bytes]")


def seal(domain: str, payload: bytes, signers: dict[KeyId, Ed25519PrivateKey]) -> Envelope:
    """Return the payload signed by each of the keys, in the order of their ids."""
    return Envelope(payload, tuple((key_id, sign(signers[key_id], domain, payload)) for key_id in sorted(signers)))
