"""The upload of the journal: each entry has exactly one effect, with any fault of network and server."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from edge.central_client import AgentRevoked, CentralUnreachable
from edge.journal.journal import Journal
from edge.sync.upload import Pace, Step, Uploader, UploadPorts, keep_head_signed, upload_once
from protocol.errors import PeerError
from protocol.identifiers import JournalId, Sequence
from protocol.journal.chain import Fork, Gap, JournalHead, Proved, empty_head, head_verifies, verify_batch
from protocol.journal.events import Alarm, Entry, Rewound
from protocol.sync.answers import Quarantine, Receipt, Revoked
from protocol.sync.messages import JournalBatch, JournalGap
from tests.builders.journal import AGENT, AGENT_KEY, GATE, START, a_receipt, an_intent, open_journal, reading


@dataclass
class Office:
    """Central's side of the upload, in memory: it proves entries, stores them once, and stores contradicting ones apart."""

    stored: dict[JournalId, list[Entry]] = field(default_factory=dict)
    apart: list[JournalBatch] = field(default_factory=list)

    def head(self, journal_id: JournalId) -> JournalHead:
        entries = self.stored.get(journal_id, [])
        return JournalHead(journal_id, entries[-1].sequence, entries[-1].hash) if entries else empty_head(journal_id)

    async def upload(self, batch: JournalBatch) -> Receipt | JournalGap:
        batch = JournalBatch.from_bytes(batch.to_bytes())
        assert head_verifies(AGENT_KEY.public_key().public_bytes_raw(), AGENT, batch.head)
        known = [(entry.sequence, entry.hash) for entry in self.stored.get(batch.journal_id, [])]
        answer = verify_batch(self.head(batch.journal_id), batch.items, known)
        match answer:
            case Proved():
                self.stored.setdefault(batch.journal_id, []).extend(answer.entries)
                return a_receipt(answer.head)
            case Gap():
                return JournalGap(batch.journal_id, answer.expected)
            case Fork():
                self.apart.append(batch)
                return a_receipt(batch.head.head, quarantine=Quarantine.FORK)
        raise AssertionError(answer)

    def tickets(self) -> list[int]:
        return [e.event.ticket_id for entries in self.stored.values() for e in entries if hasattr(e.event, "ticket_id")]


@dataclass
class Answering:
    """A central that always gives the same answer."""

    answer: Receipt | JournalGap | Exception

    async def upload(self, batch: JournalBatch) -> Receipt | JournalGap:
        assert batch.items
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = open_journal(tmp_path / "journal.db")
    yield journal
    journal.close()


def write(journal: Journal, first: int, last: int) -> None:
    for number in range(first, last + 1):
        journal.append(an_intent(number, attempt=number), GATE, reading(number))


Answers = Callable[[JournalHead], Receipt | JournalGap | Exception]
marks: list[tuple[JournalId, int]] = []
PORTS = UploadPorts(reading, lambda journal_id, sequence: marks.append((journal_id, sequence)))


async def test_everything_arrives_once_and_the_mark_follows(journal: Journal) -> None:
    office = Office()
    write(journal, 1, 450)
    steps = [await upload_once(journal, office, PORTS) for _ in range(4)]
    assert steps == [Step.SENT, Step.SENT, Step.SENT, Step.NOTHING]
    assert office.tickets() == list(range(1, 451))
    assert marks[-1] == (journal.head.journal_id, 450)


@pytest.mark.law(5)
async def test_a_receipt_that_was_lost_on_the_way_does_no_harm(journal: Journal) -> None:
    office = Office()
    write(journal, 1, 10)
    batch = journal.unsent(reading())
    assert batch is not None
    await office.upload(batch)  # central stored it, but the answer never came
    write(journal, 11, 12)
    assert await upload_once(journal, office, PORTS) is Step.SENT
    assert office.tickets() == list(range(1, 13))


@pytest.mark.law(5)
async def test_a_central_restored_from_a_backup_gets_back_what_it_lost(journal: Journal) -> None:
    office = Office()
    write(journal, 1, 10)
    await upload_once(journal, office, PORTS)
    del office.stored[journal.head.journal_id][6:]
    write(journal, 11, 11)
    assert await upload_once(journal, office, PORTS) is Step.GOING_BACK
    assert await upload_once(journal, office, PORTS) is Step.SENT
    assert office.tickets() == list(range(1, 12))


@pytest.mark.law(5)
async def test_a_journal_from_a_restored_image_goes_on_under_a_new_id_and_loses_nothing(tmp_path: Path) -> None:
    path, office = tmp_path / "image.db", Office()
    journal = open_journal(path)
    write(journal, 1, 5)
    journal.close()
    image = path.read_bytes()
    journal = open_journal(path, boot=2)
    write(journal, 6, 8)
    await upload_once(journal, office, PORTS)
    journal.close()
    path.write_bytes(image)  # the trust store was restored with it, so the agent cannot know
    journal = open_journal(path, boot=3)
    old = journal.head.journal_id
    write(journal, 21, 22)
    assert await upload_once(journal, office, PORTS) is Step.BEGUN_AGAIN
    assert [batch.journal_id for batch in office.apart] == [old]
    write(journal, 23, 23)
    assert await upload_once(journal, office, PORTS) is Step.SENT
    events = [entry.event for entry in office.stored[journal.head.journal_id]]
    assert isinstance(events[0], Rewound)
    assert events[0] == Rewound(old, Sequence(7))
    assert isinstance(events[1], Alarm)
    assert 23 in office.tickets()
    journal.close()


async def test_an_old_receipt_that_is_replayed_moves_nothing(journal: Journal) -> None:
    write(journal, 1, 2)
    old = journal.head
    write(journal, 3, 4)
    with pytest.raises(PeerError, match="sent entries up to 4"):
        await upload_once(journal, Answering(a_receipt(old)), PORTS)
    assert journal.unsent_count == 4


async def test_a_revoked_agent_s_entries_are_stored_apart_and_not_sent_again(journal: Journal) -> None:
    write(journal, 1, 3)
    apart = Answering(a_receipt(journal.head, quarantine=Quarantine.REVOKED))
    assert await upload_once(journal, apart, PORTS) is Step.SENT_APART
    assert await upload_once(journal, apart, PORTS) is Step.NOTHING


@pytest.mark.parametrize(
    "answer",
    [
        lambda head: a_receipt(replace(head, sequence=Sequence(2))),
        lambda head: a_receipt(replace(head, hash=bytes(31) + b"\x01")),
        lambda head: a_receipt(replace(head, journal_id=JournalId(bytes(16)))),
        lambda head: JournalGap(head.journal_id, Sequence(1)),
        lambda head: JournalGap(head.journal_id, Sequence(9)),
        lambda _head: CentralUnreachable("cut"),
    ],
    ids=["too-little", "other-hash", "other-journal", "gap-at-what-was-sent", "gap-beyond", "unreachable"],
)
async def test_no_other_answer_moves_the_mark(
    journal: Journal, answer: Callable[[JournalHead], Receipt | JournalGap | Exception]
) -> None:
    write(journal, 1, 3)
    marks.clear()
    with pytest.raises(PeerError):
        await upload_once(journal, Answering(answer(journal.head)), PORTS)
    assert journal.unsent_count == 3
    assert marks == []


@pytest.mark.law(5)
@pytest.mark.parametrize("seed", range(16))
async def test_each_entry_has_one_effect_though_answers_are_lost_doubled_or_restored(tmp_path: Path, seed: int) -> None:
    chance, office, path = Random(seed), Office(), tmp_path / "journal.db"  # noqa: S311  a seed repeats the run
    journal, written = open_journal(path), 0
    for boot in range(2, 40):
        fate = chance.choice(["write", "send", "lose request", "lose answer", "restore office", "restart"])
        if fate == "write":
            more = chance.randint(1, 90)
            write(journal, written + 1, written + more)
            written += more
        elif fate == "send":
            await upload_once(journal, office, PORTS)
        elif fate == "lose answer" and (batch := journal.unsent(reading(), chance.randint(1, 90))) is not None:
            await office.upload(batch)
        elif fate == "restore office":
            entries = office.stored.get(journal.head.journal_id, [])
            del entries[chance.randint(0, len(entries)) :]
        elif fate == "restart":
            journal.close()
            journal = open_journal(path, boot=boot)
    write(journal, written + 1, written + 1)  # so that the agent uploads to a restored office, which names the missing entries
    while await upload_once(journal, office, PORTS) is not Step.NOTHING:
        pass
    assert office.tickets() == list(range(1, written + 2))
    assert office.apart == []
    journal.close()


class _Over(Exception):
    pass


async def test_the_loop_backs_off_and_goes_on(journal: Journal) -> None:
    office, slept = Office(), list[float]()
    failures = [CentralUnreachable("cut")] * 3

    class Flaky:
        async def upload(self, batch: JournalBatch) -> Receipt | JournalGap:
            if failures:
                raise failures.pop()
            answer = await office.upload(batch)
            done.set()
            return answer

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    done = asyncio.Event()
    write(journal, 1, 3)
    uploader = Uploader(journal, Flaky(), PORTS, Pace(lambda: 0.0, sleep))
    task = asyncio.create_task(uploader.run())
    await asyncio.wait_for(done.wait(), 5)
    assert slept == [0.5, 1.0, 2.0]
    done.clear()
    write(journal, 4, 4)
    uploader.wake()
    await asyncio.wait_for(done.wait(), 5)
    assert office.tickets() == [1, 2, 3, 4]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_loop_ends_with_a_revocation(journal: Journal) -> None:
    async def sleep(_seconds: float) -> None:
        raise AssertionError("a revocation is no failure to wait for")

    write(journal, 1, 1)
    revoked = AgentRevoked(Revoked(AGENT, wipe=False, signed_at=START))
    with pytest.raises(AgentRevoked):
        await Uploader(journal, Answering(revoked), PORTS, Pace(lambda: 0.0, sleep)).run()


async def test_the_head_is_signed_without_a_network(journal: Journal) -> None:
    now = [0]

    async def sleep(seconds: float) -> None:
        now[0] += int(seconds * 1_000)
        if now[0] > 6_000:
            raise _Over

    write(journal, 1, 1)
    with pytest.raises(_Over):
        await keep_head_signed(journal, lambda: reading(now[0]), sleep)
    file = journal._file  # noqa: SLF001  the file cannot be opened a second time
    with file.guarded():
        assert file.execute("SELECT head_sequence FROM journal").get == 1
