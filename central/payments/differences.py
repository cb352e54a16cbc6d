"""What a person must look at about money: differences with a bill, money returned by itself, refunds that need a decision.

Laws: each is noted once, however often it is found; it stays open until a person settles it, by name and with a note; a
settlement that moves money posts it in the same transaction, once (law 12).
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.domain.idempotency import IdempotencyKey
from central.domain.problems import Problem, ProblemCode
from central.payments import ledger
from central.payments.institution import MAX_REASON_CHARACTERS
from central.payments.ledger import Movement
from central.payments.messages import DIFFERENCE_OPEN, DIFFERENCE_SETTLED, NO_DIFFERENCE
from central.payments.methods import Method
from central.payments.rules.difference_causes import Cause, Found
from central.payments.rules.payment_states import ENDS
from central.payments.rules.refund_states import REFUND_ENDS, RefundDocumentState
from central.payments.rules.settlements import SettlementCause, ending, open_fen
from central.store.idempotency import first_use, remember
from central.store.tables.payments import DifferenceRow, PaymentRefundRow, PaymentRow
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
    settled_cause: SettlementCause | None
    settled_fen: int | None


@dataclass(frozen=True, slots=True)
class Settling:
    """What a difference was, and the note of the person who settles it."""

    difference_id: int
    cause: SettlementCause
    note: str
    by: int


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
            return tuple(difference_of(row) for row in (await work.session.exec(query)).all())

    async def settle(self, wanted: Settling, once: IdempotencyKey, now: Instant) -> Difference:
        """Settle it by name, and post the movement that ends it in the books, where its cause moves any.

        Problem where it is settled already, its document has not ended, or the cause does not fit.
        """
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is None:
                await self._settle(work, wanted, now)
                await remember(work, once.scope, once.key, str(wanted.difference_id))
            else:
                once.require_same(earlier.fingerprint)
            return difference_of(await work.session.get_one(DifferenceRow, wanted.difference_id))

    async def _settle(self, work: Work, wanted: Settling, now: Instant) -> None:
        row = await _locked(work, wanted.difference_id)
        before, found = row.state, difference_of(row).found
        moved_fen, order_id = await _open_fen(work, found), await _order_of(work, row.payment_id)
        movement = ending(wanted.cause, row.method, moved_fen)
        if movement is not None:
            await _require_ended(work, found)
            of = Movement(movement.debit, movement.credit, movement.amount_fen, order_id, None, row.payment_id)
            ledger.post(work, replace(of, difference_id=row.id), wanted.by, now)
        row.state, row.settled_by, row.settled_at = DifferenceState.SETTLED, wanted.by, now
        row.settled_note, row.settled_cause = wanted.note, wanted.cause.value
        row.settled_fen = 0 if movement is None else moved_fen
        work.session.add(row)
        stands = {"state": row.state, "cause": row.settled_cause, "moved_fen": row.settled_fen}
        changes = changes_between({"state": before}, stands)
        legs = {} if movement is None else {"debit": movement.debit, "credit": movement.credit}
        subject, said = f"difference:{row.id}", {"note": wanted.note, **legs}
        audit.record(work, now, wanted.by, "difference.settle", subject, changes=changes, **said)


async def _locked(work: Work, difference_id: int) -> DifferenceRow:
    row = await work.session.get(DifferenceRow, difference_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_DIFFERENCE.of(difference_id=difference_id))
    if row.state == DifferenceState.SETTLED:
        raise Problem(ProblemCode.CONFLICT, DIFFERENCE_SETTLED.of())
    return row


async def _open_fen(work: Work, found: Found) -> int:
    state = select(PaymentRefundRow.state).where(PaymentRefundRow.number == found.subject)
    is_booked = (await work.session.exec(state)).first() == RefundDocumentState.SUCCEEDED
    return open_fen(found, is_refund_booked=is_booked)


async def _require_ended(work: Work, found: Found) -> None:
    """Raise Problem while our document may still post its own movement: the difference would be booked twice."""
    refunds = select(PaymentRefundRow.id).where(PaymentRefundRow.number == found.subject)
    refunds = refunds.where(col(PaymentRefundRow.state).not_in(REFUND_ENDS))
    payments = select(PaymentRow.id).where(PaymentRow.id == found.payment_id, col(PaymentRow.state).not_in(ENDS))
    for query in (refunds, payments):
        if (await work.session.exec(query)).first() is not None:
            raise Problem(ProblemCode.CONFLICT, DIFFERENCE_OPEN.of())


async def _order_of(work: Work, payment_id: int | None) -> int | None:
    return (await work.session.exec(select(PaymentRow.order_id).where(PaymentRow.id == payment_id))).first()


def difference_of(row: DifferenceRow) -> Difference:
    """Return the difference of a row."""
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
        settled_cause=None if row.settled_cause is None else SettlementCause(row.settled_cause),
        settled_fen=row.settled_fen,
    )
