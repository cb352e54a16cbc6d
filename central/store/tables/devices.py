"""Check points, the agents that host them, and the one-time codes by which a computer becomes an agent."""

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, SmallInteger, false
from sqlmodel import Field

from central.store.columns import U64, RowNumber, Table
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant


class AgentRow(Table, table=True):
    """A computer with a key and a journal. `replay_*` is its replay window.

    `feed_*` is the feed version in force, as its ingested journal says. `last_head_at` is when it was last given a timestamp;
    `journalled_at` is the wall time of its last ingested entry; `holder_generation` is that of the newest key for holders that it
    has stored (law 9). `is_told_silent`: live streams were told that it is silent.
    """

    __tablename__ = "agent"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id", index=True)
    name: str = Field(max_length=80)
    role: str = Field(max_length=16)
    public_key: bytes = Field(sa_type=LargeBinary, unique=True)
    enrolled_at: Instant = Field(sa_type=BigInteger)
    revoked_at: Instant | None = Field(default=None, sa_type=BigInteger)
    wipe: bool = False
    lost_at: Instant | None = Field(default=None, sa_type=BigInteger)
    duty: str = Field(max_length=8)
    duty_since: Instant = Field(sa_type=BigInteger)
    last_seen_at: Instant = Field(sa_type=BigInteger)
    last_head_at: Instant = Field(sa_type=BigInteger)
    journalled_at: Instant = Field(default=0, sa_type=BigInteger)
    replay_highest: int = Field(default=0, sa_type=U64)
    replay_seen: int = Field(default=0, sa_type=U64)
    feed_epoch: int = Field(default=0, sa_type=BigInteger)
    feed_version: int = Field(default=0, sa_type=BigInteger)
    holder_generation: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
    is_told_silent: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class CheckPointRow(Table, table=True):
    """检票设备. `has_recorded` is set by its first journal entry, and never unset.

    `told_epoch` and `told_version` name the feed version that holds its last change (empty: not published yet).
    """

    __tablename__ = "check_point"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id", index=True)
    zone: int = Field(sa_type=Integer)
    name_zh: str = Field(max_length=80)
    name_en: str = Field(max_length=80)
    direction: str = Field(max_length=8)
    state: int = Field(sa_type=SmallInteger)
    attended: bool
    reads_documents: bool
    agent_id: int | None = Field(default=None, foreign_key="agent.id", sa_type=BigInteger, index=True)
    has_recorded: bool = False
    told_epoch: int | None = Field(default=None, sa_type=BigInteger)
    told_version: int | None = Field(default=None, sa_type=BigInteger)
    created_at: Instant = Field(sa_type=BigInteger)


class TickedTypeRow(Table, table=True):
    """A ticket type that a check point lets through."""

    __tablename__ = "ticked_type"

    check_point_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="check_point.id")
    ticket_type_id: TicketTypeId = Field(primary_key=True, sa_type=Integer, foreign_key="ticket_type.id")


class EnrolmentCodeRow(Table, table=True):
    """A one-time code, by its SHA-256; the agent that it makes hosts `check_point_ids`."""

    __tablename__ = "enrolment_code"

    code_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    site_id: SiteId = Field(sa_type=Integer, foreign_key="site.id")
    role: str = Field(max_length=16)
    check_point_ids: list[int] = Field(sa_type=JSON)
    created_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    expires_at: Instant = Field(sa_type=BigInteger, index=True)
    agent_id: int | None = Field(default=None, foreign_key="agent.id", sa_type=BigInteger)
