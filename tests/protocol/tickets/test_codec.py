"""PF1: one text per ticket, in a QR of version 6-M, and no other text is accepted."""

import base64
import random
import string
from dataclasses import replace
from itertools import product

import pytest
import segno
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.identifiers import U8_MAX, U16_MAX, U32_MAX, U64_MAX, KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Minute
from protocol.keyring import Keyring, KeyState, Purpose
from protocol.signatures import sign
from protocol.tickets.claims import KNOWN_FLAGS, Claims, TicketFlags
from protocol.tickets.codec import BODY_BYTES, PREFIX, TEXT_CHARACTERS, TOKEN_BYTES, decode, encode_body, encode_text
from protocol.tickets.signature import DOMAIN, issue, proving_key
from tests.builders.fixed_claims import SINGLE
from tests.builders.fixed_keys import key, keyring, private_key

CLAIMS = replace(SINGLE, flags=TicketFlags.GROUP | TicketFlags.REAL_NAME, generation=3)
TEXT = issue(CLAIMS, private_key(7))
CODE = TEXT.encode()
RING = keyring(key(7), key(8, Purpose.MANIFEST), key(9))
GOLDEN_BODY = "5100070123456789abcdef0001010201c41e3001c4221801c4c4bf0303"
MUTATIONS, MUTATIONS_OF_A_SWEEP = 2_000, 20_000
BASE32 = string.ascii_uppercase + "234567"

u16 = st.integers(0, U16_MAX)
minutes = st.lists(st.integers(0, U32_MAX), min_size=2, max_size=2, unique=True).map(sorted)


@st.composite
def any_claims(draw: st.DrawFn) -> Claims:
    first, last = draw(minutes)
    return Claims(
        key_id=KeyId(draw(u16)),
        ticket_id=TicketId(draw(st.integers(1, U64_MAX))),
        issuing_site=SiteId(draw(u16)),
        ticket_type=TicketTypeId(draw(u16)),
        issued_at=Minute(draw(st.integers(0, U32_MAX))),
        not_before=Minute(first),
        not_after=Minute(last),
        flags=TicketFlags(draw(st.integers(0, KNOWN_FLAGS))),
        generation=draw(st.integers(0, U8_MAX)),
    )


def proves(scanned: bytes) -> bool:
    token = decode(scanned)
    return token is not None and proving_key(token, RING) is not None


def test_the_body_is_golden() -> None:
    assert encode_body(CLAIMS).hex() == GOLDEN_BODY


def test_a_ticket_is_152_characters_and_a_qr_of_version_6_m() -> None:
    assert len(TEXT) == TEXT_CHARACTERS == 152
    assert (BODY_BYTES, TOKEN_BYTES) == (29, 93)
    qr = segno.make(TEXT, error="m", boost_error=False, micro=False)
    assert (qr.version, qr.error, qr.mode) == (6, "M", "alphanumeric")


def test_it_is_read_back_and_proved() -> None:
    token = decode(CODE)
    assert token is not None
    assert token.claims == CLAIMS
    assert proving_key(token, RING) == RING.find(KeyId(7))


@given(any_claims(), st.binary(min_size=64, max_size=64))
def test_every_ticket_is_read_back(claims: Claims, signature: bytes) -> None:
    token = decode(encode_text(encode_body(claims), signature).encode())
    assert token is not None
    assert (token.claims, token.signature) == (claims, signature)


def base64_of(raw: bytes) -> bytes:
    return PREFIX.encode() + base64.b64encode(raw)


RAW = base64.b32decode(TEXT[3:] + "===")
LAST = TEXT[-1]
OTHER_LAST = BASE32[BASE32.index(LAST) ^ 1]
VARIANTS: list[tuple[str, bytes]] = [
    ("lower case", CODE.lower()),
    ("one letter in lower case", CODE[:20] + CODE[20:].replace(b"A", b"a", 1)),
    ("prefix in lower case", b"pf1" + CODE[3:]),
    ("without its prefix", CODE[3:]),
    ("another prefix", b"PF2" + CODE[3:]),
    ("padded", CODE + b"==="),
    ("a trailing byte", CODE + b"A"),
    ("a trailing line feed", CODE + b"\n"),
    ("a trailing CR", CODE + b"\r"),
    ("a leading blank", b" " + CODE),
    ("a blank within", CODE[:50] + b" " + CODE[50:]),
    ("a blank for the last", CODE[:-1] + b" "),
    ("an underscore within", CODE[:50] + b"_" + CODE[51:]),
    ("a sign before", CODE[:3] + b"+" + CODE[4:]),
    ("a byte short", CODE[:-1]),
    ("empty", b""),
    ("4 KB", CODE * 27),
    ("binary", bytes(range(152))),
    ("a digit 0 for an O", CODE.replace(b"O", b"0")),
    ("a digit 1 for an I", PREFIX.encode() + CODE[3:].replace(b"I", b"1")),
    ("Base64", base64_of(RAW)),
    ("Base32hex", PREFIX.encode() + base64.b32hexencode(RAW).rstrip(b"=")),
    ("hexadecimal", PREFIX.encode() + RAW.hex().upper().encode()),
    ("full-width letters", TEXT.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}).encode()),
    ("bits beyond the last byte", (TEXT[:-1] + OTHER_LAST).encode()),
    *((f"{count} of its last characters as padding", CODE[:-count] + b"=" * count) for count in (1, 2, 3, 4, 5, 6, 8, 149)),
    ("a UTF-8 mark before it", b"\xef\xbb\xbf" + CODE),
    ("NUL for the last", CODE[:-1] + b"\0"),
]


@pytest.mark.law(2)
def test_no_variant_of_a_real_code_is_a_ticket() -> None:
    assert [name for name, variant in VARIANTS if variant == CODE] == []
    assert [name for name, variant in VARIANTS if decode(variant) is not None] == []


@pytest.mark.law(2)
def test_no_other_character_anywhere_proves() -> None:
    places = product(range(TEXT_CHARACTERS), range(256))
    proved = [(place, other) for place, other in places if proves(CODE[:place] + bytes([other]) + CODE[place + 1 :])]
    assert proved == list(enumerate(CODE))


@pytest.mark.law(2)
@given(st.integers(0, TOKEN_BYTES * 8 - 1), any_claims())
@settings(deadline=None)
def test_one_bit_flipped_anywhere_never_proves(bit: int, claims: Claims) -> None:
    mine = replace(claims, key_id=KeyId(7), issued_at=CLAIMS.issued_at)
    body = encode_body(mine)
    raw = bytearray(body + sign(private_key(7), DOMAIN, body))
    assert proves(encode_text(bytes(raw[:BODY_BYTES]), bytes(raw[BODY_BYTES:])).encode())
    raw[bit // 8] ^= 1 << bit % 8
    assert not proves(encode_text(bytes(raw[:BODY_BYTES]), bytes(raw[BODY_BYTES:])).encode())


@pytest.mark.law(2)
def test_no_mutated_code_is_accepted(is_sweep: bool) -> None:  # noqa: FBT001 - a fixture
    chance = random.Random(20_260_510)  # noqa: S311  a repeatable seed, not a secret
    count = MUTATIONS_OF_A_SWEEP if is_sweep else MUTATIONS
    accepted = [code for code in (mutated(chance) for _ in range(count)) if proves(code)]
    assert accepted == []


def mutated(chance: random.Random) -> bytes:
    """Return the real code with some of its characters or bytes changed, never itself."""
    if chance.random() < 0.5:
        raw = bytearray(RAW)
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(TOKEN_BYTES)] ^= chance.randint(1, 255)
        changed = encode_text(bytes(raw[:BODY_BYTES]), bytes(raw[BODY_BYTES:])).encode()
    else:
        characters = list(TEXT)
        for _ in range(chance.randint(1, 3)):
            characters[chance.randrange(3, TEXT_CHARACTERS)] = chance.choice(BASE32)
        changed = "".join(characters).encode()
    return changed if changed != CODE else b""


@given(st.binary(max_size=200) | st.binary(min_size=149, max_size=149).map(lambda rest: PREFIX.encode() + rest))
@example(b"PF1" + b"=" * 149)
@example(CODE[:-1] + b"=")
def test_no_bytes_raise(scanned: bytes) -> None:
    token = decode(scanned)
    assert token is None or encode_text(token.body, token.signature).encode() == scanned


NONSENSE = (
    ("another version", 0, b"\x50"),
    ("ticket id zero", 3, bytes(8)),
    ("an unknown flag", 27, b"\x10"),
    ("all flags", 27, b"\xff"),
    ("a window that ends as it begins", 23, encode_body(CLAIMS)[19:23]),
    ("a window that ends before it begins", 23, bytes(4)),
)


def test_a_body_that_says_nonsense_is_none_even_when_signed() -> None:
    body, read = encode_body(CLAIMS), []
    for what, offset, value in NONSENSE:
        nonsense = body[:offset] + value + body[offset + len(value) :]
        if decode(encode_text(nonsense, sign(private_key(7), DOMAIN, nonsense)).encode()) is not None:
            read.append(what)
    assert read == []


OTHER_DOMAINS = ("root", "timestamp", "manifest", "admissions", "journal-head", "receipt", "time", "command")


def test_a_signature_for_another_purpose_is_no_ticket() -> None:
    body = encode_body(CLAIMS)
    signed = {domain: encode_text(body, sign(private_key(7), domain, body)).encode() for domain in (DOMAIN, *OTHER_DOMAINS)}
    assert [domain for domain, text in signed.items() if proves(text)] == [DOMAIN]


PROVERS: list[tuple[str, Keyring, bool]] = [
    ("its key", RING, True),
    ("set cache-only", keyring(key(7, state=KeyState.CACHE_ONLY)), True),
    ("revoked", keyring(key(7, state=KeyState.REVOKED)), False),
    ("unknown", keyring(key(9)), False),
    ("for another site", keyring(key(7, sites=(2,))), False),
    ("for its site among others", keyring(key(7, sites=(2, 1))), True),
    ("for another purpose", keyring(key(7, Purpose.MANIFEST)), False),
    ("begun after the issue", keyring(key(7, not_before=29_630_000 * 60_000 + 1)), False),
    ("ended before the issue", keyring(key(7, not_after=29_630_000 * 60_000 - 1)), False),
    ("another key under its id", keyring(replace(key(9), key_id=KeyId(7))), False),
]


def test_only_an_issuing_key_of_the_site_and_time_proves() -> None:
    token = decode(CODE)
    assert token is not None
    proved = {name: proving_key(token, ring) is not None for name, ring, _ in PROVERS}
    assert proved == {name: expected for name, _, expected in PROVERS}
