"""The keyring: rotation by threshold, and keys that serve one purpose, some sites, some time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cbor
from protocol.errors import InputError
from protocol.identifiers import KeyId, SiteId
from protocol.instants import Instant
from protocol.keyring import DOMAIN, Keyring, KeyState, Purpose, signed_by_threshold
from protocol.signatures import Envelope, sign
from tests.builders.fixed_keys import key, keyring, private_key, public_bytes

OLD, NEW = (901, 902, 903), (904, 905, 906)


def signed(ring: Keyring, *signers: tuple[int, int], domain: str = DOMAIN) -> Envelope:
    """Return the keyring signed by the keys of (place in the list, seed)."""
    payload = ring.to_payload()
    return Envelope(payload, tuple((KeyId(place), sign(private_key(seed), domain, payload)) for place, seed in signers))


def believed(envelope: Envelope, *rings: Keyring) -> bool:
    return all(signed_by_threshold(envelope, ring.root_keys, ring.threshold) for ring in rings)


def test_a_keyring_travels_whole() -> None:
    ring = keyring(*(key(number, purpose, (1, 2)) for number, purpose in enumerate(Purpose, 1)))
    assert Keyring.from_payload(ring.to_payload()) == ring


CURRENT, NEXT = keyring(roots=OLD), keyring(roots=NEW, version=2)
ROTATIONS: list[tuple[str, list[tuple[int, int]], bool]] = [
    ("two old and two new", [(0, 901), (1, 902), (0, 904), (1, 905)], True),
    ("all of both", [(0, 901), (1, 902), (2, 903), (0, 904), (1, 905), (2, 906)], True),
    ("any two of both", [(2, 903), (1, 902), (2, 906), (0, 904)], True),
    ("the old only", [(0, 901), (1, 902), (2, 903)], False),
    ("the new only", [(0, 904), (1, 905), (2, 906)], False),
    ("one old key stolen", [(0, 901), (0, 904), (1, 905)], False),
    ("one old key twice", [(0, 901), (0, 901), (0, 904), (1, 905)], False),
    ("one of the new", [(0, 901), (1, 902), (0, 904)], False),
    ("a place beyond the list", [(0, 901), (7, 902), (0, 904), (1, 905)], False),
    ("the right keys at wrong places", [(1, 901), (0, 902), (1, 904), (0, 905)], False),
    ("no key", [], False),
]


@pytest.mark.law(3)
@pytest.mark.parametrize(("signers", "expected"), [pytest.param(s, e, id=name) for name, s, e in ROTATIONS])
def test_a_rotation_needs_the_old_and_the_new_threshold(signers: list[tuple[int, int]], expected: bool) -> None:  # noqa: FBT001 a column of the table
    assert believed(signed(NEXT, *signers), CURRENT, NEXT) is expected


def test_a_key_that_stays_signs_for_both() -> None:
    stays = keyring(roots=(901, 902, 904), version=2)
    assert believed(signed(stays, (0, 901), (1, 902)), CURRENT, stays)


def test_a_signature_of_another_domain_is_none() -> None:
    assert not believed(signed(CURRENT, (0, 901), (1, 902), domain="manifest"), CURRENT)


@pytest.mark.parametrize("place", range(0, 200, 7))
def test_a_changed_byte_is_not_signed(place: int) -> None:
    envelope = signed(CURRENT, (0, 901), (1, 902))
    payload = bytearray(envelope.payload)
    payload[place % len(payload)] ^= 1
    assert not believed(replace(envelope, payload=bytes(payload)), CURRENT)


def test_a_root_key_listed_twice_does_not_count_twice() -> None:
    twice = replace(CURRENT, root_keys=(public_bytes(901), public_bytes(901)), threshold=2)
    with pytest.raises(InputError, match="twice"):
        Keyring.from_payload(twice.to_payload())
    assert not believed(signed(CURRENT, (0, 901), (1, 901)), twice)


BEGIN, END = Instant(1_000), Instant(2_000)


@pytest.mark.parametrize(
    ("changes", "purpose", "site", "when", "serves"),
    [
        ({}, Purpose.TICKETS, 1, 1_000, True),
        ({}, Purpose.TICKETS, 1, 2_000, True),
        ({}, Purpose.TICKETS, 1, 999, False),
        ({}, Purpose.TICKETS, 1, 2_001, False),
        ({}, Purpose.TICKETS, 2, 1_500, False),
        ({"sites": ()}, Purpose.TICKETS, 2, 1_500, True),
        ({"sites": (SiteId(1), SiteId(2))}, Purpose.TICKETS, 2, 1_500, True),
        ({"state": KeyState.CACHE_ONLY}, Purpose.TICKETS, 1, 1_500, True),
        ({"state": KeyState.REVOKED}, Purpose.TICKETS, 1, 1_500, False),
        *(({}, purpose, 1, 1_500, False) for purpose in Purpose if purpose is not Purpose.TICKETS),
    ],
)
def test_a_key_serves_its_purpose_its_sites_and_its_time(
    changes: dict[str, object],
    purpose: Purpose,
    site: int,
    when: int,
    serves: bool,  # noqa: FBT001 a column of the table
) -> None:
    one = replace(key(5, sites=(1,), not_before=BEGIN, not_after=END), **changes)  # type: ignore[arg-type]  # the names are the key's own
    found = keyring(one).serving(KeyId(5), purpose, SiteId(site), Instant(when))
    assert found == (one if serves else None)


def test_an_unknown_key_serves_nothing() -> None:
    assert keyring(key(5)).serving(KeyId(6), Purpose.TICKETS, SiteId(1), BEGIN) is None


WEAK_KEY = (1).to_bytes(32, "little")
MALFORMED: list[tuple[str, dict[str, object]]] = [
    ("another role", {"role": "manifest"}),
    ("epoch zero", {"epoch": 0}),
    ("version zero", {"version": 0}),
    ("threshold zero", {"threshold": 0}),
    ("threshold beyond the keys", {"threshold": 4}),
    ("a weak root key", {"root_keys": [WEAK_KEY]}),
    ("a text for a root key", {"root_keys": ["x"]}),
    ("too many root keys", {"root_keys": [public_bytes(seed) for seed in range(1, 18)]}),
    ("a key that is no map", {"keys": [1]}),
    ("an unknown field", {"colour": "red"}),
]


def changed(**changes: object) -> bytes:
    payload = cbor.decode(keyring(key(5)).to_payload())
    assert isinstance(payload, dict)
    return cbor.encode(payload | changes)


@pytest.mark.parametrize("changes", [pytest.param(changes, id=name) for name, changes in MALFORMED])
def test_a_malformed_keyring_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Keyring.from_payload(changed(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"public": WEAK_KEY},
        {"public": bytes(31)},
        {"purpose": "cooking"},
        {"status": "sleepy"},
        {"key_id": 0},
        {"key_id": 65_536},
        {"sites": [65_536]},
        {"not_after": -1},
        {"more": 1},
    ],
)
def test_a_malformed_key_is_refused(changes: dict[str, object]) -> None:
    payload = cbor.decode(keyring(key(5)).to_payload())
    assert isinstance(payload, dict)
    one = payload["keys"][0] | changes
    with pytest.raises(InputError):
        Keyring.from_payload(changed(keys=[one]))
    if set(changes) == {"key_id"}:
        return
    with pytest.raises(InputError):
        Keyring.from_payload(changed(keys=[payload["keys"][0], one]))


def test_a_key_id_names_one_key() -> None:
    with pytest.raises(InputError, match="twice"):
        Keyring.from_payload(replace(keyring(), keys=(key(5), replace(key(6), key_id=KeyId(5)))).to_payload())


@given(st.binary(max_size=200))
def test_no_bytes_are_a_fault_of_ours(data: bytes) -> None:
    with pytest.raises(InputError):
        Keyring.from_payload(data)
