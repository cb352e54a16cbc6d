"""Two hundred listeners of the live channel while devices admit: how soon a listener hears of an admission, and its memory.

A time begins when a device sends its request, and ends when a listener has the event: it includes the decision. Every listener's
time of every admission counts.
"""

import asyncio
import re
import secrets
from asyncio.subprocess import Process
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from protocol.directions import Direction
from protocol.identifiers import AttemptId
from protocol.sync import paths
from protocol.sync.messages import AdmissionRequest, CredentialForm
from tests.bench.feed_server import computer_at
from tests.bench.measuring import MS_PER_S, Values, now_s, percentile, rss_mb
from tests.bench.office import PRICE_FEN, BenchAgent, BenchOffice
from tests.bench.wire_client import WireClient, request_bytes
from tests.journeys.office import Sold

LISTENERS, EACH = 200, 8
DOORS, PER_SECOND, SECONDS = 4, 100, 10
SETTLE_S = 2.0
PASSWORD = "a long passphrase of a listener"
_KB_PER_MB = 1_000
_ADMITTED = re.compile(rb'"ticket_id":"([0-9a-f]{16})"[^\n]*"state":"passed"')


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    return asyncio.run(_measure(place / "live"))


async def _measure(directory: Path) -> Values:
    async with aiohttp.ClientSession() as session:
        office = BenchOffice(directory, session)
        async with office.serving():
            site = await office.api.add_site()
            kind = await office.api.add_ticket_type(site, ("成人票", "Adult"), PRICE_FEN)
            points = [await office.api.add_check_point(site, (f"{n}号门", f"Door {n}"), [kind]) for n in range(DOORS)]
            tickets = await office.sell(site, kind, PER_SECOND * SECONDS)
            tokens = [await _token(office, session, number) for number in range(LISTENERS // EACH)]
        agents = await office.add_agents(site, points, DOORS)
        async with office.serving() as process:
            crowd = _Crowd(office.url)
            cost_kb = await crowd.gather(process, tokens)
            await asyncio.gather(*(_admit(crowd, agent, tickets[door::DOORS]) for door, agent in enumerate(agents)))
            await asyncio.sleep(SETTLE_S)
            crowd.leave()
    assert len(crowd.taken_s) == LISTENERS * len(tickets), f"{len(crowd.taken_s)} events came"
    return {"live_event_p95_ms": percentile(crowd.taken_s, 95) * MS_PER_S, "live_connection_kb": cost_kb}


async def _token(office: BenchOffice, session: aiohttp.ClientSession, number: int) -> str:
    """Add a person who sees all, and return a token of that person."""
    role = await office.api.ask("POST", "/api/v1/roles", _role(number))
    person = {"name": f"listener-{number}", "role_ids": [role["role_id"]]}
    once = (await office.api.ask("POST", "/api/v1/users", person))["one_time_password"]
    url = f"{office.url}/api/v1/session"
    async with session.post(url, json={"name": person["name"], "password": once, "bearer": True}) as answer:
        headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
    body = {"old_password": once, "new_password": PASSWORD, "bearer": True}
    async with session.put(f"{url}/password", json=body, headers=headers) as answer:
        return str((await answer.json())["token"])


def _role(number: int) -> dict[str, object]:
    return {"name": f"listeners {number}", "permissions": ["admissions.read"], "scope": "all"}


async def _admit(crowd: "_Crowd", agent: BenchAgent, tickets: list[Sold]) -> None:
    """Admit one ticket after the other, at a steady rate."""
    connection = await WireClient.connect(crowd.url)
    for ticket in tickets:
        due_s = now_s() + DOORS / PER_SECOND
        request = agent.request("POST", crowd.url + paths.ADMISSION, _asked(agent, ticket).to_bytes())
        crowd.sent_at_s[ticket.ticket_id.encode()] = now_s()
        await connection.ask(request)
        await asyncio.sleep(due_s - now_s())
    connection.close()


def _asked(agent: BenchAgent, ticket: Sold) -> AdmissionRequest:
    return AdmissionRequest(
        attempt_id=AttemptId(secrets.token_bytes(16)),
        form=CredentialForm.CODE,
        credential=ticket.code.encode(),
        check_point=agent.check_point,
        direction=Direction.ENTRY,
        persons=1,
        scanned_at=computer_at(),
        holder=None,
    )


class _Crowd:
    """All listeners, each with a stream open."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sent_at_s: dict[bytes, float] = {}
        self.taken_s: list[float] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def gather(self, process: Process, tokens: list[str]) -> float:
        """Let all listen, and return the kilobytes that the server needs for one."""
        await self._listen(tokens[:1])
        await asyncio.sleep(SETTLE_S)
        before_mb = await asyncio.to_thread(rss_mb, process.pid)
        others = [token for number, token in enumerate(tokens) for _ in range(EACH - (number == 0))]
        await self._listen(others)
        await asyncio.sleep(SETTLE_S)
        return (await asyncio.to_thread(rss_mb, process.pid) - before_mb) * _KB_PER_MB / len(others)

    def leave(self) -> None:
        """Close all streams."""
        for task in self._tasks:
            task.cancel()

    async def _listen(self, tokens: list[str]) -> None:
        self._tasks += [asyncio.create_task(self._hear(token)) for token in tokens]
        await asyncio.sleep(SETTLE_S)

    async def _hear(self, token: str) -> None:
        parts = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(request_bytes("GET", f"{self.url}/api/v1/live", {"authorization": f"Bearer {token}"}))
        try:
            while line := await reader.readline():
                found = _ADMITTED.search(line)
                if found is not None:
                    self.taken_s.append(now_s() - self.sent_at_s[found[1]])
        finally:
            writer.close()
