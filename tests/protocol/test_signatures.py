"""Ed25519 with domains: nothing signed for one purpose serves another, and no weak key is believed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import cbor
from protocol.errors import InputError
from protocol.identifiers import KeyId
from protocol.signatures import MAX_SIGNATURES, Envelope, checked_public_key, message, seal, sign, verifies
from tests.builders.fixed_keys import private_key, public_bytes

DOMAINS = ["ticket", "root", "timestamp", "manifest", "admissions", "journal-head", "receipt", "time", "command"]

# The eight points whose order divides 8, in their canonical encodings, and some that are not canonical.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
]
NOT_CANONICAL = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def test_the_message_names_its_domain() -> None:
    assert message("ticket", b"x") == b"paifang/ticket/1\x00x"


@pytest.mark.parametrize("signed_for", DOMAINS)
def test_a_signature_serves_one_domain(signed_for: str) -> None:
    signature = sign(private_key(1), signed_for, b"payload")
    served = [domain for domain in DOMAINS if verifies(public_bytes(1), domain, b"payload", signature)]
    assert served == [signed_for]


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
@settings(max_examples=50)
def test_no_bytes_raise_and_none_verify(public: bytes, payload: bytes, signature: bytes) -> None:
    assert not verifies(public, "ticket", payload, signature)


@pytest.mark.parametrize("public", SMALL_ORDER)
def test_keys_of_small_order_are_refused(public: str) -> None:
    with pytest.raises(InputError, match="small order"):
        checked_public_key(bytes.fromhex(public))


@pytest.mark.parametrize("public", NOT_CANONICAL)
def test_keys_with_a_second_encoding_are_refused(public: str) -> None:
    with pytest.raises(InputError, match="make a new key pair"):
        checked_public_key(bytes.fromhex(public))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_has_its_length(length: int) -> None:
    with pytest.raises(InputError, match="32 bytes"):
        checked_public_key(bytes(length))


@pytest.mark.parametrize("seed", range(1, 20))
def test_real_keys_are_accepted(seed: int) -> None:
    assert checked_public_key(public_bytes(seed)) == public_bytes(seed)


@given(st.binary(max_size=200), st.sets(st.integers(1, 50), max_size=MAX_SIGNATURES))
@settings(max_examples=50)
def test_an_envelope_travels_whole(payload: bytes, seeds: set[int]) -> None:
    sealed = seal("manifest", payload, {KeyId(seed): private_key(seed) for seed in seeds})
    again = Envelope.from_bytes(sealed.to_bytes())
    assert again == sealed
    assert [key_id for key_id, _ in again.signatures] == sorted(seeds)
    assert all(verifies(public_bytes(key_id), "manifest", payload, signature) for key_id, signature in again.signatures)


@pytest.mark.parametrize(
    "value",
    [
        {"payload": b""},
        {"payload": "", "signatures": []},
        {"payload": b"", "signatures": [[1, bytes(63)]]},
        {"payload": b"", "signatures": [[-1, bytes(64)]]},
        {"payload": b"", "signatures": [[65536, bytes(64)]]},
        {"payload": b"", "signatures": [[1, bytes(64), 0]]},
        {"payload": b"", "signatures": [[1, bytes(64)]] * (MAX_SIGNATURES + 1)},
        {"payload": b"", "signatures": [], "more": 1},
        [],
    ],
)
def test_a_malformed_envelope_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="envelope"):
        Envelope.from_bytes(cbor.encode(value))


@given(st.binary(max_size=100))
def test_no_bytes_make_an_envelope_by_accident(data: bytes) -> None:
    try:
        envelope = Envelope.from_bytes(data)
    except InputError:
        return
    assert envelope.to_bytes() == data
