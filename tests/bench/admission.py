"""Online admissions: central decides, records and answers for devices without a cache; each call is the only entry of a ticket.

Each client sends one request after the other over its own connection; the connections are spread over the server processes. The
requests are made beforehand, so that only the servers' time is measured. The time includes central's publishing.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from protocol import cbor
from protocol.admission.verdict import Admit
from protocol.directions import Direction
from protocol.identifiers import AttemptId
from protocol.signatures import Envelope
from protocol.sync import paths
from protocol.sync.messages import AdmissionRequest, CredentialForm
from protocol.sync.verdicts import verdict_from_value
from tests.bench.children import ChildFailed
from tests.bench.feed_server import computer_at
from tests.bench.measuring import median, now_s, percentile
from tests.bench.office import PRICE_FEN, BenchAgent, BenchOffice
from tests.bench.wire_client import WireClient
from tests.journeys.office import Sold

ROUNDS = 3
WARM_CALLS = 40
_OK = 200


@dataclass(frozen=True, slots=True)
class Rate:
    """Admissions a second, and the 95th percentile of the seconds that one took."""

    per_s: float
    p95_s: float


@dataclass(slots=True)
class Hall:
    """Servers at `urls`, agents at the doors, tickets not yet used."""

    urls: list[str]
    agents: list[BenchAgent]
    tickets: list[Sold]

    async def rate(self, clients: int, calls: int) -> Rate:
        """Return the median rate of some rounds of so many calls in all, by so many clients at once."""
        await self._round(clients, WARM_CALLS)
        rounds = [await self._round(clients, calls) for _ in range(ROUNDS)]
        return Rate(median([one.per_s for one in rounds]), median([one.p95_s for one in rounds]))

    async def _round(self, clients: int, calls: int) -> Rate:
        urls = [self.urls[number % len(self.urls)] for number in range(clients)]
        connections = [await WireClient.connect(url) for url in urls]
        shares = [[self._request(number, urls[number]) for _ in range(calls // clients)] for number in range(clients)]
        start_s = now_s()
        taken = await asyncio.gather(*(_ask_all(*pair) for pair in zip(connections, shares, strict=True)))
        whole_s = now_s() - start_s
        for connection in connections:
            connection.close()
        taken_s = [one for of_client in taken for one in of_client]
        return Rate(len(taken_s) / whole_s, percentile(taken_s, 95))

    def _request(self, client: int, url: str) -> bytes:
        agent = self.agents[client]
        asked = AdmissionRequest(
            attempt_id=AttemptId(secrets.token_bytes(16)),
            form=CredentialForm.CODE,
            credential=self.tickets.pop().code.encode(),
            check_point=agent.check_point,
            direction=Direction.ENTRY,
            persons=1,
            scanned_at=computer_at(),
            holder=None,
        )
        return agent.request("POST", url + paths.ADMISSION, asked.to_bytes())


@asynccontextmanager
async def open_hall(directory: Path, doors: int, tickets: int, database_url: str = "") -> AsyncIterator[Hall]:
    """Open a hall with so many doors: one server process, or two on a shared database."""
    async with aiohttp.ClientSession() as session, AsyncExitStack() as serving:
        office = BenchOffice(directory, session, database_url)
        async with office.serving():
            site = await office.api.add_site()
            kind = await office.api.add_ticket_type(site, ("成人票", "Adult"), PRICE_FEN)
            points = [await office.api.add_check_point(site, (f"{n}号门", f"Door {n}"), [kind]) for n in range(doors)]
            sold = await office.sell(site, kind, tickets)
        agents = await office.add_agents(site, points, doors)
        await serving.enter_async_context(office.serving())
        urls = [office.url]
        if database_url:
            urls.append(await serving.enter_async_context(office.second()))
        yield Hall(urls, agents, sold)


async def _ask_all(connection: WireClient, requests: list[bytes]) -> list[float]:
    taken_s: list[float] = []
    body = b""
    for request in requests:
        start_s = now_s()
        status, body = await connection.ask(request)
        taken_s.append(now_s() - start_s)
        if status != _OK:
            raise ChildFailed(f"central answered an admission with {status}: {body[:300]!r}")
    _check_admitted(body)
    return taken_s


def _check_admitted(body: bytes) -> None:
    """Check the last answer of each client: a refused entry would cost less than a recorded one."""
    payload = Envelope.from_bytes(body).payload
    fields = cbor.Fields(cbor.decode(payload), "answer", ("agent", "signed_at", "attempt", "verdict"))
    verdict = verdict_from_value(fields.nested("verdict"))
    if not isinstance(verdict, Admit):
        raise ChildFailed(f"central did not admit: {verdict}")
