"""Vectors of PF1 tickets, of the keyring, of holders and of short numbers."""

from dataclasses import replace

from protocol import cbor
from protocol.holders import Document, DocumentType, has_valid_check_digit, holder_hash
from protocol.identifiers import U32_MAX, KeyId, TicketId
from protocol.instants import Minute
from protocol.keyring import DOMAIN as ROOT_DOMAIN
from protocol.keyring import KeyState, Purpose, signed_by_threshold
from protocol.signatures import Envelope, message, sign
from protocol.tickets.claims import KNOWN_FLAGS, TicketFlags
from protocol.tickets.codec import PREFIX, encode_body, encode_text
from protocol.tickets.short_number import id_prefix, is_short_number, number_of
from protocol.tickets.signature import DOMAIN, issue
from tests.builders.fixed_claims import SEED, SINGLE
from tests.builders.fixed_keys import key, keyring, private_key, public_bytes
from tests.vectors.plain import plain

EXTREME = replace(
    SINGLE,
    ticket_id=TicketId(2**64 - 1),
    not_before=Minute(0),
    not_after=Minute(U32_MAX),
    flags=KNOWN_FLAGS,
    generation=255,
)
GROUP = replace(SINGLE, ticket_id=TicketId(1), flags=TicketFlags.GROUP | TicketFlags.REAL_NAME, generation=0)


def ticket_vectors() -> dict[str, object]:
    """Return tickets with each step of their encoding, and texts that are no tickets."""
    made = []
    for claims in (SINGLE, EXTREME, GROUP):
        body = encode_body(claims)
        signature = sign(private_key(SEED), DOMAIN, body)
        made.append(
            {
                "claims": plain(claims),
                "body": body.hex(),
                "message": message(DOMAIN, body).hex(),
                "signature": signature.hex(),
                "text": encode_text(body, signature),
            }
        )
    seed = SEED.to_bytes(32, "big")
    return {"private_seed": seed.hex(), "public": public_bytes(SEED).hex(), "tickets": made, "refused": _refused()}


def _refused() -> list[dict[str, str]]:
    text = issue(SINGLE, private_key(SEED))
    body = encode_body(SINGLE)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    unknown_flag = body[:27] + b"\x10" + body[28:]
    backwards = body[:19] + body[23:27] + body[19:23] + body[27:]
    other_version = b"\x50" + body[1:]
    zero = body[:3] + bytes(8) + body[11:]
    malformed = {
        "lower case": text.lower(),
        "padded": text + "===",
        "a trailing character": text + "A",
        "padding for the last character": text[:-1] + "=",
        "bits set beyond the last byte": text[:-1] + last[last.index(text[-1]) ^ 1],
        "another prefix": "PF2" + text[3:],
        "an unknown flag": encode_text(unknown_flag, sign(private_key(SEED), DOMAIN, unknown_flag)),
        "a window that runs backwards": encode_text(backwards, sign(private_key(SEED), DOMAIN, backwards)),
        "an unknown version": encode_text(other_version, sign(private_key(SEED), DOMAIN, other_version)),
        "ticket id zero": encode_text(zero, sign(private_key(SEED), DOMAIN, zero)),
        "the prefix alone": PREFIX,
    }
    signature = sign(private_key(SEED), DOMAIN, body)
    forged = {
        "signed for another domain": encode_text(body, sign(private_key(SEED), "manifest", body)),
        "signed by another key": encode_text(body, sign(private_key(SEED + 1), DOMAIN, body)),
        "one bit of the signature": encode_text(body, bytes([signature[0] ^ 1]) + signature[1:]),
        "another generation under the same signature": encode_text(body[:-1] + b"\x02", signature),
    }
    return [
        *({"why": why, "text": one, "reason": "malformed"} for why, one in malformed.items()),
        *({"why": why, "text": one, "reason": "forged"} for why, one in forged.items()),
    ]


def keyring_vectors() -> dict[str, object]:
    """Return a keyring, the next one, and the keys that must sign the next one."""
    current = keyring(key(7, sites=(1, 2)), key(8, Purpose.MANIFEST), key(9, state=KeyState.CACHE_ONLY))
    following = keyring(key(7, sites=(1, 2), state=KeyState.REVOKED), roots=(904, 905, 906), version=2)
    payload = following.to_payload()
    attempts = []
    for who, signers in (
        ("two of the old and two of the new", [(0, 901), (1, 902), (0, 904), (1, 905)]),
        ("the old only", [(0, 901), (1, 902), (2, 903)]),
        ("the new only", [(0, 904), (1, 905), (2, 906)]),
        ("one old key twice", [(0, 901), (0, 901), (0, 904), (1, 905)]),
        ("the right keys at wrong places", [(1, 901), (0, 902), (1, 904), (0, 905)]),
    ):
        signatures = tuple((KeyId(place), sign(private_key(seed), ROOT_DOMAIN, payload)) for place, seed in signers)
        envelope = Envelope(payload, signatures)
        believed = all(signed_by_threshold(envelope, ring.root_keys, ring.threshold) for ring in (current, following))
        attempts.append({"signed_by": who, "envelope": envelope.to_bytes().hex(), "believed": believed})
    return {
        "current": {"value": plain(current), "payload": current.to_payload().hex()},
        "following": {"value": plain(following), "payload": payload.hex()},
        "rotations": attempts,
        "signature_covers": message(ROOT_DOMAIN, payload)[:20].hex(),
    }


def credential_vectors() -> dict[str, object]:
    """Return holder hashes, check digits, short numbers, and encodings of CBOR that are refused."""
    site_key = bytes(range(32))
    documents = [
        Document(DocumentType.RESIDENT_ID, "CN", "990101199003070090"),
        Document(DocumentType.RESIDENT_ID, "cn", "99010119900307004x"),
        Document(DocumentType.PASSPORT, "FR", "12 AB-34567"),
    ]
    numbers = ["990101199003070090", "990101199003070091", "99010119900307004X"]
    numbered = [TicketId(one) for one in (1, 1 << 32, 0x0123_4567_89AB_CDEF, 2**64 - 1)]
    refused = ["1801", "9f01ff", "a2616201616101", "a2616101616102", "0000", ""]
    return {
        "site_key": site_key.hex(),
        "holders": [{"document": plain(one), "hash": holder_hash(one, site_key).hex()} for one in documents],
        "check_digits": [{"number": number, "valid": has_valid_check_digit(number)} for number in numbers],
        "short_numbers": [_short_number(number_of(one), one) for one in numbered],
        "short_numbers_of_no_ticket": [_short_number(number) for number in ("429496729690", "999999999951", "123456789012")],
        "cbor": [{"value": {"b": [1, None, True], "a": "门票"}, "bytes": cbor.encode({"b": [1, None, True], "a": "门票"}).hex()}],
        "cbor_refused": refused,
    }


def _short_number(number: str, ticket_id: TicketId | None = None) -> dict[str, object]:
    valid = is_short_number(number)
    prefix = id_prefix(number) if valid else None
    return {"ticket_id": ticket_id, "number": number, "valid": valid, "id_prefix": None if prefix is None else prefix.hex()}
