"""Supervisors at a gate: PINs that central signed, few guesses, and the limits of an unlocked lane."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from edge.gate.supervision import GUESSES_WITHIN_MS, MAX_GUESSES, Proof, Supervision
from protocol.admission.policy import Entitlement, Policy, TotalUses
from protocol.admission.supervisors import (
    SUPERVISORS,
    Supervisor,
    decode_supervisors,
    encode_supervisors,
)
from protocol.admission.tables import TICKET_TYPES, encode_ticket_types
from protocol.admission.verdict import Admit, AdmitFlag
from protocol.errors import InputError
from protocol.identifiers import EntitlementId
from protocol.instants import plus, to_minute
from protocol.journal.codec import decode_entry
from protocol.journal.events import Alarm
from tests.builders.feed import ENTRY_POINT, SAMPLE_TICKET_TYPE, SITE, START, TICKET_TYPE, FeedSimulator, sample_tables, ticket
from tests.builders.gate import GateRig
from tests.builders.outcomes import outcome

HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
ANNA, BEN = Supervisor(7, HASHER.hash("4711")), Supervisor(8, HASHER.hash("0815"))
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
STALE_MS = 73 * HOUR_MS


class Desk:
    def __init__(self, supervisors: tuple[Supervisor, ...] = (ANNA, BEN)) -> None:
        self.now_ms = 0
        self.supervision = Supervision(lambda: supervisors, lambda: self.now_ms)


@pytest.mark.parametrize(
    ("person", "pin", "proof"),
    [
        (7, "4711", Proof.PROVED),
        (8, "0815", Proof.PROVED),
        (7, "0815", Proof.WRONG),
        (9, "4711", Proof.WRONG),
        (7, "", Proof.WRONG),
        (7, "4" * 5_000, Proof.WRONG),
    ],
)
async def test_a_pin_proves_one_person(person: int, pin: str, proof: Proof) -> None:
    assert await Desk().supervision.prove(person, pin) is proof


async def test_guesses_are_few_for_all_persons_together_and_come_back_with_time() -> None:
    desk = Desk()
    for guess in range(MAX_GUESSES):
        assert await desk.supervision.prove(7 + guess % 2, "9999") is Proof.WRONG
    assert await desk.supervision.prove(7, "4711") is Proof.TOO_MANY
    desk.now_ms = GUESSES_WITHIN_MS
    assert await desk.supervision.prove(7, "4711") is Proof.PROVED


async def test_a_right_pin_costs_no_guess() -> None:
    desk = Desk()
    for _ in range(2 * MAX_GUESSES):
        assert await desk.supervision.prove(7, "4711") is Proof.PROVED


async def test_asking_in_parallel_wins_no_guesses() -> None:
    proofs = await asyncio.gather(*(Desk.supervision.prove(7, "9999") for Desk in [Desk()] for _ in range(20)))
    assert proofs.count(Proof.WRONG) == MAX_GUESSES


async def test_a_malformed_verifier_proves_no_supervisor() -> None:
    assert await Desk((Supervisor(7, "$argon2id$nonsense"),)).supervision.prove(7, "4711") is Proof.WRONG


def test_the_table_comes_back_as_it_went() -> None:
    assert decode_supervisors(encode_supervisors((BEN, ANNA))) == (ANNA, BEN)


@pytest.mark.parametrize(
    "rows",
    [(Supervisor(7, "4711"),), (ANNA, ANNA), (Supervisor(0, ANNA.verifier),), (Supervisor(7, ANNA.verifier + "x" * 300),)],
    ids=["no verifier", "twice", "no person", "too long"],
)
def test_a_table_that_cannot_be_is_refused(rows: tuple[Supervisor, ...]) -> None:
    with pytest.raises(InputError):
        decode_supervisors(encode_supervisors(rows))


def tables() -> dict[str, bytes]:
    right = Entitlement(EntitlementId(1), TICKET_TYPE, frozenset({SITE}), Policy((TotalUses(1),)))
    ticket_type = replace(SAMPLE_TICKET_TYPE, entitlements=(right,))
    return sample_tables() | {TICKET_TYPES: encode_ticket_types((ticket_type,)), SUPERVISORS: encode_supervisors((ANNA,))}


@pytest.fixture
async def stale(tmp_path: Path) -> AsyncIterator[GateRig]:
    """A gate that was offline for a day longer than its autonomy."""
    rig = GateRig(tmp_path, FeedSimulator(tables()))
    await rig.publish(TODAY, LASTING)
    rig.after_ms = STALE_MS
    yield rig
    rig.close()


def valid_for(minutes: int) -> dict[str, object]:
    """Begins an hour before the gate is stale; that is 22:13 at the site."""
    begins = plus(START, seconds=(STALE_MS - HOUR_MS) // 1000)
    return {"valid_from": to_minute(begins), "valid_until": to_minute(plus(begins, seconds=minutes * 60))}


TODAY, LASTING = ticket(0x77, **valid_for(90)), ticket(0x88, **valid_for(365 * 24 * 60))


async def test_42_43_a_stale_gate_admits_today_s_single_entries_while_it_is_unlocked(stale: GateRig) -> None:
    today, lasting = stale.text(TODAY), stale.text(LASTING)
    assert outcome((await stale.show(today)).verdict) == "staff cache_stale"
    stale.desk.unlock(ENTRY_POINT, 7, 10)
    assert stale.desk.unlocked
    answer = await stale.show(today)
    assert isinstance(answer.verdict, Admit)
    assert answer.verdict.flags == {AdmitFlag.STALE}
    assert outcome((await stale.show(lasting)).verdict) == "staff cache_stale"


@pytest.mark.parametrize(("minutes", "waited_ms"), [(10, 10 * MINUTE_MS), (0, 0)])
async def test_the_unlocking_ends_by_itself_or_by_order(stale: GateRig, minutes: int, waited_ms: int) -> None:
    stale.desk.unlock(ENTRY_POINT, 7, 10)
    stale.desk.unlock(ENTRY_POINT, 7, minutes)
    stale.after_ms += waited_ms
    assert not stale.desk.unlocked
    assert outcome((await stale.show(stale.text(TODAY))).verdict) == "staff cache_stale"


async def test_an_unlocking_is_written_down_with_its_person(stale: GateRig) -> None:
    stale.desk.unlock(ENTRY_POINT, 7, 10)
    batch = stale.journal.unsent(stale.reading())
    assert batch is not None
    events = [decode_entry(item).event for item in batch.items if isinstance(item, bytes)]
    assert events[-1] == Alarm("lanes-unlocked", "person 7, 10 min")


async def test_beyond_three_times_its_autonomy_no_unlocking_helps(stale: GateRig) -> None:
    stale.after_ms = 217 * HOUR_MS
    stale.desk.unlock(ENTRY_POINT, 7, 10)
    assert outcome((await stale.show(stale.text(TODAY))).verdict) == "staff cache_locked"


@pytest.mark.law(4)
async def test_the_verifiers_are_those_that_central_signed(stale: GateRig) -> None:
    table = stale.cache.table(SUPERVISORS)
    assert table is not None
    assert decode_supervisors(table) == (ANNA,)
