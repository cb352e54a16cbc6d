"""Two gates online: how soon one knows of the other's admission, or of a refund; how long a claim takes.

Central is a real process on SQLite; the gates' agents run here, without devices, so that every time is known to a millisecond.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from protocol.admission.verdict import Admit, AdmitFlag, Reason, Refuse
from protocol.identifiers import CheckPointId, TicketId
from protocol.journal.events import Outcome, OutcomeResult
from tests.bench.children import ChildFailed
from tests.bench.measuring import MS_PER_S, Values, now_s, percentile
from tests.bench.office import PRICE_FEN, BenchOffice
from tests.bench.online_gate import OnlineGate, enrolled
from tests.journeys.office import Sold

ADMISSIONS = 60
REFUNDS = 40
CLAIMS = 200
WARM_CLAIMS = 10
PAUSE_S = 0.05
GATES = 2


@dataclass(slots=True)
class _Town:
    office: BenchOffice
    gates: list[OnlineGate]
    tickets: list[Sold]
    claimed: list[Sold]


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    return asyncio.run(_measure(place / "online-gates"))


async def _measure(directory: Path) -> Values:
    async with _open(directory) as town:
        admitted_s = [await _admission_s(town, town.tickets.pop()) for _ in range(ADMISSIONS)]
        refused_s = [await _refund_s(town, town.tickets.pop()) for _ in range(REFUNDS)]
        claims_s = [await _claim_s(town, one) for one in town.claimed][WARM_CLAIMS:]
    return {
        "admission_to_other_gate_p95_ms": percentile(admitted_s, 95) * MS_PER_S,
        "claim_p95_ms": percentile(claims_s, 95) * MS_PER_S,
        "refund_to_refusal_p50_s": percentile(refused_s, 50),
        "refund_to_refusal_p95_s": percentile(refused_s, 95),
    }


@asynccontextmanager
async def _open(directory: Path) -> AsyncIterator[_Town]:
    async with aiohttp.ClientSession() as session:
        office = BenchOffice(directory, session)
        async with office.serving():
            site = await office.api.add_site()
            plain = await office.api.add_ticket_type(site, ("成人票", "Adult"), PRICE_FEN, claim="never")
            asked = await office.api.add_ticket_type(site, ("年卡", "Annual"), PRICE_FEN, claim="when-online")
            gates = [await _gate(office, session, site, [plain, asked], number) for number in range(GATES)]
            tickets = await office.sell(site, plain, ADMISSIONS + REFUNDS)
            claimed = await office.sell(site, asked, WARM_CLAIMS + CLAIMS)
            running = [asyncio.create_task(gate.run()) for gate in gates]
            try:
                for gate in gates:
                    await gate.until_status(_id(claimed[-1]), active=True)
                yield _Town(office, gates, tickets, claimed)
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
                for gate in gates:
                    gate.close()


async def _gate(office: BenchOffice, session: aiohttp.ClientSession, site: int, ticked: list[int], number: int) -> OnlineGate:
    point = await office.api.add_check_point(site, (f"{number}号闸机", f"Gate {number}"), ticked)
    known = await enrolled(session, office.url, await office.api.enrolment_code(site, [point]))
    gate = OnlineGate(office.directory / f"gate-{number}", session, office.url, known)
    gate.point = CheckPointId(point)
    return gate


async def _admission_s(town: _Town, ticket: Sold) -> float:
    """Admit at one gate; return the seconds until the other gate's signed admissions hold it."""
    here, there = town.gates
    answer = await here.show(ticket.code)
    start_s = now_s()
    if not isinstance(answer.verdict, Admit) or answer.sequence is None:
        raise ChildFailed(f"a ticket was not admitted: {answer}")
    await there.until_admitted_elsewhere(_id(ticket))
    taken_s = now_s() - start_s
    here.desk.note(here.point, Outcome(answer.sequence, OutcomeResult.PASSED, 1))
    await asyncio.sleep(PAUSE_S)
    return taken_s


async def _refund_s(town: _Town, ticket: Sold) -> float:
    """Request a refund; return the seconds until a gate refuses the ticket."""
    gate = town.gates[1]
    start_s = now_s()
    await town.office.api.refund(ticket)
    await gate.until_status(_id(ticket), active=False)
    answer = await gate.show(ticket.code)
    taken_s = now_s() - start_s
    if not isinstance(answer.verdict, Refuse) or answer.verdict.reason is not Reason.VOID:
        raise ChildFailed(f"a refunded ticket was not refused: {answer}")
    await asyncio.sleep(PAUSE_S)
    return taken_s


async def _claim_s(town: _Town, ticket: Sold) -> float:
    """Return the seconds of an entry whose ticket type needs a claim at central."""
    gate = town.gates[0]
    start_s = now_s()
    answer = await gate.show(ticket.code)
    taken_s = now_s() - start_s
    if not isinstance(answer.verdict, Admit) or answer.sequence is None:
        raise ChildFailed(f"a claimed ticket was not admitted: {answer}")
    assert answer.verdict.flags & {AdmitFlag.CLAIMED, AdmitFlag.OFFLINE}, "central was asked, or gave no answer in time"
    gate.desk.note(gate.point, Outcome(answer.sequence, OutcomeResult.PASSED, 1))
    await asyncio.sleep(PAUSE_S)
    return taken_s


def _id(ticket: Sold) -> TicketId:
    return TicketId(int(ticket.ticket_id, 16))
