"""Buckets, their lists of hashes, and packs: bounded before they are inflated, believed only by their hashes."""

import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.feed import addresses
from protocol.feed.buckets import (
    BUCKETS,
    EMPTY_LIST,
    LIST_BYTES,
    BucketKind,
    bucket_of_key,
    bucket_of_ticket,
    decode_pack,
    deflate,
    differing,
    digest,
    encode_pack,
    hash_at,
    inflate,
    with_hashes,
)
from protocol.feed.faults import Kind, Role, UntrustedFeed
from protocol.identifiers import TicketId


@pytest.mark.parametrize(
    ("ticket_id", "number"), [(1, 0), (1 << 52, 1), ((1 << 52) - 1, 0), (0xABC << 52 | 5, 0xABC), (2**64 - 1, 4095)]
)
def test_a_bucket_is_the_top_twelve_bits(ticket_id: int, number: int) -> None:
    assert bucket_of_ticket(TicketId(ticket_id)) == number
    assert bucket_of_key(ticket_id.to_bytes(8, "big") + bytes(8)) == number


def test_a_list_names_the_buckets_that_differ() -> None:
    assert len(EMPTY_LIST) == LIST_BYTES == 131_072
    changed = with_hashes(EMPTY_LIST, {0: digest(b"a"), 4095: digest(b"b")})
    assert differing(EMPTY_LIST, changed) == (0, 4095)
    assert hash_at(changed, 4095) == digest(b"b")
    assert hash_at(changed, 1) == digest(b"")


packs = st.dictionaries(st.integers(0, BUCKETS - 1), st.binary(max_size=60), min_size=1, max_size=8)


def expected_of(blobs: dict[int, bytes]) -> dict[int, bytes]:
    return {number: digest(blob) for number, blob in blobs.items()}


@given(packs)
def test_a_pack_brings_its_buckets(blobs: dict[int, bytes]) -> None:
    pack = encode_pack([blobs[number] for number in sorted(blobs)])
    total = sum(map(len, blobs.values()))
    assert decode_pack(pack, expected_of(blobs), total, Role.MANIFEST) == blobs


@pytest.mark.law(4)
@given(packs, st.data())
def test_a_pack_that_was_changed_in_any_bit_is_refused_or_is_the_same(blobs: dict[int, bytes], data: st.DataObject) -> None:
    pack = encode_pack([blobs[number] for number in sorted(blobs)])
    place = data.draw(st.integers(0, len(pack) - 1))
    flipped = pack[:place] + bytes([pack[place] ^ 1 << data.draw(st.integers(0, 7))]) + pack[place + 1 :]
    with suppress(UntrustedFeed):
        assert decode_pack(flipped, expected_of(blobs), 10_000, Role.MANIFEST) == blobs


@pytest.mark.law(3)
@pytest.mark.parametrize(
    ("pack", "kind"),
    [
        (encode_pack([b"x" * 11]), Kind.ENDLESS_DATA),
        (deflate(bytes(5_000_000)), Kind.ENDLESS_DATA),
        (encode_pack([b"x" * 10, b""]), Kind.ENDLESS_DATA),
        (encode_pack([b"x" * 10]) + b"\0", Kind.ENDLESS_DATA),
        (encode_pack([b"x" * 10])[:-1], Kind.TRUNCATION),
        (deflate(b"\0\0"), Kind.TRUNCATION),
        (deflate(b"\0\0\0\x0axx"), Kind.MIX_AND_MATCH),
        (encode_pack([b"y" * 10]), Kind.MIX_AND_MATCH),
        (b"no zlib", Kind.MIX_AND_MATCH),
    ],
)
def test_a_pack_that_is_not_the_one_asked_for_is_refused(pack: bytes, kind: Kind) -> None:
    with pytest.raises(UntrustedFeed) as caught:
        decode_pack(pack, {3: digest(b"x" * 10)}, 10, Role.ADMISSIONS)
    assert (caught.value.kind, caught.value.role) == (kind, Role.ADMISSIONS)


def test_a_pack_with_more_than_was_asked_for_is_refused_even_below_its_limit() -> None:
    with pytest.raises(UntrustedFeed, match="more than was asked"):
        decode_pack(encode_pack([b"x" * 10, b"y"]), {3: digest(b"x" * 10)}, 1_000, Role.MANIFEST)


def test_inflating_stops_at_its_limit() -> None:
    assert inflate(deflate(b"a" * 100), 100, Role.MANIFEST) == b"a" * 100
    with pytest.raises(UntrustedFeed):
        inflate(deflate(b"a" * 101), 100, Role.MANIFEST)
    assert zlib.decompress(deflate(b"a" * 100)) == b"a" * 100


@given(st.sampled_from(BucketKind), st.sets(st.integers(0, BUCKETS - 1), min_size=1, max_size=64))
def test_a_path_of_buckets_is_read_as_it_was_written(kind: BucketKind, numbers: set[int]) -> None:
    parts = addresses.buckets(kind, bytes(32), numbers).split("/")[-3:]
    assert addresses.wanted_buckets(*parts) == (kind, bytes(32), tuple(sorted(numbers)))


@pytest.mark.parametrize(
    ("kind", "root", "numbers"),
    [
        ("people", "00" * 32, "1"),
        ("tickets", "00" * 31, "1"),
        ("tickets", "zz" * 32, "1"),
        ("tickets", "AB" * 32, "1"),
        ("tickets", "00" * 32, ""),
        ("tickets", "00" * 32, "4096"),
        ("tickets", "00" * 32, "-1"),
        ("tickets", "00" * 32, "2,1"),
        ("tickets", "00" * 32, "1,1"),
        ("tickets", "00" * 32, "01"),
        ("tickets", "00" * 32, ",".join(map(str, range(65)))),
    ],
)
def test_a_path_of_buckets_that_we_do_not_write_is_refused(kind: str, root: str, numbers: str) -> None:
    with pytest.raises(InputError):
        addresses.wanted_buckets(kind, root, numbers)
