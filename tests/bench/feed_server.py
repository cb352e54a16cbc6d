"""`python -m tests.bench.feed_server PLACE`: a stand-in for central that serves the feed of a million tickets, over HTTP.

It signs receipts and time as central does, proves no request, and stores nothing, so that only the gate's own work is measured.
POST /bench/change publishes a thousand changes, half of them new tickets. Prints its port when it serves.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from protocol.feed.delta import changes
from protocol.holders import SITE_KEY_BYTES
from protocol.identifiers import AgentId, TicketId
from protocol.instants import Instant
from protocol.journal.chain import JournalHead
from protocol.sync import paths
from protocol.sync.answers import HolderKeyAnswer, Quarantine, Receipt, TimeAnswer
from protocol.sync.messages import MAX_BATCH_BYTES, HolderKeyRequest, JournalBatch, TimeRequest
from protocol.sync.signing import AGENT_HEADER
from tests.bench.million import RECEIPTS_KEY, TIME_KEY, VISITORS, credentials_of, site_of_a_million, visitors
from tests.builders.feed import FeedSimulator

CHANGES = 1_000
HEAD_WAIT_S = 25.0
RENEW_S = 20.0
CHANGE = "/bench/change"


def computer_at() -> Instant:
    """Read the computer's clock."""
    return Instant(time.time_ns() // 1_000_000)


class FeedServer:
    """The handlers, over one site."""

    def __init__(self, site: FeedSimulator) -> None:
        self._site = site
        self._published = asyncio.Condition()
        self._source = random.Random(1)  # noqa: S311 - data, the same in every run
        self._held = visitors()[VISITORS // 2 :]

    def application(self) -> web.Application:
        """Return the application."""
        app = web.Application(client_max_size=MAX_BATCH_BYTES)
        app.router.add_get("/{path:.*}", self._get)
        app.router.add_post(paths.TIME, self._time)
        app.router.add_post(paths.JOURNAL, self._journal)
        app.router.add_post(paths.HOLDER_KEY, self._holder_key)
        app.router.add_post(CHANGE, self._change)
        return app

    async def _get(self, request: web.Request) -> web.Response:
        if "after" in request.query:
            await self._news(int(request.query["after"]), min(HEAD_WAIT_S, float(request.query["wait_s"])))
        body = self._site.answer(request.path_qs)
        if body is None:
            raise web.HTTPNotFound
        return web.Response(body=body, content_type=paths.CBOR_TYPE)

    async def _news(self, after: int, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s), self._published:
                await self._published.wait_for(lambda: len(self._site.timestamps) > after)
        except TimeoutError:
            return

    async def _time(self, request: web.Request) -> web.Response:
        asked = TimeRequest.from_bytes(await request.read())
        answer = TimeAnswer(_agent(request), asked.nonce, computer_at())
        return _cbor(answer.to_sealed({TIME_KEY: self._site.signers[TIME_KEY]}))

    async def _journal(self, request: web.Request) -> web.Response:
        head: JournalHead = JournalBatch.from_bytes(await request.read()).head.head
        agent, now = _agent(request), computer_at()
        receipt = Receipt(agent, head.journal_id, head.sequence, head.hash, Quarantine.NONE, now)
        return _cbor(receipt.to_sealed({RECEIPTS_KEY: self._site.signers[RECEIPTS_KEY]}))

    async def _holder_key(self, request: web.Request) -> web.Response:
        asked = HolderKeyRequest.from_bytes(await request.read())
        answer = HolderKeyAnswer(
            _agent(request),
            asked.nonce,
            generation=1,
            key=bytes(SITE_KEY_BYTES),
            is_only=True,
            epoch=0,
            version=0,
            signed_at=computer_at(),
        )
        return _cbor(answer.to_sealed({RECEIPTS_KEY: self._site.signers[RECEIPTS_KEY]}))

    async def _change(self, request: web.Request) -> web.Response:
        assert request.can_read_body is False, "the change is always the same one"
        new = [replace(record, ticket_id=TicketId(self._source.getrandbits(64))) for record in self._held[: CHANGES // 2]]
        moved = [replace(record, generation=record.generation % 200 + 1) for record in self._held[: CHANGES // 2]]
        self._held = [*moved, *self._held[CHANGES // 2 :]]
        credentials = [entry for number, record in enumerate(new) for entry in credentials_of(self._source, record, number)]
        await self._publish(lambda: self._site.publish(changes([*new, *moved], credentials=credentials)))
        return web.Response()

    async def _publish(self, publish: Callable[[], object]) -> None:
        async with self._published:
            self._site.now = computer_at()
            publish()
            self._published.notify_all()

    async def renew(self) -> None:
        """Sign the timestamp again and again, as central does, so that the feed stays fresh."""
        while True:
            await asyncio.sleep(RENEW_S)
            await self._publish(self._site.sign_timestamp)


def _agent(request: web.Request) -> AgentId:
    return AgentId(int(request.headers[AGENT_HEADER]))


def _cbor(body: bytes) -> web.Response:
    return web.Response(body=body, content_type=paths.CBOR_TYPE)


async def serve(place: Path) -> None:
    """Serve until ended."""
    server = FeedServer(site_of_a_million(place, computer_at()))
    runner = web.AppRunner(server.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await server.renew()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
