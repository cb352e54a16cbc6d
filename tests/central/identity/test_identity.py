"""Accounts and sessions."""

import asyncio

import pytest
from sqlmodel import select

from central.identity.passwords import MOST_WAITING, Passwords, strong_hasher
from central.identity.permissions import ALL
from central.identity.policy import ABSOLUTE_MS, FREE_FAILURES, IDLE_MS
from central.identity.service import ADMIN, Identity
from central.store.tables.people import AuditRow, SessionRow, SignInFailureRow, UserRow
from central.store.unit_of_work import Store
from central.web.access import Principal
from central.web.problems import Problem, ProblemCode
from tests.builders.central import HandClock, SeededBytes, cheap_hasher

GOOD = "a long passphrase"


@pytest.fixture
def identity(store: Store) -> Identity:
    return Identity(store, Passwords(cheap_hasher()), SeededBytes())


async def _admin(identity: Identity, clock: HandClock) -> str:
    password = await identity.ensure_admin(clock())
    assert password is not None
    return password


async def _code_of(attempt: object) -> ProblemCode:
    with pytest.raises(Problem) as problem:
        await attempt  # type: ignore[misc] # a coroutine of any answer
    return problem.value.code


async def test_the_first_start_makes_an_admin_with_a_password_for_one_use(identity: Identity, clock: HandClock) -> None:
    password = await _admin(identity, clock)
    assert await identity.ensure_admin(clock()) is None
    signed_in = await identity.sign_in(ADMIN, password, "here", clock())
    assert signed_in.principal.must_change_password
    assert signed_in.principal.permissions == frozenset(ALL)


async def test_a_changed_password_ends_the_other_sessions(identity: Identity, clock: HandClock) -> None:
    password = await _admin(identity, clock)
    first = await identity.sign_in(ADMIN, password, "here", clock())
    other = await identity.sign_in(ADMIN, password, "there", clock())
    renewed = await identity.change_password(first.principal, password, GOOD, clock())
    assert await identity.principal(first.token, clock()) is None
    assert await identity.principal(other.token, clock()) is None
    who = await identity.principal(renewed.token, clock())
    assert who is not None
    assert not who.must_change_password
    assert await _code_of(identity.sign_in(ADMIN, password, "here", clock())) is ProblemCode.SIGN_IN_FAILED
    await identity.sign_in(ADMIN, GOOD, "here", clock())


async def test_a_weak_new_password_or_a_wrong_old_one_is_refused(identity: Identity, clock: HandClock) -> None:
    password = await _admin(identity, clock)
    who = (await identity.sign_in(ADMIN, password, "here", clock())).principal
    assert await _code_of(identity.change_password(who, password, "short", clock())) is ProblemCode.PASSWORD_WEAK
    assert await _code_of(identity.change_password(who, "wrong", GOOD, clock())) is ProblemCode.SIGN_IN_FAILED


async def test_nothing_that_opens_a_door_stands_in_the_database(identity: Identity, clock: HandClock, store: Store) -> None:
    password = await _admin(identity, clock)
    signed_in = await identity.sign_in(ADMIN, password, "here", clock())
    async with store.reading() as work:
        user = (await work.session.exec(select(UserRow))).one()
        session = (await work.session.exec(select(SessionRow))).one()
        audits = (await work.session.exec(select(AuditRow))).all()
    assert user.password_hash.startswith("$argon2id$")
    said = f"{user} {session} {audits}"
    assert password not in said
    assert signed_in.token not in said


@pytest.mark.parametrize("wrong", [("nobody", GOOD), (ADMIN, "wrong")])
async def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    identity: Identity, clock: HandClock, wrong: tuple[str, str]
) -> None:
    await _admin(identity, clock)
    with pytest.raises(Problem) as problem:
        await identity.sign_in(*wrong, "here", clock())
    assert problem.value.code is ProblemCode.SIGN_IN_FAILED
    assert problem.value.detail == "the name or the password is wrong, or the account is disabled"


async def test_failures_delay_their_source_and_never_lock_the_victim_out(identity: Identity, clock: HandClock) -> None:
    password = await _admin(identity, clock)
    for _ in range(FREE_FAILURES):
        assert await _code_of(identity.sign_in(ADMIN, "guess", "attacker", clock())) is ProblemCode.SIGN_IN_FAILED
    assert await _code_of(identity.sign_in(ADMIN, password, "attacker", clock())) is ProblemCode.SIGN_IN_DELAYED
    await identity.sign_in(ADMIN, password, "victim", clock())
    clock.advance(seconds=1)
    await identity.sign_in(ADMIN, password, "attacker", clock())


async def test_ten_thousand_guesses_of_one_source_are_hardly_looked_at(
    identity: Identity, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _admin(identity, clock)
    looked_at = 0

    async def verify(_self: Passwords, _stored: str | None, _password: str) -> bool:
        nonlocal looked_at
        looked_at += 1
        return False

    monkeypatch.setattr(Passwords, "verify", verify)
    for _ in range(1000):
        clock.advance(milliseconds=100)
        with pytest.raises(Problem):
            await identity.sign_in(ADMIN, "guess", "attacker", clock())
    assert looked_at <= FREE_FAILURES + 8


async def test_a_success_forgets_the_failures(identity: Identity, clock: HandClock, store: Store) -> None:
    password = await _admin(identity, clock)
    await _code_of(identity.sign_in(ADMIN, "guess", "here", clock()))
    await identity.sign_in(ADMIN, password, "here", clock())
    async with store.reading() as work:
        assert (await work.session.exec(select(SignInFailureRow))).all() == []


@pytest.mark.parametrize("ends_after_ms", [IDLE_MS, ABSOLUTE_MS])
async def test_a_session_ends(identity: Identity, clock: HandClock, ends_after_ms: int) -> None:
    token = (await identity.sign_in(ADMIN, await _admin(identity, clock), "here", clock())).token
    step = IDLE_MS - 1 if ends_after_ms == ABSOLUTE_MS else ends_after_ms
    for _ in range((ends_after_ms - 1) // step):
        clock.advance(milliseconds=step)
        assert await identity.principal(token, clock()) is not None
    clock.advance(milliseconds=IDLE_MS)
    assert await identity.principal(token, clock()) is None


async def test_signing_out_ends_the_session(identity: Identity, clock: HandClock) -> None:
    token = (await identity.sign_in(ADMIN, await _admin(identity, clock), "here", clock())).token
    await identity.sign_out(token, clock())
    assert await identity.principal(token, clock()) is None
    await identity.sign_out(token, clock())


async def test_a_reset_gives_a_new_password_for_one_use(identity: Identity, clock: HandClock) -> None:
    old = await _admin(identity, clock)
    token = (await identity.sign_in(ADMIN, old, "here", clock())).token
    new = await identity.reset_password(ADMIN, None, clock())
    assert await identity.principal(token, clock()) is None
    assert (await identity.sign_in(ADMIN, new, "here", clock())).principal.must_change_password
    assert await _code_of(identity.reset_password("nobody", None, clock())) is ProblemCode.NOT_FOUND


async def test_a_name_is_given_once(identity: Identity, clock: HandClock) -> None:
    await identity.add_user("wang", (), None, clock())
    assert await _code_of(identity.add_user("wang", (), None, clock())) is ProblemCode.CONFLICT


async def test_old_sessions_and_failures_are_forgotten(identity: Identity, clock: HandClock, store: Store) -> None:
    await identity.sign_in(ADMIN, await _admin(identity, clock), "here", clock())
    await _code_of(identity.sign_in(ADMIN, "guess", "here", clock()))
    clock.advance(seconds=2 * 24 * 3600)
    await identity.forget_old(clock())
    async with store.reading() as work:
        assert (await work.session.exec(select(SessionRow))).all() == []
        assert (await work.session.exec(select(SignInFailureRow))).all() == []


async def test_beyond_its_queue_hashing_says_busy() -> None:
    passwords = Passwords(cheap_hasher())
    tasks = [asyncio.ensure_future(passwords.hash("x")) for _ in range(MOST_WAITING + 3)]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    busy = [answer for answer in answers if isinstance(answer, Problem)]
    assert [problem.code for problem in busy] == [ProblemCode.BUSY] * 3
    assert await passwords.verify(await passwords.hash("y"), "y")
    passwords.close()


def test_the_assembly_hashes_by_argon2id_with_the_chosen_cost() -> None:
    assert strong_hasher().hash(GOOD).startswith("$argon2id$v=19$m=47104,t=1,p=1$")


async def test_nobody_gives_or_opens_what_they_do_not_hold(identity: Identity, clock: HandClock) -> None:
    await _admin(identity, clock)
    clerk = Principal(1, "clerk", frozenset({"users.edit", "sales.sell"}), must_change_password=False)
    assert await _code_of(identity.add_user("wang", ["refunds.override"], clerk, clock())) is ProblemCode.FORBIDDEN
    assert await _code_of(identity.reset_password(ADMIN, clerk, clock())) is ProblemCode.FORBIDDEN
    await identity.add_user("wang", ["sales.sell"], clerk, clock())
    await identity.reset_password("wang", clerk, clock())
