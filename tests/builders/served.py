"""A whole central behind a real socket, and gates that talk to it as real ones do, with a clock that the test turns."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from central.assembly import Ambience, Built, build_app
from central.settings import CentralSettings
from central.store.engine import open_database
from central.store.unit_of_work import Store
from central.sync.publisher import Publisher
from edge.cache.cache import Cache, open_cache
from edge.cache.staging import Staging
from edge.central_client import Caller, CentralClient, enrol
from edge.journal.journal import Journal, Owner
from edge.sync.download import Downloader, Moment, Refreshed
from edge.sync.feed_content import FeedMoved
from edge.sync.upload import Step, UploadPorts, upload_once
from edge.trust.store import TrustStore
from protocol.admission.verdict import Verdict
from protocol.directions import Direction
from protocol.feed.trust import begin
from protocol.identifiers import AttemptId, BootId, CheckPointId, JournalId, Sequence, TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET, ClockReading, Event, FeedInForce, Intent, Outcome, OutcomeResult, Refusal
from protocol.sync.answers import Believer
from protocol.sync.messages import AdmissionRequest, CredentialForm, EnrolAnswer, EnrolRequest
from tests.builders.central import HandClock, SeededBytes, cheap_hasher, sqlite_url
from tests.builders.intents import entry_intent

PASSPHRASE = "the root key of a test"
PASSWORD = "a long passphrase"
VISIT_DAY = "2026-05-10"
_numbers = count(1)


@dataclass(slots=True)
class Central:
    """A running central, and an administrator who is signed in."""

    folder: Path
    clock: HandClock
    server: TestServer
    session: aiohttp.ClientSession
    database_url: str
    built: Built
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{self.server.host}:{self.server.port}"

    @asynccontextmanager
    async def other_store(self) -> AsyncIterator[Store]:
        """Open the database as another process would; the embedded one has room for this process's connection only."""
        if self.database_url.startswith("sqlite"):
            yield self.built.store
            return
        store = Store(open_database(self.database_url))
        yield store
        await store.close()

    @property
    def publisher(self) -> Publisher:
        return self.built.publisher

    async def api(self, method: str, path: str, body: object = None, *, status: int | None = None) -> Any:  # noqa: ANN401 - JSON
        """Ask the API as the administrator; every request has an Idempotency-Key of its own."""
        headers = {**self.headers, "Idempotency-Key": f"test-key-{next(_numbers):06}"}
        async with self.session.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers) as answer:
            said = await answer.json() if answer.status != 204 else None
            assert answer.status == status if status else answer.ok, (answer.status, said)
            return said

    async def sign_in_again(self) -> None:
        """Begin a new session of the administrator, after the last one ended."""
        self.headers.clear()
        session = await self.api("POST", "/session", {"name": "admin", "password": PASSWORD, "bearer": True})
        self.headers["Authorization"] = f"Bearer {session['token']}"

    async def add_site(self) -> int:
        return int((await self.api("POST", "/sites", {"name_zh": "牌坊镇", "name_en": "Paifang Town"}))["site_id"])

    async def add_type(self, site: int = 1, **parameters: object) -> int:
        """Add a ticket type: a single entry, unless stated otherwise."""
        stated = {
            "name_zh": "成人票",
            "name_en": "Adult",
            "entitlements": [{"sites": [site], "always": [{"check": "total-uses", "most": 1}]}],
            **parameters,
        }
        added = await self.api("POST", "/ticket-types", {"parameters": stated, "price_fen": 8000})
        return int(added["ticket_type_id"])

    async def add_check_point(self, ticked: list[int], site: int = 1, **settings: object) -> int:
        body = {"name_zh": "一号闸机", "name_en": "Gate 1", "ticked": ticked, **settings}
        return int((await self.api("POST", f"/sites/{site}/check-points", body))["check_point_id"])

    async def sell(self, ticket_type: int, quantity: int = 1, site: int = 1) -> list[dict[str, Any]]:
        """Sell tickets for today in cash; return them as the API shows them."""
        wanted = {
            "site_id": site,
            "lines": [{"ticket_type_id": ticket_type, "quantity": quantity, "visit_day": VISIT_DAY}],
        }
        total = (await self.api("POST", "/quotes", wanted))["total_fen"]
        order = await self.api("POST", "/orders", {**wanted, "expected_total_fen": total, "method": "cash"})
        tickets: list[dict[str, Any]] = order["tickets"]
        return tickets

    async def enrol(self, *check_points: int, name: str = "gate", site: int = 1) -> "Gate":
        """Enrol a gate that hosts these check points."""
        body = {"role": "gate", "check_point_ids": list(check_points)}
        code = (await self.api("POST", f"/sites/{site}/enrolment-codes", body))["code"]
        return await self.enrol_by(code, check_points[0], name)

    async def enrol_by(self, code: str, check_point: int, name: str) -> "Gate":
        """Enrol a gate by the code that a person was shown."""
        private = Ed25519PrivateKey.from_private_bytes(next(_numbers).to_bytes(32, "big"))
        answer = await enrol(self.session, self.url, EnrolRequest.make(private, code, name))
        return Gate(self, answer, private, self.folder / f"{name}-{answer.agent}", CheckPointId(check_point))


class Gate:
    """The files and connections of a gate, without devices."""

    def __init__(
        self, central: Central, answer: EnrolAnswer, private: Ed25519PrivateKey, folder: Path, check_point: CheckPointId
    ) -> None:
        folder.mkdir()
        self.central = central
        self.answer = answer
        self.agent = answer.agent
        self.private = private
        self.check_point = check_point
        self.trust = TrustStore(folder / "trust.db")
        self.cache, state = self._cache(folder)
        self.trust.save_state(state)
        self.staging = Staging.open(folder / "cache.db")
        self.client = self.connect()
        self.downloader = Downloader(self.client, self.cache, self.staging, self.trust, asyncio.Lock())
        numbers = SeededBytes(f"journal of {self.agent}")
        self.owner = Owner(answer.agent, answer.site, private, BootId(bytes(8)), lambda: JournalId(numbers(16)))
        self.folder = folder
        self.journal = Journal.open(folder / "journal.db", self.owner, None, self.reading())
        self._attempts = SeededBytes(f"attempts of {self.agent}")

    def _cache(self, folder: Path) -> tuple[Cache, Any]:
        return open_cache(folder / "cache.db", self.trust.state() or begin(self.answer.site, self.answer.keyring))

    def connect(self) -> CentralClient:
        caller = Caller(
            agent=self.agent,
            private=self.private,
            believer=lambda: Believer(self.agent, self.answer.site, self.downloader.state.keyring),
            reserve=self.trust.reserve_requests,
            now=self.central.clock,
        )
        return CentralClient(self.central.session, self.central.url, caller)

    def follow(self, central: Central) -> None:
        """Talk to another central from now on, as after a restart."""
        self.central = central
        self.client = self.connect()
        self.downloader = Downloader(self.client, self.cache, self.staging, self.trust, asyncio.Lock())

    def close(self) -> None:
        for one in (self.journal, self.staging, self.cache, self.trust):
            one.close()

    def reading(self) -> ClockReading:
        return ClockReading(self.central.clock(), self.central.clock(), 10)

    async def refresh(self, wait_s: int = 0) -> None:
        """Download the newest feed, and journal what is in force."""
        is_new = self.downloader.state.timestamp is None
        refreshed = await self._follow(max(wait_s, 10) if is_new else wait_s)
        if refreshed.switched:
            feed = self.cache.feed
            assert feed is not None
            self.note(FeedInForce(feed.manifest.epoch, feed.manifest.version))

    async def _follow(self, wait_s: int) -> Refreshed:
        """Download; begin again at the head where central published in between, as a follower does."""
        for _ in range(20):
            with suppress(FeedMoved):
                return await self.downloader.refresh(await self.downloader.poll(wait_s), Moment(self.central.clock(), 10))
        raise AssertionError("central never stood still")

    async def refresh_until(self, ready: Callable[["Gate"], bool]) -> None:
        """Follow the feed until the gate knows something; bounded."""
        for _ in range(50):
            await self.refresh(wait_s=1)
            if ready(self):
                return
        raise AssertionError("the feed never told it")

    def note(self, event: Event) -> Sequence:
        return self.journal.append(event, self.check_point, self.reading()).sequence

    def admit(self, ticket: str | int, *, attempt: bytes | None = None, at: Instant | None = None, passed: bool = True) -> Intent:
        """Journal an admission and its passage, as a lane does."""
        ticket_id = TicketId(int(ticket, 16) if isinstance(ticket, str) else ticket)
        intent = entry_intent(ticket_id, attempt or self._attempts(16), self.central.clock() if at is None else at)
        sequence = self.note(intent)
        result = OutcomeResult.PASSED if passed else OutcomeResult.NOT_PASSED
        self.note(Outcome(sequence, result, 1 if passed else 0))
        return intent

    def refuse(self, reason: str, ticket: str | None = None, at: Instant | None = None) -> Refusal:
        """Journal a refusal, as a lane does; without a ticket where the code named none."""
        ticket_id = NO_TICKET if ticket is None else TicketId(int(ticket, 16))
        scanned_at = self.central.clock() if at is None else at
        refusal = Refusal(AttemptId(self._attempts(16)), reason, ticket_id, Direction.ENTRY, scanned_at)
        self.note(refusal)
        return refusal

    async def ask_to_admit(
        self, attempt: int, credential: str, form: CredentialForm = CredentialForm.CODE, direction: Direction = Direction.ENTRY
    ) -> Verdict:
        """Have central decide about a credential that one person shows, as a device without a cache does."""
        request = AdmissionRequest(
            attempt_id=AttemptId(attempt.to_bytes(16, "big")),
            form=form,
            credential=credential.encode(),
            check_point=self.check_point,
            direction=direction,
            persons=1,
            scanned_at=self.central.clock(),
            holder=None,
        )
        return (await self.client.admission(request)).verdict

    async def upload(self) -> list[Step]:
        """Upload until nothing is left."""
        steps: list[Step] = []
        while not steps or steps[-1] is not Step.NOTHING:
            steps.append(await upload_once(self.journal, self.client, UploadPorts(self.reading, lambda _id, _sequence: None)))
        return steps


@asynccontextmanager
async def running_central(folder: Path, clock: HandClock, url: str = "", origin: str = "") -> AsyncIterator[Central]:
    """Serve a central on loopback, with its administrator signed in; in the same folder it goes on where it stopped."""
    settings = CentralSettings(
        data_dir=folder,
        database_url=url or sqlite_url(folder),
        root_passphrase=SecretStr(PASSPHRASE),
        public_origin=origin,
    )
    built = await build_app(settings, Ambience(clock, SeededBytes(f"central {next(_numbers)}"), cheap_hasher(), cheap_hasher()))
    server = TestServer(built.app)
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        central = Central(folder, clock, server, session, settings.database_url, built)
        try:
            await _sign_in(central, built.notices)
            yield central
        finally:
            await server.close()


async def _sign_in(central: Central, notices: tuple[str, ...]) -> None:
    said = next((notice for notice in notices if "one-time password" in notice), None)
    password = PASSWORD if said is None else said.split("one-time password ")[1].split(";")[0]
    body = {"name": "admin", "password": password, "bearer": True}
    session = await central.api("POST", "/session", body)
    central.headers["Authorization"] = f"Bearer {session['token']}"
    if said is not None:
        body = {"old_password": password, "new_password": PASSWORD, "bearer": True}
        session = await central.api("PUT", "/session/password", body)
        central.headers["Authorization"] = f"Bearer {session['token']}"
