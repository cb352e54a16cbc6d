"""People who sign in, their roles, sessions and preferences, their failed attempts, and the gates that they supervise."""

from sqlalchemy import JSON, BigInteger, Integer
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.admission.supervisors import MAX_VERIFIER_CHARACTERS
from protocol.identifiers import SiteId
from protocol.instants import Instant


class RoleRow(Table, table=True):
    """A role: what its holders may do, and whose sales they see, in lists and at a counter.

    `holds_all` is every permission, also of later versions.
    """

    __tablename__ = "role"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    name: str = Field(unique=True, max_length=64)
    permissions: list[str] = Field(sa_type=JSON)
    holds_all: bool
    scope: str = Field(max_length=16)
    counter_scope: str = Field(max_length=16)
    created_at: Instant = Field(sa_type=BigInteger)


class UserRoleRow(Table, table=True):
    """A role that a person has."""

    __tablename__ = "user_role"

    user_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="user_account.id")
    role_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="role.id", index=True)


class UserRow(Table, table=True):
    """A person; `channel` is where they sell. Disabled rather than deleted, because records keep their author.

    `signed_in_at` is the last time; it stays when the session is over.
    """

    __tablename__ = "user_account"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    name: str = Field(unique=True, max_length=64)
    full_name: str = Field(max_length=64)
    channel: str = Field(max_length=32)
    password_hash: str
    must_change_password: bool
    is_disabled: bool
    totp_sealed: bytes | None = Field(default=None)
    totp_confirmed: bool = Field(default=False)
    totp_step: int = Field(default=0, sa_type=BigInteger)
    created_at: Instant = Field(sa_type=BigInteger)
    signed_in_at: Instant | None = Field(default=None, sa_type=BigInteger)


class SessionRow(Table, table=True):
    """A signed-in session, by the SHA-256 of its token; `proved_at` is when the password was last given in it."""

    __tablename__ = "user_session"

    token_hash: bytes = Field(primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True, sa_type=BigInteger)
    created_at: Instant = Field(sa_type=BigInteger, index=True)
    last_seen_at: Instant = Field(sa_type=BigInteger)
    proved_at: Instant = Field(sa_type=BigInteger)


class ApiTokenRow(Table, table=True):
    """A token by which a partner's program acts for a person, by its SHA-256; `permissions` narrows what the person may do."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    token_hash: bytes = Field(unique=True)
    user_id: int = Field(foreign_key="user_account.id", index=True, sa_type=BigInteger)
    name: str = Field(max_length=64)
    permissions: list[str] = Field(sa_type=JSON)
    created_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    created_at: Instant = Field(sa_type=BigInteger)
    expires_at: Instant | None = Field(default=None, sa_type=BigInteger)
    last_used_at: Instant | None = Field(default=None, sa_type=BigInteger)
    revoked_at: Instant | None = Field(default=None, sa_type=BigInteger)


class MenuRow(Table, table=True):
    """The navigation menu as a user arranged it, as JSON; no row where it is as shipped."""

    __tablename__ = "menu"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    arrangement: str
    changed_at: Instant = Field(sa_type=BigInteger)


class SignInFailureRow(Table, table=True):
    """Failed sign-ins of one account name from one source address since the last success."""

    __tablename__ = "sign_in_failure"

    account: str = Field(primary_key=True, max_length=64)
    source: str = Field(primary_key=True, max_length=64)
    failures: int
    last_at: Instant = Field(sa_type=BigInteger, index=True)


class SupervisedSiteRow(Table, table=True):
    """A site whose gates a person supervises."""

    __tablename__ = "supervised_site"

    site_id: SiteId = Field(primary_key=True, sa_type=Integer, foreign_key="site.id")
    user_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="user_account.id", index=True)


class SupervisorPinRow(Table, table=True):
    """A supervisor's PIN, only as its argon2id verifier: what the feed's table `pins` carries."""

    __tablename__ = "supervisor_pin"

    user_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="user_account.id")
    verifier: str = Field(max_length=MAX_VERIFIER_CHARACTERS)
    set_at: Instant = Field(sa_type=BigInteger)


class SupervisorCardRow(Table, table=True):
    """A supervisor's card, only as a keyed hash of its text."""

    __tablename__ = "supervisor_card"

    user_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="user_account.id")
    digest: bytes = Field(unique=True)
    set_at: Instant = Field(sa_type=BigInteger)


class PreferencesRow(Table, table=True):
    """What a person prefers, as JSON; no row where it is as shipped."""

    __tablename__ = "user_preferences"

    user_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="user_account.id")
    stated: str
    changed_at: Instant = Field(sa_type=BigInteger)


# What goes when a person who never did anything is deleted.
OF_A_PERSON = (UserRoleRow, SessionRow, SupervisorPinRow, SupervisorCardRow, SupervisedSiteRow, PreferencesRow)
