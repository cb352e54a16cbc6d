"""A thousand gates that wait for news on one server process: how soon the last gate has it, and the memory of a waiting gate.

A round is a sale; its publication begins at the `signed_at` of the timestamp that arrives, and ends when the last gate has it.
"""

import asyncio
from asyncio.subprocess import Process
from pathlib import Path

import aiohttp

from protocol.feed import addresses
from protocol.feed.manifest import FeedHead, Timestamp
from protocol.signatures import Envelope
from tests.bench.feed_server import computer_at
from tests.bench.measuring import MS_PER_S, Values, median, now_s, rss_mb
from tests.bench.office import PRICE_FEN, BenchAgent, BenchOffice
from tests.bench.wire_client import WireClient

GATES = 1_000
ROUNDS = 7
WAIT_S = 25
CONNECTED_AT_ONCE = 50
SETTLE_S = 2.0  # until the server has read every question
ANSWER_LIMIT_S = 60.0
_KB_PER_MB = 1_000


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    return asyncio.run(_measure(place / "push"))


async def _measure(directory: Path) -> Values:
    async with aiohttp.ClientSession() as session:
        office = BenchOffice(directory, session)
        async with office.serving():
            site = await office.api.add_site()
            kind = await office.api.add_ticket_type(site, ("成人票", "Adult"), PRICE_FEN)
        agents = await office.add_agents(site, [], GATES)
        async with office.serving() as process:
            crowd = _Crowd(office.url, agents)
            cost_kb = await crowd.gather(process)
            lasts_s: list[float] = []
            while len(lasts_s) < ROUNDS:
                await office.sell(site, kind, 1)
                last_s = await crowd.last_s()
                if last_s is not None:
                    lasts_s.append(last_s)
            crowd.leave()
            return {"push_1000_gates_last_ms": median(lasts_s) * MS_PER_S, "connection_kb": cost_kb}


class _Crowd:
    """All gates, each with a question open."""

    def __init__(self, url: str, agents: list[BenchAgent]) -> None:
        self._url = url
        self._agents = agents
        self._clients: list[WireClient] = []
        self._waiting: list[asyncio.Future[tuple[int, bytes]]] = []

    async def gather(self, process: Process) -> float:
        """Connect all, let each ask for news, and return the kilobytes that the server needs for one."""
        first = await WireClient.connect(self._url)
        head = await first.ask(self._agents[0].request("GET", self._url + addresses.head(0, 0)))
        before_mb = await asyncio.to_thread(rss_mb, process.pid)
        for start in range(0, len(self._agents), CONNECTED_AT_ONCE):
            group = range(start, start + CONNECTED_AT_ONCE)
            self._clients += await asyncio.gather(*(WireClient.connect(self._url) for _ in group))
        await self._ask_all(_timestamp(head[1]).version)
        first.close()
        return (await asyncio.to_thread(rss_mb, process.pid) - before_mb) * _KB_PER_MB / len(self._agents)

    async def last_s(self) -> float | None:
        """Return how long after the publication the last gate had the news; None where the gates got different news."""
        async with asyncio.timeout(ANSWER_LIMIT_S):
            heads = {body for _, body in await asyncio.gather(*self._waiting)}
        told = [_timestamp(head) for head in heads]
        monotonic_of_wall_s = now_s() - computer_at() / MS_PER_S
        last_s = max(client.answered_s for client in self._clients)
        await self._ask_all(max(one.version for one in told))
        return last_s - (told[0].signed_at / MS_PER_S + monotonic_of_wall_s) if len(told) == 1 else None

    def leave(self) -> None:
        """Close all connections, even with an open question."""
        for client, waiting in zip(self._clients, self._waiting, strict=True):
            waiting.cancel()
            client.close()

    async def _ask_all(self, after: int) -> None:
        url = self._url + addresses.head(after, WAIT_S)
        requests = [agent.request("GET", url) for agent in self._agents]
        self._waiting = [client.ask(request) for client, request in zip(self._clients, requests, strict=True)]
        await asyncio.sleep(SETTLE_S)


def _timestamp(head: bytes) -> Timestamp:
    return Timestamp.from_payload(Envelope.from_bytes(FeedHead.from_bytes(head).timestamp).payload)
