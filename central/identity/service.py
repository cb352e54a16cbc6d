"""Sessions: signing in, giving the password again, and whose request it is.

Laws: a token is 256 random bits and is stored as its SHA-256 only; each change of a password ends the person's other sessions; a
person with a second factor opens nothing without it; a program's token never counts as giving the password again.
"""

import base64
import hashlib
from dataclasses import dataclass, replace

from sqlmodel import col, delete, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between, hidden_change
from central.domain.ports import RandomBytes
from central.domain.principal import Principal
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.identity import failures, token_lookup, totp
from central.identity.accounts import set_password, user_named
from central.identity.effective_permissions import granted, roles_of
from central.identity.messages import (
    PASSWORD_WRONG,
    SIGN_IN_WRONG,
    TOTP_MISSING,
    TOTP_NOT_BEGUN,
    TOTP_THERE,
    TOTP_USED,
    TOTP_WRONG,
)
from central.identity.passwords import Passwords
from central.identity.rules import sign_in
from central.identity.token_lookup import Bearer
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.people import ApiTokenRow, SessionRow, SignInFailureRow, UserRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant

TOKEN_BYTES = 32
API_TOKEN_PREFIX = "pft_"  # noqa: S105 - what such a token begins with, so that scanners find a leaked one


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session."""

    token: str
    principal: Principal


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to sign in: the name and the secrets that the caller gives; `source` is the caller's address."""

    name: str
    password: str
    source: str
    totp_code: str | None = None


class Identity:
    """Knows which person a session or a token belongs to. It is the web's `Authenticator`."""

    def __init__(self, store: Store, passwords: Passwords, random_bytes: RandomBytes, seal: FieldSeal) -> None:
        """Take the store, the hasher, the source of randomness, and the seal for second factors."""
        self._store = store
        self._passwords = passwords
        self._random_bytes = random_bytes
        self._seal = seal

    async def sign_in(self, attempt: Attempt, now: Instant) -> SignedIn:
        """Open a session.

        Problem where name, password or code is wrong, a code is missing, or this source must wait after failures.
        """
        async with self._store.reading() as work:
            row = await user_named(work, attempt.name)
        await self._require_known(row, attempt, now)
        assert row is not None, "an unknown person was refused"
        async with self._store.transaction() as work:
            row = await work.session.get_one(UserRow, row.id, with_for_update=True)
            if row.totp_confirmed and not self._takes(work, row, attempt.totp_code or "", now):
                raise Problem(ProblemCode.SIGN_IN_FAILED, TOTP_USED.of())
            await failures.forget(work, attempt.name, attempt.source)
            row.signed_in_at = now
            work.session.add(row)
            return await self._open_session(work, row, now)

    async def _require_known(self, row: UserRow | None, attempt: Attempt, now: Instant) -> None:
        """Raise Problem unless this is an enabled person who knows their password, and has the code where one is needed."""
        await failures.require_no_delay(self._store, attempt.name, attempt.source, now)
        if (
            not await self._passwords.verify(None if row is None else row.password_hash, attempt.password)
            or row is None
            or row.is_disabled
        ):
            await self._note_failure(attempt.name, attempt.source, now)
            raise Problem(ProblemCode.SIGN_IN_FAILED, SIGN_IN_WRONG.of())
        if row.totp_confirmed and attempt.totp_code is None:
            raise Problem(ProblemCode.TOTP_REQUIRED, TOTP_MISSING.of())
        if row.totp_confirmed and totp.step_of(self._secret(row), attempt.totp_code or "", 0, now) is None:
            await self._note_failure(attempt.name, attempt.source, now)
            raise Problem(ProblemCode.SIGN_IN_FAILED, TOTP_WRONG.of())

    async def prove_again(self, who: Principal, token: str, attempt: Attempt, now: Instant) -> Principal:
        """Note that the person of a session gave password and code again; Problem where they are wrong."""
        async with self._store.reading() as work:
            row = await work.session.get_one(UserRow, who.user_id)
        await self._require_known(row, attempt, now)
        async with self._store.transaction() as work:
            row = await work.session.get_one(UserRow, who.user_id, with_for_update=True)
            if row.totp_confirmed and not self._takes(work, row, attempt.totp_code or "", now):
                raise Problem(ProblemCode.SIGN_IN_FAILED, TOTP_USED.of())
            session = await work.session.get_one(SessionRow, token_hash(token))
            session.proved_at = now
            work.session.add(session)
            audit.record(work, now, who.user_id, "session.prove", f"user:{who.user_id}")
        return replace(who, proved_at=now)

    async def sign_out(self, token: str, now: Instant) -> None:
        """End the session."""
        async with self._store.transaction() as work:
            row = await work.session.get(SessionRow, token_hash(token))
            if row is not None:
                await work.session.delete(row)
                audit.record(work, now, row.user_id, "session.end", f"user:{row.user_id}")

    async def change_password(self, who: Principal, old: str, new: str, now: Instant) -> SignedIn:
        """Set an own password, end all sessions of the person and open a new one."""
        weakness = sign_in.password_weakness(new, who.name)
        if weakness is not None:
            raise wrong_field(ProblemCode.PASSWORD_WEAK, "new_password", weakness)
        await self._require_password(who, old)
        stored = await self._passwords.hash(new)
        async with self._store.transaction() as work:
            row = await work.session.get_one(UserRow, who.user_id)
            await set_password(work, row, stored, must_change=False)
            changes = (hidden_change("password"),)
            audit.record(work, now, who.user_id, "user.change-password", f"user:{who.user_id}", changes=changes)
            return await self._open_session(work, row, now)

    async def begin_totp(self, who: Principal, password: str, now: Instant) -> tuple[str, str]:
        """Make a new secret for the person; return it with the URI for a QR. It counts once a code has confirmed it.

        Problem where the password is wrong, or a confirmed second factor is there already.
        """
        await self._require_password(who, password)
        secret = totp.secret_text(self._random_bytes(totp.SECRET_BYTES))
        async with self._store.transaction() as work:
            row = await work.session.get_one(UserRow, who.user_id, with_for_update=True)
            if row.totp_confirmed:
                raise Problem(ProblemCode.CONFLICT, TOTP_THERE.of())
            row.totp_sealed, row.totp_step = self._seal.seal(secret, _totp_place(who.user_id)), 0
            work.session.add(row)
            audit.record(work, now, who.user_id, "totp.begin", f"user:{who.user_id}")
        return secret, totp.uri(secret, who.name)

    async def confirm_totp(self, who: Principal, code: str, now: Instant) -> None:
        """Take the second factor into use by its first code; Problem where the code is wrong, or no second factor was begun."""
        async with self._store.transaction() as work:
            row = await work.session.get_one(UserRow, who.user_id, with_for_update=True)
            if row.totp_sealed is None or row.totp_confirmed:
                raise Problem(ProblemCode.CONFLICT, TOTP_NOT_BEGUN.of())
            if not self._takes(work, row, code, now):
                raise Problem(ProblemCode.SIGN_IN_FAILED, TOTP_WRONG.of())
            row.totp_confirmed = True
            audit.record(
                work,
                now,
                who.user_id,
                "totp.confirm",
                f"user:{who.user_id}",
                changes=changes_between({"has_totp": False}, {"has_totp": True}),
            )

    async def end_totp(self, who: Principal, password: str, now: Instant) -> None:
        """Remove the person's second factor; Problem where the password is wrong."""
        await self._require_password(who, password)
        async with self._store.transaction() as work:
            row = await work.session.get_one(UserRow, who.user_id)
            changes = changes_between({"has_totp": row.totp_confirmed}, {"has_totp": False})
            row.totp_sealed, row.totp_confirmed = None, False
            work.session.add(row)
            audit.record(work, now, who.user_id, "totp.end", f"user:{who.user_id}", changes=changes)

    async def principal(self, token: str, now: Instant) -> Principal | None:
        """Return the person of the token's session or program.

        None where the token is unknown or over, or the person is disabled.
        """
        if token.startswith(API_TOKEN_PREFIX):
            return await self._of_program(token, now)
        bearer = await self._session(token, now)
        if bearer is None or bearer.seen_at is None:
            return None
        if now - bearer.seen_at >= sign_in.SEEN_EVERY_MS:
            await self._note_seen(token_hash(token), now)
        return bearer.principal

    async def still(self, token: str, now: Instant) -> Principal | None:
        """Return the person as `principal` does, without noting that they were seen: what waits does not keep a session alive."""
        is_program = token.startswith(API_TOKEN_PREFIX)
        bearer = await (self._program(token, now) if is_program else self._session(token, now))
        if bearer is None:
            return None
        return _narrowed(bearer) if is_program else bearer.principal

    async def _session(self, token: str, now: Instant) -> Bearer | None:
        async with self._store.asking() as connection:
            bearer = await token_lookup.of_session(connection, token_hash(token))
        if bearer is None or bearer.is_disabled or bearer.seen_at is None:
            return None
        return None if sign_in.session_is_over(bearer.created_at, bearer.seen_at, now) else bearer

    async def _program(self, token: str, now: Instant) -> Bearer | None:
        async with self._store.asking() as connection:
            bearer = await token_lookup.of_program(connection, token_hash(token))
        if bearer is None or bearer.is_disabled or (bearer.ends_at is not None and now >= bearer.ends_at):
            return None
        return bearer

    async def _of_program(self, token: str, now: Instant) -> Principal | None:
        bearer = await self._program(token, now)
        if bearer is None:
            return None
        if bearer.seen_at is None or now - bearer.seen_at >= sign_in.SEEN_EVERY_MS:
            await self._note_used(token_hash(token), now)
        return _narrowed(bearer)

    async def forget_old(self, now: Instant) -> None:
        """Delete sessions that are over and failures that no longer count; a job calls it."""
        async with self._store.transaction() as work:
            await work.session.exec(delete(SessionRow).where(col(SessionRow.created_at) < now - sign_in.ABSOLUTE_MS))
            await work.session.exec(
                delete(SignInFailureRow).where(col(SignInFailureRow.last_at) < now - sign_in.FORGOTTEN_AFTER_MS)
            )

    async def _require_password(self, who: Principal, password: str) -> None:
        async with self._store.reading() as work:
            row = await work.session.get_one(UserRow, who.user_id)
        if not await self._passwords.verify(row.password_hash, password):
            raise Problem(ProblemCode.SIGN_IN_FAILED, PASSWORD_WRONG.of())

    def _secret(self, row: UserRow) -> str:
        assert row.totp_sealed is not None and row.id is not None, "a confirmed second factor has a secret"  # noqa: PT018 - one fact
        return self._seal.open(row.totp_sealed, _totp_place(row.id))

    def _takes(self, work: Work, row: UserRow, code: str, now: Instant) -> bool:
        """Return whether a code is right and was not used before; from now on it counts as used."""
        step = totp.step_of(self._secret(row), code, row.totp_step, now)
        if step is None:
            return False
        row.totp_step = step
        work.session.add(row)
        return True

    async def _open_session(self, work: Work, user: UserRow, now: Instant) -> SignedIn:
        assert user.id is not None, "a stored user has an id"
        token = base64.urlsafe_b64encode(self._random_bytes(TOKEN_BYTES)).decode().rstrip("=")
        row = SessionRow(token_hash=token_hash(token), user_id=user.id, created_at=now, last_seen_at=now, proved_at=now)
        work.session.add(row)
        audit.record(work, now, user.id, "session.begin", f"user:{user.id}")
        return SignedIn(token, await _principal(work, user, now))

    async def _note_failure(self, name: str, source: str, now: Instant) -> None:
        async with self._store.transaction() as work:
            await failures.note(work, name, source, now)

    async def _note_seen(self, token_hash: bytes, now: Instant) -> None:
        async with self._store.transaction() as work:
            row = await work.session.get(SessionRow, token_hash)
            if row is not None:
                row.last_seen_at = now
                work.session.add(row)

    async def _note_used(self, token_hash: bytes, now: Instant) -> None:
        async with self._store.transaction() as work:
            row = (await work.session.exec(select(ApiTokenRow).where(col(ApiTokenRow.token_hash) == token_hash))).first()
            if row is not None:
                row.last_used_at = now
                work.session.add(row)


def _narrowed(bearer: Bearer) -> Principal:
    who = bearer.principal
    return replace(who, permissions=who.permissions & bearer.permissions, must_change_password=False)


def _totp_place(user_id: int) -> SealedField:
    return SealedField("user_account", "totp", str(user_id))


def token_hash(token: str) -> bytes:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


async def _principal(work: Work, user: UserRow, now: Instant) -> Principal:
    assert user.id is not None, "a stored user has an id"
    given = granted(await roles_of(work, user.id))
    return Principal(
        user_id=user.id,
        name=user.name,
        permissions=given.permissions,
        must_change_password=user.must_change_password,
        scope=given.scope,
        channel=user.channel,
        proved_at=now,
        counter_scope=given.counter_scope,
        full_name=user.full_name,
        ends_at=Instant(now + sign_in.ABSOLUTE_MS),
    )
