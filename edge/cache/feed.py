"""A feed in force, in memory: the verified metadata, hash lists, small tables and recent events of one version.

It takes about 0.4 MB, and the events since the last roll-up; the buckets stay on disk.
Laws: everything here was compared with signed hashes when it was read, and is not read from disk again (law 4).
"""

from collections.abc import Callable
from dataclasses import dataclass

from protocol.admission.policy import CheckPoint, SiteRules, TicketTypeRules
from protocol.admission.tables import (
    CHECK_POINTS,
    SITE_RULES,
    TICKET_TYPES,
    decode_check_points,
    decode_site_rules,
    decode_ticket_types,
)
from protocol.errors import InputError
from protocol.feed.buckets import EMPTY_LIST, LIST_BYTES, BucketKind
from protocol.feed.faults import Role
from protocol.feed.manifest import AdmissionsHead, Manifest
from protocol.feed.trust import check_content
from protocol.identifiers import CheckPointId, TicketTypeId

Load = Callable[[bytes], bytes]  # content by its hash


@dataclass(frozen=True, slots=True)
class Feed:
    """One version of the feed. `envelopes` are those of the manifest and of the admissions head, as they arrived."""

    manifest: Manifest
    admissions: AdmissionsHead
    envelopes: tuple[bytes, bytes]
    hashes: dict[BucketKind, bytes]
    tables: dict[str, bytes]
    ticket_types: dict[TicketTypeId, TicketTypeRules]
    check_points: dict[CheckPointId, CheckPoint]
    site_rules: SiteRules
    segments: tuple[bytes, ...]


def build_feed(manifest: Manifest, admissions: AdmissionsHead, envelopes: tuple[bytes, bytes], load: Load) -> Feed:
    """Build the feed from content that is stored already.

    Raise UntrustedFeed where any content is not the signed one, InputError where a small table is missing or cannot be read.
    """
    tables = {name: _checked(load, Role.MANIFEST, ref.sha256, ref.length) for name, ref in manifest.tables}
    for name in (TICKET_TYPES, CHECK_POINTS, SITE_RULES):
        if name not in tables:
            raise InputError(f"the manifest names no table {name!r}; central must publish it")
    hashes = {
        BucketKind.TICKETS: _hash_list(load, Role.MANIFEST, manifest.tickets_root),
        BucketKind.CREDENTIALS: _hash_list(load, Role.MANIFEST, manifest.credentials_root),
        BucketKind.EVENTS: _hash_list(load, Role.ADMISSIONS, admissions.base.root) if admissions.base else EMPTY_LIST,
    }
    return Feed(
        manifest=manifest,
        admissions=admissions,
        envelopes=envelopes,
        hashes=hashes,
        tables=tables,
        ticket_types={ticket_type.ticket_type_id: ticket_type for ticket_type in decode_ticket_types(tables[TICKET_TYPES])},
        check_points={point.check_point_id: point for point in decode_check_points(tables[CHECK_POINTS])},
        site_rules=decode_site_rules(tables[SITE_RULES]),
        segments=tuple(_checked(load, Role.ADMISSIONS, ref.sha256, ref.length) for ref in admissions.segments),
    )


def _hash_list(load: Load, role: Role, root: bytes) -> bytes:
    return _checked(load, role, root, LIST_BYTES)


def _checked(load: Load, role: Role, sha256: bytes, length: int) -> bytes:
    data = load(sha256)
    check_content(role, data, sha256, length)
    return data
