"""What is published: a base and its deltas lead to the same roots, and only what changed is made again."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.sync.rules.publication import Edition, Stand, empty, publish, raised, table_refs, touched
from protocol.feed.buckets import BucketKind, digest, hash_at
from protocol.feed.delta import BucketId, Changes, Delta, apply_changes, changes
from protocol.feed.records import CredentialEntry, encode_credentials, encode_tickets
from protocol.identifiers import TicketId
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.feed import SITE, START, credential, ticket

STAND = Stand(5, START)
TABLES = table_refs({"products": b"p", "check-points": b"c"})


class Shelf:
    """The buckets of the newest edition, as central keeps them."""

    def __init__(self) -> None:
        self.edition = empty(SITE, 1)
        self.blobs: dict[BucketId, bytes] = {}

    def publish(self, some: Changes) -> Delta:
        old = {bucket: self.blobs.get(bucket, b"") for bucket in touched(some)}
        made = publish(self.edition, some, old, TABLES, STAND)
        self.edition = made.edition
        self.blobs |= made.buckets
        return made.delta


def base(records: list[TicketRecord], entries: list[CredentialEntry]) -> Edition:
    shelf = Shelf()
    shelf.publish(changes(records, (), entries))
    return shelf.edition


ids = st.integers(1, 30).map(lambda n: n << 50 | n)
some_tickets = st.lists(st.builds(lambda n, g: ticket(n, generation=g), ids, st.integers(0, 3)), max_size=20)
some_credentials = st.lists(st.builds(credential, ids, st.integers(0, 40)), max_size=20)


@given(some_tickets, some_credentials, some_tickets, st.lists(ids.map(TicketId), max_size=8), some_credentials)
@settings(max_examples=60)
def test_a_base_and_its_deltas_lead_to_the_same_roots_and_counts(
    old: list[TicketRecord],
    old_credentials: list[CredentialEntry],
    upserts: list[TicketRecord],
    removals: list[TicketId],
    gone: list[CredentialEntry],
) -> None:
    shelf = Shelf()
    shelf.publish(changes(old, (), old_credentials))
    before = dict(shelf.blobs)
    delta = shelf.publish(changes(upserts, removals, (), gone))
    standing = {one.ticket_id: one for one in old if one.ticket_id not in removals} | {one.ticket_id: one for one in upserts}
    expected = base(list(standing.values()), [one for one in old_credentials if one not in gone])
    made = shelf.edition
    assert (made.manifest.ticket_count, made.tickets) == (len(standing), expected.tickets)
    assert (made.manifest.credential_count, made.credentials) == (expected.manifest.credential_count, expected.credentials)
    assert (made.manifest.tickets_root, made.manifest.version) == (digest(made.tickets), 2)
    at_gate = apply_changes(Delta.from_bytes(delta.to_bytes()).changes, lambda kind, at: before.get((kind, at), b""))
    for (kind, number), blob in at_gate.items():
        assert digest(blob) == hash_at(made.hashes(kind), number)


def test_only_the_touched_buckets_are_made_again() -> None:
    shelf = Shelf()
    one, two = ticket(1 << 60), ticket(2 << 60)
    shelf.publish(changes([one, two], (), [credential(1 << 60, 1)]))
    void = replace(one, state=TicketState.VOID)
    made = publish(shelf.edition, changes([void, two]), shelf.blobs, TABLES, STAND)
    assert made.buckets == {(BucketKind.TICKETS, 1 << 8): encode_tickets([void])}
    assert made.edition.credentials == shelf.edition.credentials
    assert shelf.blobs[BucketKind.CREDENTIALS, int.from_bytes(credential(1, 1).key[:2], "big") >> 4] == encode_credentials(
        [credential(1 << 60, 1)]
    )


def test_a_manifest_says_up_to_where_it_goes_and_names_its_tables_in_order() -> None:
    manifest = base([ticket(5)], []).manifest
    assert (manifest.change_sequence, manifest.as_of, manifest.site, manifest.epoch) == (5, START, SITE, 1)
    assert [name for name, _ in manifest.tables] == ["check-points", "products"]
    assert manifest.tables[1][1].sha256 == digest(b"p")


@pytest.mark.law(3)
def test_a_raised_epoch_goes_on_with_the_same_content_and_new_versions() -> None:
    edition = base([ticket(5)], [])
    again = publish(raised(edition, 2), Changes({}, {}), {}, TABLES, STAND).edition
    assert (again.manifest.epoch, again.manifest.version, again.tickets) == (2, 1, edition.tickets)
    with pytest.raises(AssertionError):
        raised(again, 2)
