"""Accounts and sessions."""

import asyncio

import pytest
from sqlmodel import select

from central.domain.problems import Problem, ProblemCode
from central.identity.accounts import ADMIN, Accounts
from central.identity.passwords import MOST_WAITING, Passwords, strong_hasher
from central.identity.permissions import ALL
from central.identity.rules.sign_in import ABSOLUTE_MS, FREE_FAILURES, IDLE_MS
from central.identity.service import Attempt, Identity
from central.store.tables.audit import AuditRow
from central.store.tables.people import SessionRow, SignInFailureRow, UserRow
from central.store.unit_of_work import Store
from tests.builders.central import HandClock, SeededBytes, cheap_hasher, field_seal

GOOD = "a long passphrase"


@pytest.fixture
def identity(store: Store) -> Identity:
    return Identity(store, Passwords(cheap_hasher()), SeededBytes(), field_seal(SeededBytes("seal")))


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store, Passwords(cheap_hasher()), SeededBytes("accounts"))


@pytest.fixture
async def admin(accounts: Accounts, clock: HandClock) -> str:
    """The administrator's one-time password."""
    password = await accounts.ensure_admin(clock())
    assert password is not None
    return password


async def _code_of(attempt: object) -> ProblemCode:
    with pytest.raises(Problem) as problem:
        await attempt  # type: ignore[misc] # a coroutine of any answer
    return problem.value.code


async def test_the_first_start_makes_an_admin_with_a_password_for_one_use(
    identity: Identity, accounts: Accounts, clock: HandClock, admin: str
) -> None:
    assert await accounts.ensure_admin(clock()) is None
    signed_in = await identity.sign_in(Attempt(ADMIN, admin, "here"), clock())
    assert signed_in.principal.must_change_password
    assert signed_in.principal.permissions == frozenset(ALL)


async def test_a_changed_password_ends_the_other_sessions(identity: Identity, clock: HandClock, admin: str) -> None:
    first = await identity.sign_in(Attempt(ADMIN, admin, "here"), clock())
    other = await identity.sign_in(Attempt(ADMIN, admin, "there"), clock())
    renewed = await identity.change_password(first.principal, admin, GOOD, clock())
    assert await identity.principal(first.token, clock()) is None
    assert await identity.principal(other.token, clock()) is None
    who = await identity.principal(renewed.token, clock())
    assert who is not None
    assert not who.must_change_password
    assert await _code_of(identity.sign_in(Attempt(ADMIN, admin, "here"), clock())) is ProblemCode.SIGN_IN_FAILED
    await identity.sign_in(Attempt(ADMIN, GOOD, "here"), clock())


async def test_a_weak_new_password_or_a_wrong_old_one_is_refused(identity: Identity, clock: HandClock, admin: str) -> None:
    who = (await identity.sign_in(Attempt(ADMIN, admin, "here"), clock())).principal
    assert await _code_of(identity.change_password(who, admin, "short", clock())) is ProblemCode.PASSWORD_WEAK
    assert await _code_of(identity.change_password(who, "wrong", GOOD, clock())) is ProblemCode.SIGN_IN_FAILED


async def test_nothing_that_opens_a_door_stands_in_the_database(
    identity: Identity, clock: HandClock, store: Store, admin: str
) -> None:
    signed_in = await identity.sign_in(Attempt(ADMIN, admin, "here"), clock())
    async with store.reading() as work:
        user = (await work.session.exec(select(UserRow))).one()
        session = (await work.session.exec(select(SessionRow))).one()
        audits = (await work.session.exec(select(AuditRow))).all()
    assert user.password_hash.startswith("$argon2id$")
    said = f"{user} {session} {audits}"
    assert admin not in said
    assert signed_in.token not in said


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("wrong", [("nobody", GOOD), (ADMIN, "wrong")])
async def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    identity: Identity, clock: HandClock, wrong: tuple[str, str]
) -> None:
    with pytest.raises(Problem) as problem:
        await identity.sign_in(Attempt(*wrong, "here"), clock())
    assert problem.value.code is ProblemCode.SIGN_IN_FAILED
    assert str(problem.value) == "the name or the password is wrong, or the account is disabled"


async def test_failures_delay_their_source_and_never_lock_the_victim_out(
    identity: Identity, clock: HandClock, admin: str
) -> None:
    for _ in range(FREE_FAILURES):
        assert await _code_of(identity.sign_in(Attempt(ADMIN, "guess", "attacker"), clock())) is ProblemCode.SIGN_IN_FAILED
    assert await _code_of(identity.sign_in(Attempt(ADMIN, admin, "attacker"), clock())) is ProblemCode.SIGN_IN_DELAYED
    await identity.sign_in(Attempt(ADMIN, admin, "victim"), clock())
    clock.advance(seconds=1)
    await identity.sign_in(Attempt(ADMIN, admin, "attacker"), clock())


async def test_many_guesses_of_one_source_are_hardly_looked_at(
    identity: Identity, clock: HandClock, monkeypatch: pytest.MonkeyPatch, *, is_sweep: bool
) -> None:
    looked_at = 0

    async def verify(_self: Passwords, _stored: str | None, _password: str) -> bool:
        nonlocal looked_at
        looked_at += 1
        return False

    monkeypatch.setattr(Passwords, "verify", verify)
    for _ in range(1_000 if is_sweep else 200):
        clock.advance(milliseconds=100)
        with pytest.raises(Problem):
            await identity.sign_in(Attempt(ADMIN, "guess", "attacker"), clock())
    assert looked_at <= FREE_FAILURES + 8


async def test_a_success_forgets_the_failures(identity: Identity, clock: HandClock, store: Store, admin: str) -> None:
    await _code_of(identity.sign_in(Attempt(ADMIN, "guess", "here"), clock()))
    await identity.sign_in(Attempt(ADMIN, admin, "here"), clock())
    async with store.reading() as work:
        assert (await work.session.exec(select(SignInFailureRow))).all() == []


@pytest.mark.parametrize("ends_after_ms", [IDLE_MS, ABSOLUTE_MS])
async def test_a_session_ends(identity: Identity, clock: HandClock, ends_after_ms: int, admin: str) -> None:
    token = (await identity.sign_in(Attempt(ADMIN, admin, "here"), clock())).token
    step = IDLE_MS - 1 if ends_after_ms == ABSOLUTE_MS else ends_after_ms
    for _ in range((ends_after_ms - 1) // step):
        clock.advance(milliseconds=step)
        assert await identity.principal(token, clock()) is not None
    clock.advance(milliseconds=IDLE_MS)
    assert await identity.principal(token, clock()) is None


async def test_signing_out_ends_the_session(identity: Identity, clock: HandClock, admin: str) -> None:
    token = (await identity.sign_in(Attempt(ADMIN, admin, "here"), clock())).token
    await identity.sign_out(token, clock())
    assert await identity.principal(token, clock()) is None
    await identity.sign_out(token, clock())


async def test_old_sessions_and_failures_are_forgotten(identity: Identity, clock: HandClock, store: Store, admin: str) -> None:
    await identity.sign_in(Attempt(ADMIN, admin, "here"), clock())
    await _code_of(identity.sign_in(Attempt(ADMIN, "guess", "here"), clock()))
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
