"""A real central in separate processes, prepared for a measurement: a site, ticket types, gates and their keys.

Agents are written into the database directly (enrolment is limited to ten a minute); everything else goes through the API.
"""

import re
import secrets
import shutil
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import col, update

from central.store.engine import open_database
from central.store.tables.devices import AgentRow, CheckPointRow
from central.store.tables.metadata import METADATA
from central.store.unit_of_work import Store
from protocol.identifiers import AgentId, CheckPointId, SiteId
from protocol.instants import Instant
from protocol.sync.messages import Duty
from protocol.sync.paths import CBOR_TYPE
from protocol.sync.signing import Request, sign_request
from tests.bench.children import ChildFailed, child, environment, next_line
from tests.bench.feed_server import computer_at
from tests.bench.wire_client import request_bytes
from tests.journeys.office import Office, Sold

PRICE_FEN = 8_000
ZONE = ZoneInfo("Asia/Shanghai")
TICKETS_AN_ORDER = 500
_PASSWORD = re.compile(r"one-time password (\S+);")
_READY = "ready: "


@dataclass(slots=True)
class BenchAgent:
    """An agent that central knows, and the check point that it hosts."""

    agent: AgentId
    private: Ed25519PrivateKey
    site: SiteId
    check_point: CheckPointId
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def request(self, method: str, url: str, body: bytes = b"") -> bytes:
        """Return a signed request as bytes, with the next sequence."""
        headers = sign_request(self.private, Request(method, url, body), self.agent, next(self.numbers), computer_at())
        return request_bytes(method, url, headers | {"content-type": CBOR_TYPE}, body)


class BenchOffice:
    """Central over one directory and one database; `url` stays the same from one start to the next."""

    def __init__(self, directory: Path, session: aiohttp.ClientSession, database_url: str = "") -> None:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        self.directory = directory
        self._passphrase = secrets.token_hex(8)
        self._port = _free_port()
        self._password = ""
        self.database_url = database_url or f"sqlite:///{directory / 'central.db'}"
        self.url = f"http://127.0.0.1:{self._port}"
        self.api = Office(session, self.url)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Process]:
        """Serve; the first time, the administrator signs in."""
        async with self._process(self._port) as process:
            if not self._password:
                raise ChildFailed("central printed no one-time password")
            if self._password != "used":
                await self.api.sign_in(self._password)
                self._password = "used"
            yield process

    @asynccontextmanager
    async def second(self) -> AsyncIterator[str]:
        """Serve by a second process too, over the same database; yield its URL."""
        port = _free_port()
        async with self._process(port):
            yield f"http://127.0.0.1:{port}"

    @asynccontextmanager
    async def _process(self, port: int) -> AsyncIterator[Process]:
        env = environment(
            PAIFANG_DATA_DIR=str(self.directory),
            PAIFANG_DATABASE_URL=self.database_url,
            PAIFANG_LISTEN_PORT=str(port),
            PAIFANG_ROOT_PASSPHRASE=self._passphrase,
        )
        async with child("-m", "paifang", "central", "serve", env=env, log=self.directory / "central.log") as process:
            while not (line := await next_line(process)).startswith(_READY):
                found = _PASSWORD.search(line)
                self._password = found.group(1) if found else self._password
            yield process

    async def sell(self, site: int, ticket_type: int, tickets: int) -> list[Sold]:
        """Sell tickets for today."""
        sold: list[Sold] = []
        while len(sold) < tickets:
            quantity = min(TICKETS_AN_ORDER, tickets - len(sold))
            sold += await self.api.sell(site, ticket_type, PRICE_FEN, today(), quantity)
        return sold

    async def add_agents(self, site: int, points: list[int], agents: int) -> list[BenchAgent]:
        """Write agents into the database (SQLite: while it is not served); each hosts a check point, where one is left."""
        assert "site" in METADATA.tables, "an agent's row refers to tables that are known once all are imported"
        keys = [Ed25519PrivateKey.generate() for _ in range(agents)]
        now = computer_at()
        store = Store(open_database(self.database_url))
        try:
            async with store.transaction() as work:
                rows = [_agent_row(SiteId(site), number, key, now) for number, key in enumerate(keys)]
                work.session.add_all(rows)
                await work.session.flush()
                for row, point in zip(rows, points, strict=False):
                    await work.session.exec(update(CheckPointRow).where(col(CheckPointRow.id) == point).values(agent_id=row.id))
                ids = [AgentId(row.id or 0) for row in rows]
        finally:
            await store.close()
        hosted = [CheckPointId(point) for point in points] + [CheckPointId(1)] * (agents - len(points))
        return [BenchAgent(agent, key, SiteId(site), point) for agent, key, point in zip(ids, keys, hosted, strict=True)]


@asynccontextmanager
async def served_office(directory: Path, database_url: str) -> AsyncIterator[tuple[BenchOffice, list[str]]]:
    """Serve by one process, and on a shared database by a second one too; yield central and the URL of each process."""
    async with aiohttp.ClientSession() as session, AsyncExitStack() as serving:
        office = BenchOffice(directory, session, database_url)
        await serving.enter_async_context(office.serving())
        urls = [office.url]
        if database_url:
            urls.append(await serving.enter_async_context(office.second()))
        yield office, urls


def _agent_row(site: SiteId, number: int, key: Ed25519PrivateKey, now: Instant) -> AgentRow:
    return AgentRow(
        site_id=site,
        name=f"gate {number}",
        role="gate",
        public_key=key.public_key().public_bytes_raw(),
        enrolled_at=now,
        duty=Duty.OPEN.value,
        duty_since=now,
        last_seen_at=now,
        last_head_at=Instant(0),
    )


def today() -> date:
    """Return today at the site."""
    return datetime.fromtimestamp(computer_at() / 1_000, ZONE).date()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
