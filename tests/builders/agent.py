"""A whole agent without lanes, on its own files, before a real HTTP server that stands in for central."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from aiohttp import web
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.assembly import run_agent
from edge.enrolment import write_identity
from edge.local.server import ask_local
from edge.local_messages import Question, Request
from edge.settings import AgentSettings
from protocol.admission.supervisors import SUPERVISORS, Supervisor, encode_supervisors
from protocol.errors import PeerError
from protocol.feed import addresses
from protocol.identifiers import KeyId
from protocol.instants import Instant
from protocol.journal.codec import decode_entry
from protocol.journal.events import Alarm, Entry
from protocol.keyring import Key, KeyState, Purpose
from protocol.sync import paths
from protocol.sync.answers import DutyAnswer, Quarantine, Receipt, Revoked, TimeAnswer
from protocol.sync.messages import Duty, EnrolAnswer, JournalBatch, SignOffRequest, TimeRequest
from tests.builders.feed import SITE, FeedSimulator, public_bytes, sample_tables, ticket
from tests.builders.journal import AGENT, AGENT_KEY

PIN = "4711"
ANNA = Supervisor(7, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PIN))
ONE = ticket(0x1111)
ANSWER_KEYS = {
    purpose: (KeyId(number), Ed25519PrivateKey.from_private_bytes(sha256(purpose.encode()).digest()))
    for number, purpose in enumerate((Purpose.RECEIPTS, Purpose.TIME, Purpose.COMMANDS), start=11)
}
HEAD_WAIT_S = 0.2
LIMIT_S = 30.0


def now() -> Instant:
    return Instant(time.time_ns() // 1_000_000)


@dataclass
class Office:
    """Central's side of the wire. `revoked` says whether the agent is revoked, and whether it must erase its keys."""

    feed: FeedSimulator
    entries: list[Entry] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    revoked: Revoked | None = None

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.*}", self.get)
        app.router.add_post("/{path:.*}", self.post)
        return app

    async def get(self, request: web.Request) -> web.Response:
        if self.revoked:
            return self.revocation(self.revoked)
        if request.path.startswith(addresses.HEAD):
            await asyncio.sleep(HEAD_WAIT_S)
        data = self.feed.answer(request.path_qs)
        return web.Response(status=404) if data is None else web.Response(body=data)

    async def post(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.path == paths.JOURNAL:
            return self.take(JournalBatch.from_bytes(body))
        if self.revoked:
            return self.revocation(self.revoked)
        if request.path == paths.TIME:
            nonce = TimeRequest.from_bytes(body).nonce
            return self.sealed(TimeAnswer(AGENT, nonce, now()).to_sealed(self.signer(Purpose.TIME)))
        duty = SignOffRequest.from_bytes(body).duty
        self.duties.append(duty)
        return self.sealed(DutyAnswer(AGENT, duty, now()).to_sealed(self.signer(Purpose.RECEIPTS)))

    def take(self, batch: JournalBatch) -> web.Response:
        read = [decode_entry(item) for item in batch.items if isinstance(item, bytes)]
        known = {(entry.journal_id, entry.sequence) for entry in self.entries}
        self.entries.extend(entry for entry in read if (entry.journal_id, entry.sequence) not in known)
        head = batch.head.head
        apart = Quarantine.REVOKED if self.revoked else Quarantine.NONE
        receipt = Receipt(AGENT, head.journal_id, head.sequence, head.hash, apart, now())
        return self.sealed(receipt.to_sealed(self.signer(Purpose.RECEIPTS)))

    def signer(self, purpose: Purpose) -> dict[KeyId, Ed25519PrivateKey]:
        key_id, private = ANSWER_KEYS[purpose]
        return {key_id: private}

    def sealed(self, body: bytes, status: int = 200) -> web.Response:
        return web.Response(body=body, status=status, content_type=paths.CBOR_TYPE)

    def revocation(self, revoked: Revoked) -> web.Response:
        return self.sealed(revoked.to_sealed(self.signer(Purpose.COMMANDS)), 403)

    def alarms(self) -> list[str]:
        return [entry.event.name for entry in self.entries if isinstance(entry.event, Alarm)]


def an_office() -> Office:
    feed = FeedSimulator(sample_tables() | {SUPERVISORS: encode_supervisors((ANNA,))})
    feed.now = now()
    year = Instant(feed.now + 366 * 86_400_000)
    answering = [
        Key(key_id, purpose, public_bytes(private), (), Instant(0), year, KeyState.ACTIVE)
        for purpose, (key_id, private) in ANSWER_KEYS.items()
    ]
    feeding = [replace(key, not_after=year) for key in feed.keyring.keys]
    feed.sign_keyring(replace(feed.keyring, expires_at=year, keys=(*feeding, *answering)))
    feed.publish()
    feed.publish_events(())
    return Office(feed)


class Rig:
    """The agent's directory and settings; `running` serves it for as long as the block lasts."""

    def __init__(self, directory: Path, office: Office, url: str) -> None:
        self.directory, self.office = directory, office
        keyring = office.feed.keyrings[-1][1]
        write_identity(directory, url, AGENT_KEY, EnrolAnswer(AGENT, SITE, keyring, bytes(32)))
        self.settings = AgentSettings(data_dir=directory)
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.task = asyncio.create_task(run_agent(self.settings))
        await self.until(bool)

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task
            self.task = None

    async def ask(self, question: Question, **fields: object) -> dict[str, object]:
        return await ask_local(self.settings.socket, Request(question, **fields))  # type: ignore[arg-type]  # named by the test

    async def until(self, condition: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        async with asyncio.timeout(LIMIT_S):
            while True:
                assert self.task is None or not self.task.done(), self.task
                with suppress(PeerError):
                    status = await self.ask(Question.STATUS)
                    if condition(status):
                        return status
                await asyncio.sleep(0.02)

    async def until_fresh(self) -> dict[str, object]:
        return await self.until(lambda status: version_of(status) > 0 and bool(status["clock_trusted"]))


def version_of(status: dict[str, object]) -> int:
    feed = status["feed"]
    assert isinstance(feed, dict)
    return int(feed["version"])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - what is waited for happens on a wire and has no event
            await asyncio.sleep(0.02)
