"""A whole agent without lanes, on its own files, before a real HTTP server: its reports, faults and orders from central."""

from collections.abc import Awaitable, Callable

import pytest

from edge.assembly import CACHE_FILE, JOURNAL_FILE
from edge.enrolment import IDENTITY_FILE, KEY_FILE
from edge.local_messages import Question
from protocol import cbor
from protocol.errors import InputError
from protocol.journal.events import FeedInForce
from protocol.sync.answers import Revoked
from protocol.sync.messages import Duty
from tests.builders.agent import ONE, PIN, Rig, now, until, version_of
from tests.builders.journal import AGENT

pytestmark = pytest.mark.real_time


async def test_it_fetches_the_time_and_the_feed_and_says_which_is_in_force(rig: Rig) -> None:
    await rig.start()
    status = await rig.until_fresh()
    await until(lambda: FeedInForce(1, version_of(status)) in [entry.event for entry in rig.office.entries])
    await rig.until(lambda status: status["central"] == "online")
    assert status["fault"] == ""


@pytest.mark.law(6)
async def test_signed_off_it_has_no_feed_and_opens_only_when_central_knows(rig: Rig) -> None:
    await rig.start()
    await rig.until_fresh()
    assert await rig.ask(Question.SIGN_OFF) == {"duty": "closed"}
    assert version_of(await rig.ask(Question.STATUS)) == 0
    await rig.stop()
    await rig.start()
    assert version_of(await rig.until(lambda status: bool(status["clock_trusted"]))) == 0
    assert await rig.ask(Question.OPEN) == {"duty": "open"}
    await rig.until_fresh()
    assert rig.office.duties == [Duty.CLOSED, Duty.OPEN]


@pytest.mark.law(5)
@pytest.mark.parametrize("wipe", [False, True])
async def test_revoked_it_closes_for_good_and_still_sends_what_it_has(rig: Rig, *, wipe: bool) -> None:
    await rig.start()
    await rig.until_fresh()
    rig.office.revoked = Revoked(AGENT, wipe, now())
    status = await rig.until(lambda status: status["central"] == "revoked")
    assert version_of(status) == 0
    await until(lambda: "revoked" in rig.office.alarms())
    assert (rig.directory / JOURNAL_FILE).exists()
    for name in (KEY_FILE, IDENTITY_FILE, CACHE_FILE):
        assert (rig.directory / name).exists() is not wipe
    if not wipe:
        await rig.stop()
        rig.office.revoked = None
        await rig.start()
        assert version_of(await rig.until(lambda status: bool(status["clock_trusted"]))) == 0


@pytest.mark.law(8)
async def test_a_journal_that_cannot_be_opened_closes_entry_and_not_the_agent(rig: Rig) -> None:
    (rig.directory / JOURNAL_FILE).mkdir()
    await rig.start()
    status = await rig.until_fresh()
    assert JOURNAL_FILE in str(status["fault"])


@pytest.mark.law(4)
async def test_a_cache_that_was_edited_is_reported_and_fetched_again(rig: Rig) -> None:
    await rig.start()
    await rig.until_fresh()
    await rig.stop()
    path = rig.directory / CACHE_FILE
    path.write_bytes(b"no database" + bytes(5_000))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    await rig.start()
    await rig.until_fresh()
    await until(lambda: "cache-tampered" in rig.office.alarms())


async def test_a_supervisor_s_pin_unlocks_the_lanes_and_guesses_are_recorded(rig: Rig) -> None:
    await rig.start()
    await rig.until_fresh()
    with pytest.raises(InputError, match="wrong"):
        await rig.ask(Question.UNLOCK, person=7, pin="0000", minutes=5)
    with pytest.raises(InputError, match="60"):
        await rig.ask(Question.UNLOCK, person=7, pin=PIN, minutes=61)
    assert await rig.ask(Question.UNLOCK, person=7, pin=PIN, minutes=5) == {"unlocked": True}
    assert (await rig.ask(Question.STATUS))["unlocked"] is True
    await until(lambda: {"pin-refused", "lanes-unlocked"} <= set(rig.office.alarms()))
    assert PIN.encode() not in cbor.encode([str(entry.event) for entry in rig.office.entries])


Ask = Callable[[Rig], Awaitable[dict[str, object]]]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda rig: rig.ask(Question.OVERRIDE, person=7, pin=PIN, lane="west"), "no lane"),
        (lambda rig: rig.ask(Question.TICKET, ticket="x"), "no ticket number"),
        (lambda rig: rig.ask(Question.TICKET, ticket="9" * 6_000), "no ticket number"),
        (lambda rig: rig.ask(Question.TICKET, ticket="0"), "no ticket number"),
    ],
)
async def test_what_cannot_be_asked_is_said(rig: Rig, ask: Ask, said: str) -> None:
    await rig.start()
    with pytest.raises(InputError, match=said):
        await ask(rig)


async def test_an_unknown_ticket_has_no_record(rig: Rig) -> None:
    await rig.start()
    await rig.until_fresh()
    answer = await rig.ask(Question.TICKET, ticket=str(ONE.ticket_id))
    assert (answer["record"], answer["passages"]) == (None, [])
