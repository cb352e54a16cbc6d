"""The people who may sign in: added, changed, disabled, given a new password; deleted only if they never did anything.

Laws: there is no default password; a person gives, opens or takes away only what that person holds; one administrator is always
left; a person with records is disabled, never deleted, so that records keep their author; every change is audited.
"""

import base64
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy
from sqlalchemy import ColumnElement
from sqlmodel import col, delete, select

from central.audit import service as audit
from central.audit import versions
from central.audit.rules.changes import changes_between, hidden_change
from central.audit.versions import Edit
from central.domain.messages import NAME_TAKEN, NO_USER
from central.domain.ports import RandomBytes
from central.domain.principal import Principal
from central.domain.problems import FieldFault, Problem, ProblemCode, wrong_field
from central.identity import messages
from central.identity.effective_permissions import granted, require_all_held, require_scopes_held, roles_of
from central.identity.passwords import Passwords
from central.identity.roles import administrators
from central.store.tables.audit import AuditRow
from central.store.tables.people import (
    OF_A_PERSON,
    RoleRow,
    SessionRow,
    SignInFailureRow,
    UserRoleRow,
    UserRow,
)
from central.store.tables.shifts import ShiftRow
from central.store.tables.shop import SellingAgentRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant

ADMIN = "admin"
WINDOW = "window"
ONE_TIME_PASSWORD_BYTES = 15
MOST_ROLES_EACH = 50


@dataclass(frozen=True, slots=True)
class Profile:
    """What the office knows of a person: the name, the sales channel at which they sell, and their roles."""

    full_name: str
    channel: str
    role_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Person:
    """A person as others see them; `agent_id` is the agent that sells in this name: then no person signs in by it."""

    user_id: int
    name: str
    profile: Profile
    is_disabled: bool
    must_change_password: bool
    has_totp: bool
    created_at: Instant
    signed_in_at: Instant | None
    agent_id: int | None = None


class UserState(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class WantedPeople:
    """A filter; a field that is left out does not restrict. `text` is a part of the name or the full name, in any case.

    Signed in last from `since` to `until`, both included; without `since`, a person who never has is among them.
    """

    text: str | None = None
    role_id: int | None = None
    state: UserState | None = None
    since: Instant | None = None
    until: Instant | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on a person's row."""
        row, at, found = UserRow, col(UserRow.signed_in_at), list[ColumnElement[bool]]()
        if self.text is not None:
            name, full_name = col(row.name), col(row.full_name)
            found.append(name.icontains(self.text, autoescape=True) | full_name.icontains(self.text, autoescape=True))
        if self.role_id is not None:
            having = sqlalchemy.select(col(UserRoleRow.user_id)).where(col(UserRoleRow.role_id) == self.role_id)
            found.append(col(row.id).in_(having))
        if self.state is not None:
            found.append(col(row.is_disabled).is_(self.state is UserState.DISABLED))
        if self.since is not None:
            found.append(at >= self.since)
        if self.until is not None:
            found.append(at.is_(None) | (at <= self.until))
        return found


ALL_PEOPLE = WantedPeople()


class Accounts:
    """Keeps the people who may sign in."""

    def __init__(self, store: Store, passwords: Passwords, random_bytes: RandomBytes) -> None:
        """Take the store, the hasher and the source of randomness."""
        self._store = store
        self._passwords = passwords
        self._random_bytes = random_bytes

    async def ensure_admin(self, now: Instant) -> str | None:
        """Make `admin` where there is no user at all; return its one-time password, which the caller prints once."""
        async with self._store.transaction() as work:
            if (await work.session.exec(select(UserRow.id).limit(1))).first() is not None:
                return None
            role = await administrators(work, now)
        return (await self.add(ADMIN, Profile("", WINDOW, frozenset({role})), None, now))[1]

    async def add(self, name: str, profile: Profile, by: Principal | None, now: Instant) -> tuple[Person, str]:
        """Add a person; return them with their one-time password. `by` is None for the operator at the machine's console.

        Problem where the name is taken, a role is not there, or `by` would give what they do not hold themselves.
        """
        password = self._one_time_password()
        stored = await self._passwords.hash(password)
        async with self._store.transaction() as work:
            row = _new_row(name, profile, stored, now)
            await _store_new(work, row, profile, by, now)
        return _person(row, profile.role_ids), password

    async def add_all(
        self, work: Work, people: Mapping[str, Profile], hashed: Mapping[str, str], by: Principal, now: Instant
    ) -> None:
        """Add people by name in the caller's transaction; `hashed` are their passwords as stored. Problem as for `add`."""
        for name, profile in people.items():
            await _store_new(work, _new_row(name, profile, hashed[name], now), profile, by, now)

    async def one_time_passwords(self, names: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return for each name a new one-time password, and what is stored of it. Each costs what a sign-in costs."""
        made = {name: self._one_time_password() for name in names}
        return {name: (password, await self._passwords.hash(password)) for name, password in made.items()}

    async def change(self, user_id: int, profile: Profile, by: Principal, now: Instant, seen: int | None = None) -> Person:
        """Replace a person's profile. Problem where `by` would give or take what they do not hold, or it is the last admin.

        Problem also where the person was changed since version `seen`.
        """
        subject = f"user:{user_id}"
        async with self._store.transaction() as work:
            row = await _editable(work, user_id, by)
            await versions.claim(work, subject, seen)
            before = Profile(row.full_name, row.channel, _ids(await roles_of(work, user_id)))
            row.full_name, row.channel = profile.full_name, profile.channel
            work.session.add(row)
            await work.session.exec(delete(UserRoleRow).where(col(UserRoleRow.user_id) == user_id))
            await _give(work, user_id, profile.role_ids, by)
            await _require_an_administrator(work)
            await versions.record(work, now, by.user_id, Edit(subject, "user.change", changes_between(before, profile)))
        return _person(row, profile.role_ids)

    async def set_disabled(self, user_id: int, *, disabled: bool, by: Principal, now: Instant) -> Person:
        """Disable a person, whose sessions end at once, or enable them again. Problem where it is `by`, or the last admin."""
        if disabled and user_id == by.user_id:
            raise Problem(ProblemCode.CONFLICT, messages.OWN_ACCOUNT.of())
        async with self._store.transaction() as work:
            row = await _editable(work, user_id, by)
            changes = changes_between({"is_disabled": row.is_disabled}, {"is_disabled": disabled})
            row.is_disabled = disabled
            work.session.add(row)
            if disabled:
                await work.session.exec(delete(SessionRow).where(col(SessionRow.user_id) == user_id))
            await _require_an_administrator(work)
            await versions.claim(work, f"user:{user_id}", None)
            edit = Edit(f"user:{user_id}", "user.disable" if disabled else "user.enable", changes)
            await versions.record(work, now, by.user_id, edit)
            roles = await roles_of(work, user_id)
        return _person(row, _ids(roles))

    async def delete(self, user_id: int, by: Principal, now: Instant) -> None:
        """Delete a person who never did anything; Problem where there are records, also after a purge: they keep their author."""
        async with self._store.transaction() as work:
            row = await _editable(work, user_id, by)
            has_records = Problem(ProblemCode.CONFLICT, messages.USER_HAS_RECORDS.of(name=row.name))
            acted = select(AuditRow.id).where(col(AuditRow.user_id) == user_id).limit(1)
            if (await work.session.exec(acted)).first() is not None:
                raise has_records
            left = select(ShiftRow.id).where(col(ShiftRow.left_to) == user_id).limit(1)
            if (await work.session.exec(left)).first() is not None:
                raise Problem(ProblemCode.CONFLICT, messages.CASH_LEFT_FOR_USER.of(name=row.name))
            for table in OF_A_PERSON:
                await work.session.exec(delete(table).where(col(table.user_id) == user_id))
            await work.session.exec(delete(SignInFailureRow).where(col(SignInFailureRow.account) == row.name))
            await work.session.delete(row)
            try:
                await work.session.flush()
            except sqlalchemy.exc.IntegrityError as error:
                raise has_records from error
            await _require_an_administrator(work)
            changes = changes_between({"full_name": row.full_name, "channel": row.channel}, None)
            audit.record(work, now, by.user_id, "user.delete", f"user:{user_id}", name=row.name, changes=changes)

    async def reset_password(self, user_id: int, by: Principal | None, now: Instant) -> tuple[Person, str]:
        """Give a person a new one-time password, end their sessions and their second factor; return both.

        Problem where the person does not exist, or may do what `by` may not: the password would open that account to `by`.
        """
        password = self._one_time_password()
        stored = await self._passwords.hash(password)
        async with self._store.transaction() as work:
            row = await _editable(work, user_id, by)
            before = {"has_totp": row.totp_confirmed, "must_change_password": row.must_change_password}
            after = {"has_totp": False, "must_change_password": True}
            row.totp_sealed, row.totp_confirmed = None, False
            await set_password(work, row, stored, must_change=True)
            roles = await roles_of(work, user_id)
            changes = (hidden_change("password"), *changes_between(before, after))
            audit.record(work, now, _number(by), "user.reset-password", f"user:{user_id}", changes=changes)
        return _person(row, _ids(roles)), password

    async def person(self, user_id: int) -> Person:
        """Return a person; Problem where there is none of that number."""
        async with self._store.reading() as work:
            row = await _existing(work, user_id)
            agents = await _agents_of(work, (user_id,))
            return _person(row, _ids(await roles_of(work, user_id)), agents.get(user_id))

    async def number_of(self, name: str) -> int:
        """Return the number of a person by name; Problem where there is none."""
        async with self._store.reading() as work:
            row = await user_named(work, name)
        if row is None:
            raise Problem(ProblemCode.NOT_FOUND, messages.NO_USER_NAMED.of(name=name))
        return _id(row)

    async def people(self, wanted: WantedPeople, after: int | None, limit: int) -> tuple[Person, ...]:
        """Return people by number, those after a number."""
        query = select(UserRow).where(col(UserRow.id) > (after or 0), *wanted.conditions()).order_by(col(UserRow.id)).limit(limit)
        async with self._store.reading() as work:
            rows = (await work.session.exec(query)).all()
            having = select(UserRoleRow).where(col(UserRoleRow.user_id).in_([row.id for row in rows]))
            pairs = [(one.user_id, one.role_id) for one in (await work.session.exec(having)).all()]
            agents = await _agents_of(work, [_id(row) for row in rows])
        return tuple(
            _person(row, frozenset(role for user, role in pairs if user == row.id), agents.get(_id(row))) for row in rows
        )

    def _one_time_password(self) -> str:
        return base64.b32encode(self._random_bytes(ONE_TIME_PASSWORD_BYTES)).decode()


def _new_row(name: str, profile: Profile, stored: str, now: Instant) -> UserRow:
    return UserRow(
        name=name,
        full_name=profile.full_name,
        channel=profile.channel,
        password_hash=stored,
        must_change_password=True,
        is_disabled=False,
        created_at=now,
    )


async def _store_new(work: Work, row: UserRow, profile: Profile, by: Principal | None, now: Instant) -> None:
    if await user_named(work, row.name) is not None:
        fault = FieldFault("name", NAME_TAKEN.of())
        raise Problem(ProblemCode.CONFLICT, messages.USER_NAME_USED.of(name=row.name), fields=(fault,))
    work.session.add(row)
    await work.session.flush()
    await _give(work, _id(row), profile.role_ids, by)
    audit.record(work, now, _number(by), "user.add", f"user:{row.id}", name=row.name, changes=changes_between(None, profile))


async def known_people(
    work: Work, names: Collection[str], by: Principal
) -> tuple[frozenset[str], dict[str, int], frozenset[str]]:
    """Return which of these names are taken, all roles by name, and the roles that `by` may not give."""
    taken = frozenset((await work.session.exec(select(UserRow.name).where(col(UserRow.name).in_(names)))).all())
    roles = (await work.session.exec(select(RoleRow))).all()
    refused = frozenset(one.name for one in roles if not _may_give(one, by))
    return taken, {one.name: one.id or 0 for one in roles}, refused


def _may_give(role: RoleRow, by: Principal) -> bool:
    given = granted((role,))
    try:
        require_all_held(by, given.permissions)
        require_scopes_held(by, given.scope, given.counter_scope)
    except Problem:
        return False
    return True


async def user_named(work: Work, name: str) -> UserRow | None:
    """Return a person by name."""
    return (await work.session.exec(select(UserRow).where(UserRow.name == name))).first()


async def known_as(work: Work, user_id: int) -> str:
    """Return the name of a person, the full one where there is one; of no one: the number."""
    row = await work.session.get(UserRow, user_id)
    return f"user {user_id}" if row is None else row.full_name or row.name


async def set_password(work: Work, row: UserRow, stored: str, *, must_change: bool) -> None:
    """Set what is stored of a password, and end all sessions of the person."""
    row.password_hash = stored
    row.must_change_password = must_change
    work.session.add(row)
    await work.session.exec(delete(SessionRow).where(col(SessionRow.user_id) == row.id))


async def _existing(work: Work, user_id: int) -> UserRow:
    row = await work.session.get(UserRow, user_id)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_USER.of(user_id=user_id))
    return row


async def _editable(work: Work, user_id: int, by: Principal | None) -> UserRow:
    """Return a person, locked, who may do only what `by` may do too."""
    row = await work.session.get(UserRow, user_id, with_for_update=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_USER.of(user_id=user_id))
    if await _agents_of(work, (user_id,)):
        raise Problem(ProblemCode.CONFLICT, messages.USER_IS_AGENT.of(name=row.name))
    given = granted(await roles_of(work, user_id))
    require_all_held(by, given.permissions)
    require_scopes_held(by, given.scope, given.counter_scope)
    return row


async def _give(work: Work, user_id: int, role_ids: Collection[int], by: Principal | None) -> None:
    if len(role_ids) > MOST_ROLES_EACH:
        raise Problem(ProblemCode.INPUT_INVALID, messages.MOST_ROLES_OF_USER.of(most=MOST_ROLES_EACH))
    roles = (await work.session.exec(select(RoleRow).where(col(RoleRow.id).in_(role_ids)))).all()
    if missing := sorted(set(role_ids) - {row.id for row in roles}):
        raise wrong_field(ProblemCode.INPUT_INVALID, "role_ids", messages.NO_ROLE.of(role_id=missing[0]))
    given = granted(roles)
    require_all_held(by, given.permissions)
    require_scopes_held(by, given.scope, given.counter_scope)
    work.session.add_all(UserRoleRow(user_id=user_id, role_id=role_id) for role_id in role_ids)
    await work.session.flush()


async def _require_an_administrator(work: Work) -> None:
    """Raise Problem where no administrator would be left. Two administrators who remove each other's role take turns."""
    role = (await work.session.exec(select(RoleRow.id).where(col(RoleRow.holds_all).is_(True)).with_for_update())).first()
    query = (
        select(UserRow.id)
        .join(UserRoleRow, col(UserRoleRow.user_id) == col(UserRow.id))
        .where(col(UserRoleRow.role_id) == role, col(UserRow.is_disabled).is_(False))
        .limit(1)
    )
    if role is not None and (await work.session.exec(query)).first() is None:
        raise Problem(ProblemCode.CONFLICT, messages.LAST_ADMINISTRATOR.of())


async def _agents_of(work: Work, user_ids: Collection[int]) -> dict[int, int]:
    """Return the agents that sell in the names of these users."""
    query = select(SellingAgentRow).where(col(SellingAgentRow.user_id).in_(user_ids))
    return {row.user_id: row.agent_id for row in (await work.session.exec(query)).all()}


def _person(row: UserRow, role_ids: frozenset[int], agent_id: int | None = None) -> Person:
    return Person(
        user_id=_id(row),
        name=row.name,
        profile=Profile(row.full_name, row.channel, role_ids),
        is_disabled=row.is_disabled,
        must_change_password=row.must_change_password,
        has_totp=row.totp_confirmed,
        created_at=row.created_at,
        signed_in_at=row.signed_in_at,
        agent_id=agent_id,
    )


def _ids(roles: Collection[RoleRow]) -> frozenset[int]:
    return frozenset(role.id for role in roles if role.id is not None)


def _id(row: UserRow) -> int:
    assert row.id is not None, "a stored user has an id"
    return row.id


def _number(who: Principal | None) -> int | None:
    return None if who is None else who.user_id
