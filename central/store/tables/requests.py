"""Requests that were answered once and must not be done twice."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from central.store.columns import Table
from protocol.instants import Instant


class IdempotentRequestRow(Table, table=True):
    """One Idempotency-Key: `outcome` names what the first request made.

    `answer_sealed` is the whole answer, where the edge of the web keeps it; then `fingerprint` is a keyed digest.
    """

    __tablename__ = "idempotent_request"

    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: bytes
    outcome: str
    asked_at: Instant = Field(sa_type=BigInteger, index=True)
    answer_sealed: bytes | None = None
