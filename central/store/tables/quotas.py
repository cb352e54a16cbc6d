"""How much of a type is taken: places of a day or slot, and what one person has bought; and by which order."""

from datetime import date

from sqlalchemy import BigInteger, Date, Integer, LargeBinary
from sqlmodel import Field

from central.store.columns import U64, Table
from protocol.identifiers import TicketId, TicketTypeId
from protocol.instants import Minute


class QuotaRow(Table, table=True):
    """So many persons taken (`sales.rules.quotas.QuotaKey`). An empty `person` counts places; else it is a keyed hash.

    Type 0: of all types of a site, which `person` names.
    """

    __tablename__ = "sale_quota"

    ticket_type_id: TicketTypeId = Field(sa_type=Integer, primary_key=True, sa_column_kwargs={"autoincrement": False})
    day: date = Field(primary_key=True, sa_type=Date)
    slot_start: Minute = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    person: bytes = Field(primary_key=True, sa_type=LargeBinary)
    taken: int = Field(sa_type=BigInteger)


class QuotaTakenRow(Table, table=True):
    """What an order took of a quota and has not given back. `number`: which ticket of its line (-1: all of them together)."""

    __tablename__ = "sale_quota_taken"

    order_id: int = Field(primary_key=True, foreign_key="sale_order.id", sa_type=BigInteger)
    line: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    day: date = Field(primary_key=True, sa_type=Date)
    slot_start: Minute = Field(primary_key=True, sa_type=BigInteger)
    person: bytes = Field(primary_key=True, sa_type=LargeBinary)
    ticket_type_id: TicketTypeId = Field(sa_type=Integer)
    ticket_id: TicketId | None = Field(default=None, sa_type=U64)
    taken: int = Field(sa_type=BigInteger)
