"""A central that publishes in memory: change it, sign, serve bytes, attack (as python-tuf's RepositorySimulator).

It keeps every envelope that it ever signed, so that a test can put an old one back.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.sync.rules import feed_admissions, publication
from central.sync.rules.publication import Stand
from protocol.admission.passages import PassageKind
from protocol.admission.policy import CheckPoint, CheckPointState, Claim, Entitlement, Policy, SiteRules, TicketTypeRules
from protocol.admission.tables import (
    CHECK_POINTS,
    SITE_RULES,
    TICKET_TYPES,
    encode_check_points,
    encode_site_rules,
    encode_ticket_types,
)
from protocol.directions import Direction
from protocol.errors import PeerError
from protocol.feed import addresses
from protocol.feed.buckets import EMPTY_LIST, BucketKind, deflate, digest, encode_pack, hash_at
from protocol.feed.delta import BucketId, Changes
from protocol.feed.manifest import AdmissionsHead, FeedHead, Manifest, Ref, Timestamp, Watermark
from protocol.feed.records import CredentialEntry, CredentialKind
from protocol.feed.segments import Row
from protocol.identifiers import (
    AgentId,
    CheckPointId,
    EntitlementId,
    JournalId,
    KeyId,
    Sequence,
    SiteId,
    TicketId,
    TicketTypeId,
)
from protocol.instants import Instant, Minute, plus, to_minute
from protocol.journal.events import Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent
from protocol.keyring import DOMAIN as ROOT_DOMAIN
from protocol.keyring import Key, Keyring, KeyState, Purpose
from protocol.signatures import seal
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.intents import entry_intent

SITE = SiteId(7)
START = Instant(1_790_000_000_000)
AUTONOMY_S = 72 * 3600
YEAR_S = 366 * 24 * 3600
TICKET_TYPE = TicketTypeId(1)
ENTRY_POINT = CheckPointId(11)
TIMESTAMP_KEY, MANIFEST_KEY, ADMISSIONS_KEY, TICKET_KEY = KeyId(1), KeyId(2), KeyId(3), KeyId(4)
_PURPOSES = {
    TIMESTAMP_KEY: Purpose.TIMESTAMP,
    MANIFEST_KEY: Purpose.MANIFEST,
    ADMISSIONS_KEY: Purpose.ADMISSIONS,
    TICKET_KEY: Purpose.TICKETS,
}


def private_key(name: str) -> Ed25519PrivateKey:
    """Return the same key for the same name, always."""
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


def public_bytes(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()


def ticket(ticket_id: int, **changes: object) -> TicketRecord:
    """Return a single ticket of the sample ticket type that is valid on the day of START."""
    record = TicketRecord(
        ticket_id=TicketId(ticket_id),
        issuing_site=SITE,
        ticket_type=TICKET_TYPE,
        issued_at=to_minute(START),
        valid_from=to_minute(plus(START, seconds=-12 * 3600)),
        valid_until=to_minute(plus(START, seconds=12 * 3600)),
        flags=TicketFlags.NONE,
        generation=0,
        state=TicketState.ACTIVE,
        state_since=Minute(0),
        persons=1,
        slot_start=Minute(0),
        slot_minutes=0,
    )
    return replace(record, **changes)  # type: ignore[arg-type]  # the caller names fields of TicketRecord


def tickets(count: int, seed: int = 1) -> list[TicketRecord]:
    """Return records with random ids, the same ones for the same seed."""
    source = random.Random(seed)  # noqa: S311  # a test's data, repeatable
    return [ticket(source.getrandbits(64) | 1, generation=source.randrange(3)) for _ in range(count)]


def credential(ticket_id: int, number: int, kind: CredentialKind = CredentialKind.NFC) -> CredentialEntry:
    """Return a credential whose key is a hash of `number`."""
    return CredentialEntry(sha256(number.to_bytes(8, "big")).digest()[:16], kind, TicketId(ticket_id))


SAMPLE_TICKET_TYPE = TicketTypeRules(
    ticket_type_id=TICKET_TYPE,
    name_zh="成人票",
    name_en="Adult",
    entitlements=(Entitlement(EntitlementId(1), TICKET_TYPE, frozenset({SITE}), Policy()),),
    claim=Claim.NEVER,
    unseen_allowed=True,
    autonomy_s=AUTONOMY_S,
)
SAMPLE_POINT = CheckPoint(
    check_point_id=ENTRY_POINT,
    site=SITE,
    zone=0,
    name_zh="东门 1",
    name_en="East 1",
    direction=Direction.ENTRY,
    state=CheckPointState.ENABLED,
    ticked=frozenset({TICKET_TYPE}),
    attended=False,
    reads_documents=False,
)
SAMPLE_RULES = SiteRules(SITE, "Asia/Shanghai", None, 20, ())


def sample_tables() -> dict[str, bytes]:
    """Return the small tables of a site with one ticket type and one entry gate that is ticked for it."""
    return {
        TICKET_TYPES: encode_ticket_types((SAMPLE_TICKET_TYPE,)),
        CHECK_POINTS: encode_check_points((SAMPLE_POINT,)),
        SITE_RULES: encode_site_rules(SAMPLE_RULES),
    }


class FeedSimulator:
    """One site's feed. `served` overrides what a path answers; `asked` lists the paths that were asked for."""

    def __init__(self, tables: Mapping[str, bytes] | None = None, *, site: SiteId = SITE, now: Instant = START) -> None:
        self.site = site
        self.now = now
        self.roots = [private_key(f"root {place}") for place in range(3)]
        self.signers = {key_id: private_key(purpose.value) for key_id, purpose in _PURPOSES.items()}
        self.tables = dict(tables if tables is not None else sample_tables())
        self.edition = publication.empty(site, 1)
        self.admissions = feed_admissions.empty(site, 1)
        self.base_hashes = EMPTY_LIST
        self.buckets: dict[tuple[BucketKind, int, bytes], bytes] = {}
        self.contents: dict[bytes, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.keyrings: list[tuple[Keyring, bytes]] = []
        self.timestamps: list[bytes] = []
        self.manifests: list[bytes] = []
        self.admission_heads: list[bytes] = []
        self.served: dict[str, bytes | None] = {}
        self.asked: list[str] = []
        self.sign_keyring(self._keyring())
        self.publish()
        self.publish_events(())

    @property
    def keyring(self) -> Keyring:
        return self.keyrings[-1][0]

    def _keyring(self) -> Keyring:
        keys = tuple(self.key(key_id) for key_id in self.signers)
        publics = tuple(public_bytes(root) for root in self.roots)
        return Keyring(1, 1, plus(self.now, seconds=YEAR_S), 2, publics, keys)

    def key(self, key_id: KeyId) -> Key:
        public = public_bytes(self.signers[key_id])
        return Key(key_id, _PURPOSES[key_id], public, (), Instant(0), plus(self.now, seconds=YEAR_S), KeyState.ACTIVE)

    def sign_keyring(self, keyring: Keyring, signers: Iterable[Ed25519PrivateKey] = ()) -> bytes:
        """Publish a keyring signed by its own root keys and by `signers`, which a test may use as the old ones."""
        own = [key for key in (*self.roots, *signers) if public_bytes(key) in keyring.root_keys]
        places = {KeyId(keyring.root_keys.index(public_bytes(key))): key for key in own}
        envelope = seal(ROOT_DOMAIN, keyring.to_payload(), places).to_bytes()
        self.keyrings.append((keyring, envelope))
        return envelope

    def raise_epoch(self) -> None:
        """Do what root's command does after a restore: begin a new epoch, and publish everything again in it."""
        epoch = self.keyring.epoch + 1
        self.sign_keyring(replace(self.keyring, epoch=epoch, version=self.keyring.version + 1))
        self.edition = publication.raised(self.edition, epoch)
        self.admissions = replace(self.admissions, epoch=epoch, version=0)
        self.publish()
        self.publish_events(())

    def sign(self, key_id: KeyId, domain: str, payload: bytes) -> bytes:
        return seal(domain, payload, {key_id: self.signers[key_id]}).to_bytes()

    def publish(self, changes: Changes | None = None) -> Manifest:
        """Publish the next manifest, and a timestamp once there is an admissions head."""
        changes = changes or Changes({}, {})
        old = {bucket: self._bucket(bucket) for bucket in publication.touched(changes)}
        before = self.edition.manifest
        stand = Stand(before.change_sequence + len(changes.tickets), self.now)
        made = publication.publish(self.edition, changes, old, publication.table_refs(self.tables), stand)
        self.edition, manifest = made.edition, made.edition.manifest
        self._keep_buckets(made.buckets)
        for blob in (self.edition.tickets, self.edition.credentials, *self.tables.values()):
            self.contents[digest(blob)] = blob
        envelope = self.sign(MANIFEST_KEY, "manifest", manifest.to_payload())
        self.manifests.append(envelope)
        self.files[addresses.manifest(manifest.epoch, manifest.version)] = envelope
        self.files[addresses.delta(manifest.epoch, before.version, manifest.version)] = made.delta.to_bytes()
        if self.admission_heads:
            self.sign_timestamp()
        return manifest

    def publish_events(self, rows: Iterable[Row], watermarks: Iterable[Watermark] = ()) -> AdmissionsHead:
        """Publish a segment of events, and a timestamp."""
        made = feed_admissions.append(
            self.admissions, self.base_hashes, rows, watermarks, self.now, lambda wanted: self.contents[wanted]
        )
        return self._keep_events(made)

    def roll_up(self, ended: Iterable[TicketId] = (), walk_ins_since: Instant = START) -> AdmissionsHead:
        """Roll all segments up into the base, and publish it."""
        rule = feed_admissions.RollUp(frozenset(ended), walk_ins_since, self.now)
        made = feed_admissions.roll_up(
            self.admissions,
            self.base_hashes,
            rule,
            lambda number: self._bucket((BucketKind.EVENTS, number)),
            lambda wanted: self.contents[wanted],
        )
        return self._keep_events(made)

    def sign_timestamp(self, **changes: object) -> bytes:
        """Publish a timestamp of the newest versions; `changes` replaces fields of it."""
        timestamp = replace(self.timestamp(), **changes)  # type: ignore[arg-type]  # the caller names fields of Timestamp
        envelope = self.sign(TIMESTAMP_KEY, "timestamp", timestamp.to_payload())
        self.timestamps.append(envelope)
        return envelope

    def timestamp(self) -> Timestamp:
        """Return the next timestamp, not signed."""
        keyring, envelope = self.keyrings[-1]
        return Timestamp(
            site=self.site,
            epoch=keyring.epoch,
            version=len(self.timestamps) + 1,
            signed_at=self.now,
            expires_at=plus(self.now, seconds=AUTONOMY_S),
            keyring=Ref(keyring.version, digest(envelope), len(envelope)),
            manifest=_ref(self.edition.manifest.version, self.manifests[-1]),
            admissions=_ref(self.admissions.version, self.admission_heads[-1]),
        )

    def head(self, timestamp: bytes | None = None) -> bytes:
        """Return the head that is polled."""
        return FeedHead(self.keyring.epoch, self.keyring.version, timestamp or self.timestamps[-1]).to_bytes()

    async def get(self, path: str, most_bytes: int) -> bytes | None:
        """Serve a path as central does, without a network."""
        self.asked.append(path)
        answer = self.served[path] if path in self.served else self.answer(path)
        if answer is not None and len(answer) > most_bytes:
            raise PeerError(f"{path}: {len(answer)} bytes are over the limit of {most_bytes}")
        return answer

    def answer(self, path: str) -> bytes | None:
        """Return what an honest central answers."""
        parts = path.partition("?")[0].split("/")
        if path in self.files:
            return self.files[path]
        if path.startswith(addresses.HEAD):
            return self.head()
        if parts[-3] == "keyring":
            after = int(parts[-2]), int(parts[-1])
            later = [data for keyring, data in self.keyrings if (keyring.epoch, keyring.version) > after]
            return later[0] if later else None
        if parts[-2] == "content":
            data = self.contents.get(bytes.fromhex(parts[-1]))
            return None if data is None else deflate(data)
        if parts[-4] == "buckets":
            return self._pack(*addresses.wanted_buckets(*parts[-3:]))
        return None

    def _pack(self, kind: BucketKind, root: bytes, numbers: Iterable[int]) -> bytes | None:
        hashes = self.contents.get(root)
        if hashes is None:
            return None
        return encode_pack([self.buckets[kind, number, hash_at(hashes, number)] for number in numbers])

    def _bucket(self, bucket: BucketId) -> bytes:
        kind, number = bucket
        hashes = self.base_hashes if kind is BucketKind.EVENTS else self.edition.hashes(kind)
        return self.buckets.get((kind, number, hash_at(hashes, number)), b"")

    def _keep_buckets(self, blobs: Mapping[BucketId, bytes]) -> None:
        for (kind, number), blob in blobs.items():
            self.buckets[kind, number, digest(blob)] = blob

    def _keep_events(self, made: feed_admissions.EventPublication) -> AdmissionsHead:
        self.admissions, self.base_hashes = made.head, made.base_hashes
        self.contents |= made.segments
        self.contents[digest(self.base_hashes)] = self.base_hashes
        self._keep_buckets(made.base_buckets)
        envelope = self.sign(ADMISSIONS_KEY, "admissions", made.head.to_payload())
        self.admission_heads.append(envelope)
        self.files[addresses.admissions(made.head.epoch, made.head.version)] = envelope
        self.sign_timestamp()
        return made.head


def _ref(version: int, envelope: bytes) -> Ref:
    return Ref(version, digest(envelope), len(envelope))


def entry(ticket_id: int, sequence: int, *, agent: int = 1, holder: bytes | None = None) -> AdmissionEvent:
    """Return an intent of entry for a ticket, or of a walk-in where a holder is given."""
    walk_in = {} if holder is None else {"kind": PassageKind.WALK_IN, "rule_id": 5, "holder": holder}
    changes: dict[str, object] = {"generation": 0, "uses_left": None, **walk_in}
    attempt = sequence.to_bytes(16, "big")
    intent = entry_intent(TicketId(ticket_id), attempt, plus(START, seconds=sequence), **changes)
    return AdmissionEvent(AgentId(agent), journal_of(agent), Sequence(sequence), SITE, ENTRY_POINT, intent)


def outcome(of: int, sequence: int, result: OutcomeResult, *, agent: int = 1) -> AdmissionEvent:
    """Return the outcome of an intent."""
    event = Outcome(Sequence(of), result, 1)
    return AdmissionEvent(AgentId(agent), journal_of(agent), Sequence(sequence), SITE, ENTRY_POINT, event)


def journal_of(agent: int) -> JournalId:
    return JournalId(agent.to_bytes(16, "big"))


def watermark(sequence: int, agent: int = 1) -> Watermark:
    return Watermark(AgentId(agent), journal_of(agent), Sequence(sequence))
