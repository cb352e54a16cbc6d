"""What people and programs did, and what failed: operations in a signed chain; calls and faults as a log."""

from sqlalchemy import JSON, BigInteger, Integer
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.instants import Instant


class AuditRow(Table, table=True):
    """One act of a user or of the system: then `user_id` is empty. `batch` is empty until the chain has linked the record."""

    __tablename__ = "audit_record"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    recorded_at: Instant = Field(sa_type=BigInteger, index=True)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger, index=True)
    action: str = Field(max_length=64, index=True)
    subject: str = Field(max_length=128, index=True)
    detail: dict[str, str | int | None] = Field(sa_type=JSON)
    request_id: str | None = Field(default=None, max_length=32, index=True)
    batch: int | None = Field(default=None, sa_type=BigInteger, index=True)


class AuditBatchRow(Table, table=True):
    """One link of the chain: the hash over its records and the link before, signed. It stays when its records are purged."""

    __tablename__ = "audit_batch"

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    records: int
    last_at: Instant = Field(sa_type=BigInteger, index=True)
    content_hash: bytes
    previous_hash: bytes
    hash: bytes
    key_id: int = Field(sa_type=BigInteger)
    signature: bytes
    linked_at: Instant = Field(sa_type=BigInteger)
    purged_at: Instant | None = Field(default=None, sa_type=BigInteger)


class EditVersionRow(Table, table=True):
    """The version of a thing that people edit, by its audit subject. `fields` are those of the last change, apart by a space.

    Without a row, and while `number` is 0, the thing has not been changed since it was made.
    """

    __tablename__ = "edit_version"

    subject: str = Field(primary_key=True, max_length=128)
    number: int = Field(sa_type=Integer)
    changed_at: Instant | None = Field(default=None, sa_type=BigInteger)
    changed_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigInteger)
    action: str = Field(max_length=64)
    fields: str


class CallRow(Table, table=True):
    """One call of the API, as far as the level of the log asks to keep it."""

    __tablename__ = "api_call"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    called_at: Instant = Field(sa_type=BigInteger, index=True)
    request_id: str = Field(max_length=32, index=True)
    operation_id: str = Field(max_length=64)
    user_id: int | None = Field(default=None, sa_type=BigInteger)
    status: int = Field(sa_type=Integer)
    duration_ms: int = Field(sa_type=Integer)
    source: str = Field(max_length=64)


class FaultRow(Table, table=True):
    """One fault of ours, in full, for operations staff."""

    __tablename__ = "fault"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    failed_at: Instant = Field(sa_type=BigInteger, index=True)
    request_id: str = Field(max_length=32, index=True)
    kind: str = Field(max_length=64)
    detail: str
