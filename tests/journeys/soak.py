"""Random kills and faults on real processes, for the given number of rounds: `make soak N=...`.

Each round sells tickets and shows them at a gate while the agent is killed, its cables are pulled, its board loses power and its
network fails, at moments that a seed chooses. After each round everything is mended, and these must hold:
- no arm is released without an admission in the journal (law 1), and none twice for one admission;
- no ticket admits twice at one gate (law 2), but for the one resume of an interrupted passage;
- every admission arrives at central exactly once (law 5).
The seed is printed first; the same seed makes the same plan, but real processes never take the same time twice.
"""

import asyncio
import random
import secrets
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from edge.local_messages import Question
from protocol.errors import PaifangError
from tests.journeys.demo import ADULT, PRICE_FEN, site_day
from tests.journeys.office import Json, Office, Sold
from tests.journeys.processes import ROOT, JourneyFailed, until
from tests.journeys.town import Gate, Town

app = typer.Typer(add_completion=False)
TICKETS_PER_ROUND = 3
SHOWINGS_PER_TICKET = 3
LONGEST_BEFORE_FAULT_S = 0.6
MEND_S = 60.0
FAULTS = ("kill", "kill", "kill", "board", "scanner", "relay", "network")


class Soak:
    """One town under repeated faults."""

    def __init__(self, town: Town, chance: random.Random) -> None:
        self._town = town
        self._chance = chance
        self._kills = 0

    @property
    def gate(self) -> Gate:
        return self._town.gates[0]

    async def run(self, rounds: int) -> None:
        office = self._town.office()
        await office.sign_in(self._town.password)
        site = await office.add_site()
        adult = await office.add_ticket_type(site, ADULT, PRICE_FEN, claim="never")
        entry = await office.add_check_point(site, ("东门", "East gate"), [adult])
        await self._town.add_gates(office, site, [("east gate", entry, None)])
        await until("the gate to be up to date", self.gate.is_current)
        for number in range(1, rounds + 1):
            await self._round(office, await office.sell(site, adult, PRICE_FEN, site_day(), TICKETS_PER_ROUND))
            typer.echo(f"round {number}: {self._kills} kills so far, nothing lost")

    async def _round(self, office: Office, visitors: list[Sold]) -> None:
        for visitor in visitors:
            await until("the gate to know the tickets", lambda v=visitor: self.gate.knows(v.ticket_id), MEND_S)  # type: ignore[misc]
        for visitor in visitors:
            for _ in range(self._chance.randint(1, SHOWINGS_PER_TICKET)):
                await self._show_under_fault(visitor)
        await until("everything to arrive", self.gate.is_current, MEND_S)
        await self._check(office)

    async def _show_under_fault(self, visitor: Sold) -> None:
        fault = self._chance.choice(FAULTS)
        delay_s = self._chance.uniform(0, LONGEST_BEFORE_FAULT_S)
        showing = asyncio.create_task(self.gate.lane.visit(visitor.code, push=self._chance.random() < 0.8))
        await asyncio.sleep(delay_s)
        await self._harm(fault)
        await showing
        await self._mend(fault)

    async def _harm(self, fault: str) -> None:
        lane = self.gate.lane
        match fault:
            case "kill":
                await self.gate.program.kill()
                self._kills += 1
            case "board":
                await lane.tell("board_power", on=False)
            case "scanner" | "relay":
                await lane.tell("unplug", device=fault)
            case "network":
                self.gate.cable.cut()

    async def _mend(self, fault: str) -> None:
        lane = self.gate.lane
        match fault:
            case "kill":
                await self.gate.start()
            case "board":
                await lane.tell("board_power", on=True)
            case "scanner" | "relay":
                await lane.tell("replug", device=fault)
            case "network":
                self.gate.cable.mend()
        await until("the gate to serve again", self.gate.serves, MEND_S)

    async def _check(self, office: Office) -> None:
        records = await office.all_of("/api/v1/admissions")
        keys = Counter((one["agent"]["id"], one["journal_id"], one["sequence"]) for one in records)
        released = await self.gate.lane.released()
        _must(max(keys.values(), default=0) <= 1, "a record arrived twice")
        _must(released <= len(records), f"{released} releases, but only {len(records)} admissions on record")
        for ticket, of_ticket in _by_ticket(records).items():
            passages = await self._passages(ticket)
            through = [one for one in passages if one["state"] != "not-passed"]
            _must(len(through) <= 1, f"ticket {ticket} went through {len(through)} times: {of_ticket}")
        _must(not await office.all_of("/api/v1/conflicts"), "central sees a conflict on a single gate")

    async def _passages(self, ticket: str) -> list[Json]:
        return list((await self.gate.ask(Question.TICKET, str(int(ticket, 16))))["passages"])


def _by_ticket(records: list[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for record in records:
        found.setdefault(record["ticket_id"], []).append(record)
    return found


def _must(holds: bool, what: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise JourneyFailed(what)


async def soak(directory: Path, rounds: int, seed: int) -> None:
    """Run so many rounds; raise JourneyFailed where an entry was lost or doubled."""
    async with Town(directory) as town:
        await Soak(town, random.Random(seed)).run(rounds)  # noqa: S311 - a seed repeats a plan


@app.command()
def run(
    runs: Annotated[int, typer.Option(help="How many rounds.")] = 100,
    seed: Annotated[int, typer.Option(help="Repeats a plan; 0 draws one.")] = 0,
    directory: Annotated[Path, typer.Option(help="Where everything is kept; emptied first.")] = ROOT / "var" / "soak",
) -> None:
    """Kill and mend for the given number of rounds."""
    seed = seed or secrets.randbits(32)
    typer.echo(f"seed {seed}")
    try:
        asyncio.run(soak(directory, runs, seed))
    except (JourneyFailed, PaifangError) as error:
        typer.echo(f"soak: {error}; seed {seed}; what the parts printed is in {directory}", err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    app()
