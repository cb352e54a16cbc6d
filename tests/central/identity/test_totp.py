"""The second factor, giving the password again, and the tokens of programs."""

from collections.abc import Awaitable

import pyotp
import pytest

from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.identity import totp
from central.identity.permissions import Permission
from central.identity.service import Attempt
from central.identity.tokens import TokenGrant
from central.web import access
from central.web.access import PROVED_FOR_MS
from protocol.instants import Instant
from tests.builders.central import NOON
from tests.builders.office import Office

RFC_SECRET = totp.secret_text(b"12345678901234567890")
PASSWORD = "a long passphrase"


async def code_of(attempt: Awaitable[object]) -> ProblemCode:
    with pytest.raises(Problem) as problem:
        await attempt
    return problem.value.code


@pytest.mark.parametrize(("at_s", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_are_those_of_rfc_6238(at_s: int, code: str) -> None:
    assert totp.step_of(RFC_SECRET, code, 0, Instant(at_s * 1000)) == at_s // totp.STEP_S


@pytest.mark.parametrize(("behind", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(behind: int, taken: bool) -> None:  # noqa: FBT001 - a table's column
    step = NOON // 30_000 + behind
    code = pyotp.TOTP(RFC_SECRET).generate_otp(step)
    assert totp.step_of(RFC_SECRET, code, 0, NOON) == (step if taken else None)


@pytest.fixture
async def wang(office: Office) -> Principal:
    """Wang, who has an own password."""
    one_time = await office.add_person("wang", "sales.sell", "sales.read")
    first = await office.identity.sign_in(Attempt("wang", one_time, "here"), office.clock())
    return (await office.identity.change_password(first.principal, one_time, PASSWORD, office.clock())).principal


async def with_totp(office: Office, wang: Principal) -> str:
    secret, uri = await office.identity.begin_totp(wang, PASSWORD, office.clock())
    assert uri.startswith("otpauth://totp/Paifang:wang?secret=")
    await office.identity.confirm_totp(wang, code_now(office, secret), office.clock())
    office.clock.advance(seconds=30)
    return secret


def code_now(office: Office, secret: str) -> str:
    return pyotp.TOTP(secret).generate_otp(office.clock() // 30_000)


def attempt(code: str | None = None, password: str = PASSWORD, source: str = "here") -> Attempt:
    return Attempt("wang", password, source, code)


async def test_a_begun_factor_counts_only_when_a_code_has_confirmed_it(office: Office, wang: Principal) -> None:
    await office.identity.begin_totp(wang, PASSWORD, office.clock())
    assert await code_of(office.identity.confirm_totp(wang, "000000", office.clock())) is ProblemCode.SIGN_IN_FAILED
    await office.identity.sign_in(attempt(), office.clock())


async def test_with_a_second_factor_the_password_alone_opens_nothing(office: Office, wang: Principal) -> None:
    secret = await with_totp(office, wang)
    assert await code_of(office.identity.sign_in(attempt(), office.clock())) is ProblemCode.TOTP_REQUIRED
    assert await code_of(office.identity.sign_in(attempt("000000"), office.clock())) is ProblemCode.SIGN_IN_FAILED
    await office.identity.sign_in(attempt(code_now(office, secret)), office.clock())


async def test_whether_there_is_a_second_factor_is_told_only_to_who_knows_the_password(office: Office, wang: Principal) -> None:
    await with_totp(office, wang)
    wrong = office.identity.sign_in(attempt(password="wrong"), office.clock())
    assert await code_of(wrong) is ProblemCode.SIGN_IN_FAILED


async def test_a_code_is_taken_once(office: Office, wang: Principal) -> None:
    secret = await with_totp(office, wang)
    code = code_now(office, secret)
    await office.identity.sign_in(attempt(code), office.clock())
    assert await code_of(office.identity.sign_in(attempt(code), office.clock())) is ProblemCode.SIGN_IN_FAILED


async def test_guessed_codes_slow_their_source_down(office: Office, wang: Principal) -> None:
    secret = await with_totp(office, wang)
    for _ in range(5):
        await code_of(office.identity.sign_in(attempt("000000", source="attacker"), office.clock()))
    slowed = office.identity.sign_in(attempt(code_now(office, secret), source="attacker"), office.clock())
    assert await code_of(slowed) is ProblemCode.SIGN_IN_DELAYED


async def test_a_reset_password_ends_the_second_factor_too(office: Office, wang: Principal) -> None:
    await with_totp(office, wang)
    _, new = await office.accounts.reset_password(wang.user_id, None, office.clock())
    await office.identity.sign_in(attempt(password=new), office.clock())


async def test_the_second_factor_is_removed_by_the_password(office: Office, wang: Principal) -> None:
    await with_totp(office, wang)
    assert await code_of(office.identity.end_totp(wang, "wrong", office.clock())) is ProblemCode.SIGN_IN_FAILED
    await office.identity.end_totp(wang, PASSWORD, office.clock())
    await office.identity.sign_in(attempt(), office.clock())


@pytest.mark.usefixtures("wang")
async def test_a_proof_lasts_for_minutes_and_is_given_again(office: Office) -> None:
    signed_in = await office.identity.sign_in(attempt(), office.clock())
    access.require_proved(signed_in.principal, office.clock())
    later = office.clock.advance(milliseconds=PROVED_FOR_MS + 1)
    who = await office.identity.principal(signed_in.token, later)
    assert who is not None
    with pytest.raises(Problem, match="password again"):
        access.require_proved(who, later)
    wrong = office.identity.prove_again(who, signed_in.token, attempt(password="wrong"), later)
    assert await code_of(wrong) is ProblemCode.SIGN_IN_FAILED
    await office.identity.prove_again(who, signed_in.token, attempt(), later)
    again = await office.identity.principal(signed_in.token, later)
    assert again is not None
    access.require_proved(again, later)


def grant(wang: Principal, *permissions: Permission, expires_at: Instant | None = None) -> TokenGrant:
    return TokenGrant(wang.user_id, "partner", frozenset(permissions), expires_at)


async def test_a_program_may_what_its_token_and_its_person_both_may(office: Office, wang: Principal) -> None:
    _, token = await office.tokens.add(grant(wang, Permission.SALES_SELL), wang, office.clock())
    who = await office.identity.principal(token, office.clock())
    assert who is not None
    assert (who.user_id, who.permissions, who.proved_at) == (wang.user_id, frozenset({"sales.sell"}), None)
    with pytest.raises(Problem):
        access.require_proved(who, office.clock())
    with pytest.raises(Problem):
        access.require_session(who)


async def test_a_token_ends_with_its_time_by_revocation_and_with_its_person(office: Office, wang: Principal) -> None:
    now = office.clock()
    short = await office.tokens.add(grant(wang, Permission.SALES_SELL, expires_at=Instant(now + 1000)), wang, now)
    revoked = await office.tokens.add(grant(wang, Permission.SALES_SELL), wang, now)
    lasting = await office.tokens.add(grant(wang, Permission.SALES_SELL), wang, now)
    await office.tokens.revoke(revoked[0].token_id, wang, now)
    assert await office.identity.principal(revoked[1], now) is None
    assert await office.identity.principal(short[1], now) is not None
    assert await office.identity.principal(short[1], office.clock.advance(seconds=1)) is None
    assert await office.identity.principal(lasting[1], office.clock()) is not None
    boss = Principal(1, "seller", frozenset(Permission), must_change_password=False, scope=DataScope.ALL)
    await office.accounts.set_disabled(wang.user_id, disabled=True, by=boss, now=office.clock())
    assert await office.identity.principal(lasting[1], office.clock()) is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ((Permission.REFUNDS_OVERRIDE,), ProblemCode.FORBIDDEN),
        ((Permission.SALES_SELL,), None),
    ],
)
async def test_a_person_cannot_give_a_program_what_they_do_not_hold(
    office: Office, wang: Principal, given: tuple[Permission, ...], code: ProblemCode | None
) -> None:
    adding = office.tokens.add(grant(wang, *given), wang, office.clock())
    if code is None:
        await adding
    else:
        assert await code_of(adding) is code


async def test_a_token_that_would_be_over_or_is_for_no_person_is_refused(office: Office, wang: Principal) -> None:
    late = grant(wang, Permission.SALES_SELL, expires_at=office.clock())
    nobody = TokenGrant(99, "partner", frozenset({Permission.SALES_SELL}), None)
    for wrong in (late, nobody):
        assert await code_of(office.tokens.add(wrong, wang, office.clock())) is ProblemCode.INPUT_INVALID
    assert await code_of(office.tokens.revoke(99, wang, office.clock())) is ProblemCode.NOT_FOUND
