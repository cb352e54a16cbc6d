"""Shifts as rows.

Laws: a seller has at most one open shift; a shift is locked before anything of it changes; while it is open, no answer says what
its drawer should hold.
"""

from dataclasses import dataclass

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from central.domain.problems import Problem, ProblemCode
from central.shifts.messages import NO_OPEN_SHIFT, NO_SHIFT, OWN_SHIFT_OPEN
from central.shifts.rules.drawer import Drawer
from central.store.tables.shifts import ShiftRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Closed:
    """How a shift ended: what the drawer held by its movements, and the count. `left_fen` was left for the next seller."""

    at: Instant
    by: int
    drawer: Drawer
    counted_fen: int
    pieces: dict[int, int]
    left_fen: int
    left_to: int | None
    left_until: Instant | None
    note: str | None

    @property
    def over_fen(self) -> int:
        """Return how much more was counted than expected; below zero, the drawer was short."""
        return self.counted_fen - self.drawer.expected_fen

    @property
    def to_safe_fen(self) -> int:
        """Return what went into the safe."""
        return self.counted_fen - self.left_fen


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift, and how it ended if it is closed."""

    shift_id: int
    site_id: SiteId
    seller_id: int
    channel: str
    opened_at: Instant
    float_fen: int
    from_shift_id: int | None
    closed: Closed | None


async def insert_open(work: Work, shift: Shift) -> int:
    """Store an open shift and return its number; Problem where the seller has one."""
    connection = await work.connection()
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(ShiftRow)
    values = {
        "site_id": shift.site_id,
        "seller_id": shift.seller_id,
        "channel": shift.channel,
        "open_of": shift.seller_id,
        "opened_at": shift.opened_at,
        "float_fen": shift.float_fen,
        "from_shift_id": shift.from_shift_id,
    }
    added = insert.values(**values).on_conflict_do_nothing(index_elements=["open_of"]).returning(col(ShiftRow.id))
    shift_id: int | None = (await connection.execute(added)).scalar_one_or_none()
    if shift_id is None:
        raise Problem(ProblemCode.SHIFT_STATE, OWN_SHIFT_OPEN.of())
    return shift_id


async def locked(work: Work, shift_id: int) -> ShiftRow:
    """Lock a shift; Problem where there is none."""
    row = await work.session.get(ShiftRow, shift_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise not_there(shift_id)
    return row


async def locked_open(work: Work, seller_id: int) -> ShiftRow:
    """Lock a seller's open shift; Problem where none is open."""
    query = select(ShiftRow).where(col(ShiftRow.open_of) == seller_id).with_for_update()
    row = (await work.session.exec(query.execution_options(populate_existing=True))).first()
    if row is None:
        raise Problem(ProblemCode.SHIFT_STATE, NO_OPEN_SHIFT.of())
    return row


def not_there(shift_id: int) -> Problem:
    """Return the problem of a shift that does not exist."""
    return Problem(ProblemCode.NOT_FOUND, NO_SHIFT.of(shift_id=shift_id))


def shift_of(row: ShiftRow) -> Shift:
    """Return the shift of a row."""
    assert row.id is not None, "a stored shift has its number"
    return Shift(
        shift_id=row.id,
        site_id=row.site_id,
        seller_id=row.seller_id,
        channel=row.channel,
        opened_at=row.opened_at,
        float_fen=row.float_fen,
        from_shift_id=row.from_shift_id,
        closed=None if row.closed_at is None else _closed(row, row.closed_at),
    )


def _closed(row: ShiftRow, at: Instant) -> Closed:
    assert row.closed_by is not None, "a closed shift says who closed it"
    drawer = Drawer(row.float_fen, row.sold_fen or 0, row.refunded_fen or 0, row.other_fen or 0, row.handed_in_fen or 0)
    return Closed(
        at=at,
        by=row.closed_by,
        drawer=drawer,
        counted_fen=row.counted_fen or 0,
        pieces={int(value): number for value, number in (row.counted or {}).items()},
        left_fen=row.left_fen or 0,
        left_to=row.left_to,
        left_until=row.left_until,
        note=row.note,
    )
