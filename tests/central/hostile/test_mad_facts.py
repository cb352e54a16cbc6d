"""A gate's own journal, signed by its own key, may hold any number of its format: central stores it, and still answers."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from edge.central_client import CentralRefused
from edge.sync.upload import Step
from protocol.errors import InputError
from protocol.identifiers import AttemptId
from protocol.journal.events import Intent, Outcome, OutcomeResult
from tests.builders.sampling import EVERYTHING, every
from tests.builders.served import Central, Gate

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
# On PostgreSQL one of so many facts is sent; a sweep sends all.
SHARE_OF_POSTGRESQL = 3
LISTS = ("/admissions", "/conflicts", "/alarms", "/agents")


@pytest.fixture(scope="module")
def share(url: str, is_sweep: bool) -> int:  # noqa: FBT001 - a fixture
    """Return how many facts there are for each one that is sent."""
    return SHARE_OF_POSTGRESQL if url and not is_sweep else EVERYTHING


def mad_facts(intent: Intent) -> Iterator[tuple[str, Intent]]:
    """Yield facts with one number at the end of its range, each of an attempt of its own."""
    facts = ((name, value) for name, values in EXTREMES.items() for value in values)
    for number, (name, value) in enumerate(facts):
        attempt = AttemptId(b"mad" + bytes(12) + bytes([number]))
        yield f"{name}={value!r}", replace(intent, attempt_id=attempt, **{name: value})  # type: ignore[arg-type]  # a table's column


@pytest.mark.law(5)
async def test_a_fact_at_the_end_of_its_range_is_kept_and_can_be_shown(central: Central, share: int) -> None:
    """Central stores every fact of a gate's own journal, and every list that shows it still answers."""
    gate = await central.enrol(1, name="mad")
    intent, offenders, kept = gate.admit(7), {}, 0
    for fact, mad in every(share, mad_facts(intent)):
        try:
            sequence = gate.note(mad)
        except InputError:
            continue  # outside the format: no journal can hold it
        gate.note(Outcome(sequence, OutcomeResult.PASSED, 1))
        kept += 1
        if wrong := await wrong_about_an_upload(central, gate):
            offenders[fact] = wrong
            break  # what follows it in the journal waits behind it
    gate.close()
    assert offenders == {}
    assert kept > len(EXTREMES) / share, "most of them have room in the format"


async def wrong_about_an_upload(central: Central, gate: Gate) -> list[str]:
    """Upload; return what failed, and which list does not answer."""
    try:
        steps = set(await gate.upload())
    except CentralRefused as fault:
        return [str(fault)]
    wrong = [str(step) for step in steps - {Step.SENT, Step.BEGUN_AGAIN, Step.NOTHING}]
    for path in LISTS:
        async with central.session.get(f"{central.url}/api/v1{path}", headers=central.headers) as answer:
            if not answer.ok:
                wrong.append(f"{path} is answered with {answer.status}")
    return wrong
