"""A gate's own journal, signed by its own key, may hold any number that its format has: central keeps it, and still answers."""

from dataclasses import replace

import pytest

from edge.sync.upload import Step
from protocol.errors import InputError
from protocol.identifiers import AttemptId
from protocol.journal.events import Outcome, OutcomeResult
from tests.builders.served import Central

pytestmark = pytest.mark.asyncio(loop_scope="module")

U64 = 2**64 - 1
EXTREMES: dict[str, tuple[object, ...]] = {
    "ticket_id": (0, 1, 2**63, U64),
    "entitlement_id": (0, 65_535),
    "generation": (0, 255),
    "persons": (1, 65_535),
    "feed_version": (0, 2**63 - 1, 2**63, U64),
    "scanned_at": (0, 2**53, 2**63 - 1, 2**63, U64),
    "supervisor": (0, 2**32 - 1),
    "resumes": (1, 2**63, U64),
    "rule_id": (2**32 - 1,),
    "uses_left": (0, 2**32 - 1, U64),
    "flags": (("\0",), ("x" * 60,) * 5),
}


@pytest.mark.law(5)
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in EXTREMES.items() for value in values])
async def test_a_fact_at_the_end_of_its_range_is_kept_and_can_be_shown(central: Central, name: str, value: object) -> None:
    """Whatever a gate's own journal may hold, however mad: it is stored, and every list that shows it still answers."""
    central.clock.advance(seconds=61)  # enrolments are limited by the minute
    gate = await central.enrol(1, name="mad")
    intent = gate.admit(7)
    try:
        sequence = gate.note(replace(intent, attempt_id=AttemptId(bytes(15) + b"m"), **{name: value}))  # type: ignore[arg-type]  # a table's column
    except InputError:
        gate.close()  # outside the format: no journal can hold it
        return
    gate.note(Outcome(sequence, OutcomeResult.PASSED, 1))
    assert set(await gate.upload()) <= {Step.SENT, Step.BEGUN_ANEW, Step.NOTHING}
    for path in ("/admissions", "/conflicts", "/alarms", "/agents"):
        await central.api("GET", path)
    gate.close()
