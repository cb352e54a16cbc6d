"""Accounts and sessions.

Laws: there is no default password; a token is 256 random bits and stands in the database as its SHA-256 only; whatever
changes a password ends the person's other sessions; every change is audited.
"""

import base64
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlmodel import col, delete, select

from central.audit import service as audit
from central.identity import policy
from central.identity.passwords import Passwords
from central.identity.permissions import ALL
from central.store.tables.people import SessionRow, SignInFailureRow, UserRow
from central.store.unit_of_work import Store, Work
from central.web.access import Principal
from central.web.problems import FieldFault, Problem, ProblemCode
from protocol.instants import Instant

ADMIN = "admin"
TOKEN_BYTES = 32
ONE_TIME_PASSWORD_BYTES = 15

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session."""

    token: str
    principal: Principal


class Identity:
    """Who is who. It is the web's `Authenticator`."""

    def __init__(self, store: Store, passwords: Passwords, random_bytes: RandomBytes) -> None:
        """Take the store, the hasher and the source of randomness."""
        self._store = store
        self._passwords = passwords
        self._random_bytes = random_bytes

    async def ensure_admin(self, now: Instant) -> str | None:
        """Make `admin` where there is no user at all; return its one-time password, to be printed once."""
        async with self._store.reading() as work:
            if (await work.session.exec(select(UserRow.id).limit(1))).first() is not None:
                return None
        return await self.add_user(ADMIN, ALL, None, now)

    async def add_user(self, name: str, permissions: Collection[str], by: Principal | None, now: Instant) -> str:
        """Add a person; return the one-time password. `by` is None for whoever holds the machine.

        Problem where the name is taken, or `by` would give what they do not hold themselves.
        """
        require_all_held(by, permissions)
        password = self._one_time_password()
        stored = await self._passwords.hash(password)
        async with self._store.transaction() as work:
            if await _user_named(work, name) is not None:
                fault = FieldFault("name", "is taken")
                raise Problem(ProblemCode.CONFLICT, f"there is a user {name:.64} already", fields=(fault,))
            row = UserRow(
                name=name,
                password_hash=stored,
                must_change_password=True,
                is_disabled=False,
                permissions=sorted(permissions),
                created_at=now,
            )
            work.session.add(row)
            await work.session.flush()
            audit.record(work, now, _number(by), "user.add", f"user:{row.id}", name=name)
        return password

    async def reset_password(self, name: str, by: Principal | None, now: Instant) -> str:
        """Give a person a new one-time password, and end their sessions; return it.

        Problem where nobody has the name, or the person may do what `by` may not (whose account that would open).
        """
        password = self._one_time_password()
        stored = await self._passwords.hash(password)
        async with self._store.transaction() as work:
            row = await _user_named(work, name)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, f"there is no user {name:.64}")
            require_all_held(by, row.permissions)
            await _set_password(work, row, stored, must_change=True)
            audit.record(work, now, _number(by), "user.reset-password", f"user:{row.id}")
        return password

    async def sign_in(self, name: str, password: str, source: str, now: Instant) -> SignedIn:
        """Open a session. Problem where name or password is wrong, or this source must wait after failures."""
        async with self._store.reading() as work:
            failed = await work.session.get(SignInFailureRow, (name, source))
            row = await _user_named(work, name)
        if failed and (wait_s := policy.delay_left_s(failed.failures, failed.last_at, now)):
            raise Problem(ProblemCode.SIGN_IN_DELAYED, f"try again in {wait_s} s", retry_after_s=wait_s)
        if (
            not await self._passwords.verify(None if row is None else row.password_hash, password)
            or row is None
            or row.is_disabled
        ):
            await self._note_failure(name, source, now)
            raise Problem(ProblemCode.SIGN_IN_FAILED, "the name or the password is wrong, or the account is disabled")
        async with self._store.transaction() as work:
            failed = await work.session.get(SignInFailureRow, (name, source))
            if failed is not None:
                await work.session.delete(failed)
            return self._open_session(work, row, now)

    async def sign_out(self, token: str, now: Instant) -> None:
        """End the session."""
        async with self._store.transaction() as work:
            row = await work.session.get(SessionRow, _hash(token))
            if row is not None:
                await work.session.delete(row)
                audit.record(work, now, row.user_id, "session.end", f"user:{row.user_id}")

    async def change_password(self, who: Principal, old: str, new: str, now: Instant) -> SignedIn:
        """Set an own password, end all sessions of the person and open a new one."""
        weakness = policy.password_weakness(new, who.name)
        if weakness is not None:
            raise Problem(ProblemCode.PASSWORD_WEAK, weakness, fields=(FieldFault("new_password", weakness),))
        async with self._store.reading() as work:
            row = await work.session.get_one(UserRow, who.user_id)
        if not await self._passwords.verify(row.password_hash, old):
            raise Problem(ProblemCode.SIGN_IN_FAILED, "the old password is wrong")
        stored = await self._passwords.hash(new)
        async with self._store.transaction() as work:
            row = await work.session.get_one(UserRow, who.user_id)
            await _set_password(work, row, stored, must_change=False)
            audit.record(work, now, who.user_id, "user.change-password", f"user:{who.user_id}")
            return self._open_session(work, row, now)

    async def principal(self, token: str, now: Instant) -> Principal | None:
        """Return whose session the token is, or None where it is unknown, over, or the person is disabled."""
        async with self._store.reading() as work:
            query = select(SessionRow, UserRow).join(UserRow, col(UserRow.id) == col(SessionRow.user_id))
            found = (await work.session.exec(query.where(col(SessionRow.token_hash) == _hash(token)))).first()
        if found is None:
            return None
        session, user = found
        if user.is_disabled or policy.session_is_over(session.created_at, session.last_seen_at, now):
            return None
        if now - session.last_seen_at >= policy.SEEN_EVERY_MS:
            await self._note_seen(session.token_hash, now)
        return _principal(user)

    async def forget_old(self, now: Instant) -> None:
        """Drop sessions that are over and failures that no longer count; a job calls it."""
        async with self._store.transaction() as work:
            await work.session.exec(delete(SessionRow).where(col(SessionRow.created_at) < now - policy.ABSOLUTE_MS))
            await work.session.exec(
                delete(SignInFailureRow).where(col(SignInFailureRow.last_at) < now - policy.FORGOTTEN_AFTER_MS)
            )

    def _one_time_password(self) -> str:
        return base64.b32encode(self._random_bytes(ONE_TIME_PASSWORD_BYTES)).decode()

    def _open_session(self, work: Work, user: UserRow, now: Instant) -> SignedIn:
        assert user.id is not None, "a stored user has an id"
        token = base64.urlsafe_b64encode(self._random_bytes(TOKEN_BYTES)).decode().rstrip("=")
        work.session.add(SessionRow(token_hash=_hash(token), user_id=user.id, created_at=now, last_seen_at=now))
        audit.record(work, now, user.id, "session.begin", f"user:{user.id}")
        return SignedIn(token, _principal(user))

    async def _note_failure(self, name: str, source: str, now: Instant) -> None:
        async with self._store.transaction() as work:
            row = await work.session.get(SignInFailureRow, (name, source), with_for_update=True)
            if row is None:
                work.session.add(SignInFailureRow(account=name, source=source, failures=1, last_at=now))
                return
            forgotten = now - row.last_at >= policy.FORGOTTEN_AFTER_MS
            row.failures = 1 if forgotten else row.failures + 1
            row.last_at = now
            work.session.add(row)

    async def _note_seen(self, token_hash: bytes, now: Instant) -> None:
        async with self._store.transaction() as work:
            row = await work.session.get(SessionRow, token_hash)
            if row is not None:
                row.last_seen_at = now
                work.session.add(row)


def _number(who: Principal | None) -> int | None:
    return None if who is None else who.user_id


def require_all_held(by: Principal | None, permissions: Collection[str]) -> None:
    """Raise Problem where somebody would give or open what they do not hold; None is whoever holds the machine."""
    if by is not None and (missing := sorted(set(permissions) - by.permissions)):
        raise Problem(ProblemCode.FORBIDDEN, f"you do not hold {missing[0]} yourself; ask somebody who does")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _principal(user: UserRow) -> Principal:
    assert user.id is not None, "a stored user has an id"
    return Principal(user.id, user.name, frozenset(user.permissions), user.must_change_password)


async def _user_named(work: Work, name: str) -> UserRow | None:
    return (await work.session.exec(select(UserRow).where(UserRow.name == name))).first()


async def _set_password(work: Work, row: UserRow, stored: str, *, must_change: bool) -> None:
    row.password_hash = stored
    row.must_change_password = must_change
    work.session.add(row)
    await work.session.exec(delete(SessionRow).where(col(SessionRow.user_id) == row.id))
