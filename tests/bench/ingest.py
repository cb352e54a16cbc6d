"""The number of journal entries that central takes per second: chains proved, conflicts computed, durable before the receipt.

Four gates upload at once, in batches of 200: an entry and a passage for each ticket; another gate also let in one ticket in
fifty. The time includes central's publishing.
"""

import asyncio
import secrets
from dataclasses import replace
from pathlib import Path

import aiohttp

from protocol.identifiers import BootId, JournalId, Sequence, TicketId
from protocol.instants import Instant
from protocol.journal.chain import JournalHead, empty_head, head_of, sign_head
from protocol.journal.codec import encode_entry, entry_hash
from protocol.journal.events import Entry, Event, Intent, Outcome, OutcomeResult
from protocol.sync import paths
from protocol.sync.messages import MAX_BATCH_ITEMS, JournalBatch
from tests.bench.children import ChildFailed
from tests.bench.feed_server import computer_at
from tests.bench.measuring import median, now_s
from tests.bench.office import PRICE_FEN, BenchAgent, BenchOffice
from tests.bench.wire_client import WireClient
from tests.builders.intents import entry_intent

GATES = 4
ROUNDS = 6
BATCHES_A_ROUND = 5
ENTRIES_A_TICKET = 2
DOUBLE_EVERY = 50
_OK = 200


async def entries_per_s(directory: Path, database_url: str = "") -> float:
    """Return the median rate of some rounds, after one uncounted round."""
    async with aiohttp.ClientSession() as session:
        office = BenchOffice(directory, session, database_url)
        async with office.serving():
            site = await office.api.add_site()
            kind = await office.api.add_ticket_type(site, ("成人票", "Adult"), PRICE_FEN)
            points = [await office.api.add_check_point(site, (f"{n}号闸机", f"Gate {n}"), [kind]) for n in range(GATES)]
            sold = await office.sell(site, kind, GATES * ROUNDS * BATCHES_A_ROUND * MAX_BATCH_ITEMS // ENTRIES_A_TICKET)
        agents = await office.add_agents(site, points, GATES)
        tickets = [TicketId(int(one.ticket_id, 16)) for one in sold]
        batches = [_batches(agent, _tickets_of(number, tickets)) for number, agent in enumerate(agents)]
        async with office.serving():
            return median((await _rates(office, agents, batches))[1:])


def _tickets_of(gate: int, tickets: list[TicketId]) -> list[TicketId]:
    """Return the tickets that a gate lets in: its own, and sometimes one of its neighbour's."""
    own, others = tickets[gate::GATES], tickets[(gate + 1) % GATES :: GATES]
    return [other if place % DOUBLE_EVERY == 0 else ticket for place, (ticket, other) in enumerate(zip(own, others, strict=True))]


async def _rates(office: BenchOffice, agents: list[BenchAgent], batches: list[list[JournalBatch]]) -> list[float]:
    url = office.url + paths.JOURNAL
    clients = [await WireClient.connect(office.url) for _ in agents]
    rates: list[float] = []
    for number in range(ROUNDS):
        of_round = slice(number * BATCHES_A_ROUND, (number + 1) * BATCHES_A_ROUND)
        sent = [[batch.to_bytes() for batch in of_gate[of_round]] for of_gate in batches]
        requests = [[agent.request("POST", url, body) for body in bodies] for agent, bodies in zip(agents, sent, strict=True)]
        start_s = now_s()
        await asyncio.gather(*(_upload(client, of_gate) for client, of_gate in zip(clients, requests, strict=True)))
        rates.append(GATES * BATCHES_A_ROUND * MAX_BATCH_ITEMS / (now_s() - start_s))
    for client in clients:
        client.close()
    return rates


async def _upload(client: WireClient, requests: list[bytes]) -> None:
    for request in requests:
        status, body = await client.ask(request)
        if status != _OK:
            raise ChildFailed(f"central answered a batch with {status}: {body[:300]!r}")


def _batches(agent: BenchAgent, tickets: list[TicketId]) -> list[JournalBatch]:
    journal = JournalId(secrets.token_bytes(16))
    head, boot = empty_head(journal), BootId(secrets.token_bytes(8))
    written: list[bytes] = []
    batches: list[JournalBatch] = []
    for ticket in tickets:
        now = computer_at()
        passed = Outcome(Sequence(head.sequence + 1), OutcomeResult.PASSED, 1)
        for event in (_intent(ticket, now), passed):
            entry, data = _entry(agent, head, boot, event, now)
            head = head_of(entry)
            written.append(data)
        if len(written) == MAX_BATCH_ITEMS:
            batches.append(JournalBatch(journal, tuple(written), sign_head(agent.private, agent.agent, head)))
            written = []
    assert not written, "the tickets fill whole batches"
    return batches


def _entry(agent: BenchAgent, head: JournalHead, boot: BootId, event: Event, now: Instant) -> tuple[Entry, bytes]:
    draft = Entry(
        journal_id=head.journal_id,
        sequence=Sequence(head.sequence + 1),
        previous_hash=head.hash,
        boot_id=boot,
        check_point=agent.check_point,
        wall_at=now,
        monotonic_ms=now,
        uncertainty_ms=10,
        event=event,
        hash=b"",
    )
    data = encode_entry(draft)
    return replace(draft, hash=entry_hash(data)), data


def _intent(ticket: TicketId, now: Instant) -> Intent:
    return entry_intent(ticket, secrets.token_bytes(16), now)
