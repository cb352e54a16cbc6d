"""The paths under central's address at which it serves the feed; all by GET.

Laws: content named by a hash, or by epoch and version, never changes, so any cache or CDN may keep it.
"""

from collections.abc import Iterable

from protocol.errors import InputError
from protocol.feed.buckets import BUCKETS, HASH_BYTES, PACK_BUCKETS, BucketKind

HEAD = "/agent/v1/head"
_FEED = "/agent/v1/feed"
_NUMBERS_SEPARATOR = ","


def head(after: int, wait_s: int) -> str:
    """The head: central answers at once where the timestamp's version is above `after`, else once it is, or after `wait_s`."""
    return f"{HEAD}?after={after}&wait_s={wait_s}"


def next_keyring(epoch: int, version: int) -> str:
    """The envelope of the first keyring whose (epoch, version) is above this one."""
    return f"{_FEED}/keyring/{epoch}/{version}"


def manifest(epoch: int, version: int) -> str:
    """The envelope of a manifest."""
    return f"{_FEED}/manifest/{epoch}/{version}"


def admissions(epoch: int, version: int) -> str:
    """The envelope of an admissions head."""
    return f"{_FEED}/admissions/{epoch}/{version}"


def delta(epoch: int, from_version: int, to_version: int) -> str:
    """The delta between two manifests; central answers 404 where it keeps none."""
    return f"{_FEED}/delta/{epoch}/{from_version}/{to_version}"


def content(sha256: bytes) -> str:
    """A hash list, small table or segment, as one zlib stream."""
    return f"{_FEED}/content/{sha256.hex()}"


def buckets(kind: BucketKind, root: bytes, numbers: Iterable[int]) -> str:
    """A pack of up to 64 buckets of the hash list with that root."""
    return f"{_FEED}/buckets/{kind.value}/{root.hex()}/{_NUMBERS_SEPARATOR.join(map(str, sorted(numbers)))}"


def wanted_buckets(kind: str, root: str, numbers: str) -> tuple[BucketKind, bytes, tuple[int, ...]]:
    """Read the last three parts of a path of buckets; raise InputError where `buckets` would not write them."""
    try:
        wanted = tuple(int(number) for number in numbers.split(_NUMBERS_SEPARATOR, PACK_BUCKETS - 1))
        found = BucketKind(kind), bytes.fromhex(root), wanted
    except ValueError as error:
        raise InputError(f"buckets are asked for as kind/root/numbers: {error}") from error
    if len(found[1]) != HASH_BYTES or buckets(*found) != f"{_FEED}/buckets/{kind}/{root}/{numbers}":
        raise InputError("buckets are asked for by a root of 64 hexadecimal digits and ascending numbers")
    if len(set(wanted)) != len(wanted) or not 0 <= wanted[0] <= wanted[-1] < BUCKETS:
        raise InputError(f"at most {PACK_BUCKETS} different buckets from 0 to {BUCKETS - 1} are asked for at once")
    return found
