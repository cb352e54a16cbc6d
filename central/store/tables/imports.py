"""Reports of files that people bring."""

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.instants import Instant


class ImportReportRow(Table, table=True):
    """A file as its lines, sealed, because they may name persons; deleted when it is applied, or after an hour.

    `order_id`: the group order that it is about.
    """

    __tablename__ = "import_report"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    kind: str = Field(max_length=16)
    order_id: int | None = Field(default=None, sa_type=BigInteger)
    lines_sealed: bytes = Field(sa_type=LargeBinary)
    made_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)
    made_at: Instant = Field(sa_type=BigInteger, index=True)
