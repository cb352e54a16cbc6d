"""What a person must look at about money: differences with a bill, money returned by itself, refunds that need a decision.

Laws: each is noted once, however often it is found; it stays open until a person settles it, by name and with a note.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from central.audit import service as audit
from central.domain.problems import Problem, ProblemCode
from central.payments.institution import MAX_REASON_CHARACTERS
from central.payments.methods import Method
from central.payments.rules.difference_causes import Cause, Found
from central.store.tables.payments import DifferenceRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_missing
from protocol.instants import Instant, local_day

# Both institutions count days and bills by Beijing's time.
BILL_ZONE = ZoneInfo("Asia/Shanghai")


class DifferenceState(StrEnum):
    """Whether a person has settled it."""

    OPEN = "open"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference as it stands in the queue."""

    difference_id: int
    method: Method
    day: date
    found: Found
    state: DifferenceState
    detected_at: Instant
    settled_by: int | None
    settled_at: Instant | None
    settled_note: str | None


async def note(work: Work, method: Method, found: Found, now: Instant, day: date | None = None) -> None:
    """Put a difference of a day (today, unless stated) into the queue, where it is not yet."""
    row = {
        "method": method.value,
        "day": day or local_day(now, BILL_ZONE),
        "cause": found.cause.value,
        "subject": found.subject,
        "payment_id": found.payment_id,
        "ours_fen": found.ours_fen,
        "theirs_fen": found.theirs_fen,
        "detail": found.detail[:MAX_REASON_CHARACTERS],
        "state": DifferenceState.OPEN.value,
        "detected_at": now,
    }
    await insert_missing(await work.connection(), DifferenceRow, [row])


class Differences:
    """The queue."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def differences(self, before: int | None, limit: int, state: DifferenceState | None) -> tuple[Difference, ...]:
        """Return the latest, or those before one, newest first; only those in a state, where one is named."""
        query = select(DifferenceRow).order_by(col(DifferenceRow.id).desc()).limit(limit)
        query = query if before is None else query.where(col(DifferenceRow.id) < before)
        query = query if state is None else query.where(DifferenceRow.state == state)
        async with self._store.reading() as work:
            return tuple(_difference(row) for row in (await work.session.exec(query)).all())

    async def settle(self, difference_id: int, remark: str, by: int, now: Instant) -> Difference:
        """Note that a person has looked at it, and the result; Problem where it is settled already."""
        async with self._store.transaction() as work:
            row = await work.session.get(DifferenceRow, difference_id, with_for_update=True, populate_existing=True)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, f"there is no difference {difference_id}")
            if row.state == DifferenceState.SETTLED:
                raise Problem(ProblemCode.CONFLICT, "it is settled already; read it to see who settled it")
            row.state, row.settled_by, row.settled_at, row.settled_note = DifferenceState.SETTLED, by, now, remark
            work.session.add(row)
            audit.record(work, now, by, "difference.settle", f"difference:{difference_id}", note=remark)
        return _difference(row)


def _difference(row: DifferenceRow) -> Difference:
    assert row.id is not None, "a stored difference has its number"
    return Difference(
        difference_id=row.id,
        method=Method(row.method),
        day=row.day,
        found=Found(Cause(row.cause), row.subject, row.payment_id, row.ours_fen, row.theirs_fen, row.detail),
        state=DifferenceState(row.state),
        detected_at=row.detected_at,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        settled_note=row.settled_note,
    )
