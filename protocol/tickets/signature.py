"""Signing a ticket, and proving one against the keyring.

Laws: the signature covers `paifang/ticket/1`, a zero byte and the body, so that no signature for another purpose makes a ticket;
a key must be an issuing key, for the ticket's own site, valid when the ticket was issued.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.instants import from_minute
from protocol.keyring import Key, Keyring, Purpose
from protocol.signatures import sign, verifies
from protocol.tickets.claims import Claims
from protocol.tickets.codec import Token, encode_body, encode_text

DOMAIN = "ticket"


def issue(claims: Claims, private: Ed25519PrivateKey) -> str:
    """Return the text of the signed ticket."""
    body = encode_body(claims)
    return encode_text(body, sign(private, DOMAIN, body))


def proving_key(token: Token, keyring: Keyring) -> Key | None:
    """Return the issuing key that proves the ticket, or None where it is forged."""
    claims = token.claims
    key = keyring.serving(claims.key_id, Purpose.TICKETS, claims.issuing_site, from_minute(claims.issued_at))
    if key is None or not verifies(key.public, DOMAIN, token.body, token.signature):
        return None
    return key
