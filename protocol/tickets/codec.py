"""PF1: a ticket's text in a QR, and its bytes.

`PF1` + upper-case RFC 4648 Base32 without padding of a 29-byte body and a 64-byte signature: 152 characters of QR's
alphanumeric mode, version 6 at level M.
Laws: exactly one text of a ticket is accepted (law 2); for any bytes of a scanner, the answer is a value, never an exception.
"""

import base64
import struct
from dataclasses import dataclass

from protocol.identifiers import KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Minute
from protocol.signatures import SIGNATURE_BYTES
from protocol.tickets.claims import KNOWN_FLAGS, Claims, TicketFlags

PREFIX = "PF1"
VERSION = 0x51
_BODY = struct.Struct(">BHQHHIIIBB")
BODY_BYTES = _BODY.size
TOKEN_BYTES = BODY_BYTES + SIGNATURE_BYTES
_BASE32_CHARACTERS = -(-TOKEN_BYTES * 8 // 5)
TEXT_CHARACTERS = len(PREFIX) + _BASE32_CHARACTERS
_SPARE_BITS = _BASE32_CHARACTERS * 5 - TOKEN_BYTES * 8
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_AS_DIGITS = bytes.maketrans(_ALPHABET, b"0123456789abcdefghijklmnopqrstuv")
_ZERO_ID = 0


@dataclass(frozen=True, slots=True)
class Token:
    """A well-formed ticket code whose signature has not been checked yet."""

    claims: Claims
    body: bytes
    signature: bytes


def encode_body(claims: Claims) -> bytes:
    """Return the 29 bytes that an issuing key signs."""
    assert claims.not_before < claims.not_after, "a ticket's window has a beginning before its end"
    return _BODY.pack(
        VERSION,
        claims.key_id,
        claims.ticket_id,
        claims.issuing_site,
        claims.ticket_type,
        claims.issued_at,
        claims.not_before,
        claims.not_after,
        claims.flags,
        claims.generation,
    )


def encode_text(body: bytes, signature: bytes) -> str:
    """Return the text that the QR shows."""
    assert len(body) == BODY_BYTES, "a body has 29 bytes"
    assert len(signature) == SIGNATURE_BYTES, "a signature has 64 bytes"
    return PREFIX + base64.b32encode(body + signature).decode("ascii").rstrip("=")


def decode(scanned: bytes) -> Token | None:
    """Return the scanned token, or None where the text is not exactly one PF1 ticket."""
    if len(scanned) != TEXT_CHARACTERS or not scanned.startswith(PREFIX.encode("ascii")):
        return None
    raw = _from_base32(scanned[len(PREFIX) :])
    if raw is None:
        return None
    body, signature = raw[:BODY_BYTES], raw[BODY_BYTES:]
    claims = _decode_body(body)
    return None if claims is None else Token(claims, body, signature)


def _from_base32(characters: bytes) -> bytes | None:
    """Return a token's bytes, or None where these are not the characters that `encode_text` writes for them.

    Decodes the text as one number: base64.b32decode works by groups of eight and takes twenty times as long on a gate's computer.
    """
    if characters.translate(None, _ALPHABET):
        return None
    token, spare = divmod(int(characters.translate(_AS_DIGITS), 32), 1 << _SPARE_BITS)
    return None if spare else token.to_bytes(TOKEN_BYTES, "big")


def _decode_body(body: bytes) -> Claims | None:
    version, key_id, ticket_id, site, ticket_type, issued_at, not_before, not_after, flags, generation = _BODY.unpack(body)
    if version != VERSION or flags & ~int(KNOWN_FLAGS) or not_before >= not_after or ticket_id == _ZERO_ID:
        return None
    return Claims(
        key_id=KeyId(key_id),
        ticket_id=TicketId(ticket_id),
        issuing_site=SiteId(site),
        ticket_type=TicketTypeId(ticket_type),
        issued_at=Minute(issued_at),
        not_before=Minute(not_before),
        not_after=Minute(not_after),
        flags=TicketFlags(flags),
        generation=generation,
    )
