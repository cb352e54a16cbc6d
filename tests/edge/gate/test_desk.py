"""The desk over a real cache, journal and trust store: an admission is written down first, and nothing unverified decides."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import apsw
import pytest

from edge.gate.attempt import Answer, Showing
from protocol.admission import policy, tables
from protocol.admission.facts import DocumentCard
from protocol.admission.verdict import Admit, AdmitFlag, CallStaff, LetOut, Refuse
from protocol.directions import Direction
from protocol.feed.records import CredentialEntry, CredentialKind, credential_key
from protocol.feed.segments import ticket_row
from protocol.identifiers import AgentId, AttemptId, CheckPointId, EntitlementId, JournalId, Sequence
from protocol.instants import Instant, to_minute
from protocol.journal.events import Intent, Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent
from protocol.scan_parser import read_card
from protocol.sync.answers import ClaimAnswer
from protocol.tickets.record import TicketRecord, TicketState
from protocol.tickets.short_number import number_of
from tests.builders.feed import AUTONOMY_S, ENTRY_POINT, SITE, START, TICKET_TYPE, FeedSimulator, ticket
from tests.builders.gate import GateRig
from tests.builders.journal import AGENT, an_intent

EXIT_POINT = CheckPointId(12)
HANDHELD = CheckPointId(13)
HOUR_MS = 3_600_000
DATABASE_FILES = ("journal.db", "cache.db")


def point(
    number: CheckPointId,
    direction: Direction,
    state: policy.CheckPointState = policy.CheckPointState.ENABLED,
    *,
    attended: bool = False,
) -> policy.CheckPoint:
    return policy.CheckPoint(
        number, SITE, 0, f"{number}号", f"Gate {number}", direction, state, frozenset({TICKET_TYPE}), attended, False
    )


def small_tables(claim: policy.Claim = policy.Claim.NEVER, *, capacity: int | None = None) -> dict[str, bytes]:
    right = policy.Entitlement(EntitlementId(1), TICKET_TYPE, frozenset({SITE}), policy.Policy((policy.TotalUses(1),)))
    ticket_type = policy.TicketTypeRules(
        TICKET_TYPE, "成人票", "Adult", (right,), claim, unseen_allowed=True, autonomy_s=AUTONOMY_S
    )
    handheld = point(HANDHELD, Direction.ENTRY, attended=True)
    points = (point(ENTRY_POINT, Direction.ENTRY), point(EXIT_POINT, Direction.EXIT), handheld)
    return {
        tables.TICKET_TYPES: tables.encode_ticket_types((ticket_type,)),
        tables.CHECK_POINTS: tables.encode_check_points(points),
        tables.SITE_RULES: tables.encode_site_rules(policy.SiteRules(SITE, "Asia/Shanghai", capacity, 2, ())),
    }


MakeRig = Callable[..., GateRig]


@pytest.fixture
def make_rig(tmp_path: Path) -> Iterator[MakeRig]:
    rigs: list[GateRig] = []

    def make(central: FeedSimulator | None = None, *, boot: int = 1, claim: policy.Claim = policy.Claim.NEVER) -> GateRig:
        rigs.append(GateRig(tmp_path, central or FeedSimulator(small_tables(claim)), boot=boot, exits=frozenset({EXIT_POINT})))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


def named(answer: Answer) -> str:
    match answer.verdict:
        case Admit():
            return f"admit {answer.verdict.kind}"
        case Refuse() | CallStaff():
            return answer.verdict.reason.value
        case LetOut():
            return f"out {answer.verdict.alarm}"
    raise AssertionError(answer)


ONE, TWO = ticket(0x1111), ticket(0x2222)
ONE_OF_MANY = ticket(0xABCD_EF01_2345_6789)


@pytest.mark.law(1)
async def test_an_admission_stands_in_the_journal_when_it_is_answered(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    answer = await rig.show(rig.text(ONE))
    assert named(answer) == "admit entry"
    rig.close()
    again = make_rig(rig.central, boot=2)
    (intent,) = again.events(ONE)
    assert isinstance(intent, Intent)
    assert intent.ticket_id == ONE.ticket_id


@pytest.mark.law(1)
async def test_where_the_journal_has_failed_entry_is_closed_and_exits_open(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    rig.journal.close()
    entry = await rig.show(rig.text(ONE))
    leaving = await rig.show(rig.text(ONE), EXIT_POINT)
    assert (named(entry), entry.sequence) == ("gate_fault", None)
    assert (named(leaving), leaving.sequence) == ("out None", None)


@pytest.mark.law(2)
async def test_a_ticket_is_used_once_however_it_is_shown(make_rig: MakeRig) -> None:
    rig = make_rig()
    short = CredentialEntry(credential_key(CredentialKind.OTA_CODE, b"OTA77XYZ"), CredentialKind.OTA_CODE, ONE.ticket_id)
    await rig.publish(ONE, credentials=(short,))
    assert named(await rig.enter(rig.text(ONE))) == "admit entry"
    assert named(await rig.show(rig.text(ONE))) == "used_up"
    assert named(await rig.show(b"OTA77XYZ")) == "used_up"


@pytest.mark.law(2)
async def test_a_number_typed_by_staff_finds_the_ticket_without_any_credential(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE_OF_MANY)
    number = number_of(ONE_OF_MANY.ticket_id).encode()
    assert named(await rig.show(number)) == "malformed"
    assert named(await rig.show(number, HANDHELD)) == "admit entry"
    assert named(await rig.show(rig.text(ONE_OF_MANY))) == "used_up"


@pytest.mark.parametrize("number", [b"000000000195", b"999999999951"], ids=["of no ticket", "above all ids"])
async def test_a_number_of_no_ticket_is_unknown(make_rig: MakeRig, number: bytes) -> None:
    rig = make_rig()
    await rig.publish(ONE_OF_MANY)
    assert named(await rig.show(number, HANDHELD)) == "unknown"


async def test_the_same_attempt_gets_the_same_answer_and_no_second_record(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    showing = rig.desk.showing(ENTRY_POINT, rig.text(ONE))
    first, second = await rig.desk.ask(showing), await rig.desk.ask(showing)
    assert first == second
    assert len(rig.events(ONE)) == 1


@pytest.mark.law(4)
@pytest.mark.parametrize("place", range(0, 39, 3))
async def test_a_byte_changed_in_the_cache_never_admits(make_rig: MakeRig, place: int) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    edited = apsw.Connection(str(rig.directory / "cache.db"))
    ((row_id, data),) = edited.execute("SELECT rowid, data FROM bucket WHERE kind = 'tickets'").fetchall()
    assert isinstance(data, bytes)
    changed = bytearray(data)
    changed[place] ^= 1
    edited.execute("UPDATE bucket SET data = ? WHERE rowid = ?", (bytes(changed), row_id))
    edited.close()
    assert named(await rig.show(rig.text(ONE))) == "gate_fault"
    assert named(await rig.show(rig.text(ONE), EXIT_POINT)) == "out gate_fault"


@pytest.mark.law(4)
async def test_a_row_deleted_from_the_cache_is_no_unknown_ticket(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    edited = apsw.Connection(str(rig.directory / "cache.db"))
    edited.execute("DELETE FROM bucket")
    edited.close()
    assert named(await rig.show(rig.text(ONE))) == "gate_fault"


async def test_without_a_feed_entry_calls_staff_and_exits_open(make_rig: MakeRig) -> None:
    rig = make_rig()
    assert named(await rig.show(rig.text(ONE))) == "cache_locked"
    assert named(await rig.show(rig.text(ONE), EXIT_POINT)) == "out cache_locked"


async def test_a_ticket_that_another_gate_admitted_is_used(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    theirs = AdmissionEvent(
        AgentId(AGENT + 1), JournalId(bytes(16)), Sequence(1), SITE, EXIT_POINT, an_intent(ticket=ONE.ticket_id)
    )
    rig.central.publish_events((ticket_row(ONE.ticket_id, theirs),))
    await rig.download()
    assert named(await rig.show(rig.text(ONE))) == "used_up"


async def test_the_own_entry_that_comes_back_with_the_feed_counts_once(make_rig: MakeRig) -> None:
    group = ticket(0x3333, persons=3)
    rig = make_rig()
    await rig.publish(group)
    await rig.enter(rig.text(group))
    rig.central.publish_events(ticket_row(group.ticket_id, event) for event in rig.admissions(group))
    await rig.download()
    answer = await rig.show(rig.text(group))
    assert isinstance(answer.verdict, Admit)
    assert answer.verdict.uses_left == 1


async def test_a_refunded_ticket_is_refused_once_the_feed_says_so(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    await rig.publish(ticket(ONE.ticket_id, state=TicketState.VOID, state_since=to_minute(START)))
    assert named(await rig.show(rig.text(ONE))) == "void"


async def test_23_an_interrupted_passage_is_resumed_once_at_the_same_check_point(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    assert named(await rig.show(rig.text(ONE))) == "admit entry"
    rig.close()
    restarted = make_rig(rig.central, boot=2)
    restarted.after_ms = 10_000
    assert named(await restarted.enter(restarted.text(ONE))) == "admit resume"
    assert named(await restarted.show(restarted.text(ONE))) == "used_up"


async def test_23_an_interrupted_walk_in_is_resumed_once_at_the_same_check_point(make_rig: MakeRig) -> None:
    seniors = policy.WalkInRule(7, "六十五岁以上", "65 and over", 65, None, (), None, None, frozenset())
    rules = tables.encode_site_rules(policy.SiteRules(SITE, "Asia/Shanghai", None, 2, (seniors,)))
    rig = make_rig(FeedSimulator(small_tables() | {tables.SITE_RULES: rules}))
    await rig.publish(ONE)
    card = read_card(DocumentCard(bytes(16), date(1950, 1, 1), "110101"))
    assert named(await rig.desk.ask(Showing(AttemptId(bytes(16)), ENTRY_POINT, card))) == "admit walk-in"
    rig.close()
    restarted = make_rig(rig.central, boot=2)
    restarted.after_ms = 10_000
    resumed = await restarted.desk.ask(Showing(AttemptId(bytes([1] * 16)), ENTRY_POINT, card))
    assert named(resumed) == "admit resume"
    first, second = (event.event for event in restarted.journal.walk_in_events_of(bytes(16)))
    assert isinstance(first, Intent)
    assert isinstance(second, Intent)
    assert (first.rule_id, first.resumes, second.rule_id, second.resumes) == (7, None, 7, 1)
    assert [entry.sequence for entry in restarted.journal.pending_intents()] == [resumed.sequence]
    assert named(await restarted.desk.ask(Showing(AttemptId(bytes([2] * 16)), ENTRY_POINT, card))) == "daily_limit"


async def test_23_a_minute_later_staff_decide(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    await rig.show(rig.text(ONE))
    rig.after_ms = 61_000
    assert named(await rig.show(rig.text(ONE))) == "passage_unresolved"


@pytest.mark.parametrize(
    ("result", "expected"),
    [(OutcomeResult.NOT_PASSED, "admit entry"), (OutcomeResult.REVERSED, "admit entry"), (OutcomeResult.PASSED, "used_up")],
)
async def test_22_and_55_only_a_body_that_passed_has_used_the_ticket(
    make_rig: MakeRig, result: OutcomeResult, expected: str
) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    answer = await rig.show(rig.text(ONE))
    assert answer.sequence is not None
    rig.note(Outcome(answer.sequence, result, 1 if result is OutcomeResult.PASSED else 0))
    assert named(await rig.show(rig.text(ONE))) == expected


async def test_55_a_late_pass_un_annuls(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    answer = await rig.show(rig.text(ONE))
    assert answer.sequence is not None
    rig.note(Outcome(answer.sequence, OutcomeResult.NOT_PASSED, 0))
    rig.note(Outcome(answer.sequence, OutcomeResult.PASSED, 1))
    assert named(await rig.show(rig.text(ONE))) == "used_up"


async def test_unseen_tickets_are_admitted_once_flagged_and_capped(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish()
    fresh: list[TicketRecord] = [ticket(number) for number in (5, 6, 7)]
    first = await rig.enter(rig.text(fresh[0]))
    assert isinstance(first.verdict, Admit)
    assert first.verdict.flags == {AdmitFlag.UNSEEN}
    assert named(await rig.show(rig.text(fresh[0]))) == "used_up"
    assert named(await rig.show(rig.text(fresh[1]))) == "admit entry"
    assert named(await rig.show(rig.text(fresh[2]))) == "unknown"
    rig.after_ms = HOUR_MS + 1
    assert named(await rig.show(rig.text(fresh[2]))) == "admit entry"


@pytest.mark.parametrize(
    ("after_ms", "uncertainty_ms", "expected"),
    [
        (0, 10, "admit entry"),
        (71 * HOUR_MS, 10, "admit entry"),
        (73 * HOUR_MS, 10, "cache_stale"),
        (217 * HOUR_MS, 10, "cache_locked"),
        (0, 5 * 60_000, "admit entry"),
        (0, 5 * 60_000 + 1, "clock_untrusted"),
    ],
)
async def test_the_freshness_ladder(make_rig: MakeRig, after_ms: int, uncertainty_ms: int, expected: str) -> None:
    lasting = ticket(0x4444, valid_until=to_minute(Instant(START + 1000 * HOUR_MS)))
    rig = make_rig()
    await rig.publish(lasting)
    rig.after_ms, rig.uncertainty_ms = after_ms, uncertainty_ms
    assert named(await rig.show(rig.text(lasting))) == expected
    assert named(await rig.show(rig.text(lasting), EXIT_POINT)).startswith("out")


def claim_answer(granted: bool, reason: str = "") -> ClaimAnswer:  # noqa: FBT001 - a table's column
    return ClaimAnswer(AGENT, AttemptId(bytes(16)), granted, reason, START)


@pytest.mark.parametrize(
    ("claimed", "expected", "flag"),
    [
        (claim_answer(granted=True), "admit entry", AdmitFlag.CLAIMED),
        (claim_answer(granted=False, reason="used_up"), "used_up", None),
        (None, "admit entry", AdmitFlag.OFFLINE),
    ],
)
async def test_58_a_claim_decides_where_central_answers(
    make_rig: MakeRig, claimed: ClaimAnswer | None, expected: str, flag: AdmitFlag | None
) -> None:
    rig = make_rig(claim=policy.Claim.WHEN_ONLINE)
    await rig.publish(ONE)
    rig.claims.append(claimed)
    answer = await rig.show(rig.text(ONE))
    assert named(answer) == expected
    assert (answer.verdict.flags if isinstance(answer.verdict, Admit) else set()) == ({flag} if flag else set())
    assert rig.claimed[0].ticket_id == ONE.ticket_id


@pytest.mark.law(6)
async def test_an_intent_decided_before_a_switch_is_decided_again(make_rig: MakeRig) -> None:
    """The refund arrives while central answers the claim: an admission under the old feed is a refusal under the new one."""
    rig = make_rig(claim=policy.Claim.WHEN_ONLINE)
    await rig.publish(ONE)

    async def claim(request: object) -> ClaimAnswer:
        assert request is not None
        await rig.publish(ticket(ONE.ticket_id, state=TicketState.VOID, state_since=to_minute(START)))
        return claim_answer(granted=True)

    rig.claim = claim  # type: ignore[method-assign]  # the moment between decision and commit
    rig.desk = type(rig.desk)(rig.sources(rig.cache, rig.journal))
    assert named(await rig.show(rig.text(ONE))) == "void"
    assert not rig.events(ONE)


async def test_46_a_full_site_refuses_until_a_visitor_leaves(make_rig: MakeRig) -> None:
    rig = make_rig(FeedSimulator(small_tables(capacity=1)))
    await rig.publish(ONE, TWO)
    assert named(await rig.enter(rig.text(ONE))) == "admit entry"
    assert named(await rig.show(rig.text(TWO))) == "site_full"
    assert named(await rig.show(rig.text(ONE), EXIT_POINT)) == "out None"
    assert named(await rig.show(rig.text(TWO))) == "admit entry"


@pytest.mark.parametrize("payload", [b"", b"hello", b"PF1", b"PF1" + b"A" * 149, bytes(range(256)), b"x" * 4096, "票".encode()])
async def test_12_what_is_no_ticket_is_refused_without_an_exception(make_rig: MakeRig, payload: bytes) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    assert named(await rig.show(payload)) in {"malformed", "forged"}
    assert named(await rig.show(payload, EXIT_POINT)).startswith("out")


@pytest.mark.law(9)
async def test_what_was_shown_is_nowhere_on_the_disk(make_rig: MakeRig) -> None:
    rig = make_rig()
    await rig.publish(ONE)
    secret = b"OTASECRET42"
    await rig.show(secret)
    await rig.show(rig.text(ONE))
    rig.close()
    for name in DATABASE_FILES:
        for file in rig.directory.glob(name + "*"):
            stored = file.read_bytes()
            assert secret not in stored
            assert rig.text(ONE)[:40] not in stored
