"""The daily match with institutions' bills.

Laws: a day is matched once its bill is there and all its payments are final. Until then the job tries again, for a limited time;
after that, each payment that is not final is a difference too. A day that is matched twice, by the job or by hand, gives no
difference twice; a day that is not over is matched again when it is; no transaction is open while an institution is asked. The
lines of a bill are kept with what each matched to; a day that is matched again has its lines anew.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, delete, or_, select

from central.audit import service as audit
from central.domain.problems import FieldFault, Problem, ProblemCode
from central.payments import differences
from central.payments.differences import BILL_ZONE
from central.payments.institution import Institution
from central.payments.institution_refunds import World
from central.payments.messages import BILL_DAY_BOUNDS, BILL_NOT_FINAL, BILL_NOT_READ, METHODS, NO_BILL, NOT_CONFIGURED
from central.payments.methods import Method
from central.payments.rules.bill_match import Matched, MatchedLine, OurPayment, OurRefund, match
from central.payments.rules.difference_causes import Cause
from central.payments.rules.payment_states import ENDS, PaymentState
from central.payments.rules.refund_states import RefundDocumentState
from central.store.tables.payments import BillLineRow, BillMatchRow, PaymentRefundRow, PaymentRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_or_replace
from protocol.errors import PeerError
from protocol.instants import Instant, end_of_day, start_of_day, to_datetime

# Both institutions' bills of a day are ready on the next one, after ten in the morning.
READY_HOUR = 10
# An institution that was out of reach for so long is asked by hand.
DAYS_BACK = 7
# An institution may answer "no bill" while it still makes the bill, and a reversal may still have no answer: for so long it may
# be early.
EARLY_DAYS = 2
MOST_NAMED_AT_ONCE = 5_000
# Institutions keep the bills of three months.
MOST_DAYS_BACK = 92

_log = logging.getLogger("paifang.payments")


@dataclass(frozen=True, slots=True)
class MatchedDay:
    """How a day's bill agrees with our documents. `is_over`: the day is over, and the job will not match it again."""

    method: Method
    day: date
    lines: int
    matched: int
    differences: int
    is_over: bool


class Reconciliation:
    """Matches bills with documents."""

    def __init__(self, store: Store, world: World) -> None:
        """Take the store and the world."""
        self._store = store
        self._world = world

    async def match_due(self) -> int:
        """Match every day that is due and not matched yet; return how many it matched. A job."""
        now, matched = self._world.clock(), 0
        for method, institution in (await self._world.institutions()).items():
            for day in await self._due(method, now):
                try:
                    matched += await self.match_day(method, institution, day) is not None
                except PeerError as error:
                    _log.warning("%s: %s", method, error)
        return matched

    async def match_by_hand(self, method: Method, day: date, by: int) -> MatchedDay:
        """Match one day now, with an audit record, whether or not it was matched before.

        Problem where the institution is not configured or has no bill of that day, or a payment of the day has not ended.
        """
        now = self._world.clock()
        today = to_datetime(now, BILL_ZONE).date()
        if not today - timedelta(days=MOST_DAYS_BACK) <= day <= today:
            fault = FieldFault("day", BILL_DAY_BOUNDS.of(most=MOST_DAYS_BACK))
            raise Problem(ProblemCode.INPUT_INVALID, NO_BILL.of(), fields=(fault,))
        institution = (await self._world.institutions()).get(method)
        if institution is None:
            raise Problem(ProblemCode.PAYMENT_METHOD, NOT_CONFIGURED.of(method=METHODS[method].of()))
        try:
            found = await self.match_day(method, institution, day, by)
        except PeerError as error:
            raise Problem(ProblemCode.BILL_NOT_THERE, BILL_NOT_READ.of(reason=str(error))) from error
        if found is None:
            raise Problem(ProblemCode.BILL_NOT_THERE, BILL_NOT_FINAL.of())
        return MatchedDay(method, day, found.lines, found.matched, len(found.differences), is_over=day < today)

    async def match_day(
        self, method: Method, institution: Institution, day: date, by: int | None = audit.SYSTEM
    ) -> Matched | None:
        """Match one day, and put the differences into the queue; None where it must be tried again later."""
        lines = await institution.bill(day)
        now = self._world.clock()
        async with self._store.transaction() as work:
            payments = await _payments(work, method, day, {line.number for line in lines})
            refunds = await _refunds(work, method, day, {line.refund_number for line in lines if line.refund_number})
            found = match(lines, payments, refunds)
            is_early = to_datetime(now, BILL_ZONE).date() < day + timedelta(days=EARLY_DAYS)
            if is_early and (_misses_all(found) or any(one.cause is Cause.NOT_FINAL for one in found.differences)):
                return None
            for one in found.differences:
                await differences.note(work, method, one, now, day)
            await _keep(work, method, day, found, now)
            counts = {"lines": found.lines, "matched": found.matched, "differences": len(found.differences)}
            audit.record(work, now, by, "bill.match", f"bill:{method}/{day}", changes=(), **counts)
        return found

    async def _due(self, method: Method, now: Instant) -> Sequence[date]:
        local = to_datetime(now, BILL_ZONE)
        last = local.date() - timedelta(days=1 if local.hour >= READY_HOUR else 2)
        days = [last - timedelta(days=back) for back in range(DAYS_BACK)]
        async with self._store.reading() as work:
            first = (await work.session.exec(select(PaymentRow.created_at).order_by(col(PaymentRow.id)).limit(1))).first()
            done = select(BillMatchRow).where(
                BillMatchRow.method == method, col(BillMatchRow.day).in_(days), BillMatchRow.is_over
            )
            matched = {row.day for row in (await work.session.exec(done)).all()}
        if first is None:
            return ()
        since = to_datetime(Instant(first), BILL_ZONE).date()
        return [day for day in reversed(days) if day not in matched and day >= since]


async def _keep(work: Work, method: Method, day: date, found: Matched, now: Instant) -> None:
    of_day: dict[str, object] = {"method": method.value, "day": day}
    counts = {"lines": found.lines, "matched": found.matched, "matched_at": now}
    is_over = to_datetime(now, BILL_ZONE).date() > day
    row = {**of_day, **counts, "is_over": is_over, "in_fen": found.in_fen, "out_fen": found.out_fen}
    connection = await work.connection()
    await insert_or_replace(connection, BillMatchRow, ("method", "day"), [row])
    await connection.execute(delete(BillLineRow).where(col(BillLineRow.method) == method, col(BillLineRow.day) == day))
    work.insert(BillLineRow, [of_day | _line(number, one) for number, one in enumerate(found.by_line, 1)])


def _line(number: int, matched: MatchedLine) -> dict[str, object]:
    return {
        "line": number,
        "kind": matched.line.kind.value,
        "number": matched.line.number,
        "refund_number": matched.line.refund_number or None,
        "institution_number": matched.line.institution_number,
        "amount_fen": matched.line.amount_fen,
        "payment_id": matched.payment_id,
        "cause": matched.cause and matched.cause.value,
    }


def _misses_all(found: Matched) -> bool:
    return found.lines == 0 and bool(found.differences)


async def _payments(work: Work, method: Method, day: date, named: Collection[str]) -> list[OurPayment]:
    begins, ends = start_of_day(day, BILL_ZONE), end_of_day(day, BILL_ZONE)
    finished = col(PaymentRow.finished_at).between(begins, ends)
    still_open = col(PaymentRow.created_at).between(begins, ends) & col(PaymentRow.state).not_in(ENDS)
    query = select(PaymentRow).where(PaymentRow.method == method)
    rows = {row.number: row for row in (await work.session.exec(query.where(or_(finished, still_open)))).all()}
    of_day = set(rows)
    for part in _parts(set(named) - of_day):
        found = await work.session.exec(query.where(col(PaymentRow.number).in_(part)))
        rows |= {row.number: row for row in found.all()}
    return [
        OurPayment(row.id or 0, number, PaymentState(row.state), row.received_fen, number in of_day)
        for number, row in rows.items()
        if number is not None
    ]


async def _refunds(work: Work, method: Method, day: date, named: Collection[str]) -> list[OurRefund]:
    accepted = col(PaymentRefundRow.accepted_at).between(start_of_day(day, BILL_ZONE), end_of_day(day, BILL_ZONE))
    query = select(PaymentRefundRow).join(PaymentRow, col(PaymentRow.id) == col(PaymentRefundRow.payment_id))
    query = query.where(PaymentRow.method == method)
    rows = {row.number: row for row in (await work.session.exec(query.where(accepted))).all()}
    of_day = set(rows)
    for part in _parts(set(named) - of_day):
        found = await work.session.exec(query.where(col(PaymentRefundRow.number).in_(part)))
        rows |= {row.number: row for row in found.all()}
    return [
        OurRefund(row.payment_id, number, RefundDocumentState(row.state), row.amount_fen, number in of_day)
        for number, row in rows.items()
    ]


def _parts(numbers: Collection[str]) -> list[list[str]]:
    every = sorted(numbers)
    return [every[start : start + MOST_NAMED_AT_ONCE] for start in range(0, len(every), MOST_NAMED_AT_ONCE)]
