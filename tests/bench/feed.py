"""Downloads the feed of a million tickets over loopback: signed requests; every byte verified, stored durably and put in force.

The server is a separate process, and the time includes its packing; the bytes are those of the bodies.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.cache.cache import open_cache
from edge.cache.staging import Staging
from edge.central_client import Caller, CentralClient
from edge.sync.download import Downloader, Moment
from edge.trust.store import TrustStore
from protocol.feed.trust import begin
from protocol.identifiers import AgentId
from protocol.sync.answers import Believer
from tests.bench.children import child, next_line
from tests.bench.feed_server import CHANGE, computer_at
from tests.bench.measuring import Values, median, now_s
from tests.bench.million import TICKETS, first_keyring
from tests.builders.feed import SITE

DOWNLOADS = 3
DELTAS = 7
AGENT = AgentId(7)


@dataclass(slots=True)
class CountingFetch:
    """Sends requests to central and counts the received bytes."""

    client: CentralClient
    received: int = 0

    async def get(self, path: str, most_bytes: int) -> bytes | None:
        """Send a request; see `feed_content.Fetch`."""
        body = await self.client.get(path, most_bytes)
        self.received += len(body or b"")
        return body


class Gate:
    """The files of one gate, empty at first, and the downloader that fills them."""

    def __init__(self, directory: Path, session: aiohttp.ClientSession, url: str) -> None:
        self.trust = TrustStore(directory / "trust.db")
        state = begin(SITE, first_keyring())
        self.trust.save_state(state)
        self.cache, _ = open_cache(directory / "cache.db", state)
        self.staging = Staging.open(directory / "cache.db")
        numbers = count(1, 1_000)
        believer: Callable[[], Believer] = lambda: Believer(AGENT, SITE, self.downloader.state.keyring)  # noqa: E731 - one line
        caller = Caller(AGENT, Ed25519PrivateKey.generate(), believer, lambda _: next(numbers), computer_at)
        self.fetch = CountingFetch(CentralClient(session, url, caller))
        self.downloader = Downloader(self.fetch, self.cache, self.staging, self.trust, asyncio.Lock())

    async def refresh_s(self) -> float:
        """Download the new content, and return how long that took."""
        start_s = now_s()
        head = await self.downloader.poll(0)
        refreshed = await self.downloader.refresh(head, Moment(computer_at(), 0))
        assert refreshed.switched, "there was something new"
        return now_s() - start_s

    def close(self) -> None:
        """Close the files."""
        self.cache.close()
        self.staging.close()
        self.trust.close()


def measure(place: Path) -> Values:
    """Measure in new directories under `place`."""
    return asyncio.run(_measure(place))


async def _measure(place: Path) -> Values:
    async with child("-m", "tests.bench.feed_server", str(place)) as server, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{await next_line(server)}"
        whole = [await _download(place, session, url) for _ in range(DOWNLOADS)]
        return {
            "feed_download_1m_s": median([taken_s for taken_s, _ in whole]),
            "feed_bytes_per_ticket": median([received for _, received in whole]) / TICKETS,
            "feed_delta_1000_s": await _deltas_s(place, session, url),
        }


async def _download(place: Path, session: aiohttp.ClientSession, url: str) -> tuple[float, int]:
    directory = Path(tempfile.mkdtemp(dir=place))
    gate = Gate(directory, session, url)
    try:
        taken_s = await gate.refresh_s()
        feed = gate.cache.feed
        assert feed is not None, "the download put a feed in force"
        assert feed.manifest.ticket_count == TICKETS, "all of it came"
        return taken_s, gate.fetch.received
    finally:
        gate.close()
        await asyncio.to_thread(shutil.rmtree, directory)


async def _deltas_s(place: Path, session: aiohttp.ClientSession, url: str) -> float:
    directory = Path(tempfile.mkdtemp(dir=place))
    gate = Gate(directory, session, url)
    try:
        await gate.refresh_s()
        taken_s: list[float] = []
        for _ in range(DELTAS):
            async with session.post(url + CHANGE) as answer:
                answer.raise_for_status()
            taken_s.append(await gate.refresh_s())
        return median(taken_s)
    finally:
        gate.close()
        await asyncio.to_thread(shutil.rmtree, directory)
