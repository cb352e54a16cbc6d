"""The cache answers only from signed data, after any change to its file."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import apsw
import pytest

from edge.cache.cache import Cache, CacheEmpty, open_cache
from edge.cache.database import CacheFault, CacheTampered
from edge.cache.staging import Staging
from edge.sync.download import Downloader, Moment
from edge.trust.store import TrustStore
from protocol.errors import StorageError
from protocol.feed.buckets import digest
from protocol.feed.delta import changes
from protocol.feed.records import CredentialKind, encode_tickets
from protocol.feed.segments import ticket_row, walk_in_row
from protocol.feed.trust import TrustState, begin
from protocol.identifiers import CheckPointId, TicketId, TicketTypeId
from protocol.journal.history import AdmissionEvent
from protocol.tickets.record import TicketRecord, TicketState
from protocol.tickets.short_number import number_of
from tests.builders.feed import (
    ENTRY_POINT,
    SAMPLE_POINT,
    SAMPLE_RULES,
    SAMPLE_TICKET_TYPE,
    SITE,
    START,
    TICKET_TYPE,
    FeedSimulator,
    credential,
    entry,
    ticket,
    tickets,
    watermark,
)

pytestmark = pytest.mark.law(4)

HELD = [*tickets(6), ticket(0x123_0000_0000_0001, state=TicketState.VOID)]
VOID = HELD[-1].ticket_id
ROLLED_UP, RECENT = HELD[0].ticket_id, HELD[1].ticket_id
STRANGER = TicketId(VOID + 1)  # with VOID's short number, which leads only to VOID
NUMBER_ABOVE_ALL_IDS = "999999999951"
HOLDER = b"h" * 16
CARD = credential(HELD[2].ticket_id, 1)
CHOSEN_FLIPS = 400


def answers(cache: Cache) -> list[Callable[[], object]]:
    """Every look-up that a decision uses."""
    ids = [*(record.ticket_id for record in HELD), STRANGER]
    look_ups: list[Callable[[], object]] = []
    for one in ids:
        look_ups += [partial(cache.record, one), partial(cache.events_of, one), partial(cache.tickets_numbered, number_of(one))]
    look_ups += [
        lambda: cache.tickets_by(CARD.kind, CARD.key),
        lambda: cache.tickets_by(CredentialKind.ID_CARD, CARD.key),
        lambda: cache.walk_ins_of(HOLDER),
        lambda: cache.ticket_type(TICKET_TYPE),
        lambda: cache.check_point(ENTRY_POINT),
        cache.site_rules,
        lambda: cache.version,
    ]
    return look_ups


def expected() -> list[object]:
    """The right answers for this test's feed."""
    events: dict[int, tuple[AdmissionEvent, ...]] = {ROLLED_UP: (entry(ROLLED_UP, 1),), RECENT: (entry(RECENT, 2),)}
    found: list[object] = []
    for record in HELD:
        found += [record, events.get(record.ticket_id, ()), (record.ticket_id,)]
    found += [None, (), (VOID,), (HELD[2].ticket_id,), (), (entry(0, 3, holder=HOLDER),)]
    return [*found, SAMPLE_TICKET_TYPE, SAMPLE_POINT, SAMPLE_RULES, 2]


def world() -> FeedSimulator:
    feed = FeedSimulator()
    feed.publish(changes(HELD, (), [CARD]))
    feed.publish_events([ticket_row(ROLLED_UP, entry(ROLLED_UP, 1))], [watermark(1)])
    feed.roll_up()
    recent = [ticket_row(RECENT, entry(RECENT, 2)), walk_in_row(HOLDER, entry(0, 3, holder=HOLDER))]
    feed.publish_events(recent, [watermark(3)])
    return feed


async def download(feed: FeedSimulator, folder: Path) -> TrustState:
    """Fill cache.db and trust.db in a folder, and close them."""
    trust = TrustStore(folder / "trust.db")
    cache, state = open_cache(folder / "cache.db", trust.state() or begin(SITE, feed.keyrings[0][1]))
    trust.save_state(state)
    staging = Staging.open(folder / "cache.db")
    downloader = Downloader(feed, cache, staging, trust, asyncio.Lock())
    await downloader.refresh(feed.head(), Moment(START, 0))
    state = downloader.state
    for one in (staging, cache, trust):
        one.close()
    return state


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrustState]:
    folder = tmp_path_factory.mktemp("gate")
    return folder / "cache.db", asyncio.run(download(world(), folder))


def test_the_cache_answers_as_central_published(filled: tuple[Path, TrustState]) -> None:
    cache, state = open_cache(*filled)
    assert [ask() for ask in answers(cache)] == expected()
    assert state == filled[1]
    assert cache.edition == (1, 2, 4)
    assert cache.as_of == START
    assert cache.ticket_type(TicketTypeId(99)) is None
    assert cache.check_point(CheckPointId(99)) is None
    assert cache.table("pins") is None
    assert cache.tickets_numbered(NUMBER_ABOVE_ALL_IDS) == ()
    assert cache.tickets_numbered(number_of(TicketId(VOID + 2**32))) == ()
    cache.close()


def test_a_cache_without_a_feed_answers_nothing(tmp_path: Path) -> None:
    cache, _ = open_cache(tmp_path / "cache.db", begin(SITE, FeedSimulator().keyrings[0][1]))
    assert cache.edition is None
    for ask in answers(cache):
        with pytest.raises(CacheEmpty):
            ask()
    cache.close()


def check_never_wrong(path: Path, state: TrustState, told: list[object]) -> int:
    """Run all look-ups; return how often the file was refused. A wrong answer fails the test."""
    try:
        cache, _ = open_cache(path, state)
    except (CacheTampered, CacheFault):
        return 1
    refused = 0
    for ask, right in zip(answers(cache), told, strict=True):
        try:
            assert ask() == right
        except (CacheTampered, CacheFault):
            refused += 1
    cache.close()
    return refused


def test_a_byte_flipped_anywhere_in_the_file_never_gives_a_wrong_answer(filled: tuple[Path, TrustState], tmp_path: Path) -> None:
    path, state = filled
    original, told = path.read_bytes(), expected()
    source = random.Random(20)  # noqa: S311  # which bytes to flip, repeatable
    refused = 0
    for flip in range(CHOSEN_FLIPS):
        place = source.randrange(len(original))
        copy = tmp_path / f"{flip}.db"
        copy.write_bytes(original[:place] + bytes([original[place] ^ 1 << source.randrange(8)]) + original[place + 1 :])
        refused += bool(check_never_wrong(copy, state, told))
        copy.unlink()
    assert refused > CHOSEN_FLIPS // 2


def edit(path: Path, target: Path, statement: str, values: tuple[object, ...] = ()) -> None:
    """Change the file as a technician with a database tool can."""
    target.write_bytes(path.read_bytes())
    connection = apsw.Connection(str(target))
    connection.execute(statement, values)
    assert connection.changes() > 0
    connection.close()


def test_every_byte_of_every_bucket_counts(filled: tuple[Path, TrustState], tmp_path: Path) -> None:
    path, state = filled
    connection = apsw.Connection(str(path))
    buckets = list(connection.execute("SELECT id, data FROM bucket"))
    connection.close()
    told, target = expected(), tmp_path / "cache.db"
    for row_id, data in buckets:
        for place in range(len(data)):
            flipped = data[:place] + bytes([data[place] ^ 0x80]) + data[place + 1 :]
            edit(path, target, "UPDATE bucket SET data = ? WHERE id = ?", (flipped, row_id))
            assert check_never_wrong(target, state, told) > 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM bucket",
        "DELETE FROM bucket WHERE kind = 'credentials'",
        "DELETE FROM bucket WHERE kind = 'events'",
        "UPDATE bucket SET number = number + 1",
        "UPDATE bucket SET data = (SELECT data FROM bucket AS other WHERE other.id <> bucket.id)",
        "UPDATE bucket SET data = x''",
        "DELETE FROM content",
        "UPDATE content SET data = zeroblob(length(data))",
        "UPDATE in_force SET manifest = x''",
        "UPDATE in_force SET admissions = manifest",
    ],
)
def test_rows_deleted_swapped_or_emptied_are_refused(filled: tuple[Path, TrustState], tmp_path: Path, statement: str) -> None:
    target = tmp_path / "cache.db"
    edit(filled[0], target, statement)
    assert check_never_wrong(target, filled[1], expected()) > 0


def test_a_void_ticket_made_active_on_disk_with_a_matching_hash_is_still_refused(
    filled: tuple[Path, TrustState], tmp_path: Path
) -> None:
    forged = encode_tickets([replace(HELD[-1], state=TicketState.ACTIVE)])
    target = tmp_path / "cache.db"
    edit(
        filled[0],
        target,
        "UPDATE bucket SET data = ?, sha256 = ? WHERE kind = 'tickets' AND number = ?",
        (forged, digest(forged), VOID >> 52),
    )
    cache, _ = open_cache(target, filled[1])
    with pytest.raises(CacheTampered):
        cache.record(VOID)
    cache.close()


def test_a_byte_changed_while_the_gate_runs_is_refused_at_the_next_look_up(
    filled: tuple[Path, TrustState], tmp_path: Path
) -> None:
    target = tmp_path / "cache.db"
    target.write_bytes(filled[0].read_bytes())
    cache, _ = open_cache(target, filled[1])
    assert cache.record(VOID) == HELD[-1]
    technician = apsw.Connection(str(target))
    technician.execute("UPDATE bucket SET data = zeroblob(length(data)) WHERE kind = 'tickets'")
    technician.close()
    with pytest.raises(CacheTampered):
        cache.record(VOID)
    with pytest.raises(CacheTampered):
        cache.tickets_numbered(number_of(VOID))
    cache.close()


@pytest.mark.law(3)
async def test_an_older_cache_file_put_back_is_refused(tmp_path: Path) -> None:
    feed = world()
    await download(feed, tmp_path)
    older = (tmp_path / "cache.db").read_bytes()
    feed.publish(changes([replace(HELD[0], state=TicketState.VOID)]))
    state = await download(feed, tmp_path)
    (tmp_path / "cache.db").write_bytes(older)
    with pytest.raises(CacheTampered, match="rollback"):
        open_cache(tmp_path / "cache.db", state)


@pytest.mark.law(3)
async def test_a_power_cut_between_cache_and_trust_store_leaves_a_gate_that_starts(tmp_path: Path) -> None:
    feed = world()
    before = await download(feed, tmp_path)
    feed.publish(changes([replace(HELD[0], state=TicketState.VOID)]))
    after = await download(feed, tmp_path)
    cache, state = open_cache(tmp_path / "cache.db", before)
    record: TicketRecord | None = cache.record(HELD[0].ticket_id)
    assert record is not None
    assert record.state is TicketState.VOID
    assert (state.manifest, state.admissions) == (after.manifest, after.admissions)
    cache.close()


def test_a_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "cache.db"))
    connection.pragma("user_version", 99)
    connection.close()
    with pytest.raises(StorageError, match="99"):
        Staging.open(tmp_path / "cache.db")
