"""Faces of tickets, the pictures on them, the types and sites that use them, and the offsets of printers."""

from sqlalchemy import BigInteger, Integer, LargeBinary, UniqueConstraint
from sqlmodel import Field

from central.store.columns import RowNumber, Table
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant


class FaceRow(Table, table=True):
    """A face by its name; `version` is the newest one."""

    __tablename__ = "face"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    name: str = Field(max_length=64, unique=True)
    version: int


class FaceVersionRow(Table, table=True):
    """A face as it was or is. `template` is the JSON of `faces.template.Template`."""

    __tablename__ = "face_version"

    face_id: int = Field(primary_key=True, foreign_key="face.id", sa_type=BigInteger)
    version: int = Field(primary_key=True)
    template: str
    changed_at: Instant = Field(sa_type=BigInteger)
    changed_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)


class FacePictureRow(Table, table=True):
    """A picture for faces, as the grey PNG that central has made of it."""

    __tablename__ = "face_picture"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    name: str = Field(max_length=64, unique=True)
    width_px: int
    height_px: int
    png: bytes = Field(sa_type=LargeBinary)
    added_at: Instant = Field(sa_type=BigInteger)
    added_by: int = Field(foreign_key="user_account.id", sa_type=BigInteger)


class FaceOfTypeRow(Table, table=True):
    """The face that tickets of a type are printed with."""

    __tablename__ = "face_of_type"

    ticket_type_id: TicketTypeId = Field(
        sa_type=Integer, primary_key=True, foreign_key="ticket_type.id", sa_column_kwargs={"autoincrement": False}
    )
    face_id: int = Field(foreign_key="face.id", sa_type=BigInteger, index=True)


class FaceOfSiteRow(Table, table=True):
    """The face of a site's tickets whose type has no face of its own."""

    __tablename__ = "face_of_site"

    site_id: SiteId = Field(sa_type=Integer, primary_key=True, foreign_key="site.id", sa_column_kwargs={"autoincrement": False})
    face_id: int = Field(foreign_key="face.id", sa_type=BigInteger, index=True)


class PrinterOffsetRow(Table, table=True):
    """How far all that a printer prints is moved on the paper, in micrometres."""

    __tablename__ = "printer_offset"
    __table_args__ = (UniqueConstraint("agent_id", "name"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    agent_id: int = Field(foreign_key="agent.id", sa_type=BigInteger)
    name: str = Field(max_length=40)
    x_um: int
    y_um: int
